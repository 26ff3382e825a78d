# SPDX-License-Identifier: MIT
"""Who has the board's 64 MiB, each figure with how it is known."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from image.boards import ram
from image.card import manifest_file
from image.card.release import image_path
from image.plan.graph import Plan
from image.plan.step import STAGING
from image.report.kernel import Kernel
from image.report.treemap import Tile

MIB, KIB = 1 << 20, 1 << 10
DRAM = 64 * MIB
# Kernel 6.1 never uses what lies below itself; OpenSBI is there (image/boards/ram.py, MEASURED).
BELOW_KERNEL = 2 * MIB
LINUX = "Linux"
PROGRAMS = "programs"
FREE = "free"
OTHERS = "not Linux's"
BUILT = "from the built files"
MAP = "by the memory map"
ESTIMATED = "estimated"


@dataclass(frozen=True)
class Known:
    """What a bench read on a board with this image, in bytes; None: it did not."""

    source: str
    how: str  # measured, emulated
    total: int
    idle: int  # MemAvailable with an idle shell
    telling: int | None  # at least, while a story was told aloud


def tiles(plan: Plan, kernel: Kernel) -> list[Tile]:
    """All of the memory, once; the sizes add up to 64 MiB."""
    parts = [
        Tile(LINUX, f"kernel: {name}", size, f"{BUILT}, divided by the size of its objects")
        for name, size in sorted(kernel.parts().items())
    ]
    fixed = [*_fixed(plan), *parts]
    known = find_known(plan)
    rest = DRAM - sum(tile.size for tile in fixed)
    if known is None:
        idle = round(ram.EMULATED_IDLE * MIB)
        note = f"{ESTIMATED}: as the emulated board's"
        return [*fixed, Tile(PROGRAMS, "idle system", idle, note),
                Tile(FREE, "left", rest - idle, ESTIMATED)]  # fmt: skip
    how = f"{known.how}, {known.source}"
    apart = Tile(LINUX, "else taken at start", max(rest - known.total, 0), f"{how}, less the rest")
    idle = rest - apart.size - known.idle
    used = [Tile(PROGRAMS, "idle system", idle, how)]
    free = known.idle
    if known.telling is not None:
        used.append(Tile(PROGRAMS, "telling a story", known.idle - known.telling, how))
        free = known.telling
    return [*fixed, *([apart] if apart.size else []), *used, Tile(FREE, "left", free, how)]


def find_known(plan: Plan) -> Known | None:
    """The newest bench of this very image that read the board's memory."""
    for path in reversed(benches(plan.project.out)):
        found = read_known(path, manifest_file.identity(image_path(plan)))
        if found:
            return found
    return None


def benches(out: Path) -> list[Path]:
    """Results of `doit bench`, the oldest first."""
    return sorted(path for path in (out / "bench").glob("*.json") if path.name[0].isdigit())


def read_known(path: Path, manifest_sha256: str) -> Known | None:
    """What a bench knows of the memory; None for another image, or another file."""
    try:
        result = json.loads(path.read_text())
        system, speech = result["system"], result.get("speech") or {}
        if result["image"]["manifest_sha256"] != manifest_sha256:
            return None
        return Known(
            source=path.name,
            how=str(result["kind"]),
            total=int(system["mem_total_kib"]) * KIB,
            idle=int(system["mem_available_idle_kib"]) * KIB,
            telling=_bytes(speech.get("mem_available_kib")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _bytes(kib: Any) -> int | None:
    return None if kib is None else int(kib) * KIB


def figures(plan: Plan) -> ram.KernelFigures:
    """What of the memory the built kernel and device tree take, on a board with a memory map."""
    board = plan.project.board
    assert board.device_tree is not None
    kernel, tree = (plan.folder(plan.step(n)) / STAGING for n in (board.kernel, board.device_tree))
    (blob,) = tree.glob("*.dtb")
    return ram.read_figures(kernel / "Image", blob, kernel / "System.map")


def _fixed(plan: Plan) -> list[Tile]:
    """What the programs never have, less the kernel itself."""
    if plan.project.board.memory_map:
        rows = ram.account(plan.project.memory_map, figures(plan))
        shares = {row.owner: row.shares[-1] for row in rows}
        mapped = {n: shares[n] for n in (ram.SECOND_CORE, ram.ION, ram.OPENSBI)}
        taken = {n: shares[n] for n in (ram.PAGES, ram.TABLES, ram.TREE, ram.EARLY)}
        return [*_named(OTHERS, mapped, MAP), *_named(LINUX, taken, ESTIMATED)]
    tree_size = ram.MEASURED[0].figures.device_tree
    below = {"OpenSBI, and below the kernel": BELOW_KERNEL}
    return [*_named(OTHERS, below, MAP),
            *_named(LINUX, ram.overhead(DRAM, tree_size), ESTIMATED)]  # fmt: skip


def _named(group: str, sizes: Mapping[str, int], note: str) -> list[Tile]:
    return [Tile(group, name.removeprefix("Linux: "), size, note) for name, size in sizes.items()]
