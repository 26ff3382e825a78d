# SPDX-License-Identifier: MIT
"""What fip.bin is made of: records of fields, blocks, checksums. Little endian throughout."""

import binascii
import itertools
import struct
from collections.abc import Mapping

from image.errors import UserError

BLOCK = 512

Value = int | bytes


def places(fields: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Offset and size of each field of a record."""
    offsets = itertools.accumulate(fields.values(), initial=0)
    return {name: (at, size) for at, (name, size) in zip(offsets, fields.items(), strict=False)}


def values_of(fields: Mapping[str, int], data: bytes) -> dict[str, bytes]:
    """The bytes of each field of a record."""
    found = places(fields).items()
    return {name: data[offset : offset + size] for name, (offset, size) in found}


def number(values: Mapping[str, bytes], name: str) -> int:
    """A field as the number that it is."""
    return int.from_bytes(values[name], "little")


def pack_record(fields: Mapping[str, int], values: Mapping[str, Value]) -> bytes:
    """A record of these values, 0 where none is given. Raises UserError if one does not fit."""
    return b"".join(_field(name, size, values.get(name, 0)) for name, size in fields.items())


def _field(name: str, size: int, value: Value) -> bytes:
    try:
        data = value.to_bytes(size, "little") if isinstance(value, int) else value
    except OverflowError:
        data = bytes(size + 1)
    if len(data) > size:
        raise UserError(f"fip.bin: {name} does not fit into its {size} bytes")
    return data.ljust(size, b"\0")


def pad(data: bytes) -> bytes:
    """A part, with zeros up to whole blocks."""
    return data + bytes(-len(data) % BLOCK)


def cksum(data: bytes) -> bytes:
    """CRC-16/XMODEM and two bytes that mark it."""
    return struct.pack("<H", binascii.crc_hqx(data, 0)) + b"\xfe\xca"
