# SPDX-License-Identifier: MIT
"""What the emulated board says aloud is the story, and telling many stories costs no memory."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from image import qemu
from tests.boot import listen
from tests.boot.machine import Machine

STORIES = 200
# Speech takes its time, emulated or not; this many open and close the sound device often enough.
STORIES_ALOUD = 20
STEPS = 12  # tokens of each: what could grow does so per story, sentence and sound, not per token
SPOKEN_SEED = 11  # any will do; a fixed one makes a failure repeatable
WORDS_FOUND = 0.6
# A speaker of average pace says 2 to 4 words a second.
WORDS_PER_S = (1.5, 5.0)
COST = re.compile(r"(\d+) tokens .* ([\d.]+) s of speech.*?([\d.]+) MiB resident")


@dataclass(frozen=True)
class Told:
    """A story as the console showed it, and as the sound device played it."""

    text: str
    speech_s: float
    sound: listen.Sound


@pytest.fixture(scope="module")
def told(card: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One story, told aloud by the emulated board."""
    folder = tmp_path_factory.mktemp("speech")
    wav = folder / "speech.wav"
    board = qemu.Board(audio=f"wav,path={wav},out.frequency=48000")
    with Machine(qemu.make_card(card, folder / "card.img", 256), board) as machine:
        machine.open_shell()
        said = machine.command(f"storyteller --stories 1 --seed {SPOKEN_SEED}", seconds=600)
        machine.power_off()
    # QEMU complains of its own pace in between.
    said = re.sub(r"Resetting rate control[^\n]*\n?", "", said)
    story = re.search(r"story 1 [^\n]*\n\n(.*?)\n+\d+ tokens", said, re.S)
    cost = COST.search(said)
    assert story and cost, said
    return Told(story.group(1), float(cost.group(2)), listen.load(wav))


def test_speech_lasts_as_long_as_its_words(told: Told) -> None:
    words = len(told.text.split())
    slow, fast = WORDS_PER_S
    assert words / fast < told.speech_s < words / slow
    assert told.sound.seconds > 0.9 * told.speech_s


def test_speech_is_loud(told: Told) -> None:
    assert told.sound.loud_seconds > 0.5 * told.speech_s


def test_recogniser_finds_the_words(told: Told) -> None:
    heard = listen.hear(told.sound)
    found = listen.words_found(heard, told.text)
    print(f"{found:.0%} of the words were heard: {heard}")
    assert found >= WORDS_FOUND, f"told: {told.text}\nheard: {heard}"


@pytest.mark.parametrize(("stories", "more"), [(STORIES, "--no-sound"), (STORIES_ALOUD, "")])
def test_many_stories_in_flat_memory(card: Path, tmp_path: Path, stories: int, more: str) -> None:
    with Machine(qemu.make_card(card, tmp_path / "card.img", 256)) as machine:
        machine.open_shell()
        machine.command("echo pause=0 > /tmp/settings")
        before = memory(machine)
        said = machine.command(
            f"storyteller --stories {stories} --steps {STEPS} --settings /tmp/settings {more}",
            seconds=1500,
        )
        after = memory(machine)
    resident = [float(cost.group(3)) for cost in COST.finditer(said)]
    print(f"resident after story 10: {resident[9]} MiB, after story {stories}: {resident[-1]} MiB")
    print(f"MemAvailable before: {before} kB, after: {after} kB")
    assert len(resident) == stories
    assert resident[-1] <= resident[9] + 0.1
    # The model's pages stay cached, which MemAvailable counts as free.
    assert after >= before - 512


def memory(machine: Machine) -> int:
    """MemAvailable, in kB."""
    return int(machine.command("grep MemAvailable /proc/meminfo").split()[1])
