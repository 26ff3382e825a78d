# SPDX-License-Identifier: MIT
"""Word lists of the story generator: who, where, what, and how they behave in a sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from image.errors import UserError

WORDS = Path(__file__).resolve().parent / "words"
SECTION = re.compile(r"\[(?P<name>[^\]]+)\](?: (?P<mark>\w+))?")
NOTE = re.compile(r"(?P<key>[a-z]+): (?P<values>.+)")
ENTRY = re.compile(r"(?P<word>[A-Za-z][A-Za-z -]*?)(?: \((?P<mark>\w+)\))?")
# Sections that cast.py draws from by name.
NEEDED = {"heroes.txt": ("children",), "extras.txt": ("colour", "strange")}
PRONOUNS = ("he", "she", "they")
ANY = "any"


@dataclass(frozen=True)
class Entry:
    """A line of a list: the word, and its mark in brackets or else its section's."""

    word: str
    mark: str


@dataclass(frozen=True)
class Section:
    """Entries that behave alike; `notes` are the section's lines `key: value; value`."""

    name: str
    notes: dict[str, tuple[str, ...]]
    entries: tuple[Entry, ...]
    place: str  # where it begins, for messages

    def note(self, key: str, least: int) -> tuple[str, ...]:
        """The values of a key. Raises UserError for fewer than a story needs of them."""
        values = self.notes.get(key, ())
        if len(values) < least:
            problem = f"'{key}:' has too few values" if values else f"'{key}:' is missing"
            hint = f"add a line of at least {least}: {key}: {'; '.join(['...'] * least)}"
            raise UserError(f"{self.place}: [{self.name}]: {problem}", hint)
        return values


@dataclass(frozen=True)
class Hero:
    word: str
    pronoun: str  # "he", "she", "they", or ANY: drawn for each story
    loves: tuple[str, ...]
    section: str
    can_be_friend: bool = True


@dataclass(frozen=True)
class Place:
    word: str
    preposition: str
    scenes: tuple[str, ...]
    section: str


@dataclass(frozen=True)
class Thing:
    word: str
    like: tuple[str, ...]  # adjectives
    section: str


@dataclass(frozen=True)
class Name:
    word: str
    pronoun: str


@dataclass(frozen=True)
class Words:
    heroes: tuple[Hero, ...]
    places: tuple[Place, ...]
    things: tuple[Thing, ...]
    names: tuple[Name, ...]
    traits: tuple[str, ...]
    extras: dict[str, tuple[str, ...]]  # of each slot that is a plain choice of words
    invented: dict[str, tuple[str, ...]]  # first, middle and last parts of words

    @cached_property
    def friends(self) -> tuple[Hero, ...]:
        return tuple(hero for hero in self.heroes if hero.can_be_friend)

    @cached_property
    def children(self) -> tuple[Hero, ...]:
        return tuple(hero for hero in self.heroes if hero.section == "children")

    @cached_property
    def settled(self) -> tuple[Hero, ...]:
        """Those that every story calls he, or she."""
        return tuple(hero for hero in self.heroes if hero.pronoun != ANY)

    def names_of(self, pronoun: str) -> tuple[Name, ...]:
        """Names of a girl, of a boy, or of anybody."""
        return self._names[pronoun]

    @cached_property
    def _names(self) -> dict[str, tuple[Name, ...]]:
        girls, boys, both = (
            tuple(name for name in self.names if name.pronoun == pronoun)
            for pronoun in ("she", "he", ANY)
        )
        return {"she": girls + both, "he": boys + both, "they": self.names}


def load(folder: Path = WORDS) -> Words:
    """All lists. Raises UserError for a line that is not understood."""
    return Words(
        heroes=tuple(_heroes(folder / "heroes.txt")),
        places=tuple(_places(folder / "places.txt")),
        things=tuple(_things(folder / "things.txt")),
        names=tuple(_names(folder / "names.txt")),
        traits=tuple(e.word for s in sections(folder / "traits.txt") for e in s.entries),
        extras=_choices(folder / "extras.txt"),
        invented=_choices(folder / "invented.txt"),
    )


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that mean something, with their numbers."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.rstrip()


def sections(path: Path) -> list[Section]:
    """A list's sections; entries before the first heading are in one without a name."""
    found = [Section("", {}, (), f"{path}:1")]
    mark = ""
    for number, line in lines(path):
        if match := SECTION.fullmatch(line):
            found.append(Section(match["name"], {}, (), f"{path}:{number}"))
            mark = match["mark"] or ""
        elif match := NOTE.fullmatch(line):
            values = (value.strip() for value in match["values"].split(";"))
            found[-1].notes[match["key"]] = tuple(value for value in values if value)
        elif match := ENTRY.fullmatch(line):
            entry = Entry(match["word"], match["mark"] or mark)
            found[-1] = replace(found[-1], entries=(*found[-1].entries, entry))
        else:
            raise UserError(f"{path}:{number}: not understood: {line}", "see the top of the file")
    kept = [section for section in found if section.entries]
    for name in NEEDED.get(path.name, ()):
        if name not in {section.name for section in kept}:
            raise UserError(f"{path}: [{name}] is missing", "stories draw words from that section")
    return kept


def _choices(path: Path) -> dict[str, tuple[str, ...]]:
    return {one.name: tuple(entry.word for entry in one.entries) for one in sections(path)}


def _heroes(path: Path) -> Iterator[Hero]:
    for section in sections(path):
        loves = section.note("loves", least=1)
        can_be_friend = section.notes.get("friend") != ("no",)
        for entry in section.entries:
            pronoun = entry.mark or ANY
            _check(path, entry.word, pronoun, (*PRONOUNS, ANY))
            yield Hero(entry.word, pronoun, loves, section.name, can_be_friend)


def _places(path: Path) -> Iterator[Place]:
    for section in sections(path):
        for entry in section.entries:
            _check(path, entry.word, entry.mark, ("in", "on", "at", "by"))
            yield Place(entry.word, entry.mark, section.note("see", least=1), section.name)


def _things(path: Path) -> Iterator[Thing]:
    for section in sections(path):
        for entry in section.entries:
            yield Thing(entry.word, section.note("is", least=2), section.name)


def _names(path: Path) -> Iterator[Name]:
    for section in sections(path):
        _check(path, section.name, section.name, ("she", "he", ANY))
        for entry in section.entries:
            yield from (Name(word, section.name) for word in entry.word.split())


def _check(path: Path, word: str, mark: str, allowed: tuple[str, ...]) -> None:
    if mark not in allowed:
        problem = f"({mark}) is none of {', '.join(allowed)}"
        raise UserError(f"{path}: {word}: {problem}", "see the top of the file")
