# SPDX-License-Identifier: MIT
"""A sound card that never plays does not hold up the story."""

from pathlib import Path

from image import run
from tests.storyteller.build import ADDRESSES, HERE, SOURCES, STRICT, host_package


def test_a_card_that_never_plays_is_given_up(tmp_path: Path) -> None:
    program = tmp_path / "stalled_card"
    alsa = host_package("alsa-lib") / "usr/include"
    files = [HERE / "stalled_card.c", SOURCES / "sound_alsa.c", SOURCES / "clock.c"]
    includes = (f"-I{SOURCES}", "-isystem", str(alsa))
    run.output(["gcc", *STRICT, *ADDRESSES, *includes, *files, "-o", program])
    # `timeout` only ends a test that hangs, which is the mistake that this is about.
    said = run.output(["timeout", "60", program])
    assert said.split("\n")[:3] == ["lost, 4000 taken", "lost, 8000 taken", "100 given back"]
