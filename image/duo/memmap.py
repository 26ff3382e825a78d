# SPDX-License-Identifier: MIT
"""The board's memory map: read, checked, and told to each part that needs it.

Figures of the board stand in overlays/memmap/milkv_duo.yaml, with their reasons.
"""

import itertools
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from image.errors import UserError

KIB = 1 << 10
MIB = 1 << 20
PAGE = 4 * KIB
PHASES = ("fsbl", "start", "load", "linux")
# Linux's arch/riscv: where the kernel is linked, counted from the start of memory (LOAD_OFFSET).
LOAD_OFFSET = 2 * MIB
# Regions that the code itself asks for; all others are the map's own business.
MONITOR, KERNEL, BOOT_FILE = "MONITOR", "KERNEL", "UIMAG"

MACRO = re.compile(r"[A-Z][A-Z0-9_]*")
SIZE = re.compile(r"([0-9]{1,9}) (KiB|MiB)")
UNITS = {"KiB": KIB, "MiB": MIB}
TOP_KEYS = {"dram", "memory", "regions", "constants"}
REGION_KEYS = {"owner", "why", "phases", "size", "macros"}
REGION_OPTIONS = {"address", "place", "rtos_size", "hidden"}

# Linux's Documentation/riscv/boot-image-header: text offset and image size at 8, magics at 48.
IMAGE_HEADER = struct.Struct("<8xQQ24x8s4s4x")
IMAGE_MAGICS = (b"RISCV\0\0\0", b"RSC\x05")


@dataclass(frozen=True)
class Region:
    """Part of the memory. Address, size and end (the first address behind it) in bytes."""

    name: str
    owner: str
    why: str
    address: int
    size: int
    phases: frozenset[str]
    macros: Mapping[str, str]  # name in the vendor's sources: "address", "size" or "end"
    hidden: bool = False

    @property
    def end(self) -> int:
        return self.address + self.size

    def clashes(self, other: "Region") -> bool:
        """Whether both want the same memory at the same time."""
        apart = self.end <= other.address or other.end <= self.address
        empty = not (self.size and other.size)
        return not (apart or empty) and bool(self.phases & other.phases)

    def __str__(self) -> str:
        return f"{self.name} ({self.address:#x} to {self.end:#x})"


@dataclass(frozen=True)
class KernelHeader:
    """What a RISC-V kernel Image says of itself, in bytes; `image_size` includes its bss."""

    text_offset: int
    image_size: int


@dataclass(frozen=True)
class MemoryMap:
    """A checked map. `where` names its file in messages."""

    where: str
    dram: Region
    memory: Region  # what U-Boot and Linux are told of
    regions: tuple[Region, ...]
    constants: Mapping[str, int]

    def region(self, name: str) -> Region:
        """The region of that name, which the map has."""
        return next(region for region in self.regions if region.name == name)

    def memory_node(self) -> tuple[int, int]:
        """Address and size for the device tree's memory node."""
        return self.memory.address, self.memory.size

    def fwsz(self) -> str:
        """The boot argument that makes the vendor's kernel reserve OpenSBI's memory, no more."""
        return f"riscv.fwsz={self.region(MONITOR).size:#x}"

    def values(self) -> dict[str, int]:
        """Each name that the vendor's sources know, with its value, by name."""
        found = dict(self.constants)
        for region in (self.dram, self.memory, *self.regions):
            found |= {macro: getattr(region, what) for macro, what in region.macros.items()}
        return dict(sorted(found.items()))

    def header(self) -> str:
        """cvi_board_memmap.h, as FSBL, U-Boot and the device tree include it."""
        guard = "__BOARD_MMAP__"
        lines = [f"#define {n} {v:#x}  /* {_comment(v)} */" for n, v in self.values().items()]
        return "\n".join(
            (f"#ifndef {guard}", f"#define {guard}", "", *lines, "", f"#endif /* {guard} */", "")
        )

    def conf(self) -> str:
        """cvi_board_memmap.conf, as the vendor's shell scripts and makefiles read it."""
        return "".join(f"{name}={value:#x}\n" for name, value in self.values().items())

    def linker(self) -> str:
        """cvi_board_memmap.ld, as linker scripts include it."""
        return "".join(f"{name} = {value:#x};\n" for name, value in self.values().items())

    def check_kernel(self, image: Path) -> KernelHeader:
        """A kernel Image's header; UserError if it would not run where U-Boot unpacks it."""
        header = kernel_header(image)
        room = self.region(KERNEL)
        offset = room.address - self.dram.address
        if header.text_offset != offset:
            raise UserError(
                f"{image.name} is linked for {header.text_offset:#x} above the start of memory, "
                f"but {self.where} puts {room.name} at {offset:#x}",
                hint="the kernel's load offset and the map's KERNEL address must be the same",
            )
        self._check_fits(
            f"{image.name} with its bss", header.image_size, room,
            "switch kernel options off in overlays/kernel, or move UIMAG up in the map",
        )  # fmt: skip
        return header

    def check_boot_file(self, size: int) -> None:
        """UserError if boot.sd, of that many bytes, is larger than the buffer it is read to."""
        hint = "make the kernel smaller, or UIMAG larger in the map"
        self._check_fits("boot.sd", size, self.region(BOOT_FILE), hint)

    def _check_fits(self, what: str, size: int, room: Region, hint: str) -> None:
        if size > room.size:
            raise UserError(
                f"{what} takes {size} bytes, {size - room.size} more than {room} "
                f"of {self.where} has: {room.size}",
                hint=hint,
            )


def kernel_header(image: Path) -> KernelHeader:
    """Read the header of a RISC-V Linux Image. Raises UserError when it is none."""
    hint = "arch/riscv/boot/Image of a RISC-V kernel is expected, not packed"
    with image.open("rb") as file:
        raw = file.read(IMAGE_HEADER.size)
    if len(raw) < IMAGE_HEADER.size:
        raise UserError(
            f"{image.name} ends after {len(raw)} of the {IMAGE_HEADER.size} bytes of a header", hint
        )
    text_offset, image_size, *magics = IMAGE_HEADER.unpack(raw)
    if tuple(magics) != IMAGE_MAGICS:
        raise UserError(f"{image.name} is no RISC-V kernel: its magic is {magics}", hint)
    if image_size < image.stat().st_size:
        raise UserError(
            f"{image.name}: the header says {image_size} bytes in memory, "
            f"the file alone has {image.stat().st_size}",
            hint,
        )
    return KernelHeader(text_offset, image_size)


def size_text(size: int) -> str:
    """A size for people: 256 KiB, 15 MiB, 0."""
    for unit, name in ((MIB, "MiB"), (KIB, "KiB")):
        if size and size % unit == 0:
            return f"{size // unit} {name}"
    return str(size)


def load(path: Path, rtos: bool = False) -> MemoryMap:
    """Read and check a map; `rtos`: a foreign fip.bin starts FreeRTOS on the second core.

    Raises UserError naming the file, the region, the value and the remedy.
    """
    where = f"{path.parent.name}/{path.name}"
    data = _read(path, where)
    _check_keys(data, TOP_KEYS, set(), where)
    dram = _fixed(data["dram"], f"{where}: dram")
    regions = _regions(_mapping(data["regions"], f"{where}: regions"), dram, rtos, where)
    memory = _memory(data["memory"], dram, regions, where)
    constants = _constants(data["constants"], f"{where}: constants")
    memmap = MemoryMap(where, dram, memory, regions, constants)
    _check(memmap)
    return memmap


class _Strict(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error: the first would be lost in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            problem = f"key '{twice[0]}' stands there twice"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)


def _read(path: Path, where: str) -> dict[str, Any]:
    try:
        data = yaml.load(path.read_text(), Loader=_Strict)
    except OSError as error:
        raise UserError(f"{where} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(f"{where} is not valid YAML: {error}") from None
    return _mapping(data, where)


def _regions(entries: dict[str, Any], dram: Region, rtos: bool, where: str) -> tuple[Region, ...]:
    found = []
    top = dram.end
    for name, entry in entries.items():
        place = f"{where}: region {name}"
        entry = _mapping(entry, place)
        _check_keys(entry, REGION_KEYS, REGION_OPTIONS, place)
        size = _size(entry, "rtos_size" if rtos and "rtos_size" in entry else "size", place)
        if ("address" in entry) == ("place" in entry):
            raise UserError(f"{place}: either 'address' or 'place: end' is needed, and one of them")
        if entry.get("place", "end") != "end":
            raise UserError(f"{place}: place is '{entry['place']}'", hint="the only place is: end")
        address = _number(entry, "address", place) if "address" in entry else top - size
        if "place" in entry:
            top = address
        found.append(_region(name, entry, address, size, place))
    return tuple(found)


def _region(name: str, entry: dict[str, Any], address: int, size: int, place: str) -> Region:
    hidden = entry.get("hidden", False)
    if not isinstance(hidden, bool):
        raise UserError(f"{place}: hidden is '{hidden}'", hint="true or false is expected")
    phases = entry["phases"]
    if not isinstance(phases, list) or not phases or not all(phase in PHASES for phase in phases):
        hint = f"a list of one or more of: {', '.join(PHASES)}"
        raise UserError(f"{place}: phases are '{phases}'", hint)
    return Region(
        name=name,
        owner=_text(entry, "owner", place),
        why=_text(entry, "why", place),
        address=address,
        size=size,
        phases=frozenset(phases),
        macros=_macros(entry, place),
        hidden=hidden,
    )


def _fixed(entry: Any, place: str) -> Region:
    entry = _mapping(entry, place)
    _check_keys(entry, {"address", "size", "why", "macros"}, set(), place)
    address, size = _number(entry, "address", place), _size(entry, "size", place)
    return _whole("DRAM", entry, address, size, place)


def _memory(entry: Any, dram: Region, regions: tuple[Region, ...], where: str) -> Region:
    place = f"{where}: memory"
    entry = _mapping(entry, place)
    _check_keys(entry, {"why", "macros"}, set(), place)
    end = min((region.address for region in regions if region.hidden), default=dram.end)
    for region in regions:
        if end < region.end and not region.hidden and region.size:
            raise UserError(
                f"{where}: {region} lies behind hidden memory, which begins at {end:#x}",
                hint="hidden regions come last in memory: place them first of all at the end",
            )
    return _whole("MEMORY", entry, dram.address, end - dram.address, place)


def _whole(name: str, entry: dict[str, Any], address: int, size: int, place: str) -> Region:
    why, macros = _text(entry, "why", place), _macros(entry, place)
    return Region(name, "board", why, address, size, frozenset(PHASES), macros)


def _constants(entry: Any, place: str) -> dict[str, int]:
    constants = _mapping(entry, place)
    for name in constants:
        _check_macro(name, place)
    return {name: _number(constants, name, place) for name in constants}


def _macros(entry: dict[str, Any], place: str) -> dict[str, str]:
    macros = _mapping(entry["macros"], f"{place}: macros")
    for name, what in macros.items():
        _check_macro(name, place)
        if what not in ("address", "size", "end"):
            hint = "address, size or end is expected"
            raise UserError(f"{place}: macro {name} is '{what}'", hint)
    return macros


def _check_macro(name: str, place: str) -> None:
    if not MACRO.fullmatch(name):
        raise UserError(f"{place}: '{name}' is no name of a C macro", hint="A-Z, 0-9 and _")


def _mapping(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise UserError(f"{place}: a mapping of names is expected, not '{value}'")
    return value


def _check_keys(entry: dict[str, Any], needed: set[str], options: set[str], place: str) -> None:
    lacking, strange = needed - set(entry), set(entry) - needed - options
    if lacking:
        raise UserError(f"{place}: key '{min(lacking)}' is missing")
    if strange:
        known = ", ".join(sorted(needed | options))
        raise UserError(f"{place}: unknown key '{min(strange)}'", hint=f"known: {known}")


def _text(entry: dict[str, Any], key: str, place: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not value.strip():
        raise UserError(f"{place}: {key} is '{value}'", hint="some words are expected")
    return value


def _number(entry: dict[str, Any], key: str, place: str) -> int:
    value = entry[key]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 64:
        hint = "a number is expected, such as 0x80000000"
        raise UserError(f"{place}: {key} is '{value}'", hint)
    return value


def _size(entry: dict[str, Any], key: str, place: str) -> int:
    value = entry[key]
    match = SIZE.fullmatch(value) if isinstance(value, str) else None
    if match:
        return int(match[1]) * UNITS[match[2]]
    if isinstance(value, str):
        hint = 'bytes, "N KiB" or "N MiB" is expected'
        raise UserError(f"{place}: {key} is '{value}'", hint)
    return _number(entry, key, place)


def _check(memmap: MemoryMap) -> None:
    where = memmap.where
    names = {region.name for region in memmap.regions}
    for needed in (MONITOR, KERNEL, BOOT_FILE):
        if needed not in names:
            raise UserError(f"{where}: region {needed} is missing")
    for region in (memmap.dram, *memmap.regions):
        _check_pages(region, where)
        _check_inside(region, memmap.dram, where)
    for first, second in itertools.combinations(memmap.regions, 2):
        if first.clashes(second):
            phase = min(first.phases & second.phases, key=PHASES.index)
            raise UserError(
                f"{where}: {first} and {second} overlap in phase '{phase}'",
                hint="move or shrink one of them, or correct their phases",
            )
    _check_monitor(memmap)
    _check_names(memmap)


def _check_pages(region: Region, where: str) -> None:
    for what, value in (("address", region.address), ("size", region.size)):
        if value % PAGE:
            raise UserError(
                f"{where}: {region.name}'s {what} {value:#x} is no multiple of a page",
                hint=f"the nearest ones are {value - value % PAGE:#x} and "
                f"{value - value % PAGE + PAGE:#x}",
            )


def _check_inside(region: Region, dram: Region, where: str) -> None:
    if region.address < dram.address or region.end > dram.end:
        raise UserError(
            f"{where}: {region} lies outside of {dram}",
            hint=f"the board has {size_text(dram.size)}, no more",
        )


def _check_monitor(memmap: MemoryMap) -> None:
    monitor, kernel = memmap.region(MONITOR), memmap.region(KERNEL)
    size = monitor.size
    if not PAGE < size < LOAD_OFFSET or size & (size - 1) or monitor.address % size:
        raise UserError(
            f"{memmap.where}: {monitor} has {size_text(size)}",
            hint="OpenSBI's memory is guarded as one power of two, from a multiple of it on; and "
            "Linux takes riscv.fwsz only if it is more than 4 KiB and less than 2 MiB",
        )
    base = memmap.dram.address
    if monitor.address != base or kernel.address != base + LOAD_OFFSET:
        raise UserError(
            f"{memmap.where}: {monitor} and {kernel}",
            hint=f"Linux expects the firmware at the start of memory, {base:#x}, "
            f"and itself 2 MiB above it, {base + LOAD_OFFSET:#x}",
        )


def _check_names(memmap: MemoryMap) -> None:
    regions = (memmap.dram, memmap.memory, *memmap.regions)
    names = [*memmap.constants, *itertools.chain.from_iterable(r.macros for r in regions)]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"{memmap.where}: macro {name} is given twice", hint="remove one")


def _comment(value: int) -> str:
    offset = "offset " if value >= 1 << 31 else ""
    value %= 1 << 31
    return offset + (f"{value / MIB}MiB" if value >= MIB else f"{value / KIB}KiB")
