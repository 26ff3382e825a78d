# SPDX-License-Identifier: MIT
"""What children ask for, as typed lines: how much is understood, and that what must not be told is
not; and the lists of what is understood."""

import json
from pathlib import Path

import pytest

from packages.pocket.training import words
from tests.storyteller.build import WORDS
from tests.storyteller.test_prompts import Asked, ask_all

WISHES = json.loads((Path(__file__).parent / "wishes.json").read_text())
ASKED = WORDS / "asked"
UNDERSTOOD = 0.97  # of what children ask for, at least
# Lists as `Asked.slots` has them, and how many words each has at least.
SLOTS = {"heroes": (0, "a {}", 300), "places": (1, "a rabbit in the {}", 100)}
SLOTS |= {"things": (2, "a rabbit with a {}", 150)}
NAMES = ("girls", "boys", "children", "named_girls", "named_boys")
# What the model knows, but nobody asks a small child's toy for.
NOT_ASKED_FOR = {"cliff", "needle", "pot"}


def lines(path: Path) -> list[str]:
    """A list's words."""
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def known(name: str) -> list[str]:
    """What is drawn, and what else is known."""
    drawn = WORDS / f"{name}.txt"
    return (lines(drawn) if drawn.exists() else []) + lines(ASKED / f"{name}.txt")


def understood(asked: Asked) -> bool:
    """Whether some of it is in the story."""
    return asked.request == "found" and any(asked.slots)


@pytest.mark.parametrize("kind", ["wanted", "sentences and names"])
def test_what_children_ask_for_is_understood(prompt_driver: Path, kind: str) -> None:
    wanted = WISHES[kind]
    asked = dict(zip(wanted, ask_all(prompt_driver, wanted), strict=True))
    missed = [line for line in wanted if not understood(asked[line])]
    print(f"{1 - len(missed) / len(wanted):.1%} of {len(wanted)} wishes understood; not: {missed}")
    assert len(missed) <= (1 - UNDERSTOOD) * len(wanted)
    assert not [line for line in wanted if asked[line].request == "refused"]


def test_what_only_sounds_bad_is_not_refused(prompt_driver: Path) -> None:
    answers = zip(WISHES["harmless"], ask_all(prompt_driver, WISHES["harmless"]), strict=True)
    assert not [line for line, asked in answers if asked.request == "refused"]


@pytest.mark.parametrize("kind", WISHES["not wanted"])
def test_what_must_not_be_told_is_not_used(prompt_driver: Path, kind: str) -> None:
    """Some are only unknown. "cow" may be meant to hurt, or as the animal, which we tell of."""
    unwanted = WISHES["not wanted"][kind]
    asked = dict(zip(unwanted, ask_all(prompt_driver, unwanted), strict=True))
    used = {line for line in unwanted if asked[line].request not in ("refused", "unknown")}
    assert used <= {"cow"}
    assert all(asked[line].slots == ("",) * 5 for line in unwanted if line not in used)


@pytest.mark.parametrize("name", SLOTS)
def test_each_word_is_understood_as_what_it_is(prompt_driver: Path, name: str) -> None:
    slot, form, least = SLOTS[name]
    all_words = known(name)
    assert len(all_words) >= least
    answers = ask_all(prompt_driver, [form.format(word) for word in all_words])
    wrong = [w for w, one in zip(all_words, answers, strict=True) if one.slots[slot] != w]
    assert not wrong


def test_each_name_is_understood(prompt_driver: Path) -> None:
    names = [name for kind in NAMES for name in known(kind)]
    assert len(names) >= 300 and len(names) == len(set(names))
    answers = ask_all(prompt_driver, [f"a fox named {name}" for name in names])
    wrong = [n for n, one in zip(names, answers, strict=True) if one.slots[3] != n.capitalize()]
    assert not wrong


def test_each_saying_is_understood(prompt_driver: Path) -> None:
    """It has a meaning in the lists, and is needed: no list has it already."""
    sayings = dict(line.split(" = ") for line in lines(ASKED / "said.txt"))
    told = ask_all(prompt_driver, list(sayings))
    meant = ask_all(prompt_driver, list(sayings.values()))
    for saying, one, other in zip(sayings, told, meant, strict=True):
        assert understood(other), saying
        if one.request != "refused":
            assert one.slots == other.slots, saying


def test_what_the_model_was_trained_on_can_be_asked_for() -> None:
    """The training's lists are those of here, or shorter."""
    lists = words.load()
    trained = {
        "heroes": [hero.word for hero in lists.heroes],
        "places": [place.word for place in lists.places],
        "things": [thing.word.replace("-", " ") for thing in lists.things],
    }
    for name, entries in trained.items():
        assert set(entries) - set(known(name)) <= NOT_ASKED_FOR, name
    names = {name for kind in NAMES for name in known(kind)}
    assert not {name.word.lower() for name in lists.names} - names
    traits = {entry.lower() for entry in (*lists.traits, *lists.extras["colour"])}
    assert not traits - set(known("traits"))
