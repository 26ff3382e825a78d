# SPDX-License-Identifier: MIT
"""Invented stories: they begin as the storyteller's do, and keep to who is in them."""

import random
import re
from dataclasses import replace

import pytest

from packages.pocket.training import cast, continuations
from packages.pocket.training.stories import Generator
from packages.pocket.training.words import ANY
from tests.conftest import ROOT
from tests.pocket.test_words import blocked

OPENINGS = [
    line
    for line in (ROOT / "packages/storyteller/words/openings.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
HERO = "(?P<hero>[A-Za-z' -]+?)"


@pytest.fixture(scope="module")
def stories(generator: Generator) -> list[str]:
    """One of each plot, and some more."""
    rng = random.Random(7)
    return [generator.story_of(plot, rng) for plot in generator.plots * 2]


def opening_pattern(opening: str) -> re.Pattern[str]:
    """An opening with anything for what is filled in; a hero with a name is called by it."""
    pattern = re.escape(opening).replace(r"\ ", " ")
    pattern = pattern.replace(r"a \{trait\} \{hero\}", rf"an? [a-z]+ {HERO}( named (?P<name>\w+))?")
    pattern = re.sub(r"the \\\{hero\\\}", r"(?:the (?P=hero)|(?P=name))", pattern, flags=re.I)
    return re.compile(
        pattern.replace(r"a \{thing\}", "an? [a-z -]+").replace(r"\{place\}", "[a-z -]+")
    )


def test_openings_are_the_storytellers() -> None:
    trained = sorted({one.opening for one in continuations.load()})
    assert trained == sorted(OPENINGS), (
        "packages/pocket/training/continuations.txt: how each goes on"
    )


def test_stories_begin_as_the_storytellers(stories: list[str]) -> None:
    patterns = [
        re.compile(opening_pattern(one).pattern.replace("(?:the", "(?i:the")) for one in OPENINGS
    ]
    assert not [story[:120] for story in stories if not any(p.match(story) for p in patterns)]


def test_nothing_is_left_to_fill_in(stories: list[str]) -> None:
    assert not [story for story in stories if re.search(r"[][{}|]|  |\n\n", story)]


def test_stories_end_whole(stories: list[str]) -> None:
    assert not [story for story in stories if story[-1] not in '.!?"']


def test_grammar(stories: list[str]) -> None:
    wrong = re.compile(
        r"\ba (?!ewe|one)[aeio]|\ban [bcdfgjklmnpqrstvwxz]|\b[Tt]hey (?:was|is|has)\b"
    )
    assert not [match[0] for story in stories if (match := wrong.search(story))]


def test_no_story_is_blocked(stories: list[str]) -> None:
    assert not [(story[:80], found) for story in stories if (found := blocked(story))]


def test_drills_can_be_told(generator: Generator) -> None:
    rng = random.Random(3)
    for _ in range(200):
        assert not re.search(r"[][{}|]", generator.drill(rng))


def test_the_same_state_gives_the_same_story(generator: Generator) -> None:
    assert generator.story(random.Random(5)) == Generator().story(random.Random(5))


def test_all_words_are_used(generator: Generator) -> None:
    rng = random.Random(1)
    some = [cast.draw(generator.words, None, None, rng) for _ in range(12_000)]
    lists = generator.words
    assert {h.word for h in lists.heroes} <= {one.hero.hero.word for one in some}
    assert {p.word for p in lists.places} <= {one.place.word for one in some}
    assert {t.word for t in lists.things} <= {one.thing.word for one in some}
    named = {one.hero.name for one in some} | {one.friend.name for one in some}
    assert {name.word for name in lists.names} <= named
    assert {one.hero.pronoun for one in some} == {"he", "she", "they"}
    known = {hero.word for hero in lists.heroes}
    assert any(one.hero.hero.word not in known for one in some)


def test_nobody_is_taken_for_another(generator: Generator) -> None:
    rng = random.Random(2)
    for _ in range(3_000):
        drawn = cast.draw(generator.words, None, None, rng)
        people = [drawn.hero, drawn.friend, drawn.other]
        assert len({one.called for one in people}) == len(people)
        assert drawn.friend.hero.word not in drawn.hero.hero.word


def test_queens_and_their_like_are_not_rare(generator: Generator) -> None:
    rng = random.Random(3)
    heroes = [cast.draw(generator.words, None, None, rng).hero.hero for _ in range(2_000)]
    assert sum(hero.pronoun != ANY for hero in heroes) > 400
    assert {"queen", "king"} <= {hero.word for hero in heroes}


def test_a_list_of_anybodies_will_do(generator: Generator) -> None:
    anybody = tuple(replace(hero, pronoun=ANY) for hero in generator.words.heroes)
    words = replace(generator.words, heroes=anybody)
    rng = random.Random(3)
    assert all(cast.draw(words, None, None, rng).hero.hero.pronoun == ANY for _ in range(200))
