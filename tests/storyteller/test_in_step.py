# SPDX-License-Identifier: MIT
"""At a desk: the voice goes through a program, and each word is shown when it is heard."""

import re
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pexpect
import pytest

from image import run
from tests.storyteller import build, started
from tests.storyteller.test_program import Bench

TEXT = (
    " A small red dragon sat on a hill and looked at the moon. Then it rained."
    " Nobody was cold, for the dragon had a fire. The end."
)
COUNT = len(TEXT.split())
LOUD = 100  # of 32,767
SILENT = ("--no-sound", "--no-figures", "--stories", "1")
RATES = {"wav": 16_000, "played": 48_000}
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def bench(teller: Path, tmp_path: Path) -> Bench:
    """The program under sanitizers; engine and sound card are stand-ins."""
    made = Bench(teller, tmp_path)
    made.data.mkdir()
    made.write(TEXT)
    return made


@pytest.fixture(scope="session")
def captions(programs: Path) -> Path:
    """The captions alone."""
    return build.compile_driver(programs / "captions_driver", "captions.c")


def player(folder: Path) -> list[str]:
    """Options for a program that plays in real time."""
    words = [sys.executable, str(Path(__file__).with_name("slow_player.py"))]
    return ["--player", shlex.join([*words, str(folder / "played")])]


def speech_s(file: Path, rate: int, head: int = 0) -> float:
    """Seconds from the first to the last loud sample."""
    samples = np.frombuffer(file.read_bytes()[head:], np.int16)
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > LOUD)
    return float(loud[-1] - loud[0]) / rate


def times_of_words(child: "pexpect.spawn[str]") -> list[float]:
    """When each word of the story was shown, until the program ends."""
    said, at = "", list[float]()
    while True:
        try:
            said += child.read_nonblocking(4096, started.HUNG_S)
        except pexpect.EOF:
            return at
        story = ANSI.sub("", said).partition("\r\n\r\n")[2].split()
        at += [time.monotonic()] * (len(story) - len(at))


def test_each_word_is_shown_when_it_is_heard(bench: Bench, tmp_path: Path, quiet: None) -> None:
    options = [*player(tmp_path), "--in-step", "--no-figures", "--stories", "1"]
    child = started.on_terminal(bench.words(*options, "--prompt", "Once"), 80, TERM="dumb")
    at = times_of_words(child)
    assert len(at) == COUNT + 1
    # Not sentence by sentence, and as long as it is spoken: the last word is half a second.
    heard_s = speech_s(tmp_path / "played", RATES["played"])
    assert len(set(at)) > COUNT * 0.8
    assert 0.7 * heard_s < at[-1] - at[0] < heard_s + 1.0


def test_the_program_gets_the_whole_voice(bench: Bench, tmp_path: Path, quiet: None) -> None:
    story = ["--stories", "1", "--prompt", "Once"]
    bench.run(*story, "--wav", str(tmp_path / "wav"))
    bench.run(*story, *player(tmp_path))
    wav = speech_s(tmp_path / "wav", RATES["wav"], head=44)
    # Longer by the pauses before sentences, in which the voice thinks.
    assert wav - 0.1 < speech_s(tmp_path / "played", RATES["played"]) < wav * 1.3


@pytest.mark.parametrize("command", ["false", "no-such-program-at-all", "sleep 600"])
def test_a_player_that_plays_nothing_is_reported_once(
    bench: Bench, tmp_path: Path, command: str
) -> None:
    """And the stories go on as text."""
    options = ["--player", command, "--in-step", "--no-figures", "--stories", "2"]
    said = bench.run(*options, "--prompt", "Once")
    assert said.count("This machine's sound does not work") == 1
    assert " ".join(said.split()).count(TEXT.strip()[-30:]) == 2


def test_ctrl_c_leaves_no_player_behind(bench: Bench, tmp_path: Path, quiet: None) -> None:
    options = [*player(tmp_path), "--in-step", "--no-figures"]
    child = started.on_terminal(bench.words(*options), 80, TERM="dumb")
    child.expect("dragon")
    said = started.interrupted(child)
    assert said.rstrip().endswith("Good night.")
    assert "moon" not in said  # what was not heard yet is not shown
    process = int((tmp_path / "played.pid").read_text())
    assert not Path(f"/proc/{process}").exists()


def test_what_is_no_story_has_a_colour(bench: Bench) -> None:
    def shows(*options: str, **environment: str) -> str:
        words = bench.words(*SILENT, "--seed", "5", *options)
        child = started.on_terminal(words, 80, **environment)
        child.expect(pexpect.EOF)
        return str(child.before)

    colourful = shows("--colour", TERM="xterm")
    assert colourful.startswith("\x1b[36mType what") and "\x1b[36mdragon" not in colourful
    plain = ANSI.sub("", colourful)
    assert plain == shows("--colour", TERM="xterm", NO_COLOR="1") == shows(TERM="xterm")
    assert "seed" not in plain


def test_what_is_typed_is_bold(bench: Bench) -> None:
    bench.write(TEXT, settings="pause=3600\n")
    words = bench.words("--no-sound", "--stories", "2", "--colour")
    child = started.on_terminal(words, 80, TERM="xterm")
    child.expect("The end")
    child.send("a dog\r")
    child.expect_exact("\x1b[1m> a dog\x1b[0m\r\n")
    child.expect(pexpect.EOF)


CAPTIONS = {
    "word by word": (["+One two three.", "say 0 3", "heard 0", "heard 1", "heard 2", "heard 3"],
                     "[One ][two ][three.]"),
    "one sentence after the other": (["+One.", "say 0 1", "+ Two three.", "say 1 2", "heard 1",
                                      "heard 2", "heard 3"], "[One.][ Two ][three.]"),
    "all at once": (["+One two.", "say 0 2", "+ Three.", "say 2 1", "heard 3"],
                    "[One two.][ Three.]"),
    "after something else was said": (["+One.", "say 7 1", "heard 7", "heard 8"], "[One.]"),
    "a clip said the beginning": (["+Once upon a time, Tim ran.", "say 0 2", "heard 0", "heard 1",
                                   "heard 2"], "[Once upon a time, Tim ][ran.]"),
    "more is said than is shown": (["+One.", "say 0 3", "heard 1", "heard 3"], "[One.]"),
    "a beginning without a sentence": (["+Once upon", "heard 5", "+ a time.", "say 0 4", "heard 2",
                                        "heard 4"], "[Once upon ][a time.]"),
    "a new line belongs to the word before": (["+One.|Two.", "say 0 2", "heard 1", "heard 2"],
                                              "[One.\n][Two.]"),
    "flushed": (["+One two.", "say 0 2", "heard 1", "flush", "heard 2"], "[One ][two.]"),
    "forgotten": (["+One two.", "say 0 2", "heard 1", "clear", "+Three.", "say 0 1", "heard 1"],
                  "[One ][Three.]"),
    "too long to wait": (["+" + "x" * 5000, "+" + "y" * 5000, "flush"],
                         f"[{'x' * 5000}][{'y' * 5000}]"),
    "longer than all room": (["+a", "+" + "x" * 9000], f"[a][{'x' * 9000}]"),
}  # fmt: skip


@pytest.mark.parametrize("name", CAPTIONS)
def test_captions(captions: Path, tmp_path: Path, name: str) -> None:
    lines, shown = CAPTIONS[name]
    assert told(captions, tmp_path, lines) == shown


def test_more_sentences_than_are_kept(captions: Path, tmp_path: Path) -> None:
    lines = [line for n in range(20) for line in (f"+ S{n}.", f"say {n} 1")]
    shown = told(captions, tmp_path, [*lines, "heard 20"])
    assert re.sub(r"\W+", " ", shown).split() == [f"S{n}" for n in range(20)]


def told(driver: Path, folder: Path, lines: Sequence[str]) -> str:
    """What the captions show, told these lines."""
    source = folder / "lines"
    source.write_text("\n".join(lines) + "\n")
    return run.output([driver], source=source)
