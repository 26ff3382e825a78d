# SPDX-License-Identifier: MIT
"""A packed model as its file lies there: see packages/llama/src/packed.h."""

import struct
from dataclasses import dataclass
from pathlib import Path

HEADER = 192
SEED = struct.Struct("<I")
LINE = 64


def room(size: int) -> int:
    """What a part of so many bytes takes, padding and trailer counted."""
    return (size + LINE - 1) // LINE * LINE + LINE


def padded(rows: int) -> int:
    """Rows of whole tiles."""
    return (rows + 31) // 32 * 32


def fletcher(data: bytes, start: int) -> int:
    """The sum of some contents."""
    total, sums = start, 0
    for (word,) in struct.iter_unpack("<I", data):
        total += word
        sums += total
    return (sums * 31 + total) % 2**64


@dataclass(frozen=True)
class Packed:
    """The bytes of a packed model."""

    data: bytes

    @property
    def listed(self) -> int:
        """Rows of the short list."""
        return int(struct.unpack_from("<i", self.data, 44)[0])

    @property
    def drafts(self) -> int:
        """Slots of their table."""
        return int(struct.unpack_from("<I", self.data, 96)[0])

    @property
    def is_fast(self) -> bool:
        """Whether it is to be computed with in 16 bits."""
        return bool(struct.unpack_from("<I", self.data, 100)[0])

    @property
    def parts(self) -> dict[str, tuple[int, int]]:
        """Where each part begins, and how many bytes it has; in the order of the file."""
        dim, hidden, layers, heads, kv_heads, vocab, _, tied, listed = struct.unpack_from(
            "<9i", self.data, 12
        )
        tokenizer = struct.unpack_from("<I", self.data, 52)[0]
        qkv = padded(dim + 2 * (dim // heads) * kv_heads) * dim
        layer = 4 * (qkv + padded(dim) * dim + padded(2 * hidden) * dim + padded(dim) * hidden)
        few = vocab - listed
        row = 4 * dim + 4
        sizes = {
            "header": HEADER,
            "tokenizer": (tokenizer + 3) // 4 * 4,
            "norms": 4 * dim * (2 * layers + 1),
            "list": 32 * 8 + 4 * dim + 4 * listed,
            **{f"layer {i}": layer for i in range(layers)},
            "outside": 8 * padded(few) + 2 * padded(few) * ((dim + 3) // 4),
            "classifier, listed": listed * row,
            "classifier, others": few * row,
        }
        if not tied:
            sizes |= {"embedding, listed": listed * row, "embedding, others": few * row}
        sizes["drafts"] = 8 * self.drafts
        found, place = {}, 0
        for name, size in sizes.items():
            found[name] = (place, size)
            place += room(size)
        assert place == len(self.data)
        return found

    def sealed(self, part: str) -> "Packed":
        """With the checksum of one part put right."""
        place, size = self.parts[part]
        seed = 0 if part == "header" else SEED.unpack_from(self.data, 64)[0]
        trailer = struct.pack("<Q", fletcher(self.data[place : place + size], 1 + seed + place))
        at = place + room(size) - LINE
        return Packed(self.data[:at] + trailer + self.data[at + 8 :])

    def with_bytes(self, at: int, some: bytes) -> "Packed":
        """With these bytes at this place."""
        return Packed(self.data[:at] + some + self.data[at + len(some) :])

    def with_error(self, error: float) -> "Packed":
        """One that says so of the error of its logits."""
        return self.with_bytes(48, struct.pack("<f", error)).sealed("header")


def read(path: Path) -> Packed:
    """The packed model of a file."""
    return Packed(path.read_bytes())
