# SPDX-License-Identifier: MIT
"""Words for characters, and words that need no introduction."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WORDS = Path(__file__).resolve().parent / "words"
ENTRY = re.compile(r"([a-z]+)(?: \((he|she)\))?")
IRREGULAR = {
    "mice": "mouse", "geese": "goose", "sheep": "sheep", "fish": "fish", "deer": "deer",
    "children": "child", "men": "man", "women": "woman", "people": "man", "oxen": "ox",
    "wolves": "wolf", "elves": "elf", "dwarves": "dwarf", "calves": "calf",
}  # fmt: skip


@dataclass(frozen=True)
class Lexicon:
    """`alike`: of each character's word, those that may be said instead, itself among them."""

    alike: dict[str, frozenset[str]]
    pronouns: dict[str, str]  # of words that are a man's or a woman's
    known: frozenset[str]  # what any story may speak of with "the", as "the sun"
    roles: dict[str, frozenset[str]]  # who belongs to what
    no_names: frozenset[str]  # what may begin with a capital and names nobody
    parts: frozenset[str]  # what makes a character's word one for a thing: "the dog house"


@cache
def load(folder: Path = WORDS) -> Lexicon:
    """The lists that are part of the program."""
    alike: dict[str, set[str]] = defaultdict(set)
    pronouns: dict[str, str] = {}
    for line in _lines(folder / "characters.txt"):
        entries = ENTRY.findall(line)
        for word, pronoun in entries:
            alike[word] |= {other for other, _ in entries}
            if pronoun:
                pronouns[word] = pronoun
    return Lexicon(
        {word: frozenset(others) for word, others in alike.items()},
        pronouns,
        frozenset(_lines(folder / "known.txt")),
        {who: frozenset(what) for who, *what in map(str.split, _lines(folder / "roles.txt"))},
        frozenset(_lines(folder / "no_names.txt")) | frozenset(pronouns),
        frozenset(_lines(folder / "parts.txt")),
    )


def singular(word: str) -> str:
    """One of what a word says, as lists have it: "foxes", "a fox"."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    for end, one in (("ies", "y"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss")):
        if word.endswith(end):
            return word.removesuffix(end) + one
    return word.removesuffix("s") if not word.endswith(("ss", "us")) else word


def _lines(path: Path) -> list[str]:
    lines = path.read_text().splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]
