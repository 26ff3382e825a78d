# SPDX-License-Identifier: MIT
"""What a RISC-V kernel says of itself: the header of its Image, the symbols of its System.map."""

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from image.errors import UserError
from image.words import listed, magic

# Linux's Documentation/riscv/boot-image-header: text offset and image size at 8, magics at 48.
HEADER = struct.Struct("<8xQQ24x8s4s4x")
MAGICS = (b"RISCV\0\0\0", b"RSC\x05")
SYMBOL = re.compile(r"^([0-9a-f]{16}) [A-Za-z] (__init_begin|__init_end)$", re.MULTILINE)
PAGE = 4096


@dataclass(frozen=True)
class Header:
    """Bytes. The image size is what the kernel takes in memory, with its bss."""

    text_offset: int
    image_size: int


def read_header(image: Path) -> Header:
    """The header of an Image. Raises UserError when it is none, or cannot be true."""
    hint = "the arch/riscv/boot/Image of a kernel build is expected, not packed"
    with image.open("rb") as file:
        raw = file.read(HEADER.size)
    if len(raw) < HEADER.size:
        short = (
            f"{image.name} ends after {len(raw)} of the {HEADER.size} bytes of a kernel's header"
        )
        raise UserError(short, hint)
    text_offset, image_size, *magics = HEADER.unpack(raw)
    if tuple(magics) != MAGICS:
        raise UserError(
            f"{image.name} is not a RISC-V kernel: its magic is {listed(map(magic, magics))}",
            hint,
        )
    if image_size < image.stat().st_size:
        raise UserError(
            f"{image.name} has {image.stat().st_size} bytes, but its header says that it takes "
            f"only {image_size} in memory",
            hint,
        )
    return Header(text_offset, image_size)


def read_init_size(system_map: Path) -> int:
    """Bytes, in whole pages, that a kernel frees once it has started.

    Raises UserError for a file that is not a kernel's System.map.
    """
    text = system_map.read_text("ascii", "replace")
    found = {match[2]: int(match[1], 16) for match in SYMBOL.finditer(text)}
    lacking = {"__init_begin", "__init_end"} - set(found)
    if lacking:
        hint = "the System.map of a kernel build is expected"
        raise UserError(f"{system_map.name} has no symbol {min(lacking)}", hint)
    begin, end = found["__init_begin"], found["__init_end"]
    if end < begin:
        raise UserError(f"{system_map.name}: __init_end {end:#x} before __init_begin {begin:#x}")
    return max(end // PAGE - -(-begin // PAGE), 0) * PAGE
