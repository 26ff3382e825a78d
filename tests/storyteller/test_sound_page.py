# SPDX-License-Identifier: MIT
"""Sound that browsers play: as whole as that of a card, whoever else listens badly."""

from pathlib import Path

import numpy as np
import pytest

from tests.storyteller import build
from tests.storyteller.test_sound_player import LOUD, SOFT_MS, Stage, compile_player

pytestmark = pytest.mark.usefixtures("quiet")

CARD = ("page_card.c",)
MORE = "sound_page.c listeners.c thread.c wav.c"
DROPPED_S = 10  # a listener that takes nothing for so long


@pytest.fixture(scope="module")
def stage(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The player before listeners, under the address sanitizer."""
    program = compile_player(programs / "player_page", build.ADDRESSES, CARD, MORE)
    return Stage(program, tmp_path_factory.mktemp("page"))


def test_a_tone_is_whole(stage: Stage) -> None:
    played = stage.play("", 1.5)
    assert played.report("sound_s") == pytest.approx(1.58, abs=0.01)
    assert played.seconds == pytest.approx(1.55, abs=0.06)
    assert played.report("underruns") == 0 and played.gaps_ms() == []
    assert played.sharpest < 1.5
    assert np.abs(played.samples).max() == pytest.approx(LOUD, rel=0.03)


def test_a_pause_loses_nothing(stage: Stage) -> None:
    played = stage.play("", 2, "700", "pause", "1500", "go")
    assert played.report("took_s") > 2.7  # it took the time of a card that is paused
    assert played.seconds == pytest.approx(2.1, abs=0.12)
    assert played.report("underruns") == 0 and played.sharpest < 1.5


def test_a_stop_is_soft_and_fast(stage: Stage) -> None:
    played = stage.play("", 5, "900", "stop")
    assert 1000 * played.seconds < played.report("stop") + SOFT_MS
    assert played.sharpest < 1.5 and played.report("took_s") < 2


def test_volume_changes_at_once_and_smoothly(stage: Stage) -> None:
    played = stage.play("", 2, "800", "quieter")
    last_ms = 1000 * np.flatnonzero(np.abs(played.samples) > LOUD * 0.3)[-1] / played.rate
    assert last_ms < played.report("quieter") + SOFT_MS
    assert played.sharpest < 1.5 and played.gaps_ms() == []


def test_silence_of_a_voice_that_thinks_is_harmless(stage: Stage) -> None:
    played = stage.play("", 2, pause_ms=-2000)
    assert played.report("underruns") == 1
    assert played.seconds == pytest.approx(2.1, abs=0.1)
    assert played.sharpest < 1.5


def test_who_takes_nothing_is_dropped_and_holds_nobody_up(stage: Stage) -> None:
    """Of the three that listen, one went away before and one never reads."""
    played = stage.play("", DROPPED_S + 3)
    assert played.report("listeners") == 1
    assert played.report("underruns") == 0 and played.gaps_ms() == []
    short = stage.play("", 1)
    assert short.report("listeners") == 2


def test_threads_agree(programs: Path, tmp_path: Path) -> None:
    program = compile_player(programs / "player_page_threads", build.THREADS, CARD, MORE)
    verbs = ("200", "pass", "300", "quieter", "600", "pause", "900", "go", "1200", "stop")
    played = Stage(program, tmp_path).play("", 3, *verbs)
    assert played.seconds < played.report("stop") / 1000 + 0.1
