# SPDX-License-Identifier: MIT
"""Sound cards of all kinds: one that never plays does not hold up the story, and one that has only
an odd format, rate or number of channels is taken."""

from pathlib import Path

import pytest

from image import run
from tests.storyteller.build import ADDRESSES, HERE, INCLUDES, STRICT, host_package, source

OURS = ("sound_alsa.c", "sound_format.c", "clock.c")
# ALSA's numbers; FLOAT_LE is 14.
FORMATS = {"S16_LE": 2, "S16_BE": 3, "S24_LE": 6, "S24_3LE": 32, "S24_BE": 7, "S32_LE": 10,
           "S32_BE": 11, "S8": 0, "U8": 1, "U16_LE": 4, "U24_3BE": 35, "S20_3LE": 36}  # fmt: skip
RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000, 176400,
         192000)  # fmt: skip


@pytest.fixture(scope="module")
def program(programs: Path) -> Path:
    """sound_alsa.c with a card of paper."""
    alsa = host_package("alsa-lib") / "usr/include"
    files = [HERE / "stalled_card.c", *map(source, OURS)]
    includes = (*INCLUDES, "-isystem", str(alsa))
    path = programs / "stalled_card"
    run.output(["gcc", *STRICT, *ADDRESSES, *includes, *files, "-o", path])
    return path


def test_a_card_that_never_plays_stands_still(program: Path) -> None:
    # `timeout` only ends a test that hangs, which is the mistake that this is about.
    said = run.output(["timeout", "60", program])
    assert said.split("\n")[:3] == ["still, 4000 taken", "still, 8000 taken", "100 given back"]


def test_a_card_that_ran_dry_does_not_stand_still(program: Path) -> None:
    """However long nobody looked: on a busy board it was taken for one that is gone."""
    assert run.output([program, "late"]).split() == ["moves", "dry", "moves"]


@pytest.mark.parametrize("name", FORMATS)
def test_cards_of_one_format(program: Path, name: str) -> None:
    for channels in ("1", "2", "6", "18", "64"):
        assert run.output([program, str(FORMATS[name]), "48000", channels]).strip() == "48000 100"


@pytest.mark.parametrize("rate", RATES)
def test_cards_of_one_rate(program: Path, rate: int) -> None:
    assert run.output([program, "2", str(rate), "2"]).strip() == f"{rate} 100"


@pytest.mark.parametrize("card", ["14 48000 2", "2 50000 2", "2 48000 65"])
def test_cards_that_are_not_taken(program: Path, card: str) -> None:
    with pytest.raises(run.CommandFailed):
        run.output([program, *card.split()])
