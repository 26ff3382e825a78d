# SPDX-License-Identifier: MIT
"""Telling many stories costs the emulated board no memory, aloud or not."""

from pathlib import Path

import pytest

from image.emulator import qemu
from tests.emulator.machine import Machine
from tests.storyteller.said import figures

STORIES = 200
# Speech takes its time, emulated or not; this many open and close the sound device often enough.
STORIES_ALOUD = 20
STEPS = 12  # tokens of each: what could grow does so per story, sentence and sound, not per token


@pytest.mark.parametrize(("stories", "more"), [(STORIES, "--no-sound"), (STORIES_ALOUD, "")])
def test_many_stories_in_flat_memory(card: Path, tmp_path: Path, stories: int, more: str) -> None:
    with Machine(qemu.make_card(card, tmp_path / "card.img", 256)) as machine:
        machine.open_shell()
        machine.command("printf 'pause=0\\nspeed=200\\n' > /tmp/settings")  # to be done sooner
        before = machine.memory()["MemAvailable"]
        said = machine.command(
            f"storyteller --json --stories {stories} --steps {STEPS} {more}"
            " --settings /tmp/settings",
            seconds=1500,
        )
        after = machine.memory()["MemAvailable"]
    resident = [one["rss_mib"] for one in figures(said)]
    print(f"resident after story 10: {resident[9]} MiB, after story {stories}: {resident[-1]} MiB")
    print(f"MemAvailable before: {before} kB, after: {after} kB")
    assert len(resident) == stories
    assert resident[-1] <= resident[9] + 0.1
    # The model's pages stay cached, which MemAvailable counts as free.
    assert after >= before - 512
