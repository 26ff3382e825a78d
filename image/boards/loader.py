# SPDX-License-Identifier: MIT
"""The second loader (U-Boot) in fip.bin: a head of 32 bytes, and the code, squeezed by LZMA."""

import lzma
import struct

from image import words
from image.boards import alone
from image.boards.record import BLOCK, cksum, pad
from image.errors import UserError

# Head of the second loader: jump, magic, checksum, size, run address, two words.
HEAD = struct.Struct("<4s4sIIQ8s")
RAW = b"BL33"
LZMA = b"B3MA"
LIMIT = 16 << 20  # FSBL's DECOMP_DST_SIZE
# What a raw loader has for checksum and size, u-boot-2021.10/arch/riscv/include/asm/boot0.h.
RAW_CKSUM, RAW_SIZE = 0xDEADBEEA, 0xDEADBEEB


def squeeze(raw: bytes) -> bytes:
    """A second loader (the vendor's u-boot-raw.bin) as fip.bin has it.

    Raises UserError when it does not begin with the vendor's head of 32 bytes.
    """
    jump, magic, _, _, run, rest = head_of(raw)
    if magic != RAW:
        raise UserError(
            f"the second loader's magic is {words.magic(magic)}, {words.magic(RAW)} expected",
            hint="fip.bin takes the vendor U-Boot's u-boot-raw.bin",
        )
    # Not a preset with a level: it is what the vendor's tool asks for.
    body = alone.squeeze(raw[HEAD.size :], lzma.PRESET_EXTREME)
    size = len(body) + HEAD.size
    size += -size % BLOCK
    head = HEAD.pack(jump, LZMA, 0, size, run, rest)
    image = pad(head + body)
    return image[:8] + cksum(image[12:]) + image[12:]


def raw_of(image: bytes) -> bytes:
    """The second loader as it was before `squeeze`, checked; UserError if damaged."""
    jump, magic, told, size, run, rest = head_of(image)
    if magic not in (LZMA, RAW):
        raise UserError(f"LOADER_2ND: magic is {words.magic(magic)}, {words.magic(LZMA)} expected")
    if size != len(image) or size % BLOCK:
        raise UserError(f"LOADER_2ND: SIZE is {size:#x}, the part has {len(image):#x} bytes")
    expected = int.from_bytes(cksum(image[12:]), "little")
    if told != expected:
        raise UserError(f"LOADER_2ND: CKSUM is {told:#x}, {expected:#x} expected")
    body = image[HEAD.size :]
    if magic == LZMA:
        body = alone.expand(body, LIMIT, "LOADER_2ND")
    return HEAD.pack(jump, RAW, RAW_CKSUM, RAW_SIZE, run, rest) + body


def run_address(image: bytes) -> int:
    """Where the second loader's head is placed; the code follows the head."""
    run: int = head_of(image)[4]
    return run


def head_of(image: bytes) -> tuple[bytes, bytes, int, int, int, bytes]:
    """Jump, magic, checksum, size, run address and the rest of the head."""
    if len(image) < HEAD.size:
        raise UserError(f"LOADER_2ND: {len(image)} bytes are not a loader")
    jump, magic, told, size, run, rest = HEAD.unpack_from(image)
    return jump, magic, told, size, run, rest
