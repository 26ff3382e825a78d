# SPDX-License-Identifier: MIT
"""The engine as a library: many stories from one llama, tokens, coins and choices."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.engine import oracle, tiny
from tests.engine.conftest import CHECKED, Engine, compile_c
from tests.engine.test_stories import ALL_PROMPTS
from tests.models import Model

DRIVER = Path(__file__).parent / "driver.c"
STORIES = 200


@pytest.fixture(scope="session")
def driver(programs: Path) -> Engine:
    """The library under sanitizers, and what calls it."""
    return Engine((str(compile_c(programs / "driver-sanitized", CHECKED, main=DRIVER)),))


@pytest.fixture(scope="session")
def plain_driver(programs: Path) -> Engine:
    """The same with the C library's own memory, which counts what is in use."""
    return Engine((str(compile_c(programs / "driver", ["-O3"], main=DRIVER)),))


def lines(driver: Engine, *arguments: str | bytes | Path) -> list[str]:
    """What the driver printed; it must end well."""
    done = driver(*arguments)
    assert (done.status, done.err) == (0, ""), done.out.decode(errors="replace")
    return done.out.decode().splitlines()


# --- stories --------------------------------------------------------------------------------


def test_one_llama_tells_many_equal_stories(plain_driver: Engine, stories260k: Model) -> None:
    """And needs no more memory for the last than for those of the first half."""
    files = (stories260k.checkpoint, stories260k.tokenizer)
    told = plain_driver("repeat", *files, str(STORIES))
    assert told.status == 0, told.out.decode()
    expected = oracle.tell(*files, "Once", steps=40, temperature=1.0, topp=0.9, seed=7)
    assert told.out == expected


def test_many_stories_under_sanitizers(driver: Engine, small: Model) -> None:
    files = (small.checkpoint, small.tokenizer)
    told = lines(driver, "repeat", *files, str(STORIES))
    expected = oracle.tell(*files, "Once", steps=40, temperature=1.0, topp=0.9, seed=7)
    assert told == expected.decode().splitlines()


@pytest.mark.parametrize("pieces", [1, 2, 10])
def test_false_stops_the_story(driver: Engine, stories260k: Model, pieces: int) -> None:
    files = (stories260k.checkpoint, stories260k.tokenizer)
    (stopped,) = lines(driver, "stop", *files, str(pieces))
    expected = oracle.tell(*files, steps=pieces, temperature=1.0, topp=0.9, seed=7)
    assert stopped == f"{pieces} {pieces - 1} 1 {expected.decode()[:-1]}"


def test_no_prompt_is_the_empty_prompt(driver: Engine, stories260k: Model) -> None:
    files = (stories260k.checkpoint, stories260k.tokenizer)
    (told,) = lines(driver, "stop", *files, "0")
    expected = oracle.tell(*files, steps=40, temperature=1.0, topp=0.9, seed=7)
    assert told == f"40 39 1 {expected.decode()[:-1]}"


def test_stories_after_prompts_that_are_too_long(driver: Engine, small: Model) -> None:
    files = (small.checkpoint, small.tokenizer)
    told = oracle.tell(*files, steps=40, temperature=1.0, topp=0.9, seed=7).decode()
    told = f"'' {told}"
    complaints = [
        "0 0 the prompt has 102 tokens; the model takes 32\n",
        "0 0 the prompt of 1000 bytes is too long for 32 tokens\n",
        "0 0 the prompt of 10000 bytes is too long for 32 tokens\n",
        "0 0 the prompt of 100000 bytes is too long for 32 tokens\n",
    ]
    done = driver("recover", *files)
    assert (done.status, done.err) == (0, "")
    assert done.out.decode() == "".join(complaint + told for complaint in complaints)


def test_opened_and_closed_many_times(driver: Engine, pocket: Model) -> None:
    files = (pocket.checkpoint, pocket.tokenizer)
    assert lines(driver, "open", *files, "50") == ["''"]


def test_nothing_leaks_when_opening_fails(driver: Engine, small: Model, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(tiny.tokenizer()[:-1])
    done = driver("open", small.checkpoint, damaged, "50")
    expected = f"error: {damaged}: piece 299 has length 2; 1 bytes are left\n"
    assert (done.status, done.out.decode(), done.err) == (1, expected, "")


# --- tokens ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["stories260k", "stories15m", "pocket"])
@pytest.mark.parametrize("text", ALL_PROMPTS.values(), ids=ALL_PROMPTS)
def test_tokens_are_the_oracles(
    driver: Engine, name: str, text: bytes, request: pytest.FixtureRequest
) -> None:
    model: Model = request.getfixturevalue(name)
    size = oracle.Transformer(model.checkpoint).vocab_size
    words = oracle.Tokenizer(model.tokenizer, size)
    tokens = words.encode(text)
    decoded = b"".join(words.decode(a, b) for a, b in oracle.pairs(tokens))
    done = driver("encode", model.tokenizer, str(size), text)
    assert (done.status, done.err) == (0, "")
    assert done.out == b"".join(b"%d\n" % token for token in tokens) + decoded


# Pieces beyond those of the bytes, a text, and its tokens: 1 is BOS, 259 the space.
MERGES: dict[str, tuple[list[tuple[bytes, float]], bytes, list[int]]] = {
    "first_of_equal_scores": (
        [(b"a", 0), (b"aa", 1)],
        b"aaa",
        [1, 259, 261, 260],
    ),
    "best_score_first": (
        [(b"a", 0), (b"b", 0), (b"c", 0), (b"ab", 1), (b"bc", 2)],
        b"abc",
        [1, 259, 260, 264],
    ),
    "merged_again": (
        [(b"a", 0), (b"aa", 1), (b"aaaa", 2), (b" aaaa", 3)],
        b"aaaa",
        [1, 263],
    ),
    "negative_scores": (
        [(b"a", 0), (b"b", 0), (b"ab", -5), (b"ba", -4)],
        b"aba",
        [1, 259, 260, 263],
    ),
    "lowest_score_never_merges": (
        [(b"a", 0), (b"aa", -1e10)],
        b"aa",
        [1, 259, 260, 260],
    ),
    "four_bytes_are_one_character": (
        [("🐈".encode(), 0)],
        "🐈".encode(),
        [1, 259, 260],
    ),
    "five_bytes_are_two": (
        [(b"a\x80\x80\x80", 0), (b"\x80", 0)],
        b"a\x80\x80\x80\x80",
        [1, 259, 260, 261],
    ),
}


@pytest.mark.parametrize(("more", "text", "tokens"), MERGES.values(), ids=MERGES)
def test_merging(
    driver: Engine,
    tmp_path: Path,
    more: list[tuple[bytes, float]],
    text: bytes,
    tokens: list[int],
) -> None:
    pieces = [(piece, 0.0) for piece in tiny.pieces(260)] + more
    path = tmp_path / "tokenizer.bin"
    path.write_bytes(bytes(4) + b"".join(tiny.piece(*piece) for piece in pieces))
    done = driver("encode", path, str(len(pieces)), text)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(b"".join(b"%d\n" % token for token in tokens))
    assert done.out.count(b"\n") == len(tokens)


# --- coins and choices ----------------------------------------------------------------------


def test_first_coins_are_those_of_the_published_generator(driver: Engine) -> None:
    # xorshift64* (12, 25, 27; 2685821657736338717), state 1: worked out by hand from Vigna 2014.
    state = 1 ^ (1 << 25) ^ (((1 << 25) | 1) >> 27)
    first = (state * 2685821657736338717 % 2**64) >> 32
    (line,) = lines(driver, "rng", "1", "1")
    assert line.split()[0] == str(first) == "1206177355"


@pytest.mark.parametrize("seed", [1, 123, 2**31 - 1, 2**63, 2**64 - 1])
def test_coins_are_the_oracles(driver: Engine, seed: int) -> None:
    bits, floats = oracle.Rng(seed), oracle.Rng(seed)
    for line in lines(driver, "rng", str(seed), "1000"):
        word, coin = line.split()
        assert int(word) == bits.u32()
        assert np.float32(coin) == floats.f32()
        assert 0 <= float(coin) < 1


def choices(
    driver: Engine,
    logits: list[float],
    *,
    temperature: float = 1.0,
    topp: float = 0.9,
    seed: int = 42,
    count: int = 200,
) -> list[int]:
    """Tokens that the sampler draws, one after the other."""
    numbers = [repr(temperature), repr(topp), str(seed), str(count)]
    *tokens, state = map(int, lines(driver, "sample", *numbers, *map(repr, logits)))
    coins = oracle.Rng(seed)
    for _ in range(count if temperature else 0):
        coins.f32()
    assert state == coins.state, "one coin a draw, and none where nothing is drawn"
    return tokens


PEAKED = [1.0, 3.0, -2.0, 3.0, 0.5, 2.5, -30.0]
EQUAL = [0.5] * 7
WIDE = [math.sin(i * i) * 4 for i in range(500)]


@pytest.mark.parametrize("logits", [PEAKED, EQUAL, WIDE, [2.0, 1.0]], ids=str)
@pytest.mark.parametrize("topp", [0.0, 1e-7, 0.1, 0.5, 0.9, 0.999, 1.0])
@pytest.mark.parametrize("temperature", [0.0, 0.3, 1.0, 5.0])
def test_choices_are_the_oracles(
    driver: Engine, logits: list[float], topp: float, temperature: float
) -> None:
    coins = oracle.Rng(42)
    values = np.array(logits, np.float32)
    expected = [oracle.choose(values, temperature, topp, coins) for _ in range(200)]
    assert choices(driver, logits, temperature=temperature, topp=topp) == expected


def test_greedy_takes_the_first_of_equal_ones(driver: Engine) -> None:
    assert set(choices(driver, PEAKED, temperature=0.0)) == {1}
    assert set(choices(driver, EQUAL, temperature=0.0)) == {0}


def test_tiny_nucleus_is_the_first_of_the_likeliest(driver: Engine) -> None:
    assert set(choices(driver, PEAKED, topp=1e-7)) == {1}


def test_nucleus_smaller_than_any_token_is_the_likeliest(driver: Engine) -> None:
    """Nothing passes run.c's cutoff here: it would read outside of its array."""
    assert set(choices(driver, [0.0, 0.0], topp=0.4)) == {0}
    assert set(choices(driver, [0.0, 0.1], topp=0.4)) == {1}
    assert set(choices(driver, [0.0], topp=0.5)) == {0}


def test_ties_are_ordered_by_index(driver: Engine) -> None:
    """Of seven equal ones, 0.5 needs four: those with the lowest numbers."""
    drawn = Counter(choices(driver, EQUAL, topp=0.5, count=2000))
    assert sorted(drawn) == [0, 1, 2, 3]
    assert min(drawn.values()) > 400


@pytest.mark.parametrize("topp", [0.0, 1.0])
def test_no_nucleus_reaches_every_token(driver: Engine, topp: float) -> None:
    drawn = Counter(choices(driver, EQUAL, topp=topp, count=2000))
    assert sorted(drawn) == list(range(7))
    assert min(drawn.values()) > 200


@pytest.mark.parametrize("topp", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("place", [0, 1, 4])
@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_no_number_is_no_token(driver: Engine, number: float, place: int, topp: float) -> None:
    logits = [0.1, 0.2, 0.3, 0.4, 0.5]
    logits[place] = number
    assert set(choices(driver, logits, topp=topp, count=5)) == {-1}


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_all_nan_is_no_token(driver: Engine, temperature: float) -> None:
    assert choices(driver, [math.nan] * 4, temperature=temperature, count=1) == [-1]


def test_all_impossible_is_no_token(driver: Engine) -> None:
    assert choices(driver, [-math.inf] * 4, count=1) == [-1]


def test_impossible_tokens_are_never_drawn(driver: Engine) -> None:
    logits = [-math.inf, 0.0, -math.inf, 0.0]
    for topp in (0.0, 0.9, 1.0):
        assert set(choices(driver, logits, topp=topp)) == {1, 3}


@pytest.mark.parametrize("topp", [1.0, 0.99999])
def test_last_token_when_rounding_leaves_the_sum_too_small(driver: Engine, topp: float) -> None:
    """The float32 sum of 3,000 equal probabilities stays below 1, and below some coins."""
    logits = np.zeros(3000, np.float32)
    total = oracle.running_sum(oracle.softmax(logits))[-1]
    assert total < np.float32(topp)
    seed = next(seed for seed in range(1, 10**6) if oracle.Rng(seed).f32() >= total)
    expected = oracle.choose(logits, 1.0, topp, oracle.Rng(seed))
    assert choices(driver, logits.tolist(), topp=topp, seed=seed, count=1) == [expected]
    assert expected == 2999
