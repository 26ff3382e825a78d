# SPDX-License-Identifier: MIT
"""Runs of words: said twice in a story, or word for word what a model was trained on."""

from collections.abc import Iterable, Iterator

from image.stories.finding import Finding
from image.stories.text import Word, body, words

REPEATED = "repeated"
LONG = 8  # words; a shorter run may be a refrain
COPIED = 12  # words; by chance, two stories hardly share one that long


def repeated(text: str) -> list[Finding]:
    """Each run of LONG words or more that the story had before, where it begins again."""
    told = words(body(text))
    seen: dict[tuple[str, ...], int] = {}
    found = []
    end = 0
    for index, run in enumerate(_runs(told, LONG)):
        if seen.setdefault(run, index) + LONG <= index and index >= end:
            found.append(Finding(REPEATED, " ".join(run), told[index].start))
        if seen[run] != index:
            end = index + LONG
    return found


def known(texts: Iterable[str]) -> set[int]:
    """The runs of COPIED words of what a model was trained on, as hashes that save memory."""
    return {hash(run) for text in texts for run in _runs(words(body(text)), COPIED)}


def copied(texts: Iterable[str], trained: set[int]) -> float:
    """Share of the stories' runs of COPIED words that the training's texts hold."""
    found = [hash(run) in trained for text in texts for run in _runs(words(body(text)), COPIED)]
    return sum(found) / max(1, len(found))


def _runs(told: list[Word], length: int) -> Iterator[tuple[str, ...]]:
    plain = [word.text.lower() for word in told]
    return (tuple(plain[n : n + length]) for n in range(len(plain) - length + 1))
