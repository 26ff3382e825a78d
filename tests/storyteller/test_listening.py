# SPDX-License-Identifier: MIT
"""What the storyteller makes of its recogniser, whatever that says or does; a script stands in."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.conftest import ROOT
from tests.storyteller import started
from tests.storyteller.test_program import Bench

QUESTION = "Who is the story about"
STORY = r'"story":2,"seed":\d+,"prompt":"[^"]*"'
Spawn = Callable[[str | None], "pexpect.spawn[str]"]


@pytest.fixture
def bench(teller: Path, tmp_path: Path) -> Bench:
    """The program under sanitizers."""
    return Bench(teller, tmp_path)


@pytest.fixture
def listeners(bench: Bench) -> Spawn:
    """Start the storyteller, in a pause, with a script as its recogniser (None: there is none)."""
    bench.write(settings="pause=3600\n")

    def spawn(script: str | None) -> "pexpect.spawn[str]":
        program = bench.folder / "usr/libexec/listen"
        program.parent.mkdir(parents=True)
        if script is not None:
            program.write_text(f'#!/bin/sh\necho "$*" >> {bench.folder}/calls\n{script}\n')
            program.chmod(0o755)
        words = bench.words("--no-sound", "--json")
        child = started.on_terminal(words, columns=80, TEST_ROOT=str(bench.folder))
        child.expect('"story":1,.*"ended":')
        child.sendline("listen")
        return child

    return spawn


def calls(bench: Bench) -> list[bool]:
    """For each start of the recogniser, whether it was to hear one word."""
    return ["--answer" in line for line in (bench.folder / "calls").read_text().splitlines()]


def expect_story(child: "pexpect.spawn[str]") -> str:
    """Wait for the second story; returns its beginning."""
    child.expect(STORY)
    prompt = str(child.after)
    child.expect('"ended":')
    started.interrupted(child)
    return prompt


def test_what_was_heard_is_told(bench: Bench, listeners: Spawn) -> None:
    child = listeners(r"printf 'rabbit\tforest\t\t90\n'")
    assert child.expect([QUESTION, "rabbit in the forest"]) == 1
    prompt = expect_story(child)
    assert "rabbit" in prompt and "forest" in prompt
    assert calls(bench) == [False]


def test_it_asks_once(bench: Bench, listeners: Spawn) -> None:
    child = listeners(
        r"""case $* in
            *--answer*) printf 'bear\t\t\t90\n' ;;
            *) printf 'rabbit\tforest\t\t40\n' ;;
        esac"""
    )
    child.expect(QUESTION)
    assert "bear" in expect_story(child)
    assert calls(bench) == [False, True]


def test_the_light_shows_when_to_answer(bench: Bench, listeners: Spawn) -> None:
    """The recogniser hears the answer only once the LED says that it listens."""
    led = bench.folder / "sys/class/leds/status"
    led.mkdir(parents=True)
    for name in ("trigger", "brightness", "delay_on", "delay_off"):
        (led / name).touch()
    (bench.folder / "etc").mkdir(exist_ok=True)
    shutil.copy(ROOT / "overlays/rootfs/etc/led.conf", bench.folder / "etc")
    child = listeners(
        rf"""case $* in
            *--answer*) until grep -q none {led}/trigger; do sleep 0.05; done
                printf 'bear\t\t\t90\n' ;;
        esac"""
    )
    child.expect(QUESTION)
    assert "bear" in expect_story(child)


def test_what_is_blocked_is_not_told_though_it_was_heard(bench: Bench, listeners: Spawn) -> None:
    """The recogniser knows the lists; what parents blocked of them only the storyteller knows."""
    own = bench.folder / "words"
    own.mkdir()
    (own / "blocked.txt").write_text("rabbit\n")
    child = listeners(r"printf 'rabbit\tforest\t\t90\n'")
    assert child.expect(["I know a nicer story", "rabbit"]) == 0
    assert "rabbit" not in expect_story(child)


NO_ANSWERS = {
    "killed": "kill -9 $$",
    "silent": "exit 0",
    "fails": "exit 1",
    "nothing heard": r"printf '\t\t\t0\n'",
    "too few": r"printf 'rabbit\tforest\n'",
    "too many": r"printf 'rabbit\tforest\t\t90\tmore\n'",
    "too long": r"printf 'rabbit%0100d\tforest\t\t90\n' 0",
    "closes its end": "exec >&- <&-; exit 1",
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_no_answer_is_no_error(bench: Bench, listeners: Spawn, name: str) -> None:
    child = listeners(NO_ANSWERS[name])
    child.expect(QUESTION)
    assert '"prompt":"Once upon a time' in expect_story(child)
    assert calls(bench) == [False, True]


@pytest.mark.parametrize("script", [None, "exit 3"])
def test_without_ears_nothing_is_asked(listeners: Spawn, script: str | None) -> None:
    """No recogniser, or no microphone."""
    child = listeners(script)
    assert child.expect([QUESTION, "story 2 "]) == 1
    child.sendintr()
    child.expect(pexpect.EOF)


def test_one_that_hangs_is_ended(bench: Bench, listeners: Spawn) -> None:
    """It babbles, or says nothing, for ever; the story waits for neither."""
    child = listeners("while :; do echo rabbit; done")
    child.expect(QUESTION)
    started.interrupted(child)
