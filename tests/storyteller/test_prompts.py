# SPDX-License-Identifier: MIT
"""How stories begin: drawn from word lists, or made of what was typed."""

from pathlib import Path

import pytest

from image import run

CASES = {
    "a dragon at the beach": (
        "Once upon a time, there was a ",
        " dragon.",
        "dragon went to the beach",
    ),
    "Tell me a story about two rabbits!": ("there was a ", " rabbit.", "the rabbit went to the "),
    "brave DOG": ("Once upon a time, there was a brave dog. One day, the dog went to the ",),
    "the zoo": ("Once upon a time, there was a ", "went to the zoo"),
    "purple whale": ("Once upon a time, there was a purple whale. One day,",),
    "please tell me about an   ant.": ("Once upon a time, there was an ant. One day,",),
    # No hero of ours hides in these words.
    "a beehive": ("there was a beehive. One day,",),
    "catch": ("there was a catch. One day,",),
    # What begins like a story is left alone.
    "Lily and Ben had a red ball.": ("Lily and Ben had a red ball.",),
    "caf\u00e9 \x1b[2J\x07man": ("there was a caf [2Jman. One day,",),
}


def line(driver: Path, text: str, seed: int = 7) -> str:
    """The beginning that a typed line gives."""
    return run.output([driver, str(seed), text]).removesuffix("\n")


@pytest.mark.parametrize("text", CASES)
def test_typed_line(prompt_driver: Path, text: str) -> None:
    prompt = line(prompt_driver, text)
    at = 0
    for part in CASES[text]:
        assert part in prompt[at:], prompt
        at = prompt.index(part, at) + len(part)
    assert prompt == line(prompt_driver, text)


@pytest.mark.parametrize("text", ["", "  ", "...", "\u4f60\u597d"])
def test_line_without_words_draws(prompt_driver: Path, text: str) -> None:
    assert line(prompt_driver, text) == run.output([prompt_driver, "7"]).splitlines()[0]


@pytest.mark.parametrize("text", ["x" * 5000, "Ab cd ef gh " * 500, "a dragon " * 900])
def test_long_line_is_cut(prompt_driver: Path, text: str) -> None:
    assert 0 < len(line(prompt_driver, text)) < 256


def test_drawn_beginnings(prompt_driver: Path) -> None:
    prompts = run.output([prompt_driver, "1"]).splitlines()
    assert prompts == run.output([prompt_driver, "1"]).splitlines()
    assert prompts[1:] == run.output([prompt_driver, "2"]).splitlines()[:-1]
    assert len(set(prompts)) > 800
    for prompt in prompts:
        assert prompt.startswith("Once upon a time, there was a ")
        assert " a a" not in prompt and " a e" not in prompt and " a o" not in prompt
        assert not prompt.endswith((" ", "."))
