# SPDX-License-Identifier: MIT
"""fip.bin: what the boot ROM and the first stage loader (BL2) read from the card.

All integers are little endian, all parts are padded with zeros to BLOCK. Fields, their order and
their values are those of the vendor's fsbl/plat/cv180x/fiptool.py (SDK of the board), names too.
"""

import binascii
import dataclasses
import itertools
import lzma
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from image.duo import alone
from image.errors import UserError

BLOCK = 512
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

# Head of the second loader: jump, magic, checksum, size, run address, two words.
LOADER_HEAD = struct.Struct("<4s4sIIQ8s")
LOADER_RAW = b"BL33"
LOADER_LZMA = b"B3MA"
LOADER_LIMIT = 16 << 20  # FSBL's DECOMP_DST_SIZE
# What a raw loader has for checksum and size, u-boot-2021.10/arch/riscv/include/asm/boot0.h.
RAW_CKSUM, RAW_SIZE = 0xDEADBEEA, 0xDEADBEEB
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

Value = int | bytes


@dataclass(frozen=True)
class Fip:
    """The parts of a fip.bin. Of a file that was read, they have their padding.

    `loader` is the second loader as the file has it: see `squeeze_loader` and `raw_loader`.
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
    bl2 = _pad(fip.bl2)
    at = PARAM_SIZE + len(bl2)
    return _param1(fip, bl2, at) + bl2 + _second(fip, at)


def unpack(data: bytes) -> Fip:
    """Read a fip.bin. Raises UserError, naming the fields that are wrong.

    Every byte is checked: the parts are found by bounded reads and packed again, which gives all
    checksums, offsets and unused fields anew; the result must be the file.
    """
    fip = _parts(data)
    again = pack(fip)
    if again != data:
        raise UserError(f"fip.bin: {_difference(data, again, fip)}")
    return fip


def has_rtos(fip: Fip) -> bool:
    """Whether the small core gets a program, and with it a region of memory."""
    return bool(fip.rtos)


def without_rtos(fip: Fip) -> Fip:
    """The same without a program for the small core."""
    return dataclasses.replace(fip, rtos=b"", rtos_run=0)


def squeeze_loader(raw: bytes) -> bytes:
    """A second loader (the vendor's u-boot-raw.bin) as fip.bin has it.

    Raises UserError when it does not begin with the vendor's head of 32 bytes.
    """
    jump, magic, _, _, run, rest = _loader_head(raw)
    if magic != LOADER_RAW:
        raise UserError(
            f"the second loader's magic is {magic!r}, {LOADER_RAW!r} expected",
            hint="fip.bin takes the vendor U-Boot's u-boot-raw.bin",
        )
    # Not a preset with a level: it is what the vendor's tool asks for.
    body = alone.squeeze(raw[LOADER_HEAD.size :], lzma.PRESET_EXTREME)
    size = len(body) + LOADER_HEAD.size
    size += -size % BLOCK
    head = LOADER_HEAD.pack(jump, LOADER_LZMA, 0, size, run, rest)
    image = _pad(head + body)
    return image[:8] + _cksum(image[12:]) + image[12:]


def raw_loader(image: bytes) -> bytes:
    """The second loader as it was before `squeeze_loader`, checked; UserError if damaged."""
    jump, magic, cksum, size, run, rest = _loader_head(image)
    if magic not in (LOADER_LZMA, LOADER_RAW):
        raise UserError(f"LOADER_2ND: magic is {magic!r}, {LOADER_LZMA!r} expected")
    if size != len(image) or size % BLOCK:
        raise UserError(f"LOADER_2ND: SIZE is {size:#x}, the part has {len(image):#x} bytes")
    expected = int.from_bytes(_cksum(image[12:]), "little")
    if cksum != expected:
        raise UserError(f"LOADER_2ND: CKSUM is {cksum:#x}, {expected:#x} expected")
    body = image[LOADER_HEAD.size :]
    if magic == LOADER_LZMA:
        body = alone.expand(body, LOADER_LIMIT, "LOADER_2ND")
    return LOADER_HEAD.pack(jump, LOADER_RAW, RAW_CKSUM, RAW_SIZE, run, rest) + body


def loader_run(image: bytes) -> int:
    """Where the second loader's head comes to lie; the code follows the head."""
    run: int = _loader_head(image)[4]
    return run


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
    record = _record(
        PARAM1,
        {
            "MAGIC1": MAGIC1,
            "NAND_INFO": fip.nand_info,
            "NOR_INFO": fip.nor_info,
            "CHIP_CONF_SIZE": CHIP_CONF_SIZE,
            "BLCP_IMG_CKSUM": _cksum(b""),
            "BLCP_IMG_RUNADDR": fip.blcp_run,
            "BL2_IMG_CKSUM": _cksum(bl2),
            "BL2_IMG_SIZE": len(bl2),
            "PARAM2_LOADADDR": param2,
            "CHIP_CONF": fip.chip_conf,
        },
    )
    return record[:12] + _cksum(record[16:SIGNED_SIZE]) + record[16:]


def _second(fip: Fip, at: int) -> bytes:
    """PARAM2, which comes to lie at that offset, and its parts."""
    parts = {
        "DDR_PARAM": _pad(fip.ddr_param),
        "BLCP_2ND": _pad(fip.rtos),
        "MONITOR": _pad(fip.monitor),
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
                f"{name}_CKSUM": _cksum(part),
                f"{name}_LOADADDR": offset,
                f"{name}_SIZE": len(part),
            }
        offset += len(part)
    values["LOADER_2ND_LOADADDR"] = offset
    record = _record(param2_fields(fip.loader_entry), values)
    record = record[:8] + _cksum(record[12:]) + record[12:]
    return record + b"".join(parts.values()) + fip.loader


def _check(fip: Fip) -> None:
    for name in ("bl2", "ddr_param", "monitor", "loader"):
        if not getattr(fip, name):
            raise UserError(f"fip.bin: {name} is empty")
    if len(fip.bl2) > BL2_LIMIT:
        raise UserError(f"fip.bin: bl2 has {len(fip.bl2)} bytes, more than its {BL2_LIMIT} of RAM")
    if bool(fip.rtos) != bool(fip.rtos_run):
        raise UserError("fip.bin: rtos and its run address go together, one of them is missing")
    if fip.loader_entry not in LOADER_ENTRIES:
        raise UserError(f"fip.bin: {fip.loader_entry:#x} is no place for the second loader's entry")
    raw_loader(fip.loader)


def _parts(data: bytes) -> Fip:
    """The parts, wherever the file says they lie; only their bounds are checked."""
    first = _values(PARAM1, _slice(data, 0, PARAM_SIZE, "PARAM1"))
    _expect("MAGIC1", first["MAGIC1"], MAGIC1)
    at = _number(first, "PARAM2_LOADADDR")
    block = _slice(data, at, PARAM_SIZE, "PARAM2")
    entry = next((e for e in LOADER_ENTRIES if any(block[e + 4 : e + 8])), LOADER_ENTRIES[0])
    second = _values(param2_fields(entry), block)
    _expect("MAGIC of PARAM2", second["MAGIC"], MAGIC2)

    def part(name: str) -> bytes:
        offset, size = _number(second, f"{name}_LOADADDR"), _number(second, f"{name}_SIZE")
        return _slice(data, offset, size, name)

    offset = _number(second, "LOADER_2ND_LOADADDR")
    size = _loader_head(_slice(data, offset, LOADER_HEAD.size, "LOADER_2ND"))[3]
    return Fip(
        bl2=_slice(data, PARAM_SIZE, _number(first, "BL2_IMG_SIZE"), "BL2"),
        ddr_param=part("DDR_PARAM"),
        monitor=part("MONITOR"),
        loader=_slice(data, offset, size, "LOADER_2ND"),
        monitor_run=_number(second, "MONITOR_RUNADDR"),
        rtos=part("BLCP_2ND"),
        rtos_run=_number(second, "BLCP_2ND_RUNADDR"),
        chip_conf=first["CHIP_CONF"],
        nand_info=first["NAND_INFO"],
        nor_info=first["NOR_INFO"],
        blcp_run=_number(first, "BLCP_IMG_RUNADDR"),
        loader_entry=entry,
    )


def _difference(data: bytes, again: bytes, fip: Fip) -> str:
    """What in a file is not what it has to be. A wrong field makes its record's checksum wrong."""
    second = PARAM_SIZE + len(fip.bl2)
    found = []
    for fields, start in ((PARAM1, 0), (param2_fields(fip.loader_entry), second)):
        for name, (offset, size) in _places(fields).items():
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
        raise UserError(f"fip.bin: {name} is {value!r}, {expected!r} expected")


def _slice(data: bytes, offset: int, size: int, name: str) -> bytes:
    if offset + size > len(data):
        raise UserError(
            f"fip.bin: {name} at {offset:#x} with {size:#x} bytes is not in the file,"
            f" which has {len(data):#x}"
        )
    return data[offset : offset + size]


def _loader_head(image: bytes) -> tuple[bytes, bytes, int, int, int, bytes]:
    if len(image) < LOADER_HEAD.size:
        raise UserError(f"LOADER_2ND: {len(image)} bytes are no loader")
    jump, magic, cksum, size, run, rest = LOADER_HEAD.unpack_from(image)
    return jump, magic, cksum, size, run, rest


def _places(fields: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Offset and size of each field of a record."""
    offsets = itertools.accumulate(fields.values(), initial=0)
    return {name: (at, size) for at, (name, size) in zip(offsets, fields.items(), strict=False)}


def _values(fields: Mapping[str, int], record: bytes) -> dict[str, bytes]:
    places = _places(fields)
    return {name: record[offset : offset + size] for name, (offset, size) in places.items()}


def _number(values: Mapping[str, bytes], name: str) -> int:
    return int.from_bytes(values[name], "little")


def _record(fields: Mapping[str, int], values: Mapping[str, Value]) -> bytes:
    return b"".join(_field(name, size, values.get(name, 0)) for name, size in fields.items())


def _field(name: str, size: int, value: Value) -> bytes:
    try:
        data = value.to_bytes(size, "little") if isinstance(value, int) else value
    except OverflowError:
        data = bytes(size + 1)
    if len(data) > size:
        raise UserError(f"fip.bin: {name} does not fit into its {size} bytes")
    return data.ljust(size, b"\0")


def _pad(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def _cksum(data: bytes) -> bytes:
    """CRC-16/XMODEM and two bytes that mark it."""
    return struct.pack("<H", binascii.crc_hqx(data, 0)) + b"\xfe\xca"
