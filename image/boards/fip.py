# SPDX-License-Identifier: MIT
"""fip.bin: what the boot ROM and the first stage loader (BL2) read from the card.

All integers are little endian, all parts are padded with zeros to blocks. Fields, their order and
their values are those of the vendor's fsbl/plat/cv180x/fiptool.py (SDK of the board), names too.
"""

import itertools
import re
import struct
from dataclasses import dataclass

from image.boards import loader
from image.boards.record import Value, cksum, number, pack_record, pad, places, values_of
from image.errors import UserError
from image.words import magic

NAME = "fip.bin"  # on the card's boot partition
PARAM_SIZE = 0x1000  # of PARAM1 and of PARAM2
SIGNED_SIZE = 0x800  # PARAM1 without its signatures: what its checksum covers
MAGIC1 = b"CVBL01\n\0"
MAGIC2 = b"CVLD02\n\0"

# Register writes of the boot ROM, as the SDK's chip_conf.py lists them.
CHIP_CONF = struct.pack(
    "<6I", 0x0E00000C, 0xA0000001, 0x0E00000C, 0xA0000002, 0xFFFFFFA0, 0xFFFFFFFF
)
CHIP_CONF_SIZE = 760
BLCP_RUN = 0x05200200  # of an empty part, yet the SDK's make_helpers/fip.mk sets it
MONITOR_RUN = 0x80000000
BL2_LIMIT = 100 << 10  # VC SRAM, fsbl/plat/cv180x/include/platform_def.h

# Where PARAM2 tells the second loader. Some first stage loaders know a BL32 before it.
LOADER_ENTRIES = (0x40, 0x50)

PARAM1 = {
    "MAGIC1": 8,
    "MAGIC2": 4,
    "PARAM_CKSUM": 4,
    "NAND_INFO": 128,
    "NOR_INFO": 36,
    "FIP_FLAGS": 8,
    "CHIP_CONF_SIZE": 4,
    "BLCP_IMG_CKSUM": 4,
    "BLCP_IMG_SIZE": 4,
    "BLCP_IMG_RUNADDR": 4,
    "BLCP_PARAM_LOADADDR": 4,
    "BLCP_PARAM_SIZE": 4,
    "BL2_IMG_CKSUM": 4,
    "BL2_IMG_SIZE": 4,
    "BLD_IMG_SIZE": 4,
    "PARAM2_LOADADDR": 4,
    "RESERVED1": 4,
    "CHIP_CONF": CHIP_CONF_SIZE,
    "BL_EK": 32,
    "ROOT_PK": 512,
    "BL_PK": 512,
    "BL_PK_SIG": 512,
    "CHIP_CONF_SIG": 512,
    "BL2_IMG_SIG": 512,
    "BLCP_IMG_SIG": 512,
}


@dataclass(frozen=True)
class Fip:
    """The parts of a fip.bin. Of a file that was read, they have their padding.

    `loader` is the second loader as the file has it: see image.boards.loader.
    """

    bl2: bytes
    ddr_param: bytes
    monitor: bytes  # OpenSBI
    loader: bytes
    monitor_run: int = MONITOR_RUN
    rtos: bytes = b""  # BLCP_2ND, what the small core runs; none is valid
    rtos_run: int = 0
    chip_conf: bytes = CHIP_CONF
    nand_info: bytes = b""
    nor_info: bytes = b"\xff" * PARAM1["NOR_INFO"]
    blcp_run: int = BLCP_RUN
    loader_entry: int = LOADER_ENTRIES[0]  # as the first stage loader wants it


def pack(fip: Fip) -> bytes:
    """The bytes of fip.bin. Raises UserError when a part cannot be what it has to be."""
    _check(fip)
    bl2 = pad(fip.bl2)
    at = PARAM_SIZE + len(bl2)
    return _param1(fip, bl2, at) + bl2 + _second(fip, at)


def unpack(data: bytes) -> Fip:
    """Read a fip.bin. Raises UserError, naming the fields that are wrong.

    Every byte is checked: the parts are found by bounded reads and packed again, which recomputes
    all checksums, offsets and unused fields; the result must be the file.
    """
    fip = _parts(data)
    again = pack(fip)
    if again != data:
        raise UserError(f"fip.bin: {_difference(data, again, fip)}")
    return fip


def has_rtos(fip: Fip) -> bool:
    """Whether the small core gets a program, and with it a region of memory."""
    return bool(fip.rtos)


def loader_entry(header: str) -> int:
    """Where a first stage loader reads the second loader's entry in PARAM2.

    `header` is the text of its fsbl/plat/cv181x/include/bl2.h, with struct fip_param2.
    """
    found = re.search(r"struct fip_param2 \{(.*?)\}", header, re.DOTALL)
    offset = 0
    for field in re.finditer(r"uint(\d+)_t\s+(\w+)(?:\[(\d+)\])?;", found[1] if found else ""):
        if field[2] == "loader_2nd_reserved0" and offset in LOADER_ENTRIES:
            return offset
        offset += int(field[1]) // 8 * int(field[3] or 1)
    raise UserError(
        "bl2.h: struct fip_param2 does not tell the second loader at 0x40 or 0x50",
        hint="this first stage loader reads another fip.bin than the one known here",
    )


def param2_fields(entry: int) -> dict[str, int]:
    """The fields of PARAM2 and their sizes, with the second loader's at that offset."""
    words = ("CKSUM", "LOADADDR", "SIZE", "RUNADDR")
    return {
        "MAGIC": 8,
        "PARAM2_CKSUM": 4,
        "RESERVED": 4,
        **{f"DDR_PARAM_{word}": 4 for word in (*words[:3], "RESERVED")},
        **{f"BLCP_2ND_{word}": 4 for word in words},
        **{f"MONITOR_{word}": 4 for word in words},
        "BL32": entry - LOADER_ENTRIES[0],
        "LOADER_2ND_RESERVED0": 4,
        "LOADER_2ND_LOADADDR": 4,
        "RESERVED_LAST": PARAM_SIZE - entry - 8,
    }


def _param1(fip: Fip, bl2: bytes, param2: int) -> bytes:
    record = pack_record(
        PARAM1,
        {
            "MAGIC1": MAGIC1,
            "NAND_INFO": fip.nand_info,
            "NOR_INFO": fip.nor_info,
            "CHIP_CONF_SIZE": CHIP_CONF_SIZE,
            "BLCP_IMG_CKSUM": cksum(b""),
            "BLCP_IMG_RUNADDR": fip.blcp_run,
            "BL2_IMG_CKSUM": cksum(bl2),
            "BL2_IMG_SIZE": len(bl2),
            "PARAM2_LOADADDR": param2,
            "CHIP_CONF": fip.chip_conf,
        },
    )
    return record[:12] + cksum(record[16:SIGNED_SIZE]) + record[16:]


def _second(fip: Fip, at: int) -> bytes:
    """PARAM2, which is placed at that offset, and its parts."""
    parts = {
        "DDR_PARAM": pad(fip.ddr_param),
        "BLCP_2ND": pad(fip.rtos),
        "MONITOR": pad(fip.monitor),
    }
    values: dict[str, Value] = {
        "MAGIC": MAGIC2,
        "BLCP_2ND_RUNADDR": fip.rtos_run,
        "MONITOR_RUNADDR": fip.monitor_run,
    }
    offset = at + PARAM_SIZE
    for name, part in parts.items():
        if part:
            values |= {
                f"{name}_CKSUM": cksum(part),
                f"{name}_LOADADDR": offset,
                f"{name}_SIZE": len(part),
            }
        offset += len(part)
    values["LOADER_2ND_LOADADDR"] = offset
    record = pack_record(param2_fields(fip.loader_entry), values)
    record = record[:8] + cksum(record[12:]) + record[12:]
    return record + b"".join(parts.values()) + fip.loader


def _check(fip: Fip) -> None:
    for name in ("bl2", "ddr_param", "monitor", "loader"):
        if not getattr(fip, name):
            raise UserError(f"fip.bin: {name} is empty")
    if len(fip.bl2) > BL2_LIMIT:
        raise UserError(f"fip.bin: bl2 has {len(fip.bl2)} bytes, more than its {BL2_LIMIT} of RAM")
    if bool(fip.rtos) != bool(fip.rtos_run):
        raise UserError("fip.bin: rtos and its run address belong together; one of them is missing")
    if fip.loader_entry not in LOADER_ENTRIES:
        raise UserError(f"fip.bin: {fip.loader_entry:#x} is not an entry of the second loader")
    loader.raw_of(fip.loader)


def _parts(data: bytes) -> Fip:
    """The parts, wherever the file says they are; only their bounds are checked."""
    first = values_of(PARAM1, _slice(data, 0, PARAM_SIZE, "PARAM1"))
    _expect("MAGIC1", first["MAGIC1"], MAGIC1)
    at = number(first, "PARAM2_LOADADDR")
    block = _slice(data, at, PARAM_SIZE, "PARAM2")
    entry = next((e for e in LOADER_ENTRIES if any(block[e + 4 : e + 8])), LOADER_ENTRIES[0])
    second = values_of(param2_fields(entry), block)
    _expect("MAGIC of PARAM2", second["MAGIC"], MAGIC2)

    def part(name: str) -> bytes:
        offset, size = number(second, f"{name}_LOADADDR"), number(second, f"{name}_SIZE")
        return _slice(data, offset, size, name)

    offset = number(second, "LOADER_2ND_LOADADDR")
    size = loader.head_of(_slice(data, offset, loader.HEAD.size, "LOADER_2ND"))[3]
    return Fip(
        bl2=_slice(data, PARAM_SIZE, number(first, "BL2_IMG_SIZE"), "BL2"),
        ddr_param=part("DDR_PARAM"),
        monitor=part("MONITOR"),
        loader=_slice(data, offset, size, "LOADER_2ND"),
        monitor_run=number(second, "MONITOR_RUNADDR"),
        rtos=part("BLCP_2ND"),
        rtos_run=number(second, "BLCP_2ND_RUNADDR"),
        chip_conf=first["CHIP_CONF"],
        nand_info=first["NAND_INFO"],
        nor_info=first["NOR_INFO"],
        blcp_run=number(first, "BLCP_IMG_RUNADDR"),
        loader_entry=entry,
    )


def _difference(data: bytes, again: bytes, fip: Fip) -> str:
    """What in a file is not what it has to be. A wrong field makes its record's checksum wrong."""
    second = PARAM_SIZE + len(fip.bl2)
    found = []
    for fields, start in ((PARAM1, 0), (param2_fields(fip.loader_entry), second)):
        for name, (offset, size) in places(fields).items():
            low = start + offset
            there, expected = data[low : low + size], again[low : low + size]
            if there != expected:
                found.append(f"{name} at {low:#x} is {_shown(there)}, not {_shown(expected)}")
    if found:
        return "; ".join(found)
    pairs = enumerate(itertools.zip_longest(data, again))
    place = next(offset for offset, (one, other) in pairs if one != other)
    return f"the byte at {place:#x} belongs to no part"


def _shown(value: bytes) -> str:
    return hex(int.from_bytes(value, "little")) if len(value) <= 8 else "something else"


def _expect(name: str, value: bytes, expected: bytes) -> None:
    if value != expected:
        raise UserError(f"fip.bin: {name} is {magic(value)}, {magic(expected)} expected")


def _slice(data: bytes, offset: int, size: int, name: str) -> bytes:
    if offset + size > len(data):
        raise UserError(
            f"fip.bin: {name} at {offset:#x} with {size:#x} bytes is not in the file,"
            f" which has {len(data):#x}"
        )
    return data[offset : offset + size]
