# SPDX-License-Identifier: MIT
"""ELF headers: whether a program can run on the board, what an object takes in memory."""

import struct
from collections.abc import Iterator
from pathlib import Path

from image.errors import UserError

MAGIC = b"\x7fELF"
# Class 64 bit, little endian, version 1: https://refspecs.linuxfoundation.org/elf/elf.pdf, e_ident
IDENT = MAGIC + b"\x02\x01\x01"
HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
RISCV = 243  # e_machine
INTERPRETER = 3  # p_type of the name of a dynamic loader
# e_flags: https://github.com/riscv-non-isa/riscv-elf-psabi-doc, file header
FLOAT_ABI, DOUBLE_FLOAT = 0x6, 0x4
RVE, TSO = 0x8, 0x10
SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")
LOADED = 0x2  # sh_flags: SHF_ALLOC
SEGMENTS = 64  # more than any program here has


def is_elf(path: Path) -> bool:
    """Whether a file says that it is ELF."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def problem(path: Path) -> str | None:
    """Why a program cannot run on the board, in a phrase; None if it can.

    The board wants 64-bit RISC-V with the lp64d calling convention, and has no dynamic loader.
    """
    data = path.read_bytes()
    if len(data) < HEADER.size:
        return "is cut short"
    header = HEADER.unpack_from(data)
    ident, machine, flags = header[0], header[2], header[7]
    if not ident.startswith(IDENT):
        return "is not for a 64-bit little-endian machine"
    if machine != RISCV:
        return f"is for another machine (e_machine {machine}, RISC-V is {RISCV})"
    if flags & FLOAT_ABI != DOUBLE_FLOAT or flags & (RVE | TSO):
        return f"has an ABI other than lp64d (e_flags {flags:#x})"
    for kind, text in _segments(data, header[5], header[10]):
        if kind == INTERPRETER:
            return f"wants the dynamic loader {text}, which the card does not have"
    return None


def _segments(data: bytes, offset: int, count: int) -> Iterator[tuple[int, str]]:
    """Type and first bytes of each segment."""
    for index in range(min(count, SEGMENTS)):
        at = offset + index * PROGRAM_HEADER.size
        if at + PROGRAM_HEADER.size > len(data):
            return
        fields = PROGRAM_HEADER.unpack_from(data, at)
        start, size = fields[2], min(fields[5], 256)
        text = data[start : start + size].split(b"\0")[0].decode(errors="replace")
        yield fields[0], text


def loaded_sections(path: Path) -> list[tuple[str, int]]:
    """Name and size in memory, in bytes, of each section of an object file that is loaded.

    Raises UserError for a file that is not a complete 64-bit ELF object.
    """
    data = path.read_bytes()
    try:
        header = HEADER.unpack_from(data)
        table = [
            SECTION_HEADER.unpack_from(data, header[6] + index * SECTION_HEADER.size)
            for index in range(header[12])
        ]
        names = table[header[13]][4] if table else 0
    except (struct.error, IndexError):
        raise UserError(f"{path} is not a complete 64-bit ELF object") from None
    return [
        (data[names + row[0] : data.find(b"\0", names + row[0])].decode(errors="replace"), row[5])
        for row in table
        if row[2] & LOADED
    ]
