# SPDX-License-Identifier: MIT
"""The voice heart: what it says can be understood, and its recipes make a card with it."""

from pathlib import Path

import numpy as np
import pytest

from image import run
from image.builders.toolchain import RISCV64
from image.plan import graph
from image.plan.step import ROOT as TREE
from image.steps import runner
from tests.emulator import listen
from tests.storyteller import build, recorded

RATE = 24_000
HOP = 300  # samples that it gives at a time
SENTENCE = (
    "Once upon a time, there was a little girl named Lily. She loved to play in the garden with"
    " her big brown dog, and they were very happy."
)
WORDS_FOUND = 0.8
SLT_LEVEL = 6_000  # of this sentence, measured
CHOSEN: dict[str, str | int | bool] = {
    "STORYTELLER_VOICE": "heart",
    "STORYTELLER_VOICE_HEART": True,
}
TAKING = ("malloc", "calloc", "realloc", "aligned_alloc")


def test_is_understood(say_heart: Path, heart_data: dict[str, str], tmp_path: Path) -> None:
    """At the pace of stories for children, and as loud as other voices."""
    run.output(
        [say_heart, "heart", "100", "100", tmp_path / "speech.wav", SENTENCE], env=heart_data
    )
    spoken = recorded.load(tmp_path / "speech.wav")
    heard = listen.hear(spoken.sound)
    found = listen.words_found(heard, SENTENCE)
    print(f"understood {found:.0%}: {heard}")
    assert found >= WORDS_FOUND and spoken.rate == RATE
    assert spoken.sound.clipped == 0
    assert 20 * np.log10(spoken.level / SLT_LEVEL) == pytest.approx(0, abs=3)


def test_speed_and_pitch(say_heart: Path, heart_data: dict[str, str], tmp_path: Path) -> None:
    sounds = {}
    for speed, pitch in ((100, 100), (80, 100), (200, 100), (100, 75), (100, 150)):
        path = tmp_path / "speech.wav"
        run.output([say_heart, "heart", str(speed), str(pitch), path, SENTENCE], env=heart_data)
        sounds[speed, pitch] = recorded.load(path)
    natural = sounds[100, 100]
    for speed in (80, 200):
        other = sounds[speed, 100]
        assert other.seconds == pytest.approx(natural.seconds * 100 / speed, rel=0.1)
        assert other.pitch_hz == pytest.approx(natural.pitch_hz, rel=0.1)
    for pitch in (75, 150):
        other = sounds[100, pitch]
        assert other.pitch_hz == pytest.approx(natural.pitch_hz * pitch / 100, rel=0.05)
        assert other.seconds == pytest.approx(natural.seconds, rel=0.01)


def test_stopped_sentence_is_forgotten(programs: Path, heart_data: dict[str, str]) -> None:
    """It stops within a hop; the next one sounds as if there had been no other."""
    program = build.compile_voice(
        programs / "heart_driver", "heart", "hibari", build.HERE / "voice_driver.c"
    )
    stopped, after, anew = run.output([program, "heart"], env=heart_data).splitlines()
    assert int(stopped.split()[0]) == HOP
    samples, _, *words = map(int, after.split())
    assert after == anew
    assert RATE < samples < 10 * RATE
    assert len(words) == 4
    assert words == sorted(words) and words[1] - words[0] > RATE / 5


def test_speaking_takes_no_memory(programs: Path, heart_data: dict[str, str]) -> None:
    wraps = tuple(f"-Wl,--wrap={name}" for name in TAKING)
    main = build.HERE / "allocating.c"
    program = build.compile_voice(
        programs / "heart_allocating", "heart", "hibari", main, checks=wraps
    )
    before, spoken = map(int, run.output([program, "heart"], env=heart_data).split())
    assert before > 2 and spoken == 0


@pytest.mark.parametrize(
    ("variable", "file", "why"),
    [
        ("HIBARI_WORDS", "heart.words", "No such file"),
        ("HIBARI_VOICES", "heart.voice", "No such file"),
        ("HIBARI_WORDS", "heart.words", "is damaged"),
        ("HIBARI_VOICES", "heart.voice", "is damaged"),
    ],
)
def test_without_its_data(
    say_heart: Path, heart_data: dict[str, str], tmp_path: Path, variable: str, file: str, why: str
) -> None:
    """The voice does not open, and says why; nothing is written, lost or left open."""
    if why == "is damaged":
        content = bytearray((Path(heart_data[variable]) / file).read_bytes())
        content[len(content) // 2] ^= 1
        (tmp_path / file).write_bytes(content)
    words: list[str | Path] = [say_heart, "heart", "100", "100", tmp_path / "a.wav", "Hello!"]
    with pytest.raises(run.CommandFailed, match=f"{tmp_path / file}: .*{why}"):
        run.output(words, env={**heart_data, variable: str(tmp_path)}, merge=True)
    assert not (tmp_path / "a.wav").exists()


def test_card_with_this_voice(compiler: None) -> None:
    """The board's program links, its data come along, and the greeting is in that voice."""
    plan = graph.make(build.with_symbols(CHOSEN), ["storyteller", "greeting"], RISCV64)
    for step in plan.steps.values():
        if not plan.is_done(step):
            runner.run_step(plan, step)
    trees = {name: plan.folder(plan.step(name)) / TREE for name in plan.steps if ":" not in name}
    program = trees["storyteller"] / "usr/bin/storyteller"
    assert b"/usr/share/hibari" in program.read_bytes()
    sizes = {
        path.name: path.stat().st_size
        for name in ("heart", "heart-words")
        for path in (trees[name] / "usr/share/hibari").iterdir()
    }
    assert set(sizes) == {"heart.voice", "heart.words"} and sum(sizes.values()) < 7_700_000
    once = recorded.load(trees["greeting"] / "usr/share/storyteller/once.wav")
    assert once.rate == RATE and 0.5 < once.seconds < 3
