# SPDX-License-Identifier: MIT
"""Measures of stories: what they find in small ones, and of mistakes put into many."""

import functools
import random
import re
from collections.abc import Callable

import pytest

from image.stories import characters, lexicon, measure, pronouns, runs
from image.stories.finding import Finding
from image.stories.text import narration
from packages.pocket.training.stories import Generator

BEGIN = "Once upon a time, there was a shy mole named Tom. "


@functools.cache
def generated() -> tuple[str, ...]:
    """Stories as pocket's training has them, in which everybody is introduced."""
    rng = random.Random(5)
    generator = Generator()
    return tuple(generator.story(rng) for _ in range(400))


def words_of(found: list[Finding]) -> list[str]:
    return [one.words for one in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tom met a cat. The cat sat down.", []),
        ("Tom sat down. The cat sat down.", ["The cat"]),
        ('"Hello," said the old cat.', ["the old cat"]),
        ('Tom met a kitten. "Hello," said the cat.', []),
        ('"Hello," said the wubbin.', ["the wubbin"]),
        ('A wubbin came. "Hello," said the wubbin.', []),
        ("The cat's tail was long.", ["The cat's"]),
        ('"Mind the goat!" said Tom.', []),
        ("The birds sang. The dog house was red.", []),
        ("Tom saw the man with the cheese.", []),
        ("A bus came. The driver waved.", []),
        ("The driver waved.", ["The driver"]),
        ("Ben the bear came. Because the cat came, he left.", ["the cat"]),
        ("The last bird sang, and the sun shone.", []),
    ],
)
def test_strangers(text: str, found: list[str]) -> None:
    assert words_of(characters.strangers(BEGIN + text)) == found


def test_each_finding_has_its_place() -> None:
    text = BEGIN + "The cat saw him. Zoe laughed. She sat down. The end."
    for one in measure.findings(text):
        assert text[one.place :].startswith(one.words)
    assert [one.kind for one in measure.findings(text)] == ["stranger", "name", "mixed"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tom ran. Tom was glad.", []),
        ("Tim was glad.", ["Tim"]),
        ('"Yes," said Tim.', ["Tim"]),
        ("A cat named Tim came. Tim was glad.", []),
        ("They met Lily and Tom's friend Ben.", ["Lily"]),
        ('On Monday, Grandpa said, "Ask Lily."', []),
        ("People came to the North Pole in June.", []),
    ],
)
def test_names(text: str, found: list[str]) -> None:
    assert words_of(characters.names(BEGIN + text)) == found


@pytest.mark.parametrize(
    ("text", "flips", "mixed"),
    [
        ("Tom sat down. He was tired, and he slept.", [], []),
        ("Tom took his hat. The mole lost her way, and she sighed.", ["she"], ["her"]),
        ("He called his grandma. She came.", [], []),
        ("He called a girl. She came. The girl lost his hat.", ["his"], []),
        ('He sat. "She is nice," said Tom.', [], []),
        ('He sat. "Never," said Tom.\nShe sat.', [], ["She"]),
    ],
)
def test_pronouns(text: str, flips: list[str], mixed: list[str]) -> None:
    assert words_of(pronouns.flips(BEGIN + text)) == flips
    assert words_of(pronouns.mixed(BEGIN + text)) == mixed


def test_runs() -> None:
    run = "he took the red hat and put it on again"
    assert not runs.repeated(f"So {run}.")
    assert len(runs.repeated(f"So {run}. Then {run}.")) == 1
    text = "a b c d e f g h i j k l m"
    assert runs.copied([text], runs.known(["x " + text])) == 1
    assert runs.copied([text + " n o"], runs.known([text])) == 0.5
    assert runs.copied(["short"], set()) == 0


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        ("Tom slept. The end.", True),
        ('"Good night," said Tom. "Sleep well!" The end.', True),
        ("Tom went to the. The end.", True),
        ("Tom went to the\nThe end.", False),
        ("They sang it to the end.", True),
        ('"Good night. The end.', False),
        ("", False),
    ],
)
def test_endings(text: str, is_whole: bool) -> None:
    assert measure.is_whole(text) == is_whole


def test_lists_hold_each_word_once() -> None:
    lists = lexicon.load()
    assert not lists.known & lists.alike.keys()
    assert lists.alike["kitten"] == {"cat", "kitten"} and lists.pronouns["queen"] == "she"


def replaced(pattern: str, new: str, text: str, rng: random.Random) -> str | None:
    """The text with one of the pattern's later places replaced, outside of what is said."""
    places = [*re.finditer(pattern, narration(text))][1:]
    if not places:
        return None
    match = rng.choice(places)
    return text[: match.start(1)] + new + text[match.end(1) :]


def another_character(text: str, rng: random.Random) -> str | None:
    others = [word for word in ("lion", "mole", "witch", "yeti") if word not in text.lower()]
    hero = pronouns.HERO.search(text)
    assert hero
    return replaced(rf"\b[Tt]he ({hero['word']})\b", others[0], text, rng)


def another_pronoun(text: str, rng: random.Random) -> str | None:
    he = re.search(r"\b(he|she)\b", narration(text))
    other = {"he": "she", "she": "he"}
    return replaced(rf"\b({he[1]})\b", other[he[1]], text, rng) if he else None


def another_name(text: str, rng: random.Random) -> str | None:
    name = re.search(r"named ([A-Z]\w+)", text)
    return replaced(rf"\b({name[1]})\b", "Zara", text, rng) if name else None


@pytest.mark.parametrize(
    ("plant", "measures", "least"),
    [
        (another_character, [characters.strangers], 0.9),
        (another_pronoun, [pronouns.flips, pronouns.mixed], 0.6),
        (another_name, [characters.names], 0.8),
    ],
)
def test_mistakes_that_were_put_in_are_found(
    plant: Callable[[str, random.Random], str | None],
    measures: list[Callable[[str], list[Finding]]],
    least: float,
) -> None:
    """Where the whole story had none of the kind."""
    rng = random.Random(1)
    clean = [text for text in generated() if not any(one(text) for one in measures)]
    spoilt = [text for text in (plant(text, rng) for text in clean) if text]
    found = sum(any(one(text) for one in measures) for text in spoilt) / len(spoilt)
    assert len(spoilt) > 50
    assert found >= least, f"{found:.2f} of {len(spoilt)}"


def test_hardly_anything_is_found_where_nothing_is_wrong() -> None:
    found = measure.figures(generated())
    assert found.strangers <= 0.06 and found.names <= 0.02 and found.mixed <= 0.05
    assert found.kept >= 0.95 and found.whole == 1
