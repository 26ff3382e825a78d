# SPDX-License-Identifier: MIT
"""What is said in the same words each time: the image's clips say it, if they fit the voice."""

import re
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from image import builders, run
from image.recipes.loading import load_all
from tests.storyteller import build
from tests.storyteller.test_program import Bench

CLIP = re.compile(r'\{"(\w+)", (PHRASE_\w+)\}')
TONE_S = 7


@pytest.fixture
def bench(teller: Path, tmp_path: Path) -> Bench:
    """The program with a story that is soon told."""
    made = Bench(teller, tmp_path)
    made.data.mkdir()
    made.write()
    return made


def greeting() -> Mapping[str, Any]:
    """The recipe that renders them."""
    return load_all(build.ROOT / "packages", builders.keys())["greeting"].recipe


def test_the_image_has_a_clip_of_each() -> None:
    said = dict(
        re.findall(r'#define (PHRASE_\w+) "([^"]+)"', build.source("phrases.h").read_text())
    )
    clips = {name: said[text] for name, text in CLIP.findall(build.source("phrases.c").read_text())}
    recipe = greeting()
    own = {name: text for name, text in recipe["say"].items() if name not in ("greeting", "once")}
    assert len(clips) == len(said) and clips == own
    installed = {Path(path).stem for path in recipe["install"]}
    assert installed == recipe["say"].keys()


def test_good_night_is_as_slow_as_the_story_before() -> None:
    (late,) = re.findall(r"#define LATE_SPEED (\d+)", build.source("teller.c").read_text())
    assert greeting()["pace"] == {"sleep": int(late)}


def spoken_s(bench: Bench, settings: str, clip: str, typed: str = "") -> float:
    """Seconds of sound of one story, and of what is said before it: a tone, if by a clip."""
    clips = bench.folder / "clips"
    clips.mkdir(exist_ok=True)
    (clips / "clips.conf").write_text("voice=slt\nspeed=100\npitch=100\n")
    with wave.open(str(clips / f"{clip}.wav"), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(b"\x00\x20" * 16000 * TONE_S)
    bench.write(settings=f"pause=0\n{settings}\n")
    wav, asked = bench.folder / "speech.wav", bench.folder / "asked"
    asked.write_text(typed)
    words = bench.words("--stories", "1", "--seed", "5", "--wav", str(wav))
    run.output(words, env={"STORYTELLER_CLIPS": str(clips)}, source=asked)
    with wave.open(str(wav)) as file:
        return float(file.getnframes() / file.getframerate())


def test_a_phrase_by_its_clip(bench: Bench) -> None:
    """A tone of seven seconds, where a voice of another pitch needs about three."""
    by_clip = spoken_s(bench, "pitch=100", "nicer", "a gun\n")
    by_voice = spoken_s(bench, "pitch=101", "nicer", "a gun\n")
    assert by_clip - by_voice == pytest.approx(TONE_S - 3, abs=1)


def test_other_words_by_the_voice(bench: Bench) -> None:
    with_clip = spoken_s(bench, "pitch=100", "nicer", "a dragon\n")
    assert with_clip == pytest.approx(spoken_s(bench, "pitch=101", "nicer", "a dragon\n"), abs=1)
