# SPDX-License-Identifier: MIT
"""What speaking costs on the board: the storyteller's start, and each second of a voice."""

import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from image.cycles import engines
from image.cycles.emulator import CLOCK_HZ, DUO, Measured, measure
from image.cycles.engines import Bench
from image.cycles.tables import millions, table
from image.errors import UserError
from image.recipes import voices as voice_entries

# Of both the difference counts, so that a program's start, and silence that it cuts off, do not.
SHORT = "Once upon a time."
LONG = (
    "Once upon a time, there was a little girl named Lily, and she loved to play in the garden "
    "with her big brown dog."
)
SYMBOL = "STORYTELLER_VOICE_"


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

    @property
    def seconds(self) -> tuple[float, ...]:
        """Of the core at its nominal clock."""
        return tuple(cycles / CLOCK_HZ for cycles in self.cycles)


def voices(symbols: Mapping[str, str | int | bool]) -> list[str]:
    """Names of the voices that a configuration builds in."""
    chosen = [name for name, value in symbols.items() if name.startswith(SYMBOL) and value is True]
    return sorted(name.removeprefix(SYMBOL).lower() for name in chosen)


def per_second(name: str, short: Spoken, long: Spoken) -> Cost:
    """What one second of speech costs, from two sentences of one voice."""
    more = long.seconds - short.seconds
    if more <= 0:
        raise UserError(f"{name}: the longer sentence did not take longer")
    pairs = zip(short.found.costs, long.found.costs, strict=True)
    return Cost(
        name=f"{name}, a second of speech",
        instructions=(sum(long.found.instructions) - sum(short.found.instructions)) / more,
        cycles=tuple((after.cycles - before.cycles) / more for before, after in pairs),
    )


def say(bench: Bench, program: Path, voice: str, text: str) -> Spoken:
    """One sentence by the storyteller's voice alone, into a WAV file."""
    sound = bench.work / "speech.wav"
    command = (program, voice, "100", "100", sound, text)
    found = measure(command, bench.work, DUO, _data(bench, voice), bench.work / "speech.log")
    with wave.open(str(sound)) as file:
        return Spoken(file.getnframes() / file.getframerate(), found)


def _data(bench: Bench, voice: str) -> dict[str, str]:
    """Where a voice that has files of its own finds them."""
    known, _ = voice_entries.read(bench.project.root / "packages")
    entry = next(one for one in known if one.name == voice)
    needs = {name: engines.programs(bench, name).parents[1] for name in entry.data}
    return {key: value.format_map({"needs": needs}) for key, value in entry.env.items()}


def start(bench: Bench) -> Cost:
    """The storyteller from its start to its first line, at which the greeting can be heard.

    The voice is open by then, settings and word lists are read, and the model is being loaded.
    """
    words = bench.project.root / "packages/storyteller/words"
    command = (
        engines.programs(bench, "storyteller") / "storyteller",
        *("--model", engines.packed(bench), "--tokenizer", bench.tokenizer),
        *("--words", words, "--data", bench.work),
        *("--no-sound", "--stories", "1", "--steps", "8", "--seed", "1"),
    )
    found = measure(command, bench.work, DUO, log=bench.work / "speech.log")
    return Cost("storyteller, start to first line", found.before, found.cycles_before)


def costs(bench: Bench) -> list[Cost]:
    """All that this configuration's storyteller can be asked for."""
    program = engines.programs(bench, "say") / "say"
    found = [start(bench)]
    for voice in voices(bench.project.config.symbols):
        short, long = (say(bench, program, voice, text) for text in (SHORT, LONG))
        found.append(per_second(voice, short, long))
    return found


def as_markdown(found: Sequence[Cost]) -> str:
    """The report."""
    memories = [f"s at {memory.bandwidth_mb_s / 1000:g} GB/s" for memory in DUO]
    body = [
        [one.name, millions(one.instructions), *(f"{s:.3f}" for s in one.seconds)] for one in found
    ]
    return (
        "# What speaking costs\n\nInstructions emulated, seconds of the board's core modelled "
        "at its nominal 1 GHz.\n\n" + table(["", "M instructions", *memories], body) + "\n"
    )
