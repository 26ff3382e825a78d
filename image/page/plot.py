# SPDX-License-Identifier: MIT
"""Where the points of a plot are; page/parts.html draws it, as inline SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

COLOURS = 4  # c0 and so on, of page/style.css


@dataclass(frozen=True)
class Series:
    """Points of one colour; `hollow` are those that do not count, `is_dashed` a second kind."""

    name: str
    points: Sequence[tuple[float, float]]
    number: int = 0
    is_line: bool = True
    is_dashed: bool = False
    hollow: frozenset[int] = frozenset()

    @property
    def colour(self) -> int:
        """One of a few: of many series, some have the same."""
        return self.number % COLOURS


@dataclass(frozen=True)
class Plot:
    """Lines or points over a common pair of axes from 0; values above `top` run out of it.

    `is_counted`: what goes across are whole numbers.
    """

    # Drawn this wide and scaled to the page: a phone shows it as it is.
    WIDTH: ClassVar = 360
    HEIGHT: ClassVar = 200
    LEFT: ClassVar = 40
    TOP: ClassVar = 10
    END: ClassVar = WIDTH - 8
    FLOOR: ClassVar = HEIGHT - 28

    series: Sequence[Series]
    across: str
    upward: str
    caption: str
    top: float | None = None
    is_counted: bool = field(default=False, kw_only=True)

    def __bool__(self) -> bool:
        """Whether there is anything to draw."""
        return any(one.points for one in self.series)

    @cached_property
    def right(self) -> float:
        """The value at the right end."""
        last = max(x for one in self.series for x, _ in one.points)
        return 4.0 * math.ceil(last / 4) if self.is_counted else _round_up(last)

    @cached_property
    def highest(self) -> float:
        """The value at the upper end."""
        return _round_up(self.top or max(y for one in self.series for _, y in one.points))

    @property
    def keys(self) -> list[tuple[str, int]]:
        """Names with their colours, each once."""
        return [*{one.name: one.colour for one in self.series}.items()]

    @property
    def ticks(self) -> list[tuple[float, str, float, str]]:
        """Quarters of both axes: place and label, across and upward."""
        ends = [(self.right * part / 4, self.highest * part / 4) for part in range(5)]
        return [(*self._place(x, y)[:1], f"{x:g}", self._place(x, y)[1], f"{y:g}") for x, y in ends]

    def places(self, one: Series) -> list[tuple[float, float]]:
        """Where the points of a series are in the picture."""
        return [self._place(x, y) for x, y in one.points]

    def _place(self, x: float, y: float) -> tuple[float, float]:
        across = x / self.right * (self.END - self.LEFT)
        up = min(y, self.highest) / self.highest * (self.FLOOR - self.TOP)
        return round(self.LEFT + across, 1), round(self.FLOOR - up, 1)


def _round_up(value: float) -> float:
    """The next value whose quarters are short numbers."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10)
    return next(unit * step for step in steps if unit * step >= value)
