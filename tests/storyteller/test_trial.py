# SPDX-License-Identifier: MIT
"""A voice that parents choose, and one that the processor is too slow for: another one tells."""

import wave
from pathlib import Path

import pytest

from tests.storyteller import build, client, started
from tests.storyteller.test_program import Bench

TEXT = " there was a bear. He was big. He sat down. The end."
SLOW = "this processor is too slow for the voice tortoise; using slt"


@pytest.fixture(scope="module")
def slow_teller(programs: Path) -> Path:
    """The storyteller with slt, a slow and a fast voice."""
    voices = build.HERE / "slow_voices.c"
    return build.compile_with_stand_ins(programs / "slow-teller", build.ADDRESSES, voices=voices)


@pytest.mark.parametrize(
    ("voice", "teller"), [("tortoise", "slt"), ("hare", "hare"), ("slt", "slt")]
)
def test_a_voice_that_is_too_slow(
    slow_teller: Path, tmp_path: Path, voice: str, teller: str
) -> None:
    rate, said = tell(slow_teller, tmp_path, voice)
    assert rate == (16_000 if teller == "slt" else 24_000)
    assert said.count(SLOW) == (1 if voice == "tortoise" else 0)
    assert said.count("using") == said.count(SLOW)


def test_a_slow_voice_that_is_wanted(slow_teller: Path, tmp_path: Path) -> None:
    """As on an emulated board."""
    rate, said = tell(slow_teller, tmp_path, "tortoise", STORYTELLER_SLOW="1")
    assert rate == 24_000 and "too slow" not in said


def tell(program: Path, tmp_path: Path, voice: str, **environment: str) -> tuple[int, str]:
    """Two stories: their sample rate, and what was said."""
    (tmp_path / "data").mkdir()
    files = {"model": TEXT, "tokenizer": "0", "settings": f"pause=0\nvoice={voice}\n"}
    words = [str(program), "--words", str(build.WORDS), "--card", str(tmp_path)]
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        words += [f"--{name}", str(tmp_path / name)]
    words += ["--data", str(tmp_path / "data"), "--stories", "2", "--prompt", "Once"]
    sound = str(tmp_path / "story.wav")
    said = started.run_to_end([*words, "--wav", sound], b"", 0, **environment)
    with wave.open(sound) as file:
        assert file.getnframes() > file.getframerate() / 2
        return file.getframerate(), said


def choose(teller: client.Client, voice: str) -> None:
    """Set a voice, and hear the next story to its end."""
    teller.send(do="set", about=f"voice = {voice}")
    teller.send(do="tell")
    teller.wait_for(event="state", state="telling")
    teller.wait_for(event="state", state="ready")


def test_another_voice_speaks_from_the_next_story_on(slow_teller: Path, tmp_path: Path) -> None:
    bench = Bench(slow_teller, tmp_path)
    bench.data.mkdir()
    bench.write(TEXT, settings="pause=3600\nkeep_sound=9\n")
    words = bench.words("--no-figures", "--no-sound")
    with client.telling(words, tmp_path / "socket") as teller:
        teller.wait_for(event="state", state="ready")
        choose(teller, "hare")
        choose(teller, "tortoise")
        (told,) = [event for event in teller.seen if "problem" in event]
        assert told["value"] == "hare" and "too slow" in told["problem"]
        choose(teller, "slt")
        assert "error" not in {event["event"] for event in teller.seen}
    rates = []
    for path in sorted((bench.data / "stories").iterdir()):
        with wave.open(str(path)) as file:
            rates.append(file.getframerate())
            assert file.getnframes() > 0
    assert rates == [16_000, 24_000, 24_000, 16_000]
