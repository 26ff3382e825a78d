# SPDX-License-Identifier: MIT
"""`doit flash` as a person types it, with a loop device for a card."""

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from image import run
from image.device.flash import _eject
from image.device.flash.cards import Disk
from image.errors import UserError
from image.run import CommandFailed
from tests.conftest import ROOT
from tests.device.flash.loops import card_device, card_file

__all__ = ["card_device", "card_file"]
# Ctrl-C comes from the card itself, so that it always finds the writing in the middle.
INTERRUPTED = """
import os, signal, sys
from image.device.flash.block_device import Device
real = Device.write
def write(self, offset, size):
    real(self, offset, size)
    if offset > 1 << 20:
        os.kill(os.getpid(), signal.SIGINT)
Device.write = write
from image.cli.main import main
sys.exit(main())
"""


def flash(*settings: str) -> str:
    words = [sys.executable, "-m", "image", "flash", *settings]
    return run.output(words, cwd=ROOT, merge=True)


def complaint(*settings: str) -> str:
    with pytest.raises(CommandFailed) as caught:
        flash(*settings)
    assert "Traceback" not in caught.value.message
    return caught.value.message


@pytest.fixture
def untouched(card_device: Path, card_file: Path) -> Iterator[Path]:
    """A card that must be the same afterwards."""
    before = hashlib.sha256(card_file.read_bytes()).digest()
    yield card_device
    assert hashlib.sha256(card_file.read_bytes()).digest() == before


@pytest.mark.parametrize("kind", [".img", ".img.xz"])
def test_a_card_is_written(card: Path, card_device: Path, card_file: Path, kind: str) -> None:
    said = flash(f"file={card.with_suffix(kind)}", f"device={card_device}", "loop=1", "yes=1")
    assert re.search(r"checked .*all \d+ parts are good", said)
    assert re.search(r"written .* in [\d.]+ s, [\d.]+ MiB/s", said)
    assert re.search(r"verified .* MiB/s", said)
    # The card is good to whoever looks at it; what lies in the image's holes is no part of it.
    card_file.rename(card_file.with_suffix(".img"))
    words = [sys.executable, "-m", "image", "check", f"file={card_file.with_suffix('.img')}"]
    assert "WRONG" not in run.output(words, cwd=ROOT)


def test_nothing_is_written_unasked(card: Path, untouched: Path) -> None:
    named = (f"file={card}", f"device={untouched}")
    assert "loop=1 allows it" in complaint(*named, "yes=1")
    assert "yes=1 writes without asking" in complaint(*named, "loop=1")
    assert "needs device=" in complaint(f"file={card}", "loop=1", "yes=1")


def test_an_unsound_image_is_not_written(card: Path, untouched: Path, tmp_path: Path) -> None:
    settings = (f"device={untouched}", "loop=1", "yes=1")
    cut = tmp_path / "cut.img"
    cut.write_bytes(card.read_bytes()[:40_000_000])
    said = complaint(f"file={cut}", *settings)
    assert "nothing was written" in said and "WRONG: partitions" in said
    assert "is not a file" in complaint(f"file={tmp_path}/none.img", *settings)


def ask(card: Path, device: Path, answer: str) -> tuple[str, int]:
    """What is said on a terminal, and the exit status."""
    words = ["-m", "image", "flash", f"file={card}", f"device={device}", "loop=1"]
    child = pexpect.spawn(sys.executable, words, cwd=ROOT, encoding="utf-8", timeout=60)
    child.expect("Type yes: ")
    said = child.before or ""
    child.send(answer)
    child.expect(pexpect.EOF)
    child.close()
    return said + (child.before or ""), child.exitstatus or child.signalstatus or 0


@pytest.mark.parametrize("answer", ["no\r", "y\r", "\r", "\x04", "\x03"])
def test_anything_but_yes_writes_nothing(card: Path, untouched: Path, answer: str) -> None:
    said, status = ask(card, untouched, answer)
    assert "67 MB" in said and "all of it will be lost" in said
    assert "nothing was written" in said and "Traceback" not in said
    assert status == (130 if answer == "\x03" else 1)


def test_yes_writes(card: Path, card_device: Path) -> None:
    said, status = ask(card, card_device, "yes\r")
    assert "holds the image" in said
    assert status == 0


def test_interrupt_tells_that_the_card_is_incomplete(card: Path, card_device: Path) -> None:
    settings = (f"file={card}", f"device={card_device}", "loop=1", "yes=1")
    with pytest.raises(CommandFailed) as caught:
        run.output([sys.executable, "-c", INTERRUPTED, "flash", *settings], cwd=ROOT)
    assert caught.value.status == 130
    assert f"stopped; {card_device} is incomplete; flash it again" in str(caught.value)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("eject", "udisksctl", "said"),
    [
        (0, None, "is ejected: take the card out"),
        (1, 0, "is ejected: take the card out"),
        (1, 1, "is complete: the card can be taken out"),
        (1, None, "is complete: the card can be taken out"),
    ],
)
def test_a_card_is_let_go(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    eject: int,
    udisksctl: int | None,
    said: str,
) -> None:
    log = tmp_path / "log"
    for name, status in (("eject", eject), ("udisksctl", udisksctl)):
        if status is not None:
            (tmp_path / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\nexit {status}\n')
            (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setattr(run, "find_tool", lambda name: found(tmp_path / name))
    card = Disk(Path("/dev/sdz"), "disk", 1 << 30, "card", True, False, (), ())
    assert _eject(card) == said
    asked = log.read_text().splitlines()
    assert asked[0] == "eject /dev/sdz"
    assert asked[1:] == ([] if udisksctl is None else ["udisksctl power-off -b /dev/sdz"])


def found(program: Path) -> str:
    if not program.is_file():
        raise UserError(f"{program.name} is not installed")
    return str(program)
