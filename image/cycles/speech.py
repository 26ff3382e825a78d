# SPDX-License-Identifier: MIT
"""What speaking costs on the board: the storyteller's start, and each second of a voice."""

import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from image import output
from image.cycles import engines
from image.cycles.emulator import CLOCK_HZ, DUO, Measured, measure
from image.cycles.engines import Bench
from image.cycles.symbols import Function, by_function
from image.cycles.tables import millions, table
from image.errors import UserError
from image.recipes import voices as voice_entries

# Of both the difference counts, so that a program's start, and silence that it cuts off, do not.
SHORT = "Once upon a time."
LONG = (
    "Once upon a time, there was a little girl named Lily, and she loved to play in the garden "
    "with her big brown dog."
)
# Until whose first sound it is measured, with an open voice: a rather long one, of 83 phonemes.
FIRST = "Once upon a time, there was a little girl named Lily, and she loved to play ball."
SYMBOL = "STORYTELLER_VOICE_"

# Of an engine that chooses its kernels by the processor, the flavours that are measured: what they
# are called, and the words that choose them.
FLAVOURS = {
    "hibari": (
        ("in half precision", {"HIBARI_KERNEL": "rvv07half"}),
        ("in float32", {"HIBARI_KERNEL": "rvv07"}),
    )
}
SHOWN = 1  # of DUO: the memory that shares are for
LEAST_SHARE = 0.01  # of what is in a table of shares


@dataclass(frozen=True)
class Spoken:
    """A sentence that a program said, and what the whole program cost."""

    seconds: float
    found: Measured


@dataclass(frozen=True)
class Cost:
    """What one thing costs with each of the Duo's memories."""

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


def per_second(name: str, short: Spoken, long: Spoken, functions: Sequence[Function] = ()) -> Cost:
    """What one second of speech costs, from two sentences of one voice."""
    more = long.seconds - short.seconds
    if more <= 0:
        raise UserError(f"{name}: the longer sentence did not take longer")
    pairs = zip(short.found.costs, long.found.costs, strict=True)
    return Cost(
        name=f"{name}, a second of speech",
        instructions=(sum(long.found.instructions) - sum(short.found.instructions)) / more,
        cycles=tuple((after.cycles - before.cycles) / more for before, after in pairs),
        functions=tuple(functions),
    )


def say(
    bench: Bench, program: Path, voice: str, text: str, env: Mapping[str, str] | None = None
) -> Spoken:
    """One sentence by the storyteller's voice alone, into a WAV file."""
    sound = bench.work / "speech.wav"
    found = _measure(bench, program, voice, (sound, text), env)
    with wave.open(str(sound)) as file:
        return Spoken(file.getnframes() / file.getframerate(), found)


def first_sound(
    bench: Bench, program: Path, voice: str, env: Mapping[str, str] | None = None
) -> Measured:
    """From the text of FIRST to its first samples."""
    return _measure(bench, program, voice, ("-", FIRST), env)


def _measure(
    bench: Bench,
    program: Path,
    voice: str,
    words: tuple[Path | str, str],
    env: Mapping[str, str] | None,
) -> Measured:
    command = (program, voice, "100", "100", *words)
    env = {**_data(bench, voice), **(env or {})}
    return measure(command, bench.work, bench.memories, env, bench.work / "speech.log")


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
    found = measure(command, bench.work, DUO, _data(bench, voice), bench.work / "speech.log")
    return Cost("storyteller, start to first line", found.before, found.cycles_before)


def costs(bench: Bench) -> list[Cost]:
    """All that this configuration's storyteller can be asked for."""
    program = engines.programs(bench, "say") / "say"
    found = [start(bench)]
    for voice in voices(bench.project.config.symbols):
        found += _voice_costs(bench, program, voice)
    return found


def _voice_costs(bench: Bench, program: Path, voice: str) -> Iterator[Cost]:
    """What a voice costs, or each flavour of it: a second, and how long it is silent before."""
    flavours = FLAVOURS.get(_entry(bench, voice).engine, ())
    for title, env in flavours or (("", {}),):
        name = f"{voice} {title}".rstrip()
        short, long = (say(bench, program, voice, text, env) for text in (SHORT, LONG))
        first = first_sound(bench, program, voice, env)
        shares = [
            by_function(program, found.blocks, SHOWN) if flavours else ()
            for found in (long.found, first)
        ]
        yield per_second(name, short, long, shares[0])
        yield Cost(
            name=f"{name}, first sound of a sentence",
            instructions=sum(first.instructions),
            cycles=tuple(cost.cycles for cost in first.costs),
            functions=tuple(shares[1]),
        )


def as_markdown(found: Sequence[Cost]) -> str:
    """The report."""
    memories = [f"s at {memory.bandwidth_mb_s / 1000:g} GB/s" for memory in DUO]
    body = [
        [one.name, millions(one.instructions), *(f"{s:.3f}" for s in one.seconds)] for one in found
    ]
    return (
        "# What speaking costs\n\nInstructions emulated, seconds of the board's core modelled "
        "at its nominal 1 GHz. A second of speech is the difference between two sentences; its "
        "shares are of the longer one and the program's start. First sound is from a text of "
        f"{len(FIRST)} letters to its first samples, with an open voice.\n\n"
        + table(["", "M instructions", *memories], body)
        + "\n"
        + "".join(_shares(one) for one in found if one.functions)
    )


def _shares(cost: Cost) -> str:
    """Where the time goes, function by function."""
    whole = sum(function.cycles for function in cost.functions)
    body = [
        [function.name, f"{100 * function.cycles / whole:.1f} %"]
        for function in cost.functions
        if function.cycles >= LEAST_SHARE * whole
    ]
    memory = f"{DUO[SHOWN].bandwidth_mb_s / 1000:g} GB/s"
    return (
        f"\n## {cost.name}: shares\n\nModelled at {memory}; functions below {LEAST_SHARE:.0%} are "
        "left out.\n\n" + table(["function", "share"], body) + "\n"
    )
