# SPDX-License-Identifier: MIT
"""Invents stories: an opening as the storyteller writes it, a plot, an ending.

`python -m packages.pocket.training.stories` prints some.
"""

import argparse
import random
import sys
from functools import cached_property
from pathlib import Path

from image.errors import UserError, unknown

from . import cast, continuations, plots, template, words
from .words import Place, Thing

HERE = Path(__file__).resolve().parent
LONGEST = 920  # characters: the model has room for 256 tokens
DRAFTS = 200  # of one plot, before it is said to be too long
CLOSED = 0.15  # share of stories with a closing sentence behind the plot's own end
DRILL_SENTENCES = (4, 7)


class Generator:
    """Any number of stories; the same random state gives the same story."""

    def __init__(self, folder: Path = HERE) -> None:
        self.words = words.load(folder / "words")
        self.continuations = continuations.load(folder / "continuations.txt")
        self.closings = [line for _, line in words.lines(folder / "closings.txt")]
        self.drills = [line for _, line in words.lines(folder / "drills.txt")]
        self.plots = plots.load(self.words, self.slots, folder / "plots")

    @cached_property
    def slots(self) -> frozenset[str]:
        """What a template may ask for."""
        some = cast.draw(self.words, None, None, random.Random(0))
        return frozenset(some.slots(self.words, random.Random(0)))

    def story(self, rng: random.Random) -> str:
        """A new story. Each plot is as likely as any other."""
        return self.story_of(rng.choice(self.plots), rng)

    def story_of(self, plot: plots.Plot, rng: random.Random) -> str:
        """A new story of this plot. Raises UserError where each is too long for the model."""
        for _ in range(DRAFTS):
            text = self.draft(plot, rng)
            if len(text) <= LONGEST:
                return text
        raise UserError(
            f"{plot.kind}.txt: {plot.title}: stories of more than {LONGEST} characters",
            "make the plot shorter",
        )

    def draft(self, plot: plots.Plot, rng: random.Random) -> str:
        """A new story of this plot, of any length."""
        continuation = self._continuation(plot, rng)
        place, thing = self._about(plot, rng)
        slots = cast.draw(self.words, place, thing, rng).slots(self.words, rng)
        text = continuation.template() + rng.choice(("\n", " ")) + plot.text
        if rng.random() < CLOSED:
            text += " " + rng.choice(self.closings)
        return template.fill(text, slots, rng)

    def drill(self, rng: random.Random) -> str:
        """An exercise in who is who; see drills.txt."""
        slots = cast.draw(self.words, None, None, rng).slots(self.words, rng)
        known = "Here is a {trait} {hero introduced}. Here is {a friend}, too."
        sentences = rng.sample(self.drills, rng.randint(*DRILL_SENTENCES))
        return template.fill(" ".join([known, *sentences]), slots, rng)

    def _continuation(self, plot: plots.Plot, rng: random.Random) -> continuations.Continuation:
        """Of the openings that lead to the plot one, then one of its continuations."""
        fit = [one for one in self.continuations if one.start in plot.starts]
        opening = rng.choice(sorted({one.opening for one in fit}))
        return rng.choice([one for one in fit if one.opening == opening])

    def _about(self, plot: plots.Plot, rng: random.Random) -> tuple[Place | None, Thing | None]:
        """The place and the thing, where the plot is about certain ones."""
        if not plot.only:
            return None, None
        if "place" in plot.starts:
            return rng.choice([p for p in self.words.places if p.word in plot.only]), None
        return None, rng.choice([t for t in self.words.things if t.word in plot.only])


def main() -> None:
    """Print stories, to see what a plot has become."""
    parser = argparse.ArgumentParser(prog="stories", description=main.__doc__)
    parser.add_argument("count", type=int, nargs="?", default=5)
    parser.add_argument("--seed", type=int, help="for the same stories again")
    parser.add_argument("--plot", help="title of the plot that all are of")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    try:
        generator = Generator()
        found = [p for p in generator.plots if options.plot in (None, p.title)]
        if not found:
            raise unknown("there is no plot", options.plot, (p.title for p in generator.plots))
        for _ in range(options.count):
            print(generator.story_of(rng.choice(found), rng), end="\n\n")
    except UserError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
