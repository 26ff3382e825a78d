# SPDX-License-Identifier: MIT
"""All measures of a story, and the figures of many."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from image.stories import characters, pronouns, runs
from image.stories.finding import Finding
from image.stories.text import body, words

MEASURES = (
    characters.strangers,
    characters.names,
    pronouns.flips,
    pronouns.mixed,
    runs.repeated,
)
WHOLE = re.compile(r"[.!?][\"')]*\s*$")


@dataclass(frozen=True)
class Figures:
    """Of some stories; `mean` figures are a story's, the others shares of all stories."""

    stories: int
    strangers: float  # mean number of characters whom nobody introduced
    names: float  # mean number of names that nobody has been given
    kept: float  # each name and pronoun stays
    mixed: float  # he and she of one story, without a reason
    repeated: float  # a long run of words twice
    whole: float  # the last sentence is complete
    words: float  # median


def findings(text: str) -> list[Finding]:
    """Mistakes of a story, in order of their places."""
    found = [one for measure in MEASURES for one in measure(text)]
    return sorted(found, key=lambda one: one.place)


def is_whole(text: str) -> bool:
    """Whether a story, apart from its "The end.", ends with a sentence that does."""
    told = body(text)
    last = told.rpartition("\n")[2]
    return WHOLE.search(told) is not None and last.count('"') % 2 == 0


def figures(texts: Sequence[str]) -> Figures:
    """The figures of at least one story."""
    found = [[one.kind for one in findings(text)] for text in texts]

    def mean(kind: str) -> float:
        return sum(kinds.count(kind) for kinds in found) / len(texts)

    def share(*kinds: str) -> float:
        return sum(not one.isdisjoint(kinds) for one in map(set, found)) / len(texts)

    return Figures(
        stories=len(texts),
        strangers=mean(characters.STRANGER),
        names=mean(characters.NAME),
        kept=1 - share(characters.NAME, pronouns.FLIP, pronouns.MIXED),
        mixed=share(pronouns.MIXED),
        repeated=share(runs.REPEATED),
        whole=sum(map(is_whole, texts)) / len(texts),
        words=statistics.median(len(words(text)) for text in texts),
    )
