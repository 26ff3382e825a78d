# SPDX-License-Identifier: MIT
"""Whether one slow core keeps up with inventing and speaking: stories on a modelled clock.

    .venv/bin/python -m tests.storyteller.keeping_up [MODEL TOKENIZER]

models what the voice heart and the engine, with that checkpoint, cost on a slow board, and writes
timed/costs.txt; tells 200 stories of the shipped model with these costs, and prints how that went.
Without a checkpoint, the costs are those of the last call with one, as in the tests.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from image import run
from image.cycles import engines, speech
from image.cycles.emulator import Measured, Memory
from image.cycles.engines import Bench
from tests.storyteller import build
from tests.storyteller.said import figures

# A slow board: its core at 850 MHz and memory of 1.0 GB/s. The model counts in cycles, so there are
# more bytes to a cycle, and fewer cycles to a memory's nanosecond.
CLOCK_HZ = 850_000_000
MEMORY = Memory(round(1000 * 1e9 / CLOCK_HZ), latency=round(147 * CLOCK_HZ / 1e9))
COSTS = build.TIMED / "costs.txt"
STORIES = 200
BUFFER = "paced"  # of fake_sound.c: a card that plays in real time and holds half a second

VOICE = "heart"
AT_ONCE_S = 42 / 80  # of speech, which are computed before the first of it is heard
TOGETHER_S = 10  # a window in which both threads use the core


@dataclass(frozen=True)
class Costs:
    """Seconds of the core that costs.c asks for."""

    token_s: float
    before_s: float
    speech_s: float


@dataclass(frozen=True)
class Told:
    """How stories went: all in seconds of the board."""

    stories: int
    speech_s: float
    underruns: int  # as the program counts them
    dry: int  # as the card does
    lowest_ms: int  # of sound that lay ready, in all stories
    first_sound_s: float  # of the slowest story
    waited_s: float  # silence between sentences beyond their own, of all stories
    longest_wait_s: float
    windows: tuple[tuple[float, float], ...]  # ms of each second that inventing and speaking took

    def idle(self) -> tuple[float, float]:
        """Share of the core that nobody used: mean and least of all TOGETHER_S seconds in which
        both threads used some, and one of them in each second, as none does at a story's end."""
        used = np.array(self.windows) / 1000
        spans = np.lib.stride_tricks.sliding_window_view(used, TOGETHER_S, axis=0)
        both = (spans.sum(axis=2) > 0).all(axis=1) & (spans.sum(axis=1) > 0).all(axis=1)
        shares = spans[both].sum(axis=(1, 2)) / TOGETHER_S
        return float(1 - shares.mean()), float(1 - shares.max())

    def figures(self) -> str:
        """In one line."""
        mean, least = self.idle()
        return (
            f"{self.stories} stories, {self.speech_s / 3600:.2f} h of speech: {self.underruns}"
            f" underruns ({self.dry} by the card), {self.lowest_ms} ms ready at least;"
            f" idle {mean:.1%}, least {least:.1%} in {TOGETHER_S} s; first sound after"
            f" {self.first_sound_s:.2f} s at most; waits {self.waited_s / self.speech_s:.1%} of"
            f" speech, longest {self.longest_wait_s:.2f} s"
        )


def known() -> dict[str, Costs]:
    """The costs as they were modelled last, by how the voice's products are computed."""
    return {name: Costs(**one) for name, one in json.loads(COSTS.read_text()).items()}


def tell(program: Path, folder: Path, costs: Costs, stories: int) -> Told:
    """Stories by heart, one right after the other; the first may start with a probe of the core."""
    (folder / "data").mkdir()
    (folder / "card").write_text(f"{BUFFER}\n")
    (folder / "card.heard").symlink_to("/dev/null")
    (folder / "settings").write_text(f"pause=0\ntemperature=90\nvoice={VOICE}\n")
    trees = {name: build.host_package(name) for name in ("heart", "heart-words")}
    env = {
        "HIBARI_VOICES": str(trees["heart"]),
        "HIBARI_WORDS": str(trees["heart-words"]),
        "CORE_LOG": str(folder / "core"),
        "WAIT_LOG": str(folder / "waits"),
        **{name.upper(): str(value) for name, value in asdict(costs).items()},
    }
    words: list[str | Path] = [program, "--words", build.WORDS, "--seed", "1", "--json"]
    for name, path in (("model", build.POCKET / "model.bin"),
                       ("tokenizer", build.POCKET / "tokenizer.bin"),
                       ("data", folder / "data"), ("device", folder / "card"),
                       ("settings", folder / "settings")):  # fmt: skip
        words += [f"--{name}", path]
    said = run.output([*words, "--stories", str(stories)], env=env, merge=True)
    return read(said, folder)


def read(said: str, folder: Path) -> Told:
    """What the program printed, and what the core and the card wrote down."""
    assert "too slow" not in said, said
    found = figures(said)
    lines = (folder / "core").read_text().splitlines()
    waits = [float(ms) / 1000 for ms in (folder / "waits").read_text().split()]
    rows = [[float(ms) for ms in line.split()] for line in lines]
    return Told(
        stories=len(found),
        speech_s=sum(one["speech_s"] for one in found),
        underruns=sum(one["underruns"] for one in found),
        dry=(folder / "card.log").read_text().split().count("dry"),
        lowest_ms=min(one["ring_lowest_ms"] for one in found),
        first_sound_s=max(one["first_sound_s"] for one in found),
        waited_s=sum(waits),
        longest_wait_s=max(waits, default=0.0),
        windows=tuple((row[0], sum(row[1:])) for row in rows),
    )


def model_costs(bench: Bench) -> Iterator[tuple[str, Costs]]:
    """What the board would take, by the model of its core, for each way to compute products."""
    found = engines.OURS[-1].measured(bench)
    token_s = _seconds(found) / found.intervals
    for title, env in speech.FLAVOURS["hibari"]:
        said = speech.say(bench, VOICE, env)
        first_s, speech_s = _seconds(said.first), _seconds(said.whole) / said.seconds
        yield title, Costs(token_s, first_s - speech_s * AT_ONCE_S, speech_s)


def _seconds(found: Measured) -> float:
    return found.costs[0].cycles / CLOCK_HZ


def main(*files: str) -> None:
    """Model the costs if there is a model for it, tell the stories, print the figures."""
    if files:
        project = build.with_symbols({"STORYTELLER_VOICE_HEART": True})
        work = project.work / "cycles"
        work.mkdir(parents=True, exist_ok=True)
        model, tokenizer = map(Path, files)
        bench = Bench(project, work, model, tokenizer, memories=(MEMORY,))
        found = {title: asdict(costs) for title, costs in model_costs(bench)}
        COSTS.write_text(json.dumps(found, indent=1) + "\n")
    for title, costs in known().items():
        with tempfile.TemporaryDirectory() as folder:
            program = build.compile_timed(Path(folder) / "timed")
            print(f"{title}: {tell(program, Path(folder), costs, STORIES).figures()}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
