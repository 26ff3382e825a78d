# SPDX-License-Identifier: MIT
"""The report as one HTML page: it needs nothing but itself, and no script."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from image import page
from image.report import contents, graph, memory, treemap
from image.report.change import Change
from image.report.treemap import Tile, Treemap, shown

MOST_ROWS = 40
MOST_PARTS = 1 << 12  # bytes: smaller parts of the kernel are one tile
KINDS = ("build", "rootfs", "card", "release")
LEAST_S = 0.1
TITLES = {
    "memory": "Memory",
    "card": "Card",
    "options": "Kernel options",
    "steps": "Build time",
    "graph": "Dependencies",
    "changes": "Since the previous build",
}
BY_DEFAULT = "by default, or for another option"


def render(report: Mapping[str, Any], changes: Sequence[Change], before: str | None) -> str:
    """The page of a report; `before` is the key of the card that `changes` compare with."""
    needs = {step["name"]: step["needs"] for step in report["steps"]}
    return page.render(
        "report/report.html",
        title=f"duo-storyteller on {report['board']}",
        titles=TITLES,
        report=report,
        shown=shown,
        memory=_tiled(report["memory"], "memory allocation", memory.FREE),
        card=_tiled(report["card"], "card contents", contents.EMPTY),
        **_kernel(report),
        seconds=_seconds(report),
        graph=graph.drawn(needs),
        needs=[(name, ", ".join(needed)) for name, needed in needs.items()],
        before=before,
        changes=_changes(changes),
        MAP_HEIGHT=treemap.HEIGHT_PX,
        MOST=MOST_ROWS,
        KINDS=KINDS,
        NODE=(graph.WIDTH, graph.HEIGHT),
    )


def _tiled(
    found: Iterable[Mapping[str, Any]], label: str, empty: str
) -> tuple[Treemap, list[tuple[str, str, int, str, str]]]:
    """A treemap, and its figures as rows."""
    tiles = [Tile(row["group"], row["name"], row["size"], row["note"]) for row in found]
    rows = [
        (tile.name, shown(tile.size), tile.size, tile.group, tile.note)
        for tile in sorted(tiles, key=lambda tile: (-tile.size, tile.name))
    ]
    return treemap.drawn(tiles, label, empty), rows


def _kernel(report: Mapping[str, Any]) -> dict[str, Any]:
    """The kernel, if its objects were weighed, its parts as a picture, its options as rows."""
    kernel = report["kernel"]
    if not kernel or not kernel["compiled"]:
        return {"kernel": None}
    rows = [
        (row["symbol"], shown(row["kept"]), shown(row["freed"]), row["objects"],
         row["asked"] or BY_DEFAULT)
        for row in report["options"]
    ]  # fmt: skip
    parts = [Tile(name.split("/")[0], name, size) for name, size in kernel["parts"].items()]
    picture = treemap.drawn(_gathered(parts), "what the kernel keeps, by folder of its source")
    return {"kernel": kernel, "kernel_parts": picture, "options": rows}


def _seconds(report: Mapping[str, Any]) -> list[tuple[str, float, str, int]]:
    steps = [step for step in report["steps"] if step["seconds"] >= LEAST_S]
    steps.sort(key=lambda step: (-step["seconds"], step["name"]))
    return [(s["name"], s["seconds"], f"{s['seconds']:.1f} s", 0) for s in steps]


def _changes(changes: Iterable[Change]) -> dict[str, list[tuple[str, ...]]]:
    """Rows by chapter."""
    rows: dict[str, list[tuple[str, ...]]] = {}
    for one in changes:
        unit = "{:.1f} s".format if one.chapter == "steps" else shown
        plus = "+" if one.difference > 0 else ""
        values = ("-" if value is None else unit(value) for value in (one.before, one.after))
        row = (one.name, plus + unit(one.difference), *values)
        rows.setdefault(one.chapter, []).append(row)
    return rows


def _gathered(parts: Sequence[Tile]) -> list[Tile]:
    """Small parts of a kernel as one, since nobody could read them."""
    small = [tile for tile in parts if tile.size < MOST_PARTS]
    rest = Tile("else", f"{len(small)} small ones", sum(tile.size for tile in small))
    return [*(tile for tile in parts if tile.size >= MOST_PARTS), rest]
