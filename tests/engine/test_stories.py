# SPDX-License-Identifier: MIT
"""The engine tells the stories that run.c tells: those it told, and those an oracle works out."""

from dataclasses import replace

import pytest

from tests import models
from tests.engine import oracle
from tests.engine.conftest import Engine
from tests.golden.make import WANTED
from tests.golden.story import Golden, load
from tests.models import Model

STORIES_15M = 40  # of 100; the packed ones are told, too
STORIES_RISCV = 3  # emulation is slow: the shortest ones
THE_CONTESTS = Golden("stories15M", "Once upon a time", 1.0, 0.9, 123, 256)
ITS_BEGINNING = """\
Once upon a time, there was a little girl named Lily. One day, Lily and her mommy went to \
the park. They played on the swings and went down the slide.
Suddenly, Lily's toy fell out of her pocket."""
GOLDEN_POCKET = load("pocket")
GOLDEN_260K = load("stories260K")
GOLDEN_15M = load("shaped15M")

PROMPTS = {
    "empty": "",
    "words": "Once upon a time",
    "one_space": " ",
    "spaces": " " * 40,
    "spaces_between": "One   day,      Tim",
    "lines": "One day\n\nTim\tran\r\n",
    "accents": "Zoë und Jürgen aßen Crème brûlée",
    "greek": "μια φορά κι έναν καιρό",
    "chinese": "从前有一只猫",
    "emoji": "The cat 🐈 saw a 🦆!",
    "emoji_family": "👩‍👩‍👧‍👦",
    "control": "a\x01b\x7fc",
    "special_pieces": "<s> and </s> and <unk> and <0x41>",
    "long": "the quick brown fox jumps over the lazy dog. " * 5,
}
BYTES = {
    "continuations": b"\x80\x81\x82\x83\x84\x85\x86",
    "letter_continuations": b"a\x80\x80\x80\x80\x80b",
    "cut_short": b"caf\xc3",
    "not_utf8": b"\xff\xfe\xf8\xc0\xaf",
}
ALL_PROMPTS = {name: text.encode() for name, text in PROMPTS.items()} | BYTES


def cases(stories: list[Golden]) -> pytest.MarkDecorator:
    """One test a story."""
    found = [pytest.param(story, id=f"seed{story.seed}") for story in stories]
    return pytest.mark.parametrize("story", found)


@cases(GOLDEN_POCKET)
def test_golden_story_of_pocket(engine: Engine, pocket: Model, story: Golden) -> None:
    assert engine.tell(pocket, *story.options).decode() == story.text


@cases(GOLDEN_260K)
def test_golden_story_of_stories260k(engine: Engine, stories260k: Model, story: Golden) -> None:
    assert engine.tell(stories260k, *story.options).decode() == story.text


@cases(GOLDEN_15M[:STORIES_15M])
def test_golden_story_of_stories15ms_shape(
    engine: Engine, stories15m: Model, story: Golden
) -> None:
    assert engine.tell(stories15m, *story.options).decode() == story.text


@cases(sorted(GOLDEN_POCKET, key=lambda story: len(story.text))[:STORIES_RISCV])
def test_riscv_tells_the_same(riscv: Engine, pocket: Model, story: Golden) -> None:
    assert riscv.tell(pocket, *story.options).decode() == story.text


@pytest.mark.parametrize("name", WANTED)
def test_golden_stories_are_all_there(name: str) -> None:
    """And spread over what can be asked for."""
    stories = load(name)
    assert len(stories) >= WANTED[name].stories
    for asked in ("prompt", "temperature", "topp", "steps"):
        assert len({getattr(story, asked) for story in stories}) >= 4
    assert len({story.text for story in stories}) > 0.6 * len(stories)


def test_the_real_stories15m_tells_its_story(engine: Engine) -> None:
    model = models.downloaded_or_skipped("stories15m")
    assert engine.tell(model, *THE_CONTESTS.options).decode().startswith(ITS_BEGINNING)


@pytest.mark.parametrize("story", ["stories260k", "pocket"])
def test_same_story_twice(engine: Engine, story: str, request: pytest.FixtureRequest) -> None:
    model: Model = request.getfixturevalue(story)
    options = ("-s", "77", "-n", "100", "-i", "Once upon a time")
    first, second = engine.tell(model, *options), engine.tell(model, *options)
    assert first == second
    assert first != engine.tell(model, "-s", "78", *options[2:])


def test_sanitized_engine_tells_the_same(engine: Engine, sanitized: Engine, pocket: Model) -> None:
    options = ("-s", "5", "-n", "40", "-i", "Zoë 🐈")
    assert sanitized.tell(pocket, *options) == engine.tell(pocket, *options)


# --- against the oracle ---------------------------------------------------------------------


@pytest.mark.parametrize("prompt", ["", "Once upon a time", "Lily and Tom", "The sun"])
def test_greedy_story_is_the_oracles(engine: Engine, stories260k: Model, prompt: str) -> None:
    expected = oracle.tell(stories260k.checkpoint, stories260k.tokenizer, prompt, steps=60)
    assert engine.tell(stories260k, "-t", "0", "-n", "60", "-i", prompt) == expected


@pytest.mark.parametrize("seed", [1, 2, 12345, 2**31 - 2, 2**31 - 1])
@pytest.mark.parametrize("topp", [0.9, 0.3, 1.0, 0.0])
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_sampled_story_is_the_oracles(
    engine: Engine, stories260k: Model, temperature: float, topp: float, seed: int
) -> None:
    numbers = ("-t", str(temperature), "-p", str(topp), "-s", str(seed), "-n", "40")
    expected = oracle.tell(
        stories260k.checkpoint,
        stories260k.tokenizer,
        "One day",
        steps=40,
        temperature=temperature,
        topp=topp,
        seed=seed,
    )
    assert engine.tell(stories260k, *numbers, "-i", "One day") == expected


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("name", ["pocket", "stories15m"])
def test_larger_vocabularies_are_the_oracles(
    engine: Engine, name: str, temperature: float, request: pytest.FixtureRequest
) -> None:
    model: Model = request.getfixturevalue(name)
    expected = oracle.tell(
        model.checkpoint,
        model.tokenizer,
        "The little cat",
        steps=40,
        temperature=temperature,
        seed=9,
    )
    options = ("-t", str(temperature), "-s", "9", "-n", "40", "-i", "The little cat")
    assert engine.tell(model, *options) == expected


def test_story_ends_where_the_model_ends_it(engine: Engine, pocket: Model) -> None:
    """The model says BOS, and would go on with another story."""
    files = (pocket.checkpoint, pocket.tokenizer)
    shorter, longer = (
        oracle.tell(*files, steps=steps, temperature=1.0, topp=0.9, seed=5) for steps in (200, 256)
    )
    assert shorter == longer, "with this seed, it is to end before"
    assert engine.tell(pocket, "-s", "5", "-n", "0") == longer


@pytest.mark.parametrize("name", ["stories260k", "stories15m", "pocket"])
@pytest.mark.parametrize("prompt", ALL_PROMPTS.values(), ids=ALL_PROMPTS)
def test_prompt_is_printed_as_the_oracle_decodes_it(
    engine: Engine, name: str, prompt: bytes, request: pytest.FixtureRequest
) -> None:
    model: Model = request.getfixturevalue(name)
    transformer = oracle.Transformer(model.checkpoint)
    words = oracle.Tokenizer(model.tokenizer, transformer.vocab_size)
    tokens = words.encode(prompt)
    # One step fewer than there are tokens prints the prompt and nothing that the model said.
    steps = max(len(tokens) - 1, 1)
    expected = oracle.tell(model.checkpoint, model.tokenizer, prompt, steps=steps)
    printed = engine.tell(model, "-t", "0", "-n", str(steps), "-i", prompt)
    assert printed == expected


@pytest.mark.parametrize("prompt", ALL_PROMPTS.values(), ids=ALL_PROMPTS)
def test_story_after_a_strange_prompt_is_the_oracles(
    engine: Engine, stories260k: Model, prompt: bytes
) -> None:
    words = oracle.Tokenizer(stories260k.tokenizer, 512)
    steps = len(words.encode(prompt)) + 12
    expected = oracle.tell(stories260k.checkpoint, stories260k.tokenizer, prompt, steps=steps)
    printed = engine.tell(stories260k, "-t", "0", "-n", str(steps), "-i", prompt)
    assert printed == expected


def test_story_ends_at_the_length_asked_for(engine: Engine, stories260k: Model) -> None:
    story = max(GOLDEN_260K, key=lambda story: len(story.text))
    shorter = replace(story, steps=50)
    text = engine.tell(stories260k, *shorter.options).decode().removesuffix("\n")
    assert story.text.startswith(text)
    assert len(text) < len(story.text) / 2
