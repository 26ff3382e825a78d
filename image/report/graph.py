# SPDX-License-Identifier: MIT
"""Who needs whom, as a picture: layers from left to right, each after all that it needs.

Not by graphviz: on a bare Debian 12 its `dot` brings 60 packages, X11's libraries and fonts among
them (19 MB to fetch, 67 MB on disk), for one picture; and that would differ by version and fonts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT = 112, 24  # of a node
ACROSS, DOWN = 150, 34  # from node to node
MARGIN = 6
SWEEPS = 8


@dataclass(frozen=True)
class Picture:
    """How large it is, the upper left corner of each name, and lines as SVG's paths."""

    width: float
    height: float
    places: dict[str, tuple[float, float]]
    lines: list[str]


def layers(needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """In which layer each name stands: as late as those that need it allow. No circles, please."""
    users = _turned(needs)
    before_end: dict[str, int] = {}

    def count(name: str) -> int:
        if name not in before_end:
            before_end[name] = max((count(user) + 1 for user in users[name]), default=0)
        return before_end[name]

    last = max(map(count, needs), default=0)
    return {name: last - before_end[name] for name in needs}


def reduced(needs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The needs without those that follow from others."""
    below: dict[str, set[str]] = {}

    def all_below(name: str) -> set[str]:
        if name not in below:
            below[name] = {n for need in needs[name] for n in (need, *all_below(need))}
        return below[name]

    return {
        name: [
            need
            for need in dict.fromkeys(direct)
            if not any(need in all_below(other) for other in direct if other != need)
        ]
        for name, direct in needs.items()
    }


def drawn(needs: Mapping[str, Sequence[str]]) -> Picture:
    """The picture. Lines that follow from others are left out."""
    chained = _chained(reduced(needs))
    columns = _columns(chained)
    highest = max(map(len, columns), default=0)
    places = {
        name: (MARGIN + x * ACROSS, MARGIN + (y + (highest - len(column)) / 2) * DOWN)
        for x, column in enumerate(columns)
        for y, name in enumerate(column)
    }
    lines = [_line(places[need], places[name]) for name in chained for need in chained[name]]
    lines += [_passing(*places[name]) for name in chained if name not in needs]
    width = len(columns) * ACROSS - ACROSS + WIDTH + 2 * MARGIN
    return Picture(width, highest * DOWN + MARGIN, {name: places[name] for name in needs}, lines)


def _chained(needs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The needs, led through a place of their own in each layer that they pass.

    What several need passes a layer once.
    """
    at = layers(needs)
    chained: dict[str, list[str]] = {name: [] for name in needs}
    for name, direct in needs.items():
        for need in direct:
            way = [need, *(f"{need}\n{layer}" for layer in range(at[need] + 1, at[name])), name]
            for before, after in pairwise(way):
                if before not in chained.setdefault(after, []):
                    chained[after].append(before)
    return chained


def _columns(needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Names by layer, ordered such that lines run short: each near to the mean of its others."""
    at = layers(needs)
    columns: list[list[str]] = [[] for _ in range(max(at.values(), default=-1) + 1)]
    for name in sorted(at):
        columns[at[name]].append(name)
    users = _turned(needs)
    for sweep in range(SWEEPS):
        others = needs if sweep % 2 == 0 else users
        order = columns if sweep % 2 == 0 else columns[::-1]
        rows = {name: y - len(column) / 2 for column in columns for y, name in enumerate(column)}
        for column in order:
            wanted = {name: _mean([rows[o] for o in others[name]], rows[name]) for name in column}
            column.sort()
            column.sort(key=wanted.__getitem__)
            rows |= {name: y - len(column) / 2 for y, name in enumerate(column)}
    return columns


def _turned(needs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Who needs each name."""
    users: dict[str, list[str]] = {name: [] for name in needs}
    for name, direct in needs.items():
        for need in direct:
            users[need].append(name)
    return users


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT / 2
    x2, y2 = end[0], end[1] + HEIGHT / 2
    bend = max((x2 - x1) / 2, 12)
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"


def _passing(x: float, y: float) -> str:
    """A line across a layer that it has no business in."""
    return f"M{x} {y + HEIGHT / 2}h{WIDTH}"
