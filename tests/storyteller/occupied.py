# SPDX-License-Identifier: MIT
"""What memory the storyteller occupies on the board: the board's own program, in T-Head's emulator.

    .venv/bin/python -m tests.storyteller.occupied [MODEL TOKENIZER]

tells a story by heart into a file, with that checkpoint (without: with the stand-in of stories15M's
shape), and prints what each part of memory had when there was most. It takes a few minutes.
"""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from image import project, run
from image.cycles import emulator, engines
from image.cycles.engines import Bench
from tests import models
from tests.conftest import ROOT
from tests.storyteller import build

VOICE = "heart"
SEED = 7
CPU = "c906fdv"
LOOK_S = 0.5
# The emulator has the program's memory at the program's addresses; its own is above.
EMULATOR_FROM = 0x5500_0000_0000
SHOWN_KIB = 100


@dataclass(frozen=True)
class Mapping:
    """A stretch of a process's memory."""

    begin: int
    name: str
    resident_kib: int


def mappings(smaps: str) -> Iterator[Mapping]:
    """What the kernel says of a process."""
    parts = re.split(r"^([0-9a-f]+)-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)$", smaps, flags=re.M)
    for begin, name, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        found = re.search(r"^Rss: +(\d+) kB$", body, re.M)
        yield Mapping(int(begin, 16), name, int(found[1]) if found else 0)


def most(command: list[str | Path], env: dict[str, str], log: Path) -> list[Mapping]:
    """The program's mappings when they had most, looked at now and then. It must end well."""
    best: list[Mapping] = []
    with log.open("w") as said:
        child = subprocess.Popen(
            command, env={**run.environment(), **env}, stdin=subprocess.DEVNULL, stdout=said,
            stderr=said,
        )  # fmt: skip
        while child.poll() is None:
            found = mappings(Path(f"/proc/{child.pid}/smaps").read_text())
            own = [one for one in found if one.begin < EMULATOR_FROM]
            best = max(best, own, key=resident_kib)
            time.sleep(LOOK_S)
    assert child.returncode == 0, log.read_text()
    return best


def resident_kib(found: list[Mapping]) -> int:
    """All of them."""
    return sum(one.resident_kib for one in found)


def occupied(bench: Bench, folder: Path) -> list[Mapping]:
    """Of one story."""
    (folder / "data").mkdir()
    (folder / "settings").write_text(f"voice={VOICE}\n")
    command: list[str | Path] = [
        *(emulator.find_emulator(), "-cpu", CPU),
        engines.programs(bench, "storyteller") / "storyteller",
        *("--model", engines.packed(bench), "--tokenizer", bench.tokenizer),
        *("--words", build.WORDS, "--data", folder / "data", "--settings", folder / "settings"),
        *("--stories", "1", "--seed", str(SEED), "--wav", folder / "story.wav"),
    ]
    data = {"HIBARI_VOICES": "heart", "HIBARI_WORDS": "heart-words"}
    env = {name: str(engines.programs(bench, tree).parents[1]) for name, tree in data.items()}
    found = most(command, {**env, "STORYTELLER_SLOW": "1"}, folder / "log")
    print((folder / "log").read_text())
    return found


def main(*files: str) -> None:
    """Tell, and print."""
    model = models.Model(*map(Path, files)) if files else models.shaped15m()
    loaded = project.load(ROOT, {"board": "milkv_duo", "voice": VOICE})
    work = loaded.work / "cycles"
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(loaded, work, model.checkpoint, model.tokenizer)
        found = occupied(bench, Path(folder))
    for one in sorted(found, key=lambda one: -one.resident_kib):
        if one.resident_kib >= SHOWN_KIB:
            print(f"{one.resident_kib / 1024:6.1f} MiB at {one.begin:x} {one.name}")
    print(f"{resident_kib(found) / 1024:6.1f} MiB in all")


if __name__ == "__main__":
    main(*sys.argv[1:])
