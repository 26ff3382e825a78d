# SPDX-License-Identifier: MIT
"""Words of a story, with where they are and how they stand in their sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*(?:'[a-z]+)?")
SPOKEN = re.compile(r'"[^"\n]*(?:"|$)', re.M)
SENTENCE = re.compile(r"[^.!?]+[.!?]*")
# Before the first word of a sentence, spoken or not.
BEGIN = re.compile(r"(?:^|[.!?:][\"')]*\s+[\"'(]*|[\"(]|\n)$")
END = re.compile(r"\s*\bThe end\W*$")


@dataclass(frozen=True)
class Word:
    """A word, its first and last character, and whether a sentence begins with it."""

    text: str
    start: int
    end: int
    is_first: bool

    @property
    def plain(self) -> str:
        """In small letters, without what makes it a possessive or short for "is"."""
        return self.text.lower().removesuffix("'s")


def body(text: str) -> str:
    """The story without its closing "The end."."""
    return END.sub("", text)


def words(text: str) -> list[Word]:
    """All words in order."""
    return [
        Word(
            m[0],
            m.start(),
            m.end(),
            BEGIN.search(text[max(0, m.start() - 8) : m.start()]) is not None,
        )
        for m in WORD.finditer(text)
    ]


def narration(text: str) -> str:
    """The text with blanks for what somebody says: places stay the same."""
    return SPOKEN.sub(lambda match: " " * (len(match[0]) - 1) + ".", text)


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Where each sentence begins, and the sentence."""
    for match in SENTENCE.finditer(text):
        yield match.start(), match[0]
