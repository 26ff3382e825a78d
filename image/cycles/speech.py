# SPDX-License-Identifier: MIT
"""What speaking costs on the board: the storyteller's start, and each second of a voice."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from image import output
from image.cycles import engines
from image.cycles.emulator import CLOCK_HZ, Measured, Memory, measure, shown
from image.cycles.engines import Bench
from image.cycles.symbols import Function, by_function
from image.cycles.tables import millions, table
from image.errors import UserError
from image.recipes import voices as voice_entries

# Rather long: 83 phonemes.
SENTENCE = "Once upon a time, there was a little girl named Lily, and she loved to play ball."
LENGTH = re.compile(r"^(\d+) samples, (\d+) a second$", re.M)
SYMBOL = "STORYTELLER_VOICE_"

# Of an engine that chooses its kernels by the processor, the flavours that are measured: what they
# are called, and the words that choose them.
FLAVOURS = {
    "hibari": (
        ("in half precision", {"HIBARI_KERNEL": "rvv07half"}),
        ("in float32", {"HIBARI_KERNEL": "rvv07"}),
    )
}
LEAST_SHARE = 0.01  # of what is in a table of shares


@dataclass(frozen=True)
class Spoken:
    """A sentence that an open voice said, from its text to the end, and that part of it which came
    before its first sound."""

    seconds: float
    whole: Measured
    first: Measured


@dataclass(frozen=True)
class Cost:
    """What one thing costs with each of the memories."""

    name: str
    instructions: float
    cycles: tuple[float, ...]
    functions: tuple[Function, ...] = ()  # dearest first

    @property
    def seconds(self) -> tuple[float, ...]:
        """Of the core at its nominal clock."""
        return tuple(cycles / CLOCK_HZ for cycles in self.cycles)


def voices(symbols: Mapping[str, str | int | bool]) -> list[str]:
    """Names of the voices that a configuration builds in."""
    chosen = [name for name, value in symbols.items() if name.startswith(SYMBOL) and value is True]
    return sorted(name.removeprefix(SYMBOL).lower() for name in chosen)


def say(bench: Bench, voice: str, env: Mapping[str, str] | None = None) -> Spoken:
    """SENTENCE by the storyteller's voice alone. Raises UserError."""
    program, log = engines.programs(bench, "say") / "say", bench.work / "speech.log"
    command = (program, voice, "100", "100", "-", SENTENCE)
    env = {**_data(bench, voice), **(env or {})}
    found = measure(command, bench.work, bench.memories, env, log)
    length = LENGTH.search(log.read_text())
    if not length:
        raise UserError(f"{voice} did not say how long it spoke", hint=f"see {log}")
    # Without a stretch of its own, all but nothing came after the first sound.
    return Spoken(int(length[1]) / int(length[2]), found, found.first or found)


def _entry(bench: Bench, voice: str) -> voice_entries.Voice:
    known, _ = voice_entries.read(bench.project.root / "packages")
    return next(one for one in known if one.name == voice)


def _data(bench: Bench, voice: str) -> dict[str, str]:
    """Where a voice that has files of its own finds them."""
    entry = _entry(bench, voice)
    needs = {name: engines.programs(bench, name).parents[1] for name in entry.data}
    return {key: value.format_map({"needs": needs}) for key, value in entry.env.items()}


def start(bench: Bench) -> Cost:
    """The storyteller from its start to its first line, at which the greeting can be heard.

    The voice is open by then, settings and word lists are read, and the model is being loaded.
    """
    words = bench.project.root / "packages/storyteller/words"
    voice = str(bench.project.config.symbols["STORYTELLER_VOICE"])
    settings = bench.work / "speech.conf"
    output.write(settings, f"voice = {voice}\n")
    command = (
        engines.programs(bench, "storyteller") / "storyteller",
        *("--model", engines.packed(bench), "--tokenizer", bench.tokenizer),
        *("--words", words, "--data", bench.work, "--settings", settings),
        *("--no-sound", "--stories", "1", "--steps", "8", "--seed", "1"),
    )
    found = measure(
        command, bench.work, bench.memories, _data(bench, voice), bench.work / "speech.log"
    )
    return Cost("storyteller, start to first line", found.before, found.cycles_before)


def costs(bench: Bench) -> Iterator[Cost]:
    """All that this configuration's storyteller can be asked for."""
    yield start(bench)
    for voice in voices(bench.project.config.symbols):
        yield from _voice_costs(bench, voice)


def _voice_costs(bench: Bench, voice: str) -> Iterator[Cost]:
    """What a voice costs, or each flavour of it: a second, and how long it is silent before."""
    program = engines.programs(bench, "say") / "say"
    flavours = FLAVOURS.get(_entry(bench, voice).engine, ())
    index = shown(bench.memories)
    for title, env in flavours or (("", {}),):
        said = say(bench, voice, env)
        for what, found, share in (
            ("a second of speech", said.whole, 1 / said.seconds),
            ("first sound of a sentence", said.first, 1),
        ):
            yield Cost(
                name=f"{voice} {title}".rstrip() + f", {what}",
                instructions=sum(found.instructions) * share,
                cycles=tuple(cost.cycles * share for cost in found.costs),
                functions=tuple(by_function(program, found.blocks, index)) if flavours else (),
            )


def as_markdown(found: Sequence[Cost], memories: Sequence[Memory]) -> str:
    """The report."""
    titles = [f"s at {memory.name}" for memory in memories]
    where = memories[shown(memories)]
    body = [
        [one.name, millions(one.instructions), *(f"{s:.3f}" for s in one.seconds)] for one in found
    ]
    return (
        "# What speaking costs\n\nInstructions emulated, seconds of the board's core modelled "
        f"at its nominal 1 GHz. Of each voice it is one sentence of {len(SENTENCE)} letters, by a "
        "voice that is open: from its text to its end, by the seconds that it took to say, and to "
        "its first samples.\n\n"
        + table(["", "M instructions", *titles], body)
        + "\n"
        + "".join(_shares(one, where) for one in found if one.functions)
    )


def _shares(cost: Cost, memory: Memory) -> str:
    """Where the time goes, function by function."""
    whole = sum(function.cycles for function in cost.functions)
    body = [
        [function.name, f"{100 * function.cycles / whole:.1f} %"]
        for function in cost.functions
        if function.cycles >= LEAST_SHARE * whole
    ]
    return (
        f"\n## {cost.name}: shares\n\nModelled at {memory.name}; functions below "
        f"{LEAST_SHARE:.0%} are left out.\n\n" + table(["function", "share"], body) + "\n"
    )
