# SPDX-License-Identifier: MIT
"""The story page of the emulated board, as its own server has it, in a browser of this machine."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import requests

from image import browser as this_machine
from image.emulator import qemu
from tests.browser import Browser, opened
from tests.conftest import ROOT, copy_checkout, doit
from tests.emulator import listen, machine
from tests.emulator.machine import Machine, free_port

pytestmark = pytest.mark.usefixtures("quiet")

LOUD_S = 0.3  # of samples that are more than silence: some words
CHOICES = "CONFIG_BOARD_QEMU_VIRT=y\nCONFIG_PACKAGE_STORY_PAGE=y\n"


@dataclass(frozen=True)
class Board:
    """It tells stories; the page is at a port of this machine, under its usual name."""

    machine: Machine
    port: int

    def status(self, host: str) -> int:
        """Of the page, for a browser that calls it so."""
        url = f"http://{this_machine.HOST}:{self.port}/"
        return requests.get(url, headers={"Host": host}, timeout=machine.BOOT_S).status_code


@pytest.fixture(scope="module")
def paged(card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card image with the page; finished steps are shared."""
    checkout = copy_checkout(tmp_path_factory.mktemp("page") / "checkout")
    (checkout / "work").symlink_to(ROOT / "work")
    (checkout / ".config").write_text(CHOICES)
    doit(checkout, "image")
    return checkout / "out/qemu_virt/images/duo-storyteller-qemu_virt.img"


@pytest.fixture
def board(paged: Path, tmp_path: Path) -> Iterator[Board]:
    """Without a sound device: the browser is to play."""
    port = free_port()
    devices = qemu.Devices(extra=qemu.network(None, port))
    with Machine(qemu.make_card(paged, tmp_path / "card.img", 256), devices) as booted:
        booted.expect(machine.STORY)
        yield Board(booted, port)


@pytest.fixture
def browser(board: Board) -> Iterator[Browser]:
    """A browser in which the page's name leads to the board."""
    here = f"{this_machine.HOST}:{board.port}"
    with opened(f"MAP localhost:{this_machine.PORT} {here}", machine.BOOT_S) as browser:
        yield browser


def test_a_story_appears_and_is_heard(board: Board, browser: Browser) -> None:
    assert board.status(f"localhost:{this_machine.PORT}") == 200
    assert board.status("example.org") == 403
    browser.driver.get(this_machine.URL)
    browser.wait("document.querySelector('#listen').checkVisibility()")
    browser.click("#listen")
    browser.wait("document.querySelector('.now')")
    browser.click("#next")  # a story from its beginning
    browser.wait("window.played.length > 0")
    browser.wait("document.querySelectorAll('#story span').length > 4")
    browser.click("#main")
    browser.wait("document.querySelector('#main').textContent === 'Tell'")
    samples, rate = browser.played()
    loud = np.abs(samples.astype(np.int32)) > listen.LOUD
    assert np.count_nonzero(loud) > rate * LOUD_S
    board.machine.expect(re.escape("(pause)"))
