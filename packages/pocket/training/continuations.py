# SPDX-License-Identifier: MIT
"""How a story goes on behind the storyteller's opening, up to its plot."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from image.errors import UserError

from .plots import STARTS
from .words import lines

HERE = Path(__file__).resolve().parent
CONTINUATIONS = HERE / "continuations.txt"


@dataclass(frozen=True)
class Continuation:
    opening: str  # a line of the storyteller's openings.txt
    start: str  # which plots may follow, of plots.STARTS
    rest: str

    def template(self) -> str:
        """As a template of the cast's slots: the hero is introduced, then known."""
        known = self.opening.replace("the {hero}", "{hero*}").replace("The {hero}", "{Hero*}")
        known = known.replace("{hero}", "{hero introduced}").replace("*}", "}")
        known = known.replace("the {place}", "{place}").replace("{thing}", "{thing.word}")
        return known + self.rest


def load(path: Path = CONTINUATIONS) -> list[Continuation]:
    """All continuations. Raises UserError for a line that is not understood."""
    return list(_continuations(path))


def _continuations(path: Path) -> Iterator[Continuation]:
    opening = ""
    for number, line in lines(path):
        if not line.startswith(" "):
            opening = line
            continue
        start, bar, rest = line.strip().partition("|")
        if not opening or not bar or start not in STARTS:
            raise UserError(f"{path}:{number}: not understood: {line}", "see the top of the file")
        yield Continuation(opening, start, rest)
