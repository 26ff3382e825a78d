# SPDX-License-Identifier: MIT
"""Templates: choices, slots, and the grammar that depends on what was filled in."""

import random

import pytest

from packages.pocket.training import template


def filled(text: str, **slots: str) -> set[str]:
    """All that a template can become, for as long as chance finds new ones."""
    return {template.fill(text, slots, random.Random(seed)) for seed in range(60)}


def test_choices_can_be_nested() -> None:
    assert filled("[a|b[1|2]]") == {"a", "b1", "b2"}


def test_a_new_slot_keeps_its_choice() -> None:
    assert filled("{x: red|blue} and {x}") == {"red and red", "blue and blue"}


def test_slots_may_hold_slots() -> None:
    assert filled("{love}", love="wag {his} tail", his="her") == {"wag her tail"}


def test_an_unknown_slot_is_an_error() -> None:
    with pytest.raises(KeyError):
        template.fill("{nobody}", {}, random.Random(0))


@pytest.mark.parametrize(
    ("word", "article"),
    [
        ("owl", "an"), ("unicorn", "a"), ("umbrella", "an"), ("hour", "an"), ("ewe", "a"),
        ("yo-yo", "a"), ("Ugly", "an"), ("one-eyed", "a"), ("uncle", "an"), ("uniform", "a"),
    ],
)  # fmt: skip
def test_articles_go_by_sound(word: str, article: str) -> None:
    assert (
        template.grammar(f"a {word}. A {word}.") == f"{article} {word}. {article.title()} {word}."
    )


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("They was there.", "They were there."),
        ("Was they? they has it", "Were they? they have it"),
        ("he was, she is", "he was, she is"),
    ],
)
def test_verbs_of_they(bad: str, good: str) -> None:
    assert template.grammar(bad) == good
