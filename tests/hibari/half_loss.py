# SPDX-License-Identifier: MIT
"""What products in half precision cost, in many sentences of stories, by the model of their
rounding.

    .venv/bin/python -m tests.hibari.half_loss [SENTENCES [SEED]]

invents stories, speaks their sentences with the network of heart in float32 and as in half
precision, and prints how far the sound is above the difference. 1,000 sentences, unless told;
about a second of the processor each.
"""

import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from image import run
from packages.pocket.training.stories import Generator
from tests.hibari import oracle
from tests.hibari.test_speaking import ALL, COMMON, DRIVER, SOURCES, WARNINGS, decibels
from tests.storyteller import build

MODEL, READER = DRIVER.with_name("half_model.c"), DRIVER.with_name("read_driver.c")
# As on any machine, but with its widest vectors: nothing is contracted or reordered.
FAST = ("-O3", "-march=native", "-ffp-contract=off")
PAD = "0"
LOUDEST = 32_767


@dataclass(frozen=True)
class Programs:
    """What reads a text, and what speaks, in float32 and as in half precision."""

    read: Path
    exact: Path
    half: Path


@dataclass(frozen=True)
class Loss:
    """Of one clause."""

    text: str
    decibels: float  # of the sound above its difference
    level: float  # of the sound, root of the mean square
    same_length: bool
    clipped: int  # samples of the half-precision sound


def compile_all(folder: Path) -> Programs:
    """The programs, for this machine."""
    speaking = [path for part in ("", "file/", "net/", "vocoder/")
                for path in sorted((SOURCES / part).glob("*.c"))]  # fmt: skip
    models: list[str | Path] = [DRIVER, *speaking, MODEL, SOURCES / "kernels/portable.c"]
    texts = [*sorted((SOURCES / "text").glob("*.c")), SOURCES / "error.c"]
    parts: dict[str, list[str | Path]] = {
        "read": [READER, *texts],
        "exact": ["-DEXACT", *models],
        "half": models,
    }
    for name, files in parts.items():
        words: list[str | Path] = ["gcc", *WARNINGS, *FAST, f"-I{SOURCES}", f"-I{COMMON}", *files]
        run.output([*words, "-lm", "-o", folder / name])
    return Programs(**{name: folder / name for name in parts})


def sentences(count: int, seed: int) -> list[str]:
    """Different ones, of invented stories."""
    rng, generator = random.Random(seed), Generator()
    found: dict[str, None] = {}
    while len(found) < count:
        found |= dict.fromkeys(re.split(r"(?<=[.!?]) ", generator.story(rng).replace("\n", " ")))
    return [*found][:count]


def clauses(reader: Path, table: Path, texts: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Phonemes of each clause of each text."""
    given = "".join(f"{text}\n" for text in texts)
    said = subprocess.run([reader, table], input=given, capture_output=True, text=True, check=True)
    for text, line in zip(texts, said.stdout.splitlines(), strict=True):
        for clause in line.split("/"):
            if clause.strip():
                yield text, [PAD, *clause.replace("|", "").split(), PAD]


def sound(program: Path, voice: Path, phonemes: list[str]) -> oracle.Array:
    """Its samples."""
    command: list[str | Path] = [program, voice, "1", ALL, *phonemes]
    done = subprocess.run(command, capture_output=True, check=True, env=run.environment())
    return np.frombuffer(done.stdout, "<i2").astype(float)


def losses(programs: Programs, voice: Path, table: Path, texts: list[str]) -> Iterator[Loss]:
    """Of each clause of the texts; as many at a time as there are processors."""

    def loss(clause: tuple[str, list[str]]) -> Loss:
        text, phonemes = clause
        exact, half = (sound(one, voice, phonemes) for one in (programs.exact, programs.half))
        same = len(exact) == len(half)
        return Loss(
            text=text,
            decibels=decibels(exact, half) if same else -np.inf,
            level=float(np.sqrt((exact**2).mean())),
            same_length=same,
            clipped=int((np.abs(half) >= LOUDEST).sum()),
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(loss, clauses(programs.read, table, texts))


def figures(found: list[Loss]) -> str:
    """In a few lines."""
    levels = np.array([one.decibels for one in found])
    least, low, middle, high, most = np.percentile(levels, (0, 1, 50, 99, 100))
    worst = sorted(found, key=lambda one: one.decibels)[:3]
    return "\n".join(
        (
            f"{len(found)} clauses: {least:.1f} dB at least, 1 % below {low:.1f}, median"
            f" {middle:.1f}, 1 % above {high:.1f}, {most:.1f} at most",
            f"below 40 dB: {(levels < 40).mean():.1%}; of another length:"
            f" {sum(not one.same_length for one in found)}; samples at the limit:"
            f" {sum(one.clipped for one in found)}",
            *(f"{one.decibels:.1f} dB, level {one.level:.0f}: {one.text}" for one in worst),
        )
    )


def main(count: str = "1000", seed: str = "1") -> None:
    """Speak, and print the figures, every 100 clauses and at the end."""
    voice = build.host_package("heart") / "heart.voice"
    table = build.host_package("heart-words") / "heart.words"
    with tempfile.TemporaryDirectory() as folder:
        report(compile_all(Path(folder)), voice, table, sentences(int(count), int(seed)))


def report(programs: Programs, voice: Path, table: Path, texts: list[str]) -> None:
    """The figures so far, every 100 clauses, and of all."""
    found: list[Loss] = []
    for one in losses(programs, voice, table, texts):
        found.append(one)
        if len(found) % 100 == 0:
            print(figures(found), flush=True)
    print(figures(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
