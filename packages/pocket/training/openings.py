# SPDX-License-Identifier: MIT
"""How stories begin: the storyteller's own beginnings, and how their last sentence goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from image.errors import UserError

from .plots import STARTS
from .words import lines

HERE = Path(__file__).resolve().parent
OPENINGS = HERE / "openings.txt"


@dataclass(frozen=True)
class Opening:
    beginning: str  # a line of the storyteller's beginnings.txt
    start: str  # which plots may follow, of plots.STARTS
    rest: str

    def template(self) -> str:
        """As a template of the cast's slots: the hero is introduced, then known."""
        known = self.beginning.replace("the {hero}", "{hero*}").replace("The {hero}", "{Hero*}")
        known = known.replace("{hero}", "{hero introduced}").replace("*}", "}")
        known = known.replace("the {place}", "{place}").replace("{thing}", "{thing.word}")
        return known + self.rest


def load(path: Path = OPENINGS) -> list[Opening]:
    """All openings. Raises UserError for a line that is not understood."""
    return list(_openings(path))


def _openings(path: Path) -> Iterator[Opening]:
    beginning = ""
    for number, line in lines(path):
        if not line.startswith(" "):
            beginning = line
            continue
        start, bar, rest = line.strip().partition("|")
        if not beginning or not bar or start not in STARTS:
            raise UserError(f"{path}:{number}: not understood: {line}", "see the top of the file")
        yield Opening(beginning, start, rest)
