# SPDX-License-Identifier: MIT
"""Sound on its way to a card that has a clock of its own: levels, gaps, clicks, soft stops."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.storyteller import build

pytestmark = pytest.mark.usefixtures("quiet")

RATE = 16000
TONE = 440
LOUD = 12000
SOFT_MS = 100  # within which the voice is silent, or as loud as wanted
MOST_MS = 4000  # of sound in ring and card


@dataclass(frozen=True)
class Played:
    """What the card played, and what the player reported."""

    samples: NDArray[np.float64]
    rate: int
    said: str
    log: list[str]

    def report(self, name: str) -> float:
        """A figure of the report's line."""
        return float(re.findall(rf"{name} (-?[\d.]+)", self.said)[0])

    @property
    def seconds(self) -> float:
        """Length of what was heard."""
        return len(self.samples) / self.rate

    @property
    def sharpest(self) -> float:
        """The sharpest bend, 1 being that of the tone itself: a click is a far sharper one."""
        bend = np.abs(np.diff(self.samples, 2)).max()
        return float(bend / (LOUD * (2 * np.pi * TONE / self.rate) ** 2))

    def gaps_ms(self) -> list[float]:
        """Silences inside, in milliseconds, as the ear has them: in steps of 5 ms."""
        step = self.rate // 200
        whole = self.samples[: len(self.samples) // step * step].reshape(-1, step)
        is_loud = np.abs(whole).max(axis=1) > 100
        loud = np.flatnonzero(is_loud)
        return [float(5 * gap) for gap in np.diff(loud) - 1 if gap > 0]


def compile_player(
    path: Path, flags: tuple[str, ...], card: tuple[str, ...] = ("fake_sound.c",), more: str = ""
) -> Path:
    """The player with the fake card, or another one and what that needs, under a sanitizer."""
    own = ("player.c", "player_control.c", "feed.c", "feed_report.c", "gain.c")
    rest = ("marks.c", "ring.c", "resample.c", "clock.c", "watchdog.c", "-lm", "-lpthread")
    parts = (*own, *more.split(), *rest)
    return build.compile_driver(path, *parts, main="player_driver", more=card, flags=flags)


@pytest.fixture(scope="module")
def program(programs: Path) -> Path:
    """The player; stops at its first bad access or undefined step."""
    return compile_player(programs / "player", build.ADDRESSES)


@dataclass(frozen=True)
class Stage:
    """A program and a folder to play in."""

    program: Path
    folder: Path

    def play(self, card: str, seconds: float, *verbs: str, pause_ms: int = 0) -> Played:
        """Play a tone on a card of that kind, with (milliseconds, verb) pairs meanwhile."""
        path = self.folder / "card"
        path.write_text(f"{card}\n")
        words = [str(path), str(RATE), str(seconds), str(pause_ms), *verbs]
        done = subprocess.run(
            [self.program, *words], capture_output=True, check=True, timeout=120, text=True
        )
        rate = int((re.findall(r"rate=(\d+)", card) or [RATE])[0])
        samples = np.fromfile(f"{path}.heard", np.int16).astype(np.float64)
        log_file = Path(f"{path}.log")  # not every card has one
        log = log_file.read_text().split() if log_file.exists() else []
        return Played(samples, rate, done.stdout, log)


@pytest.fixture
def stage(program: Path, tmp_path: Path) -> Stage:
    """Where a test plays."""
    return Stage(program, tmp_path)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_tone_is_whole_on_each_card(stage: Stage, rate: int) -> None:
    played = stage.play(f"paced rate={rate}", 1.5)
    assert played.report("sound_s") == pytest.approx(1.58, abs=0.01)
    assert played.seconds == pytest.approx(1.55, abs=0.06)
    assert played.report("underruns") == 0 and played.log == ["open", "drop", "close"]
    assert played.gaps_ms() == []
    assert played.sharpest < 1.5
    assert np.abs(played.samples).max() == pytest.approx(LOUD, rel=0.03)
    # Soft start: the first milliseconds are quieter than the rest.
    assert np.abs(played.samples[: rate // 200]).max() < LOUD / 3


def test_ring_is_bounded_and_never_low(stage: Stage) -> None:
    played = stage.play("paced", 6)
    # All that does not fit is waited for, so it took as long as the tone less the ring.
    assert played.report("took_s") > 5.9
    assert played.report("lowest_ms") > 60
    assert played.report("underruns") == 0


@pytest.mark.parametrize("card", ["paced", "paced rate=48000"])
def test_pause_loses_nothing(stage: Stage, card: str) -> None:
    played = stage.play(card, 2, "700", "pause", "1500", "go")
    assert played.report("took_s") > 2.7
    assert played.seconds == pytest.approx(2.1, abs=0.12)
    assert played.report("underruns") == 0
    assert played.sharpest < 1.5
    assert len(played.gaps_ms()) <= 1


@pytest.mark.parametrize("card", ["paced", "paced rate=48000", "paced rate=44100"])
def test_hush_is_soft_and_fast(stage: Stage, card: str) -> None:
    played = stage.play(card, 5, "900", "stop")
    stopped_ms = float(played.said.split()[1])
    # The card began a little after the driver's clock did.
    assert 1000 * played.seconds < stopped_ms + SOFT_MS
    assert played.sharpest < 1.5
    assert played.report("took_s") < 2


def test_card_that_gives_nothing_back_gets_little(stage: Stage) -> None:
    played = stage.play("paced keeps", 5, "900", "stop")
    assert 1000 * played.seconds < float(played.said.split()[1]) + 1 + SOFT_MS  # whole ms are said
    assert played.sharpest < 1.5 and played.report("underruns") == 0


def test_volume_changes_at_once_and_smoothly(stage: Stage) -> None:
    played = stage.play("paced", 2, "800", "quieter")
    loud = np.abs(played.samples) > LOUD * 0.3
    last_ms = 1000 * np.flatnonzero(loud)[-1] / RATE
    assert last_ms < float(played.said.split()[1]) + SOFT_MS
    assert np.abs(played.samples[RATE * 3 // 2 :]).max() == pytest.approx(LOUD / 4, rel=0.05)
    assert played.sharpest < 1.5 and played.gaps_ms() == []


def test_late_text_lengthens_the_pause(stage: Stage) -> None:
    played = stage.play("paced", 1, pause_ms=1500)
    assert played.report("underruns") == 0 and "dry" not in played.log
    gaps = played.gaps_ms()
    assert len(gaps) == 1 and 900 < gaps[0] < 1700
    assert played.sharpest < 7  # where the second tone begins, which is sharp of itself


@pytest.mark.parametrize("card", ["paced", "paced rate=48000"])
def test_card_that_runs_dry_does_not_click(stage: Stage, card: str) -> None:
    played = stage.play(card, 2, pause_ms=-2000)
    assert played.log.count("dry") == 1 and played.report("underruns") == 1
    assert played.seconds == pytest.approx(2.1, abs=0.1)
    assert played.sharpest < 1.5


def test_ring_is_passed_on_while_the_voice_thinks(stage: Stage) -> None:
    """A second lies ready, half of it in the card; the voice is silent for longer than that."""
    verbs = [word for ms in range(20, 900, 20) for word in (str(ms), "pass")]
    played = stage.play("paced", 2, *verbs, pause_ms=-700)
    assert played.report("underruns") == 0 and played.gaps_ms() == []
    assert played.sharpest < 1.5


def test_card_that_is_always_empty_is_heard(stage: Stage) -> None:
    """What nobody can take back must not be made softer."""
    played = stage.play("works", 1)
    assert np.abs(played.samples[RATE // 20 :]).max() == pytest.approx(LOUD, rel=0.03)
    assert played.sharpest < 1.5


def test_lost_card(stage: Stage) -> None:
    played = stage.play("lost", 5)
    assert played.report("lost") == 1
    assert played.report("took_s") < 2


def test_threads_agree(programs: Path, tmp_path: Path) -> None:
    program = compile_player(programs / "player_of_threads", build.THREADS)
    verbs = ("200", "pass", "300", "quieter", "600", "pause", "900", "go", "1200", "stop")
    played = Stage(program, tmp_path).play("paced rate=48000", 3, *verbs)
    # A busy machine is late with each command; whenever it comes, the last one ends the sound.
    assert played.seconds < played.report("stop") / 1000 + 0.1
