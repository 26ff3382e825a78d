# SPDX-License-Identifier: MIT
"""The story page of the emulated board, as its own server has it, in a browser of this machine."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from image import browser as this_machine
from image.emulator import qemu
from tests.browser import Browser, opened
from tests.emulator import listen, machine
from tests.emulator.machine import Machine, page_status
from tests.web import free_port

pytestmark = pytest.mark.usefixtures("quiet")

LOUD_S = 0.3  # of samples that are more than silence: some words


@dataclass(frozen=True)
class Board:
    """It tells stories; the page is at a port of this machine, under its usual name."""

    machine: Machine
    port: int


@pytest.fixture
def board(card: Path, tmp_path: Path) -> Iterator[Board]:
    """Without a sound device: the browser is to play."""
    port = free_port()
    devices = qemu.Devices(extra=qemu.network(None, port))
    with Machine(qemu.make_card(card, tmp_path / "card.img", 256), devices) as booted:
        booted.expect(machine.STORY)
        yield Board(booted, port)


@pytest.fixture
def browser(board: Board) -> Iterator[Browser]:
    """A browser in which the page's name leads to the board."""
    here = f"{this_machine.HOST}:{board.port}"
    with opened(f"MAP localhost:{this_machine.PORT} {here}", machine.BOOT_S) as browser:
        yield browser


def test_a_story_appears_and_is_heard(board: Board, browser: Browser) -> None:
    assert page_status(board.port) == 200
    assert page_status(board.port, "example.org") == 403
    browser.driver.get(this_machine.URL)
    browser.wait("document.querySelector('#listen').checkVisibility()")
    browser.click("#listen")
    browser.wait("document.querySelector('.now')")
    browser.click("#next")  # a story from its beginning
    browser.wait("window.played.length > 0")
    browser.wait("document.querySelectorAll('#story span').length > 4")
    browser.click("#main")
    browser.wait("document.querySelector('#main').innerText === 'Tell'")
    samples, rate = browser.played()
    loud = np.abs(samples.astype(np.int32)) > listen.LOUD
    assert np.count_nonzero(loud) > rate * LOUD_S
    board.machine.expect(re.escape("(pause)"))
