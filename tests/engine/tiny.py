# SPDX-License-Identifier: MIT
"""A valid model of a few kilobytes and its tokenizer, for tests to bend."""

import struct
from dataclasses import astuple, dataclass, replace

import numpy as np
import numpy.typing as npt

FIRST_BYTE = 3


@dataclass(frozen=True)
class Shape:
    """The seven numbers of a checkpoint, in the file's order."""

    dim: int = 8
    hidden_dim: int = 16
    n_layers: int = 2
    n_heads: int = 4
    n_kv_heads: int = 2
    vocab_size: int = 300
    seq_len: int = 32

    @property
    def weights(self) -> int:
        """How many floats such a model has; a negative vocabulary has a classifier of its own."""
        head_size = self.dim // self.n_heads
        kv_dim = self.n_kv_heads * head_size
        attention = 2 * self.dim * self.dim + 2 * self.dim * kv_dim
        layer = 2 * self.dim + attention + 3 * self.dim * self.hidden_dim
        tables = (2 if self.vocab_size < 0 else 1) * abs(self.vocab_size) * self.dim
        return tables + self.n_layers * layer + self.dim + self.seq_len * head_size

    @property
    def header(self) -> bytes:
        """As the file begins."""
        return struct.pack("<7i", *astuple(self))


SHAPE = Shape()

Weights = npt.NDArray[np.float32]


def random_weights(shape: Shape = SHAPE) -> Weights:
    """Numbers that let a model of this shape say something, the same at every call."""
    return np.random.default_rng(1).normal(0, 0.5, shape.weights).astype(np.float32)


def checkpoint(shape: Shape = SHAPE, weights: Weights | None = None) -> bytes:
    """A checkpoint of this shape, random unless weights are given."""
    values = random_weights(shape) if weights is None else weights
    return shape.header + values.astype("<f4").tobytes()


def header(**changes: int) -> bytes:
    """The valid weights behind a header with other numbers in it."""
    return replace(SHAPE, **changes).header + random_weights().astype("<f4").tobytes()


def pieces(count: int = SHAPE.vocab_size) -> list[bytes]:
    """The three special pieces, those of the 256 bytes, a space, letters and words of letters."""
    single = [b" ", *(bytes([letter]) for letter in range(ord("a"), ord("z") + 1))]
    words = [bytes([letter]) * 2 for letter in range(ord("a"), ord("z") + 1)]
    special = [b"<unk>", b"\n<s>\n", b"\n</s>\n"]
    known = [*special, *(b"<0x%02X>" % byte for byte in range(256)), *single, *words]
    return known[:count]


def piece(text: bytes, score: float = 0.0, length: int | None = None) -> bytes:
    """One piece as the file holds it; `length` is a lie about it."""
    return struct.pack("<fi", score, len(text) if length is None else length) + text


def tokenizer(parts: list[bytes] | None = None) -> bytes:
    """A tokenizer.bin of these pieces; later ones merge first."""
    texts = pieces() if parts is None else parts
    longest = max(len(text) for text in texts)
    return struct.pack("<i", longest) + b"".join(map(piece, texts, map(float, range(len(texts)))))
