# SPDX-License-Identifier: MIT
"""What a person sees: text that ends its lines between words, and typing that has a line of its
own, on terminals of all kinds."""

import itertools
import os
import re
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pexpect
import pytest

from image import run
from tests.storyteller import said, started
from tests.storyteller.said import Screen
from tests.storyteller.started import HUNG_S, interrupted
from tests.storyteller.test_program import Bench

LONG = "".join(f" Number {n} was a very long and happy day for everyone." for n in range(300))
WISH = "a dragon on the moon"
USUAL: Mapping[str, str] = {}
ANSWER = r"\(next story: [^)]*\)"


@pytest.fixture
def bench(teller: Path, tmp_path: Path) -> Bench:
    """The program under sanitizers, which tells without a sound."""
    made = Bench(teller, tmp_path)
    made.data.mkdir()
    made.write(settings="pause=3600\n")
    return made


def spawn(
    bench: Bench, *options: str, columns: int = 80, environment: Mapping[str, str] = USUAL
) -> "pexpect.spawn[str]":
    """Start it on a terminal of this size; 0: one that does not tell, as serial lines do."""
    words = bench.words("--no-sound", "--seed", "5", *options)
    return started.on_terminal(words, columns, **{"TERM": "dumb", **environment})


def whole_story(
    bench: Bench, *options: str, columns: int = 80, environment: Mapping[str, str] = USUAL
) -> list[str]:
    """The lines that a terminal shows of one story."""
    child = spawn(bench, "--stories", "1", *options, columns=columns, environment=environment)
    child.expect(pexpect.EOF)
    return Screen(columns or 80).write(str(child.before)).lines


@pytest.mark.parametrize(
    ("columns", "told", "wanted"),
    [(80, {}, 80), (40, {}, 40), (33, {}, 33), (0, {}, 80), (0, {"COLUMNS": "60"}, 60)],
)
def test_lines_end_between_words(
    bench: Bench, columns: int, told: dict[str, str], wanted: int
) -> None:
    text = f"{LONG[:1020]} Zo\u00eb\u2019s caf\u00e9 was nice.\n\nThey ran home. The end."
    bench.write(text)
    lines = whole_story(bench, columns=columns, environment=told)
    shown = lines[lines.index("story 1  seed 5") + 2 :]
    assert max(map(len, shown)) < wanted
    # None is shorter than it has to be: the next word would not have found room.
    first = shown[: shown.index("")]
    for line, following in zip(first, first[1:], strict=False):
        assert len(line) + 1 + len(following.split(" ")[0]) > wanted - 1
    # Nothing is lost, and no word cut.
    assert " ".join(shown).split()[-len(text.split()) :] == text.split()


def test_where_no_terminal_is_there_lines_are_as_they_are(bench: Bench) -> None:
    bench.write(LONG[:1020] + ". The end.")
    text = bench.run("--stories", "1", "--no-sound")
    assert max(map(len, text.splitlines())) > 1000
    assert "\x1b" not in text and "\r" not in text


def test_a_word_that_goes_on_is_not_cut(bench: Bench) -> None:
    """A beginning is shown before it is known what the model hangs on to its last word."""
    bench.write("overlongness was here. The end.")
    for length in range(30, 42):
        prompt = "Once " + "x" * (length - 12) + " hill"
        shown = " ".join(whole_story(bench, "--prompt", prompt, columns=40)).split()
        assert "hilloverlongness" in shown and "Once" in shown


def test_only_a_terminal_that_can_is_dimmed(bench: Bench) -> None:
    def shows(**environment: str) -> str:
        child = spawn(bench, "--stories", "1", environment=environment)
        child.expect(pexpect.EOF)
        return str(child.before)

    colourful = shows(TERM="xterm")
    assert "\x1b[2mstory 1  seed 5\x1b[0m\r\n" in colourful
    plain = said.DIM.sub("", colourful)
    assert "\x1b" not in plain
    assert shows(TERM="dumb") == shows(TERM="") == shows(TERM="xterm", NO_COLOR="1") == plain


def test_a_family_sees_no_engineers_figures(bench: Bench) -> None:
    text = "\n".join(whole_story(bench))
    assert not re.search(r"token|MiB|\{", text)


def heard(child: "pexpect.spawn[str]", pattern: str) -> str:
    """Wait for a pattern; what was said up to its end."""
    child.expect(pattern)
    return str(child.before) + str(child.after)


def typed(child: "pexpect.spawn[str]", keys: str, echo: str) -> None:
    """Type, and see it."""
    child.send(keys)
    child.expect_exact(echo)


def test_typing_has_a_line_of_its_own(bench: Bench) -> None:
    bench.write(LONG, word_ms=10, settings="pause=3600\n")
    child = spawn(bench, "--steps", "3000")
    text = heard(child, r"Number\s+1\s+was")
    # Several sentences are invented meanwhile, and wait.
    for keys, echo in ((WISH[:5], f"> {WISH[:5]}"), (WISH[5:], WISH[5:])):
        child.send(keys)
        text += heard(child, re.escape(echo))
        time.sleep(1.5)
    child.send("\r")
    for words in (ANSWER, r"Number\s+9\s+was"):
        text += heard(child, words)
    interrupted(child)
    lines = Screen(80).write(text).lines
    at = lines.index(f"> {WISH}")
    assert re.fullmatch(ANSWER, lines[at + 1])
    story = " ".join(lines[:at] + lines[at + 2 :])
    assert all(f"Number {n} was a very long and happy day" in story for n in range(9))


def test_who_went_away_does_not_hold_back_the_story(bench: Bench) -> None:
    bench.write(LONG, word_ms=50, settings="pause=3600\n")
    child = spawn(bench, "--steps", "3000")
    child.expect(r"Number\s+1\s+was")
    typed(child, WISH[:5], f"> {WISH[:5]}")
    child.expect(r"Number\s+3\s+was")
    # The next key shows the line again.
    typed(child, WISH[5:], f"> {WISH}")
    child.send("\r")
    child.expect(ANSWER)
    interrupted(child)


KEYS = {
    "backspace": ("a dogg\x7f", "a dog"),
    "old backspace": ("a dogg\x08", "a dog"),
    "too often": ("x\x7f\x7f\x7fa dog", "a dog"),
    "the line": ("a cat\x15a dog", "a dog"),
    "a word": ("a black cat \x17dog\x17fox", "a black fox"),
    "a character of two bytes": ("a ca\u00e9\x7ft", "a cat"),
    "cursor keys": ("a \x1b[Ad\x1b[1;5Co\x1bOCg", "a dog"),
    "escape": ("a \x1bdog", "a dog"),
    "tab and controls": ("a\tdo\x01\x04g", "a dog"),
    "longer than a row": ("a dog and " * 7 + "a very\x7f\x7f\x7f\x7f\x7f\x7fa cat", ""),
    "much too long": ("\u00e9" * 300, "\u00e9" * 78),
}


def is_indented(line: str) -> bool:
    """As the further rows of a long line are."""
    return line.startswith("  ")


@pytest.mark.parametrize("name", KEYS)
def test_keys(bench: Bench, name: str) -> None:
    """What is seen is what is read."""
    keys, seen = KEYS[name]
    seen = seen or "a dog and " * 7 + "a cat"
    bench.write(LONG, settings="pause=3600\n")
    child = spawn(bench, "--steps", "9", "--json", columns=40)
    child.expect('"ended":.*\n')
    child.send(keys)
    child.send("\r")
    child.expect("story 2 ")
    lines = Screen(40).write(str(child.before)).lines
    begin = next(n for n in reversed(range(len(lines))) if lines[n].startswith("> "))
    rows = [lines[begin][2:]]
    rows += [line[2:] for line in itertools.takewhile(is_indented, lines[begin + 1 :])]
    assert "".join(row.ljust(37) for row in rows).strip() == seen
    interrupted(child)


def test_an_erased_line_leaves_its_place_to_the_story(bench: Bench) -> None:
    bench.write(LONG, word_ms=5, settings="pause=3600\n")
    child = spawn(bench)
    child.expect(r"Number\s+1\s+was")
    child.send("ab\x7f\x7f")
    child.expect(r"Number\s+9\s+was")
    text = str(child.before)
    interrupted(child)
    assert ">" not in "".join(Screen(80).write(text).lines)


# A shell with job control: runs the storyteller, tells whether the terminal is as it was before,
# and brings one that was stopped to the front again. As in any shell, a job has the terminal
# before it runs, and before it goes on: in the background it would leave the terminal alone.
JOBS = """
import os, signal, subprocess, sys

def modes():
    return subprocess.run(["stty", "-g"], capture_output=True).stdout

def begin():
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)

def is_stopped():
    _, status = os.waitpid(child.pid, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgrp())
    print("as before" if modes() == before else "changed", flush=True)
    return os.WIFSTOPPED(status)

signal.signal(signal.SIGTTOU, signal.SIG_IGN)
before = modes()
child = subprocess.Popen(sys.argv[1:], process_group=0, preexec_fn=begin)
print("pid", child.pid, flush=True)
while is_stopped():
    os.tcsetpgrp(0, child.pid)
    os.kill(child.pid, signal.SIGCONT)
"""


def spawn_job(bench: Bench) -> tuple["pexpect.spawn[str]", int]:
    """The storyteller as a job of a shell, in the middle of a story; and its process."""
    bench.write(LONG, word_ms=10)
    words = ["-c", JOBS, *bench.words("--no-sound", "--steps", "3000")]
    env = {**run.environment(), "TERM": "dumb"}
    child = pexpect.spawn(sys.executable, words, encoding="utf-8", timeout=HUNG_S, env=env)
    process = int(heard(child, r"pid \d+\r").rpartition(" ")[2])
    child.expect(r"Number\s+1\s+was")
    return child, process


ENDS = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGALRM, signal.SIGQUIT)


@pytest.mark.parametrize("number", ENDS)
def test_a_crash_leaves_the_terminal_as_it_was(bench: Bench, number: signal.Signals) -> None:
    child, process = spawn_job(bench)
    os.kill(process, number)
    assert child.expect(["as before", "changed"]) == 0
    child.expect(pexpect.EOF)


def test_a_stop_leaves_the_terminal_as_it_was_and_going_on_takes_it(bench: Bench) -> None:
    child, _ = spawn_job(bench)
    for number in (3, 6):
        child.send("\x1a")
        assert child.expect(["as before", "changed"]) == 0
        child.expect(rf"Number\s+{number}\s+was")
    # Keys come one by one again, and are shown in their own line.
    typed(child, WISH, f"> {WISH}")
    child.send("\r")
    child.expect(ANSWER)
    child.sendintr()
    assert child.expect(["as before", "changed"]) == 0
    child.expect(pexpect.EOF)
