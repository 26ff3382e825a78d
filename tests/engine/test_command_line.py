# SPDX-License-Identifier: MIT
"""The command line of `run`: what it accepts, what it replaces as run.c does, what it refuses."""

import re
import subprocess
from pathlib import Path

import pytest

from image import run
from tests.engine import oracle
from tests.engine.conftest import Engine, Result
from tests.models import Model

SPEED = re.compile(r"achieved tok/s: \d+\.\d{6}\n")
SEED = ("-s", "11")


def command_line(engine: Engine, small: Model) -> list[str | Path]:
    """The words that ask for a story."""
    return [*engine.command, small.checkpoint, "-z", small.tokenizer, *SEED]


def usage(engine: Engine) -> str:
    """What the program says of itself."""
    return engine().err


def refused(result: Result, words: str) -> None:
    """The program ended with status 1, these words, and nothing on standard output."""
    assert (result.status, result.out, result.err) == (1, b"", words)


def test_no_arguments_show_the_usage(engine: Engine) -> None:
    result = engine()
    assert (result.status, result.out) == (1, b"")
    assert result.err.startswith("usage:   run <checkpoint> [options]\n")
    for option in "tpsnizm":
        assert re.search(rf"^  -{option} ", result.err, re.MULTILINE)


@pytest.mark.parametrize("value", ["x", "", " ", "1.0x", "1,5", "nan", "inf", "-inf", "1e999"])
@pytest.mark.parametrize("option", ["-t", "-p"])
def test_not_a_number(engine: Engine, small: Model, option: str, value: str) -> None:
    result = engine(small.checkpoint, option, value)
    refused(result, f"run: {option} {value}: expected a number\n")


@pytest.mark.parametrize(
    "value",
    ["abc", "", " ", "1.5", "1e3", "7 ", "99999999999999999999", "-99999999999999999999", "0x10"],
)
@pytest.mark.parametrize("option", ["-n", "-s"])
def test_not_a_whole_number(engine: Engine, small: Model, option: str, value: str) -> None:
    result = engine(small.checkpoint, option, value)
    refused(result, f"run: {option} {value}: expected a whole number\n")


@pytest.mark.parametrize("mode", ["chat", "", "Generate", "generate "])
def test_other_modes(engine: Engine, small: Model, mode: str) -> None:
    refused(engine(small.checkpoint, "-m", mode), f"run: -m {mode}: expected generate\n")


@pytest.mark.parametrize("option", ["-t", "-p", "-s", "-n", "-i", "-z", "-m", "-x", "rest"])
def test_value_is_missing(engine: Engine, small: Model, option: str) -> None:
    refused(engine(small.checkpoint, option), f"run: {option} needs a value\n{usage(engine)}")


def test_value_of_the_last_option_is_missing(engine: Engine, small: Model) -> None:
    result = engine(small.checkpoint, "-s", "1", "-n")
    refused(result, f"run: -n needs a value\n{usage(engine)}")


@pytest.mark.parametrize("option", ["-x", "-", "--", "--help", "-tt", "t", "", "-T", "/t", "-é"])
def test_unknown_option(engine: Engine, small: Model, option: str) -> None:
    result = engine(small.checkpoint, option, "1")
    refused(result, f"run: unknown option '{option}'\n{usage(engine)}")


def test_default_tokenizer_lies_in_the_current_folder(
    engine: Engine, small: Model, tmp_path: Path
) -> None:
    command: list[str | Path] = [*engine.command, small.checkpoint, *SEED]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True)
    expected = b"run: tokenizer.bin: cannot be opened: No such file or directory\n"
    assert (result.returncode, result.stderr) == (1, expected)
    (tmp_path / "tokenizer.bin").write_bytes(small.tokenizer.read_bytes())
    told = subprocess.run(command, cwd=tmp_path, capture_output=True)
    assert (told.returncode, told.stdout) == (0, engine.tell(small, *SEED))


def test_defaults_are_those_of_run_c(engine: Engine, small: Model) -> None:
    spelled_out = ("-t", "1.0", "-p", "0.9", "-n", "256", "-i", "", "-m", "generate")
    assert engine.tell(small, *SEED) == engine.tell(small, *SEED, *spelled_out)


def test_last_of_equal_options_counts(engine: Engine, small: Model) -> None:
    assert engine.tell(small, "-s", "5", *SEED) == engine.tell(small, *SEED)


# What is given, and what it means; the last value tells another story than both.
REPLACED = [
    (("-t", "-1"), ("-t", "0"), ("-t", "1")),
    (("-t", "-0.0"), ("-t", "0"), ("-t", "1")),
    (("-t", "1e-60"), ("-t", "0"), ("-t", "1")),
    (("-p", "2"), ("-p", "0.9"), ("-p", "1")),
    (("-p", "-0.5"), ("-p", "0.9"), ("-p", "1")),
    (("-p", "0"), ("-p", "1"), ("-p", "0.9")),
    (("-n", "-5"), ("-n", "32"), ("-n", "20")),
    (("-n", "0"), ("-n", "32"), ("-n", "20")),
    (("-n", "33"), ("-n", "32"), ("-n", "20")),
    (("-n", "4294967297"), ("-n", "32"), ("-n", "1")),
    (("-n", "9223372036854775807"), ("-n", "32"), ("-n", "20")),
    (("-n", "+12"), ("-n", "12"), ("-n", "13")),
]


@pytest.mark.parametrize(
    ("words", "meaning", "other"), REPLACED, ids=["".join(case[0]) for case in REPLACED]
)
def test_numbers_out_of_range_are_replaced(
    engine: Engine,
    stories260k: Model,
    small: Model,
    words: tuple[str, ...],
    meaning: tuple[str, ...],
    other: tuple[str, ...],
) -> None:
    # Steps are counted with the model of 32 positions; the other one has more to say.
    which = small if words[0] == "-n" else stories260k
    length = () if words[0] == "-n" else ("-n", "120")
    options = ("-s", "3", *length)
    expected = engine.tell(which, *options, *meaning)
    assert engine.tell(which, *options, *words) == expected
    assert engine.tell(which, *options, *other) != expected


@pytest.mark.parametrize("seed", ["0", "4294967296", "-9223372036854775808"])
def test_seeds_that_are_none_are_replaced_by_the_time(
    engine: Engine, stories260k: Model, seed: str
) -> None:
    """A state of 0 would draw the coin 0 for ever: the likeliest token, as greedy does."""
    told = engine.tell(stories260k, "-s", seed, "-n", "60", "-p", "0.9")
    assert told != engine.tell(stories260k, "-t", "0", "-n", "60")


# run.c keeps the lowest 32 bits of the number, with their sign, and takes that for 64 bits.
SEEDS = {
    "-1": 2**64 - 1,
    "-5": 2**64 - 5,
    "2147483648": 2**64 - 2**31,
    "4294967297": 1,
    "9223372036854775807": 2**64 - 1,
}


@pytest.mark.parametrize(("seed", "state"), SEEDS.items(), ids=SEEDS)
def test_seed_is_the_int_that_run_c_reads(
    engine: Engine, stories260k: Model, seed: str, state: int
) -> None:
    files = (stories260k.checkpoint, stories260k.tokenizer)
    expected = oracle.tell(*files, steps=40, temperature=1.0, topp=0.9, seed=state)
    assert engine.tell(stories260k, "-s", seed, "-n", "40") == expected


@pytest.mark.parametrize("temperature", ["1e-45", "1e-40"])
def test_temperature_too_near_0(engine: Engine, stories260k: Model, temperature: str) -> None:
    result = engine(stories260k.checkpoint, "-z", stories260k.tokenizer, "-t", temperature)
    assert result.status == 1
    assert result.err == (
        "run: the model's logits are not numbers: its weights are damaged, "
        "or the temperature is too close to 0\n"
    )


@pytest.mark.parametrize("temperature", ["1e30", "3.5e38", "1e300"])
def test_hottest_temperatures_are_no_error(
    sanitized: Engine, small: Model, temperature: str
) -> None:
    assert sanitized.tell(small, *SEED, "-t", temperature).endswith(b"\n")


def test_speed_is_told(engine: Engine, small: Model) -> None:
    result = engine(small.checkpoint, "-z", small.tokenizer, *SEED)
    assert result.status == 0
    assert SPEED.fullmatch(result.err)


def test_speed_of_one_token_is_not_told(engine: Engine, small: Model) -> None:
    result = engine(small.checkpoint, "-z", small.tokenizer, *SEED, "-n", "1")
    assert (result.status, result.err) == (0, "")


def test_prompt_that_is_too_long(engine: Engine, small: Model) -> None:
    fits = "ab" * 15  # with BOS and the space in front: 32 tokens
    assert engine.tell(small, *SEED, "-i", fits) == fits.encode() + b"\n"
    result = engine(small.checkpoint, "-z", small.tokenizer, "-i", fits + "a")
    refused(result, "run: the prompt has 33 tokens; the model takes 32\n")
    result = engine(small.checkpoint, "-z", small.tokenizer, "-i", "a" * 100_000)
    refused(result, "run: the prompt of 100000 bytes is too long for 32 tokens\n")


def test_full_disk(engine: Engine, small: Model) -> None:
    command = command_line(engine, small)
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1
    assert result.stderr == "run: cannot write the story: No space left on device\n"


def test_closed_output(sanitized: Engine, small: Model) -> None:
    command = command_line(sanitized, small)
    closing = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    result = subprocess.run(closing, stderr=subprocess.PIPE, text=True, env=run.environment())
    assert result.returncode == 1
    assert result.stderr == "run: cannot write the story: Bad file descriptor\n"


def test_reader_that_goes_away(engine: Engine, stories260k: Model) -> None:
    command = [*command_line(engine, stories260k), "-n", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode != 0
    assert b"achieved" not in said
