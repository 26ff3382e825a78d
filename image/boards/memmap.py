# SPDX-License-Identifier: MIT
"""The board's memory map: read, checked, and told to each part that needs it.

Figures of a board stand in overlays/boards/NAME/memmap.yaml, with their reasons.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from image.boards import entry, kernel
from image.boards.entry import KIB, MIB, Entry
from image.boards.kernel import PAGE
from image.errors import UserError

PHASES = ("fsbl", "start", "load", "linux")
# Linux's arch/riscv: where the kernel is linked, counted from the start of memory (LOAD_OFFSET).
LOAD_OFFSET = 2 * MIB
# Regions that the code itself asks for; all others are the map's own business.
MONITOR, KERNEL, BOOT_FILE = "MONITOR", "KERNEL", "UIMAG"
MACRO = re.compile(r"[A-Z][A-Z0-9_]*")
REGION_KEYS = ("owner", "why", "phases", "size", "macros")
REGION_OPTIONS = ("address", "place", "rtos_size", "hidden")


@dataclass(frozen=True)
class Region:
    """Part of the memory. Address, size and end (the first address after it) in bytes."""

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
        shared = min(self.end, other.end) - max(self.address, other.address)
        return shared > 0 and bool(self.phases & other.phases)

    def __str__(self) -> str:
        return f"{self.name} ({self.address:#x} to {self.end:#x})"


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
        """cvi_board_memmap.conf, as shell scripts and makefiles read it."""
        return "".join(f"{name}={value:#x}\n" for name, value in self.values().items())

    def linker(self) -> str:
        """cvi_board_memmap.ld, as linker scripts include it."""
        return "".join(f"{name} = {value:#x};\n" for name, value in self.values().items())

    def check_kernel(self, image: Path) -> kernel.Header:
        """A kernel Image's header; UserError if it would not run where U-Boot unpacks it."""
        header = kernel.read_header(image)
        room = self.region(KERNEL)
        offset = room.address - self.dram.address
        if header.text_offset != offset:
            raise UserError(
                f"{image.name} is linked for {header.text_offset:#x} above the start of memory, "
                f"but {self.where} puts {room} at {offset:#x}",
                hint="the kernel's load offset and the map's KERNEL address must agree",
            )
        hint = "disable what the board does not need in its kernel/, or move UIMAG up"
        self._check_fits(f"{image.name} with its bss", header.image_size, room, hint)
        return header

    def check_boot_file(self, size: int) -> None:
        """UserError if boot.sd, of that many bytes, is larger than the buffer it is read to."""
        hint = "make the kernel smaller, or UIMAG larger"
        self._check_fits("boot.sd", size, self.region(BOOT_FILE), hint)

    def _check_fits(self, what: str, size: int, room: Region, hint: str) -> None:
        if size > room.size:
            raise UserError(
                f"{what} takes {size} bytes; {room} in {self.where} has {room.size}, "
                f"{size - room.size} too few",
                hint,
            )


def load(path: Path, rtos: bool = False) -> MemoryMap:
    """Read and check a map; `rtos`: a foreign fip.bin starts FreeRTOS on the second core.

    Raises UserError naming the file, the region, the value and the remedy.
    """
    file = entry.read(path)
    file.check_keys(("dram", "memory", "regions", "constants"))
    dram = _dram(file.entry("dram"))
    regions = _regions(file.entry("regions"), dram, rtos)
    memmap = MemoryMap(
        where=file.place,
        dram=dram,
        memory=_memory(file.entry("memory"), dram, regions),
        regions=regions,
        constants=_constants(file.entry("constants")),
    )
    _check(memmap)
    return memmap


def _dram(facts: Entry) -> Region:
    facts.check_keys(("address", "size", "why", "macros"))
    return _whole("DRAM", facts, facts.number("address"), facts.size("size"))


def _memory(facts: Entry, dram: Region, regions: tuple[Region, ...]) -> Region:
    facts.check_keys(("why", "macros"))
    end = min((region.address for region in regions if region.hidden), default=dram.end)
    return _whole("MEMORY", facts, dram.address, end - dram.address)


def _whole(name: str, facts: Entry, address: int, size: int) -> Region:
    macros = _macros(facts.entry("macros"))
    return Region(name, "board", facts.text("why"), address, size, frozenset(PHASES), macros)


def _regions(file: Entry, dram: Region, rtos: bool) -> tuple[Region, ...]:
    """The regions in the order of the file; `place: end` counts down from the end of DRAM."""
    found = []
    top = dram.end
    for name, facts in file.entries("region"):
        facts.check_keys(REGION_KEYS, REGION_OPTIONS)
        region = _region(name, facts, top, rtos)
        if "place" in facts:
            top = region.address
        found.append(region)
    return tuple(found)


def _region(name: str, facts: Entry, top: int, rtos: bool) -> Region:
    sizes = {key: facts.size(key) for key in ("size", "rtos_size") if key in facts}
    size = sizes.get("rtos_size", sizes["size"]) if rtos else sizes["size"]
    if ("address" in facts) == ("place" in facts):
        raise UserError(f"{facts.place}: it needs either an 'address' or 'place: end'")
    if "place" in facts:
        facts.choice("place", ("end",))
    return Region(
        name=name,
        owner=facts.text("owner"),
        why=facts.text("why"),
        address=facts.number("address") if "address" in facts else top - size,
        size=size,
        phases=facts.choices("phases", PHASES),
        macros=_macros(facts.entry("macros")),
        hidden=facts.flag("hidden"),
    )


def _macros(facts: Entry) -> dict[str, str]:
    _check_macro_names(facts)
    return {name: facts.choice(name, ("address", "size", "end")) for name in facts.data}


def _constants(facts: Entry) -> dict[str, int]:
    _check_macro_names(facts)
    return {name: facts.number(name) for name in facts.data}


def _check_macro_names(facts: Entry) -> None:
    for name in facts.data:
        if not MACRO.fullmatch(name):
            raise UserError(f"{facts.place}: '{name}' is not a macro name", hint="A-Z, 0-9, _")


def _check(memmap: MemoryMap) -> None:
    names = {region.name for region in memmap.regions}
    for needed in (MONITOR, KERNEL, BOOT_FILE):
        if needed not in names:
            raise UserError(f"{memmap.where}: region {needed} is missing")
    for region in (memmap.dram, *memmap.regions):
        _check_pages(region, memmap)
        _check_inside(region, memmap)
    _check_overlaps(memmap)
    _check_kernel_place(memmap)
    _check_monitor(memmap)
    _check_macros_once(memmap)


def _check_pages(region: Region, memmap: MemoryMap) -> None:
    for what, value in (("size", region.size), ("address", region.address)):
        if value % PAGE:
            below = value - value % PAGE
            raise UserError(
                f"{memmap.where}: {region.name}'s {what} {value:#x} is not page-aligned",
                hint=f"the nearest page-aligned values are {below:#x} and {below + PAGE:#x}",
            )


def _check_inside(region: Region, memmap: MemoryMap) -> None:
    dram = memmap.dram
    if region.address < dram.address or region.end > dram.end:
        raise UserError(
            f"{memmap.where}: {region} is not inside {dram}", hint="move it, or make it smaller"
        )
    seen = region.size and not region.hidden and region is not dram
    if seen and region.end > memmap.memory.end:
        raise UserError(
            f"{memmap.where}: {region} is after hidden memory, so that Linux would not see it",
            hint="hidden regions are the last ones of DRAM: give them 'place: end' before others",
        )


def _check_overlaps(memmap: MemoryMap) -> None:
    for first, second in itertools.combinations(memmap.regions, 2):
        if first.clashes(second):
            phase = min(first.phases & second.phases, key=PHASES.index)
            raise UserError(
                f"{memmap.where}: {first} and {second} overlap in phase '{phase}'",
                hint="move or shrink one of them, or correct their phases",
            )


def _check_kernel_place(memmap: MemoryMap) -> None:
    start = memmap.dram.address
    for name, place in ((MONITOR, start), (KERNEL, start + LOAD_OFFSET)):
        if memmap.region(name).address != place:
            raise UserError(
                f"{memmap.where}: {memmap.region(name)} has to begin at {place:#x}",
                hint="Linux expects firmware where memory begins, and itself 2 MiB above",
            )


def _check_monitor(memmap: MemoryMap) -> None:
    monitor = memmap.region(MONITOR)
    if not PAGE < monitor.size < LOAD_OFFSET or monitor.size.bit_count() != 1:
        raise UserError(
            f"{memmap.where}: {monitor} has {monitor.size:#x} bytes",
            hint="a power of two is needed, as one PMP entry guards it, of more than 4 KiB and "
            "less than 2 MiB, as Linux ignores any other riscv.fwsz",
        )


def _check_macros_once(memmap: MemoryMap) -> None:
    regions = (memmap.dram, memmap.memory, *memmap.regions)
    names = [*memmap.constants, *itertools.chain.from_iterable(r.macros for r in regions)]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"{memmap.where}: macro {name} is there twice", hint="remove one")


def _comment(value: int) -> str:
    """A value for people, as the vendor's generator writes it."""
    offset = "offset " if value >= 1 << 31 else ""
    value %= 1 << 31
    return offset + (f"{value / MIB}MiB" if value >= MIB else f"{value / KIB}KiB")
