# SPDX-License-Identifier: MIT
"""What llama2.c's run.c tells, worked out again with numpy and nothing of the engine."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BOS = 1
FIRST_BYTE = 3
MASK64 = (1 << 64) - 1
HEADER = struct.Struct("<7i")


class Rng:
    """xorshift64* in Python's unbounded integers."""

    def __init__(self, seed: int):
        self.state = seed

    def u32(self) -> int:
        """The next 32 random bits."""
        x = self.state
        x ^= x >> 12
        x ^= (x << 25) & MASK64
        x ^= x >> 27
        self.state = x
        return ((x * 0x2545F4914F6CDD1D) & MASK64) >> 32

    def f32(self) -> np.float32:
        """The next float in [0, 1)."""
        return np.float32(self.u32() >> 8) / np.float32(1 << 24)


class Tokenizer:
    """Byte pair encoding as run.c does it: characters, then the best pair, again and again."""

    def __init__(self, path: Path, vocab_size: int):
        data = path.read_bytes()
        self.pieces: list[bytes] = []
        self.scores: list[float] = []
        at = 4
        for _ in range(vocab_size):
            score, length = struct.unpack_from("<fi", data, at)
            self.scores.append(score)
            self.pieces.append(data[at + 8 : at + 8 + length])
            at += 8 + length
        assert at == len(data)
        self.tokens = {piece: token for token, piece in enumerate(self.pieces)}
        assert len(self.tokens) == vocab_size, "equal pieces: which of them is meant is not defined"

    def encode(self, text: bytes) -> list[int]:
        """Tokens of the text, with BOS in front."""
        tokens = [BOS, self.tokens[b" "]] if text else [BOS]
        for character in characters(text):
            token = self.tokens.get(character)
            tokens += [token] if token is not None else [byte + FIRST_BYTE for byte in character]
        while True:
            merges = [self.tokens.get(self.pieces[a] + self.pieces[b]) for a, b in pairs(tokens)]
            known = [
                (-self.scores[merge], i) for i, merge in enumerate(merges) if merge is not None
            ]
            if not known:
                return tokens
            _, best = min(known)
            merge = merges[best]
            assert merge is not None
            tokens[best : best + 2] = [merge]

    def decode(self, previous: int, token: int) -> bytes:
        """What run.c prints for a token."""
        piece = self.pieces[token]
        if previous == BOS and piece.startswith(b" "):
            piece = piece[1:]
        if len(piece) == 6 and piece.startswith(b"<0x"):
            piece = bytes([int(piece[3:5], 16)])
        printable = len(piece) != 1 or 32 <= piece[0] < 127 or piece in b"\t\n\v\f\r"
        return piece.partition(b"\0")[0] if printable else b""


def pairs(tokens: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbours."""
    return zip(tokens, tokens[1:], strict=False)


def characters(text: bytes) -> list[bytes]:
    """UTF-8 characters, or what run.c takes for them: continuations join, four bytes at most."""
    found: list[bytes] = []
    for i in range(len(text)):
        byte = text[i : i + 1]
        continues = byte[0] & 0xC0 == 0x80
        if continues and found and len(found[-1]) < 4:
            found[-1] += byte
        else:
            found.append(byte)
    return found


@dataclass(frozen=True)
class Layer:
    """The weights of one layer."""

    rms_att: Floats
    wq: Floats
    wk: Floats
    wv: Floats
    wo: Floats
    rms_ffn: Floats
    w1: Floats
    w2: Floats
    w3: Floats


class Transformer:
    """The forward pass of Llama 2, token by token, in float32."""

    def __init__(self, path: Path):
        data = path.read_bytes()
        dim, hidden, layers, self.heads, kv_heads, vocab, self.seq_len = HEADER.unpack_from(data)
        self.vocab_size = abs(vocab)
        self.head_size = dim // self.heads
        self.sharing = self.heads // kv_heads
        kv_dim = kv_heads * self.head_size
        floats = np.frombuffer(data, dtype="<f4", offset=HEADER.size)
        used = 0

        def take(*shape: int) -> Floats:
            nonlocal used
            start, used = used, used + int(np.prod(shape))
            return floats[start:used].reshape(shape)

        self.embedding = take(self.vocab_size, dim)
        stacks = [
            take(layers, dim),
            take(layers, dim, dim),
            take(layers, kv_dim, dim),
            take(layers, kv_dim, dim),
            take(layers, dim, dim),
            take(layers, dim),
            take(layers, hidden, dim),
            take(layers, dim, hidden),
            take(layers, hidden, dim),
        ]
        self.layers = [Layer(*(stack[i] for stack in stacks)) for i in range(layers)]
        self.rms_final = take(dim)
        take(self.seq_len, self.head_size)
        self.classifier = self.embedding if vocab > 0 else take(self.vocab_size, dim)
        assert used == len(floats)
        powers = np.arange(0, self.head_size, 2, dtype=np.float32) / np.float32(self.head_size)
        self.frequencies = np.float32(1) / np.float32(10000) ** powers
        self.keys = np.zeros((layers, self.seq_len, kv_heads, self.head_size), np.float32)
        self.values = np.zeros_like(self.keys)

    def forward(self, token: int, pos: int) -> Floats:
        """Logits of the token after this one."""
        x = self.embedding[token].copy()
        for number, layer in enumerate(self.layers):
            normal = rmsnorm(x, layer.rms_att)
            x += layer.wo @ self.attention(number, layer, normal, pos)
            normal = rmsnorm(x, layer.rms_ffn)
            gate = layer.w1 @ normal
            gate = gate * (np.float32(1) / (np.float32(1) + np.exp(-gate)))
            x += layer.w2 @ (gate * (layer.w3 @ normal))
        logits: Floats = self.classifier @ rmsnorm(x, self.rms_final)
        return logits

    def attention(self, number: int, layer: Layer, x: Floats, pos: int) -> Floats:
        """What all heads of a layer gather from the positions so far."""
        queries = self.rotate(layer.wq @ x, pos)
        self.keys[number, pos] = self.rotate(layer.wk @ x, pos)
        self.values[number, pos] = (layer.wv @ x).reshape(-1, self.head_size)
        gathered = np.empty_like(queries)
        for head in range(self.heads):
            kv_head = head // self.sharing
            keys = self.keys[number, : pos + 1, kv_head]
            scores = keys @ queries[head] / np.sqrt(np.float32(self.head_size))
            gathered[head] = softmax(scores) @ self.values[number, : pos + 1, kv_head]
        return gathered.reshape(-1)

    def rotate(self, vector: Floats, pos: int) -> Floats:
        """Heads of a vector, each pair of values turned by its angle."""
        angles = np.float32(pos) * self.frequencies
        cos, sin = np.cos(angles), np.sin(angles)
        heads = vector.reshape(-1, self.head_size)
        turned = np.empty_like(heads)
        turned[:, 0::2] = heads[:, 0::2] * cos - heads[:, 1::2] * sin
        turned[:, 1::2] = heads[:, 0::2] * sin + heads[:, 1::2] * cos
        return turned


def rmsnorm(x: Floats, weight: Floats) -> Floats:
    """x scaled to root mean square 1, times weight."""
    scale = np.float32(1) / np.sqrt(np.mean(x * x, dtype=np.float32) + np.float32(1e-5))
    normal: Floats = weight * (scale * x)
    return normal


def softmax(x: Floats) -> Floats:
    """Probabilities; the normaliser is summed in index order, as run.c does."""
    exps = np.exp(x - x.max())
    probabilities: Floats = exps / running_sum(exps)[-1]
    return probabilities


def running_sum(values: Floats) -> Floats:
    """Sums of the first 1, 2, 3 ... values, each rounded to float32 in turn."""
    sums: Floats = np.cumsum(values, dtype=np.float32)
    return sums


def first_above(sums: Floats, limit: np.float32) -> int:
    """The first index whose sum passes the limit; the last where none does."""
    passed = np.flatnonzero(sums > limit)
    return int(passed[0]) if len(passed) else len(sums) - 1


def choose(logits: Floats, temperature: float, topp: float, rng: Rng) -> int:
    """The next token."""
    coin = np.float32(0) if temperature == 0 else rng.f32()
    return pick(logits, temperature, topp, coin)


def pick(logits: Floats, temperature: float, topp: float, coin: np.float32) -> int:
    """The token that a coin hits."""
    if temperature == 0:
        return int(np.argmax(logits))
    probabilities = softmax(logits / np.float32(temperature))
    nucleus = np.float32(topp)
    if not 0 < nucleus < 1:
        return first_above(running_sum(probabilities), coin)
    cutoff = (np.float32(1) - nucleus) / np.float32(len(probabilities) - 1)
    kept = np.flatnonzero(probabilities >= cutoff)
    if not len(kept):  # run.c reads before its array here; the engine takes the likeliest
        return int(np.argmax(probabilities))
    order = kept[np.argsort(-probabilities[kept], kind="stable")]
    sums = running_sum(probabilities[order])
    last = first_above(sums, nucleus)
    return int(order[first_above(sums[: last + 1], coin * sums[last])])


def may_not_come(
    is_refused: Callable[[bytes, bytes], bool], said: bytes, pieces: list[bytes], token: int
) -> bool:
    """Whether a token is refused; the end, and what says nothing, never is."""
    return token != BOS and pieces[token] != b"" and is_refused(said, pieces[token])


def tell(
    checkpoint: Path,
    tokenizer: Path,
    prompt: str | bytes = b"",
    *,
    steps: int,
    temperature: float = 0.0,
    topp: float = 0.9,
    seed: int = 1,
    is_refused: Callable[[bytes, bytes], bool] | None = None,
) -> bytes:
    """Standard output of run.c; without what is refused of text and next piece, where that is."""
    model = Transformer(checkpoint)
    words = Tokenizer(tokenizer, model.vocab_size)
    given = words.encode(prompt.encode() if isinstance(prompt, str) else prompt)
    rng = Rng(seed)
    token, said = given[0], b""
    for pos in range(min(steps, model.seq_len)):
        logits = model.forward(token, pos)
        known = pos + 1 < len(given)
        coin = rng.f32() if temperature and not known else np.float32(0)
        following = given[pos + 1] if known else pick(logits, temperature, topp, coin)
        pieces = [words.decode(token, i) for i in range(model.vocab_size)] if is_refused else []
        if is_refused and not known and may_not_come(is_refused, said, pieces, following):
            out = [i for i in range(len(pieces)) if may_not_come(is_refused, said, pieces, i)]
            logits[out] = -np.inf
            following = pick(logits, temperature, topp, coin)
        if following == BOS:
            break
        said += words.decode(token, following)
        token = following
    return said + b"\n"
