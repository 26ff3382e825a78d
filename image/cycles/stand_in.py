# SPDX-License-Identifier: MIT
"""A model of stories15M's shape, used where that is not available; the same everywhere.

Its words mean nothing, but each has a few likely followers, as in a trained model: a word's row of
the embedding holds, with the word's own direction, the sum of its followers' directions. Three
heads of the first layer look at their own position only and carry that sum to where the classifier
reads. All other weights are small and random, and make the choice depend on the whole text.

Numbers are drawn as integers and scaled by powers of two, so that nothing is left to the order of
additions or to a processor.
"""

import itertools
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from image.errors import UserError
from image.key import hash_file
from image.model import HEADER

DIM, HIDDEN, LAYERS, HEADS, VOCAB, POSITIONS = 288, 768, 6, 6, 32000, 256
HEAD = DIM // HEADS
NAME = "a stand-in of stories15M's shape (its words mean nothing)"
NAMES = ("stand-in-15M.bin", "stand-in-15M-tokenizer.bin")
SHA256 = (
    "7197b7dc026d4256b75b34d0912579d374926200ea6cf73f4993b9ce4bd00c16",
    "b5d78974c4fb9ed0b1ef78e26ef448c4c5539a21046e361429dc000a1cda2913",
)

BOS = 1
FIRST_PIECE = 259
CONSONANTS, VOWELS = "bcdfghjklmnprstvwyzq", "aeiou"
SYLLABLES = tuple(c + v for c, v in itertools.product(CONSONANTS, VOWELS))

FOLLOWED = 4096  # words that follow others; the rest of the vocabulary is not said
FOLLOWERS = 4  # of each word
ENDS_EVERY = 64  # so many words have the story's end among their followers
SHARES = (16, 15, 14, 13)  # of the followers' directions, in sixteenths
QUIET = 1  # what is not said has a direction shorter by this power of two

LOOKS = 6  # pairs of a head's values that turn with the position, by which it finds its own
LOOK, CARRY, GAIN = 4.0, 2.0, 0.40625

# Where an embedding row holds what: followers' sum, own direction, and 1 at the end.
WIDTH = 3 * HEAD - 1
SUM, OWN, ONE = slice(0, WIDTH), slice(WIDTH, 2 * WIDTH), slice(2 * WIDTH, DIM)

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


class Draw:
    """Integers from the raw bits of PCG64, which numpy keeps the same."""

    def __init__(self, seed: int):
        self.bits = np.random.PCG64(seed)

    def below(self, limit: int, *shape: int) -> Integers:
        """From 0 to below a power of two."""
        raw = self.bits.random_raw(int(np.prod(shape)))
        return (raw >> np.uint64(40)).astype(np.int64).reshape(shape) % limit

    def signed(self, *shape: int) -> Integers:
        """From -2^23 to below 2^23, the middle more often."""
        return self.below(1 << 23, *shape) - self.below(1 << 23, *shape)

    def weights(self, power: int, *shape: int) -> Floats:
        """Numbers between -2^power and 2^power."""
        return scaled(self.signed(*shape), power - 23)


def scaled(values: Integers, power: int) -> Floats:
    """values * 2^power as float32."""
    return np.ldexp(values.astype(np.float32), power)


def files(folder: Path) -> tuple[Path, Path]:
    """Checkpoint and tokenizer in a folder, written where they are not there. Raises UserError."""
    paths = (folder / NAMES[0], folder / NAMES[1])
    for path, write, sha256 in zip(paths, (checkpoint, tokenizer), SHA256, strict=True):
        if not path.is_file() or hash_file(path) != sha256:
            _write(path, write(), sha256)
    return paths


def _write(path: Path, content: bytes, sha256: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_bytes(content)
    if hash_file(partial) != sha256:
        made = f"numpy {np.__version__} made {partial} with sha256 {hash_file(partial)}"
        raise UserError(f"{made}; {sha256} is right", "please report this")
    partial.replace(path)


def pieces() -> Iterator[str]:
    """All pieces beyond the special ones and the bytes; each is made of two that come before."""
    yield from ("\n", "\t", *map(chr, range(32, 127)), "é", "ö", "ü", "ß", "—", "’")
    yield from SYLLABLES
    yield from (" " + one for one in SYLLABLES)
    for first, second in itertools.product(SYLLABLES, SYLLABLES):
        yield f" {first}{second}"
    for first, second in itertools.product(SYLLABLES, SYLLABLES):
        yield first + second
    for first, second, third in itertools.product(SYLLABLES, SYLLABLES, SYLLABLES):
        yield f" {first}{second}{third}"


def tokenizer() -> bytes:
    """In llama2.c's layout; earlier pieces merge first."""
    special = [b"<unk>", b"\n<s>\n", b"\n</s>\n", *(b"<0x%02X>" % byte for byte in range(256))]
    known = [*special, *(piece.encode() for piece in itertools.islice(pieces(), VOCAB))][:VOCAB]
    parts = [struct.pack("<i", max(map(len, known)))]
    for token, piece in enumerate(known):
        parts.append(struct.pack("<fi", float(min(0, FIRST_PIECE - token)), len(piece)) + piece)
    return b"".join(parts)


def checkpoint() -> bytes:
    """The legacy float32 file."""
    draw = Draw(15)
    rows = embedding(draw)
    stacks = layers(draw)
    final = np.zeros(DIM, np.float32)
    final[OWN] = GAIN
    header = HEADER.pack(DIM, HIDDEN, LAYERS, HEADS, HEADS, VOCAB, POSITIONS)
    turns = np.zeros(POSITIONS * HEAD, np.float32)  # run.c skips them
    parts = (rows, *stacks, final, turns)
    return header + b"".join(part.astype("<f4").tobytes() for part in parts)


def embedding(draw: Draw) -> Floats:
    """A row of each word: the sum of its followers' directions, its own, and 1."""
    own = draw.signed(VOCAB, WIDTH)
    said = FIRST_PIECE + draw.below(VOCAB - FIRST_PIECE, FOLLOWED)
    # Of ranks 1, 2-3, 4-7 ... each is as frequent as another: as words of a language are.
    octave = draw.below(FOLLOWED.bit_length() - 1, VOCAB, FOLLOWERS)
    rank = (1 << octave) + draw.below(FOLLOWED, VOCAB, FOLLOWERS) % (1 << octave)
    followers = said[rank - 1]
    followers[::ENDS_EVERY, 0] = BOS
    rows = np.empty((VOCAB, DIM), np.float32)
    total = sum(own[followers[:, i]] * share for i, share in enumerate(SHARES))
    rows[:, SUM] = scaled(np.asarray(total), -28)
    rows[:, OWN] = scaled(own, -23 - QUIET)
    rows[said, OWN] = scaled(own[said], -23)
    rows[BOS, OWN] = scaled(own[BOS], -23)
    rows[:, ONE] = 1
    return rows


def layers(draw: Draw) -> list[Floats]:
    """The stacks between embedding and final norm, in the file's order."""
    ones = np.ones((LAYERS, DIM), np.float32)
    queries, keys = (draw.weights(-3, LAYERS, DIM, DIM) for _ in range(2))
    values, mixed = (draw.weights(-4, LAYERS, DIM, DIM) for _ in range(2))
    _carry_followers(queries[0], keys[0], values[0], mixed[0])
    gate, up = (draw.weights(-3, LAYERS, HIDDEN, DIM) for _ in range(2))
    down = draw.weights(-4, LAYERS, DIM, HIDDEN)
    return [ones, queries, keys, values, mixed, ones, gate, down, up]


def _carry_followers(queries: Floats, keys: Floats, values: Floats, mixed: Floats) -> None:
    """Let the first three heads look where they are, and bring the sum of the followers."""
    carried = np.arange(WIDTH)
    for looking in (queries, keys):
        looking[: 3 * HEAD] = 0
        for head in range(3):
            looking[head * HEAD : head * HEAD + 2 * LOOKS : 2, ONE.start] = LOOK
    values[: 3 * HEAD] = 0
    values[carried, SUM.start + carried] = 1
    mixed[:, : 3 * HEAD] = 0
    mixed[OWN.start + carried, carried] = CARRY
