# SPDX-License-Identifier: MIT
"""Sizes as areas: a treemap whose boxes follow the page and whose words stay readable."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

SHADES = 8
NEUTRAL = SHADES - 1  # of what is empty, and of groups beyond the others
HEIGHT_PX = 420
# Layout happens in these units, between the shapes of a phone and of a desk; then it is stretched.
ACROSS, DOWN = 160.0, 100.0
# Pixels of a letter, and of a picture on a phone and on a desk: which words fit into a box.
LETTER_PX, PHONE_PX, DESK_PX = 7, 350, 900
LINE_PX = 16


@dataclass(frozen=True)
class Tile:
    """A thing of some size, in bytes, and the group that it belongs to."""

    group: str
    name: str
    size: int
    note: str = ""


@dataclass(frozen=True)
class Box:
    """A rectangle; y grows downwards."""

    x: float
    y: float
    width: float
    height: float


def squarify(sizes: Sequence[float], box: Box) -> list[Box]:
    """Divide a box into areas in proportion to `sizes` (above 0, largest first), near to squares.

    Bruls, Huizing, van Wijk, "Squarified Treemaps", 2000.
    """
    scale = box.width * box.height / sum(sizes) if sizes else 0.0
    rest = [size * scale for size in sizes]
    boxes: list[Box] = []
    while rest:
        side = min(box.width, box.height)
        count = 1
        while count < len(rest) and _worst(rest[: count + 1], side) <= _worst(rest[:count], side):
            count += 1
        row, rest = rest[:count], rest[count:]
        placed, box = _row(row, box)
        boxes += placed
    return boxes


def layout(tiles: Iterable[Tile]) -> list[tuple[Tile, Box]]:
    """Each tile in its place: groups side by side, largest first, and in them their tiles."""
    present = sorted((t for t in tiles if t.size > 0), key=lambda t: (t.group, -t.size, t.name))
    groups = [list(group) for _, group in groupby(present, key=lambda tile: tile.group)]
    groups.sort(key=lambda group: (-sum(tile.size for tile in group), group[0].group))
    whole = Box(0, 0, ACROSS, DOWN)
    outer = squarify([sum(tile.size for tile in group) for group in groups], whole)
    return [
        (tile, box)
        for group, around in zip(groups, outer, strict=True)
        for tile, box in zip(group, squarify([t.size for t in group], around), strict=True)
    ]


@dataclass(frozen=True)
class Drawn:
    """A tile in its place, in percent of the picture: its shade, what fits into it as text."""

    tile: Tile
    x: float
    y: float
    width: float
    height: float
    shade: int
    lines: tuple["Line", ...]


@dataclass(frozen=True)
class Line:
    """A line of text in a box; `kind` is its class in report/style.css."""

    text: str
    y: int
    kind: str


@dataclass(frozen=True)
class Treemap:
    """A picture, and the shade and size of each group."""

    label: str
    boxes: list[Drawn]
    legend: list[tuple[str, int, int]]


def drawn(tiles: Iterable[Tile], label: str, empty: str = "") -> Treemap:
    """The treemap with its legend. The group `empty` is what nobody uses: it has no colour."""
    placed = layout(tiles)
    groups = list(dict.fromkeys(tile.group for tile, _ in placed))
    used = [group for group in groups if group != empty]
    shades = {group: min(place, NEUTRAL) for place, group in enumerate(used)} | {empty: NEUTRAL}
    sums = {g: sum(tile.size for tile, _ in placed if tile.group == g) for g in groups}
    boxes = [_drawn(tile, box, shades[tile.group]) for tile, box in placed]
    return Treemap(label, boxes, [(g, shades[g], size) for g, size in sums.items()])


def shown(size: float) -> str:
    """Bytes for people, always signed where they are below 0."""
    for unit, factor in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if abs(size) >= factor:
            return f"{size / factor:.2f} {unit}" if unit == "MiB" else f"{size / factor:.1f} {unit}"
    return f"{size:.0f} B"


def _row(areas: Sequence[float], box: Box) -> tuple[list[Box], Box]:
    """Place one row along the shorter side; returns it, and the rest of the box."""
    is_wide = box.width >= box.height
    side = box.height if is_wide else box.width
    thickness = sum(areas) / side
    placed, at = [], 0.0
    for area in areas:
        length = area / thickness
        if is_wide:
            placed.append(Box(box.x, box.y + at, thickness, length))
        else:
            placed.append(Box(box.x + at, box.y, length, thickness))
        at += length
    if is_wide:
        return placed, Box(box.x + thickness, box.y, box.width - thickness, box.height)
    return placed, Box(box.x, box.y + thickness, box.width, box.height - thickness)


def _worst(areas: Sequence[float], side: float) -> float:
    """The least square of a row's boxes: its longer side over its shorter one."""
    squared = (sum(areas) / side) ** 2
    return max(max(squared / area, area / squared) for area in areas)


def _drawn(tile: Tile, box: Box, shade: int) -> Drawn:
    x, width = (100 * value / ACROSS for value in (box.x, box.width))
    y, height = (100 * value / DOWN for value in (box.y, box.height))
    return Drawn(tile, x, y, width, height, shade, tuple(_lines(tile, box)))


def _lines(tile: Tile, box: Box) -> Iterator[Line]:
    """What is written into a box: as many lines as fit, those only where they fit."""
    share = box.width / ACROSS
    room = int((HEIGHT_PX * box.height / DOWN - 6) // LINE_PX)
    name = tile.name.rsplit("/", 1)[-1]
    lines = [name, shown(tile.size)] if name == tile.group else [name, tile.group, shown(tile.size)]
    is_for_all = True
    for number, line in enumerate(lines[:room]):
        needed = len(line) * LETTER_PX + 8
        if needed > share * DESK_PX:
            break
        is_for_all = is_for_all and needed <= share * PHONE_PX
        kind = f"{'line' if number else 'first'}{'' if is_for_all else ' desk'}"
        yield Line(line, LINE_PX * (number + 1) - 1, kind)
