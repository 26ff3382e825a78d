# SPDX-License-Identifier: MIT
"""What is run how often: the contest's protocol, unless a setting says otherwise."""

import shlex
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from image import words
from image.errors import UserError
from image.options import Number, Option, Text, Whole

SEED = Option("seeds", "numbers, each with every prompt", Whole(1, 2**31 - 1))  # run.c reads an int
RUNS = Option("runs", "how often each story is told", Whole(1, 1000), default="30")
TEMPERATURE = Option("temperature", "like run.c's -t", Number(0, 10), default="1.0")
TOPP = Option("topp", "like run.c's -p", Number(0, 1), default="0.9")
STEPS = Option("steps", "max. tokens, like run.c's -n", Whole(2, 100_000), default="256")
OPTIONS = (
    RUNS,
    Option("prompts", "prompts, separated by |", Text('"A|B"'), default="Once upon a time"),
    Option("seeds", SEED.meaning, Text("N,N"), default="123"),
    TEMPERATURE,
    TOPP,
    STEPS,
)
# A best or worst run is left out only when it stands apart by both measures: from the middle half
# of all runs, in widths of that half (Tukey's fence), and from their median, in parts of it.
FENCE = 1.5
APART = 0.01
FEWEST_TO_JUDGE = 5  # runs; of fewer none is left out


@dataclass(frozen=True)
class Case:
    """One story that every engine tells."""

    prompt: str
    seed: int


@dataclass(frozen=True)
class Protocol:
    """Every engine tells each prompt with each seed `runs` times."""

    runs: int = 30
    temperature: float = 1.0
    topp: float = 0.9
    steps: int = 256  # tokens at most
    seeds: tuple[int, ...] = (123,)
    prompts: tuple[str, ...] = ("Once upon a time",)

    def cases(self) -> Iterator[Case]:
        """All stories, in the order in which they are told."""
        for prompt in self.prompts:
            for seed in self.seeds:
                yield Case(prompt, seed)

    def options(self, case: Case) -> list[str]:
        """The command line's options for a story. 256 is run.c's own default, and not written."""
        length = [] if self.steps == Protocol.steps else ["-n", str(self.steps)]
        numbers = ["-t", str(self.temperature), "-p", str(self.topp), "-s", str(case.seed)]
        return [*numbers, *length, "-i", case.prompt]

    @property
    def is_contest(self) -> bool:
        """Whether results can be compared with the contest's."""
        return self == Protocol()

    def as_json(self) -> dict[str, Any]:
        """For results, and to know a bench that was begun."""
        value = {**asdict(self), "is_contest": self.is_contest}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in value.items()}


def read(options: Mapping[str, str]) -> Protocol:
    """The protocol of a call's settings. Raises UserError for one that cannot be."""
    usual = Protocol()
    return Protocol(
        runs=int(_value(options, RUNS, usual.runs)),
        temperature=float(_value(options, TEMPERATURE, usual.temperature)),
        topp=float(_value(options, TOPP, usual.topp)),
        steps=int(_value(options, STEPS, usual.steps)),
        seeds=_seeds(options) or usual.seeds,
        prompts=_prompts(options) or usual.prompts,
    )


def left_out(values: Sequence[float]) -> list[int]:
    """Places of the best and of the worst value, where they clearly differ from all others.

    Of each end one at most: clearly, that is more than FENCE times the quartiles' distance beyond
    its quartile, and more than APART of the median away from it.
    """
    if len(values) < FEWEST_TO_JUDGE:
        return []
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    reach = FENCE * (high - low)
    worst, best = min(values), max(values)
    places = []
    if worst < low - reach and middle - worst > APART * middle:
        places.append(values.index(worst))
    if best > high + reach and best - middle > APART * middle:
        places.append(values.index(best))
    return places


def _seeds(options: Mapping[str, str]) -> tuple[int, ...]:
    seeds = options.get("seeds", "").replace(",", " ").split()
    return tuple(int(SEED.read(seed)) for seed in seeds)


def _prompts(options: Mapping[str, str]) -> tuple[str, ...]:
    """Divided by "|"; kept as they are, since a blank at the end makes another story."""
    if "prompts" not in options:
        return ()
    prompts = tuple(options["prompts"].split("|"))
    for prompt in prompts:
        if not prompt.isprintable() or len(prompt.encode()) > 200:
            hint = "prompts='Once upon a time|The dragon': printable, 200 bytes each at most"
            raise UserError(
                f"prompts={options['prompts']}: {words.quoted(prompt)} cannot be typed", hint
            )
    return prompts


def _value(options: Mapping[str, str], option: Option, usual: float) -> str:
    return option.read(options[option.name]) if option.name in options else str(usual)


def quoted(command: Sequence[str]) -> str:
    """A command for the board's shell."""
    return shlex.join(command)
