# SPDX-License-Identifier: MIT
"""The storyteller with its real engine, model, voice and sound library, built for this machine."""

import itertools
import json
import re
import subprocess
from pathlib import Path

import pytest

from image import run
from tests.boot import listen
from tests.storyteller import build

MODEL = ("--model", str(build.POCKET / "model.bin"))
TOKENIZER = ("--tokenizer", str(build.POCKET / "tokenizer.bin"))
STORY = re.compile(r'^story \d+  seed (\d+)  "(.*?)"\n\n(.*?)\n\d+ tokens  ', re.M | re.S)
RESIDENT = re.compile(r"([\d.]+) MiB resident$", re.M)
SPEECH = re.compile(r"([\d.]+) s of speech")
STORIES = 200  # in a row, in flat memory
STEPS = 30  # of each: what could grow does so with each story and sentence, not with each token
WORDS_FOUND = 0.6  # by a recogniser of general English
ALSA_CONFIG = build.ROOT / "packages/alsa-lib/alsa.conf"
# A card as cheap USB ones are: it takes nothing but 48 kHz stereo.
STEREO_CARD = """
pcm.stereo { type plug slave { pcm { type null } rate 48000 channels 2 format S16_LE } }
"""


def tell(product: Path, folder: Path, *words: str, env: dict[str, str] | None = None) -> str:
    """What the program prints; it must end well."""
    settings = folder / "settings"
    settings.write_text("pause=0\ntemperature=90\n")
    (folder / "data").mkdir(exist_ok=True)
    own = ("--settings", str(settings), "--words", str(build.WORDS), "--data", str(folder / "data"))
    command = [str(product), *MODEL, *TOKENIZER, *own, *words]
    return run.output(command, env=env)


def ascii_only(text: str) -> str:
    """A story without what lies beyond ASCII, and without the end of its last line."""
    return text.encode("ascii", "ignore").decode().rstrip("\n")


@pytest.mark.parametrize(
    "beginning", ["", "  Two  bees ", "Zo\u00eb\u2019s cat\u2026", "One day,\nTim"]
)
def test_story_is_the_engines(product: Path, tmp_path: Path, beginning: str) -> None:
    engine = build.host_package("llama") / "usr/bin/run"
    options = ["--prompt", beginning] if beginning else []
    said = tell(product, tmp_path, "--no-sound", "--stories", "6", *options)
    stories = STORY.findall(said)
    assert len(stories) == 6
    lines = (tmp_path / "data/stories.jsonl").read_text().splitlines()
    figures = [json.loads(line) for line in lines]
    # Where a word was refused, or a sentence invented anew, it is another story.
    as_they_are = [one["refused"] == one["rewinds"] == 0 for one in figures]
    assert sum(as_they_are) >= 3
    for seed, prompt, text in itertools.compress(stories, as_they_are):
        how = ["-t", "0.9", "-p", "0.9", "-n", "256", "-s", seed, "-i", beginning or prompt]
        told = subprocess.run(
            [engine, build.POCKET / "model.bin", "-z", build.POCKET / "tokenizer.bin", *how],
            capture_output=True,
        )
        # Of a beginning, run.c prints no character that its tokenizer does not know.
        # Only what is no whole sentence at the end is missing.
        whole = ascii_only(told.stdout.decode())
        kept = ascii_only(text).removesuffix(" The end.")
        assert len(kept) > 0.5 * len(whole) and whole.startswith(kept)


def test_story_is_told_again(product: Path, tmp_path: Path) -> None:
    ((seed, _, text),) = STORY.findall(tell(product, tmp_path, "--no-sound", "--stories", "1"))
    again = tell(product, tmp_path, "--no-sound", "--stories", "1", "--seed", seed)
    assert STORY.findall(again)[0][2] == text


def test_many_stories_in_flat_memory(product: Path, tmp_path: Path) -> None:
    words = ("--wav", "/dev/null", "--seed", "1", "--steps", str(STEPS))
    said = tell(product, tmp_path, *words, "--stories", str(STORIES))
    resident = [float(mib) for mib in RESIDENT.findall(said)]
    print(f"after story 20: {resident[19]} MiB, after story {STORIES}: {resident[-1]} MiB")
    assert len(resident) == STORIES
    assert resident[-1] <= resident[19] + 0.2


def test_speech_is_the_story(product: Path, tmp_path: Path) -> None:
    wav = tmp_path / "speech.wav"
    said = tell(product, tmp_path, "--wav", str(wav), "--stories", "1", "--seed", "11")
    heard = listen.hear(listen.load(wav))
    ((_, _, text),) = STORY.findall(said)
    found = listen.words_found(heard, text)
    print(f"{found:.0%} of the words were heard: {heard}")
    assert found >= WORDS_FOUND


@pytest.mark.parametrize("device", ["null", "stereo"])
def test_sound_library_takes_the_speech(product: Path, tmp_path: Path, device: str) -> None:
    config = tmp_path / "alsa.conf"
    config.write_text(ALSA_CONFIG.read_text() + STEREO_CARD)
    env = {"ALSA_CONFIG_PATH": str(config)}
    words = ("--device", device, "--stories", "3", "--steps", "60", "--seed", "3")
    said = tell(product, tmp_path, *words, env=env)
    assert "No sound device" not in said
    assert all(float(seconds) > 5 for seconds in SPEECH.findall(said))


def test_device_that_is_not_there(product: Path, tmp_path: Path) -> None:
    env = {"ALSA_CONFIG_PATH": str(ALSA_CONFIG)}
    words = ("--device", "plughw:7,0", "--stories", "2", "--steps", "30")
    said = tell(product, tmp_path, *words, env=env)
    assert said.count("No sound device plughw:7,0: stories are shown as text until there is") == 1
