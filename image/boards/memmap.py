# SPDX-License-Identifier: MIT
"""The board's memory map: read, checked, and told to each part that needs it.

Figures of a board stand in overlays/boards/NAME/memmap.yaml, with their reasons.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from image import yamlfile
from image.boards import kernel
from image.boards.kernel import PAGE
from image.boards.sizes import KIB, MIB, Size, in_bytes
from image.errors import UserError
from image.recipes.check import check
from image.recipes.kinds import Flag, Key, List, Map, Record, Text, Whole
from image.yamlfile import YamlFile

PHASES = ("fsbl", "start", "load", "linux")
# Linux's arch/riscv: where the kernel is linked, counted from the start of memory (LOAD_OFFSET).
LOAD_OFFSET = 2 * MIB
# Regions that the code itself asks for; all others are the map's own business.
MONITOR, KERNEL, BOOT_FILE = "MONITOR", "KERNEL", "UIMAG"

MACRO = Text("a macro name (A-Z, 0-9, _)", r"[A-Z][A-Z0-9_]*")
SIZE = Key("size", Size(), "whole pages", required=True)
WHY = Key("why", Text(pattern=r"(?s).*\S.*"), "what it is for", required=True)
MACROS = Key("macros", Map(MACRO, Text("address, size or end", "address|size|end")),
             "names that the vendor's sources know it by", required=True)  # fmt: skip
REGION = Record(
    (
        Key("owner", Text(), "who uses it", required=True),
        WHY,
        Key("phases", List(Text(f"one of {', '.join(PHASES)}", "|".join(PHASES))),
            "when it is in use", required=True),
        SIZE,
        MACROS,
        Key("address", Whole(0), "where it begins"),
        Key("place", Text("end", "end"), "below those placed so before it, from DRAM's end down"),
        Key("rtos_size", Size(), "the size, where FreeRTOS runs on the second core"),
        Key("hidden", Flag(), "whether Linux is not told of it"),
    )
)  # fmt: skip
DRAM = Record((Key("address", Whole(0), "where it begins", required=True), SIZE, WHY, MACROS))
KEYS = (
    Key("dram", DRAM, "all memory that there is", required=True),
    Key("memory", Record((WHY, MACROS)), "what U-Boot and Linux may use", required=True),
    Key("regions", Map(Text("a name"), REGION), "who has what, and when", required=True),
    Key("constants", Map(MACRO, Whole(0)), "names without memory of their own", required=True),
)  # fmt: skip


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
    file = yamlfile.read(path)
    check(file, Record(KEYS))
    said = file.value
    dram = _whole("DRAM", said["dram"], said["dram"]["address"], in_bytes(said["dram"]["size"]))
    regions = _regions(file, dram, rtos)
    end = min((region.address for region in regions if region.hidden), default=dram.end)
    memmap = MemoryMap(
        where=file.name,
        dram=dram,
        memory=_whole("MEMORY", said["memory"], dram.address, end - dram.address),
        regions=regions,
        constants=said["constants"],
    )
    _check(memmap)
    return memmap


def _whole(name: str, facts: dict[str, Any], address: int, size: int) -> Region:
    phases = frozenset(PHASES)
    return Region(name, "board", facts["why"], address, size, phases, facts["macros"])


def _regions(file: YamlFile, dram: Region, rtos: bool) -> tuple[Region, ...]:
    """The regions in the order of the file; `place: end` counts down from the end of DRAM."""
    found = []
    top = dram.end
    for name, facts in file.value["regions"].items():
        at = ("regions", name)
        if ("address" in facts) == ("place" in facts):
            raise file.error(at, "it needs either an 'address' or 'place: end'")
        if not facts["phases"]:
            raise file.error((*at, "phases"), "there is none", f"some of {', '.join(PHASES)}")
        size = in_bytes(facts["rtos_size"] if rtos and "rtos_size" in facts else facts["size"])
        top = top - size if "place" in facts else top
        found.append(_region(name, facts, facts.get("address", top), size))
    return tuple(found)


def _region(name: str, facts: dict[str, Any], address: int, size: int) -> Region:
    return Region(
        name=name,
        owner=facts["owner"],
        why=facts["why"],
        address=address,
        size=size,
        phases=frozenset(facts["phases"]),
        macros=facts["macros"],
        hidden=facts.get("hidden", False),
    )


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
