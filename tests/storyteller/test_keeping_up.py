# SPDX-License-Identifier: MIT
"""One slow core invents and speaks by heart, on a modelled clock: the card never runs dry."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.storyteller import build, keeping_up

STORIES = 3  # keeping_up.py tells more
IDLE = 0.25


@pytest.fixture(scope="module")
def timed(programs: Path) -> Path:
    """The storyteller on a core with a clock of its own."""
    return build.compile_timed(programs / "timed")


@pytest.mark.parametrize("products", keeping_up.known())
def test_the_core_keeps_up(timed: Path, tmp_path: Path, products: str) -> None:
    told = keeping_up.tell(timed, tmp_path, keeping_up.known()[products], STORIES)
    print(f"{products}: {told.figures()}")
    assert told.stories == STORIES and told.speech_s > 40 * STORIES
    assert told.underruns == told.dry == 0
    mean, _ = told.idle()
    assert mean >= IDLE


def test_the_clock_is_that_of_the_costs(timed: Path, tmp_path: Path) -> None:
    """An engine that takes most of the core lets sentences wait for it, and leaves nothing idle."""
    (costs, *_) = keeping_up.known().values()
    told = keeping_up.tell(timed, tmp_path, replace(costs, token_s=0.5), 1)
    usual_folder = tmp_path / "usual"
    usual_folder.mkdir()
    usual = keeping_up.tell(timed, usual_folder, costs, 1)
    assert told.waited_s > 4 * usual.waited_s + 10
    assert told.idle()[0] < IDLE < usual.idle()[0]


def test_a_core_that_is_too_slow(timed: Path, tmp_path: Path) -> None:
    (costs, *_) = keeping_up.known().values()
    with pytest.raises(AssertionError, match="too slow for the voice heart; using slt"):
        keeping_up.tell(timed, tmp_path, replace(costs, speech_s=0.9), 1)
