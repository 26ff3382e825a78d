# SPDX-License-Identifier: MIT
"""The voice espeak: what it says can be understood, and its recipes make a card with it."""

from pathlib import Path

import pytest

from image import run
from image.builders.toolchain import RISCV64
from image.plan import graph
from image.plan.step import ROOT as TREE
from image.steps import runner
from tests.emulator import listen
from tests.storyteller import build, recorded

RATE = 22_050
SENTENCE = (
    "Once upon a time, there was a little girl named Lily. She loved to play in the garden with"
    " her big brown dog, and they were very happy. One day, Lily saw a red ball under the tree."
)
# The recogniser knows people: it understands 61 % of this; of what a man of the same engine says,
# 16 %.
WORDS_FOUND = 0.5
ALONE: dict[str, str | int | bool] = {
    "STORYTELLER_VOICE": "espeak",
    "STORYTELLER_VOICE_ESPEAK": True,
    "STORYTELLER_VOICE_SLT": False,
}


@pytest.fixture(scope="module")
def data(compiler: None) -> dict[str, str]:
    """Where the voice finds its data, for the environment of a program."""
    return {"ESPEAK_DATA_PATH": str(build.host_package("espeak-ng-data") / "usr/share")}


@pytest.fixture(scope="module")
def say(programs: Path) -> Path:
    """The voice as a program."""
    return build.compile_say(programs / "say-espeak", "espeak", "espeak-ng")


def test_is_understood(say: Path, data: dict[str, str], tmp_path: Path) -> None:
    # At the pace of adults, which the recogniser has learned from.
    run.output([say, "espeak", "140", "100", tmp_path / "speech.wav", SENTENCE], env=data)
    spoken = recorded.load(tmp_path / "speech.wav")
    assert spoken.rate == RATE
    sound = spoken.sound
    heard = listen.hear(sound)
    found = listen.words_found(heard, SENTENCE)
    print(f"understood {found:.0%}: {heard}")
    assert found >= WORDS_FOUND
    assert sound.peak > 3_000 and sound.clipped == 0


def test_speed_and_pitch(say: Path, data: dict[str, str], tmp_path: Path) -> None:
    sounds = {}
    for speed, pitch in ((100, 100), (80, 100), (200, 100), (100, 75), (100, 150)):
        path = tmp_path / "speech.wav"
        run.output([say, "espeak", str(speed), str(pitch), path, SENTENCE], env=data)
        sounds[speed, pitch] = recorded.load(path)
    natural = sounds[100, 100]
    assert sounds[80, 100].seconds == pytest.approx(natural.seconds / 0.8, rel=0.1)
    assert sounds[200, 100].seconds == pytest.approx(natural.seconds / 2, rel=0.1)
    assert sounds[100, 75].pitch_hz == pytest.approx(0.75 * natural.pitch_hz, rel=0.05)
    assert sounds[100, 150].pitch_hz == pytest.approx(1.5 * natural.pitch_hz, rel=0.05)


def test_stopped_sentence_is_forgotten(programs: Path, data: dict[str, str]) -> None:
    program = build.compile_voice(
        programs / "espeak_driver", "espeak", "espeak-ng", build.HERE / "voice_driver.c"
    )
    lines = run.output([program, "espeak"], env=data).splitlines()
    stopped, after, anew = (int(line.split()[0]) for line in lines)
    assert stopped <= RATE / 10
    assert after == pytest.approx(anew, rel=0.05) and after < 3 * RATE


def test_without_data(say: Path, tmp_path: Path) -> None:
    """The voice does not open; nothing is written, lost or left open."""
    env = {"ESPEAK_DATA_PATH": str(tmp_path), "HOME": str(tmp_path)}
    with pytest.raises(run.CommandFailed, match="the data of the voice .* are missing"):
        run.output([say, "espeak", "100", "100", tmp_path / "a.wav", "Hello!"], env=env, merge=True)
    assert not (tmp_path / "a.wav").exists()


def test_card_with_this_voice_alone(compiler: None) -> None:
    """The board's program links, its data come along, and the greeting is in that voice."""
    plan = graph.make(build.with_symbols(ALONE), ["storyteller", "greeting"], RISCV64)
    for step in plan.steps.values():
        if not plan.is_done(step):
            runner.run_step(plan, step)
    trees = {name: plan.folder(plan.step(name)) / TREE for name in plan.steps if ":" not in name}
    program = trees["storyteller"] / "usr/bin/storyteller"
    assert b"en-us+f2" in program.read_bytes()
    files = [path for path in trees["espeak-ng-data"].rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"phondata", "phonindex", "phontab", "en_dict"}
    assert sum(path.stat().st_size for path in files) < 900_000
    assert recorded.load(trees["greeting"] / "usr/share/storyteller/once.wav").seconds > 0.5
