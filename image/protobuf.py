# SPDX-License-Identifier: MIT
"""Protobuf messages, as far as we read them: the number of each field, and its value.

https://protobuf.dev/programming-guides/encoding
"""

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types
BITS = 64  # of the largest number


class Damaged(ValueError):
    """Why bytes are not a message, in a phrase."""


def fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Each field's number with its value: a number, or the bytes of everything else."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire = key & 7
        if wire == VARINT:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        if wire == BYTES:
            size, at = _varint(message, at)
        elif wire in (FIXED64, FIXED32):
            size = 8 if wire == FIXED64 else 4
        else:
            raise Damaged(f"wire type {wire} is unknown")
        if size > len(message) - at:
            raise Damaged(f"a field of {size} bytes is cut short")
        yield key >> 3, message[at : at + size]
        at += size


def varints(packed: memoryview) -> list[int]:
    """The numbers of a packed field."""
    found, at = list[int](), 0
    while at < len(packed):
        value, at = _varint(packed, at)
        found.append(value)
    return found


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, BITS, 7):
        if at >= len(message):
            raise Damaged("a number is cut short")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise Damaged(f"a number has more than {BITS} bits")
