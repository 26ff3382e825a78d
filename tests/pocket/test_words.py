# SPDX-License-Identifier: MIT
"""The word lists: large enough, each word once, none that is blocked, errors that say where."""

import itertools
import re
from pathlib import Path

import pytest

from image.errors import UserError
from packages.pocket.training import words
from tests.conftest import ROOT

BLOCKED = [
    line
    for line in (ROOT / "packages/storyteller/words/blocked.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
ENDINGS = ("", "s", "es", "ed", "d", "ing", "er", "ers", "y", "ly")  # as blocked.txt says
LONGEST_WORD = 31  # that the storyteller takes


def blocked(text: str) -> list[str]:
    """What of a text the storyteller does not say, by the rules in blocked.txt."""
    plain = " ".join(re.findall(r"[a-z]+", text.lower()))
    single = {one + end for one in BLOCKED if " " not in one and "*" not in one for end in ENDINGS}
    starts = tuple(one[:-1] for one in BLOCKED if one.endswith("*"))
    phrases = [one for one in BLOCKED if " " in one and f" {one} " in f" {plain} "]
    return phrases + [one for one in set(plain.split()) if one in single or one.startswith(starts)]


@pytest.fixture(scope="module")
def lists() -> words.Words:
    return words.load()


def test_lists_are_large(lists: words.Words) -> None:
    sizes = (lists.heroes, lists.places, lists.things, lists.names)
    assert all(len(one) >= least for one, least in zip(sizes, (300, 100, 150, 300), strict=True))


def test_words_are_unlike_and_short(lists: words.Words) -> None:
    for some in (lists.heroes, lists.places, lists.things, lists.names):
        found = [entry.word for entry in some]
        assert len(found) == len(set(found))
        assert max(map(len, found)) <= LONGEST_WORD


def test_no_word_is_blocked(lists: words.Words) -> None:
    assert not blocked(" ".join(name.word for name in lists.names))
    for path in words.WORDS.glob("*.txt"):
        assert not blocked(path.read_text()), path


def test_no_invented_word_is_blocked(lists: words.Words) -> None:
    made = itertools.product(*lists.invented.values())
    assert not blocked(" ".join(map("".join, made)))


def test_a_plot_can_name_sections(lists: words.Words) -> None:
    """So no section may be called as an entry is."""
    for some in (lists.places, lists.things):
        assert not {entry.section for entry in some} & {entry.word for entry in some}


def test_what_is_blocked() -> None:
    assert blocked("He was killed.") and blocked("Do not shut up!") and not blocked("skillet")


@pytest.fixture
def lists_to_spoil(tmp_path: Path) -> Path:
    """A copy of the lists."""
    for path in words.WORDS.iterdir():
        (tmp_path / path.name).write_text(path.read_text())
    return tmp_path


@pytest.mark.parametrize(
    ("name", "line"),
    [("heroes.txt", "rabbit (it)"), ("places.txt", "park"), ("things.txt", "100 balls")],
)
def test_errors_name_the_file(name: str, line: str, lists_to_spoil: Path) -> None:
    with (lists_to_spoil / name).open("a") as file:
        file.write(f"\n[new]\nloves: run\nsee: Grass.\nis: red; blue\n{line}\n")
    with pytest.raises(UserError, match=name) as caught:
        words.load(lists_to_spoil)
    assert caught.value.hint == "see the top of the file"


@pytest.mark.parametrize(
    ("name", "key", "said"),
    [
        ("heroes.txt", "loves", "'loves:' is missing"),
        ("places.txt", "see", "'see:' is missing"),
        ("things.txt", "is", "'is:' is missing"),
        ("things.txt", "is: red", "'is:' has too few values"),
    ],
)
def test_a_section_without_its_values_is_named(
    name: str, key: str, said: str, lists_to_spoil: Path
) -> None:
    path = lists_to_spoil / name
    before = path.read_text()
    path.write_text(f"{before}\n[new] in\n{key if ':' in key else ''}\nnewcomer\n")
    line = before.count("\n") + 2
    with pytest.raises(UserError, match=rf"{name}:{line}: \[new\]: {said}") as caught:
        words.load(lists_to_spoil)
    assert f"{key.partition(':')[0]}: ..." in str(caught.value.hint)


@pytest.mark.parametrize("section", ["children", "colour", "strange"])
def test_a_section_that_is_drawn_from_is_needed(section: str, lists_to_spoil: Path) -> None:
    for path in lists_to_spoil.iterdir():
        path.write_text(path.read_text().replace(f"[{section}]", "[others]"))
    with pytest.raises(UserError, match=rf"\.txt: \[{section}\] is missing"):
        words.load(lists_to_spoil)
