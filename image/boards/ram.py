# SPDX-License-Identifier: MIT
"""Who has the board's 64 MiB: in the stock image, in the contest's, and in ours.

Ours is an estimate, from the memory map and from the kernel that was built. Checked against
kernels whose MemTotal was read: MEASURED.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from image.boards import kernel
from image.boards.kernel import PAGE
from image.boards.memmap import KERNEL, MONITOR, MemoryMap, Region
from image.boards.sizes import KIB, MIB

FORMULA = (
    "memory node - ION - OpenSBI - (kernel with bss - its init memory)",
    "- struct pages - page tables - device tree - early allocations",
)
SECOND_CORE = "second core (FreeRTOS)"
ION = "camera, TPU (ION)"
OPENSBI = "OpenSBI (riscv.fwsz)"
LINUX = "Linux: code and data"
PAGES = "Linux: struct pages"
TABLES = "Linux: page tables"
TREE = "Linux: device tree"
EARLY = "Linux: early allocations"
TOTAL = "MemTotal"
OWNERS = (SECOND_CORE, ION, OPENSBI, LINUX, PAGES, TABLES, TREE, EARLY, TOTAL)
IMAGES = ("stock", "contest", "ours")

# sizeof(struct page) without CONFIG_MEMCG, in 5.10 as in 6.1. FLATMEM has one for each page of
# the memory node, up to the next border of the largest free block (2 MiB with MAX_ORDER 10).
STRUCT_PAGE = 56
# Kernel 5.10 maps all memory with pages of 2 MiB if its size is a multiple of that, else with
# pages of 4 KiB (arch/riscv/mm/init.c, best_map_size), which takes a table for each 2 MiB.
LARGE_PAGE = 2 * MIB
# Linux keeps the device tree as it came, and unpacked, for good: together so many times its file.
# Measured: kernel 6.1 in QEMU, with the board's tree beside that of QEMU, takes 108 KiB more.
TREE_FACTOR = 6
# What else it takes before its page allocator runs: hash tables of dentries and inodes (96 KiB at
# 64 MiB), per-CPU memory, tables of its zones. Measured: kernel 6.1 in QEMU.
EARLY_SIZE = 160 * KIB

TARGET_TOTAL = 58 * MIB
TARGET_AVAILABLE = 53 * MIB
# MemTotal less MemAvailable of the emulated board with an idle shell, as the README has it.
EMULATED_IDLE = 4.4


@dataclass(frozen=True)
class KernelFigures:
    """A built kernel, in bytes: memory with its bss, what it gives back, its device tree's file."""

    size: int
    init: int
    device_tree: int

    @property
    def resident(self) -> int:
        return _up(self.size, PAGE) - self.init


@dataclass(frozen=True)
class Row:
    """An owner, and its share of the memory in each of IMAGES, in bytes."""

    owner: str
    shares: tuple[int, ...]


@dataclass(frozen=True)
class Published:
    """An image of others, in bytes: its memory map, and what was published as its MemTotal."""

    second_core: int
    ion: int
    firmware: int
    total: int


@dataclass(frozen=True)
class Measured:
    """A kernel whose MemTotal was read, and what the formula needs to foretell it, in bytes."""

    what: str
    node: int
    firmware: int
    figures: KernelFigures
    total: int

    @property
    def estimate(self) -> int:
        taken = sum(overhead(self.node, self.figures.device_tree).values())
        return self.node - self.firmware - self.figures.resident - taken


# The vendor's device tree of this board, compiled with dtc 1.6.
VENDOR_TREE = 19297
# The vendor's memmap.py of this board, and `free -h` in the vendor's documentation.
STOCK = Published(768 * KIB, 27444 * KIB, 512 * KIB, round(28.5 * KIB) * KIB)
# The contest's statement: "usable memory 55.3M", without ION, else as the vendor builds it.
CONTEST = Published(768 * KIB, 0, 512 * KIB, round(55.3 * KIB) * KIB)

# All in QEMU's virt machine with 64 MB. Kernel 6.1 never uses the 2 MiB below itself; below the
# vendor's, QEMU's OpenSBI has 512 KiB. EARLY_SIZE and TREE_FACTOR were found with the first two,
# the others are foretold. The vendor's had hash tables of 16 KiB only, by its command line.
MEASURED = (
    Measured(
        "kernel 6.1, emulated board",
        64 * MIB, 2 * MIB, KernelFigures(2585776, 112 * KIB, 4174), 59988 * KIB,
    ),
    Measured(
        "with the board's device tree",
        64 * MIB, 2 * MIB, KernelFigures(2585776, 112 * KIB, 22864), 59880 * KIB,
    ),
    Measured(
        "kernel 6.1 with network",
        64 * MIB, 2 * MIB, KernelFigures(3385496, 128 * KIB, 4174), 59224 * KIB,
    ),
    Measured(
        "vendor's kernel 5.10, trimmed",
        64 * MIB, 512 * KIB, KernelFigures(2726040, 64 * KIB, 4174), 61444 * KIB,
    ),
    Measured(
        "in a node of 63.25 MiB",
        64768 * KIB, 512 * KIB, KernelFigures(2726040, 64 * KIB, 4174), 60548 * KIB,
    ),
)  # fmt: skip


def read_figures(image: Path, device_tree: Path, system_map: Path | None = None) -> KernelFigures:
    """A kernel's figures; without its System.map, as if it gave nothing back.

    Raises UserError when a file is not what it should be.
    """
    init = kernel.read_init_size(system_map) if system_map else 0
    size = kernel.read_header(image).image_size
    return KernelFigures(size, init, device_tree.stat().st_size)


def account(memmap: MemoryMap, figures: KernelFigures) -> tuple[Row, ...]:
    """Each owner's share, MemTotal last; every column adds up to the whole DRAM."""
    dram = memmap.dram.size
    images = (_published(STOCK, dram), _published(CONTEST, dram), _ours(memmap, figures))
    return tuple(Row(owner, tuple(image[owner] for image in images)) for owner in OWNERS)


def render(memmap: MemoryMap, figures: KernelFigures) -> str:
    """The account for people: with targets, the formula, and how far off that has been."""
    rows = account(memmap, figures)
    total = rows[-1].shares
    whole = Row("sum", tuple(map(sum, zip(*(row.shares for row in rows), strict=True))))
    lines = [
        _line("KiB of the memory", IMAGES),
        *(_line(row.owner, (f"{share // KIB}" for share in row.shares)) for row in (*rows, whole)),
        _line("MemTotal, MiB", (f"{share / MIB:.1f}" for share in total)),
        "",
        f"MemTotal of ours is an estimate; at least {TARGET_TOTAL / MIB:.1f} MiB is the aim:"
        f" {'reached' if total[-1] >= TARGET_TOTAL else 'missed'}.",
        f"MemAvailable must be at least {TARGET_AVAILABLE / MIB:.1f} MiB, which leaves"
        f" {(total[-1] - TARGET_AVAILABLE) / MIB:.1f} MiB for an idle system",
        f"(the emulated board's takes {EMULATED_IDLE} MiB).",
        "Stock and contest: MemTotal as published, Linux's code and data are the rest.",
        f"Estimate: {FORMULA[0]}",
        f"  {FORMULA[1]}.",
        "",
        _line("Where MemTotal could be read", ("read", "estimate", "error")),
        *(_check_line(measured) for measured in MEASURED),
    ]
    return "\n".join(lines) + "\n"


def _published(image: Published, dram: int) -> dict[str, int]:
    shares = {
        SECOND_CORE: image.second_core,
        ION: image.ion,
        OPENSBI: image.firmware,
        TOTAL: image.total,
        **overhead(dram - image.second_core, VENDOR_TREE),
    }
    return shares | {LINUX: dram - sum(shares.values())}


def _ours(memmap: MemoryMap, figures: KernelFigures) -> dict[str, int]:
    dram, node = memmap.dram.size, memmap.memory.size
    shares = {
        SECOND_CORE: dram - node,
        ION: sum(region.size for region in memmap.regions if _is_reserved(region)),
        OPENSBI: memmap.region(MONITOR).size,
        LINUX: figures.resident,
        **overhead(node, figures.device_tree),
    }
    return shares | {TOTAL: dram - sum(shares.values())}


def _is_reserved(region: Region) -> bool:
    """Whether Linux knows the region, but must leave it to somebody else than OpenSBI."""
    known = "linux" in region.phases and not region.hidden
    return known and region.name not in (MONITOR, KERNEL)


def overhead(node: int, device_tree: int) -> dict[str, int]:
    """What Linux takes of its memory node in addition to its code and data."""
    tables = _up(node, LARGE_PAGE) // LARGE_PAGE * PAGE
    return {
        PAGES: _up(node, LARGE_PAGE) // PAGE * STRUCT_PAGE,
        TABLES: tables if node % LARGE_PAGE else 0,
        TREE: _up(TREE_FACTOR * device_tree, PAGE),
        EARLY: EARLY_SIZE,
    }


def _line(first: str, others: Iterable[str]) -> str:
    return f"{first:<30}" + "".join(f"{other:>10}" for other in others)


def _check_line(measured: Measured) -> str:
    total, estimate = measured.total // KIB, measured.estimate // KIB
    error = f"{estimate / total - 1:+.1%}"
    return _line(measured.what, (f"{total}", f"{estimate}", error))


def _up(size: int, unit: int) -> int:
    return -(-size // unit) * unit
