# SPDX-License-Identifier: MIT
"""`doit shell`: typed keys reach the board, its words the person, and the terminal is restored."""

import os
import pty
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pexpect
import pytest

from image import device, run
from image.boards import board as boards
from image.device.shell import Keys
from image.run import CommandFailed
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("typed", "passed", "is_over"),
    [
        ([b"ls\r"], b"ls\r", False),
        ([b"\x03"], b"\x03", False),
        ([b"ls\x1dxyz"], b"ls", True),
        ([b"a\x01x"], b"a", True),
        ([b"a\x01", b"X"], b"a", True),
        ([b"\x01\x01"], b"\x01\x01", False),
        ([b"\x01", b"b", b"x"], b"\x01bx", False),
    ],
)
def test_keys_that_end(typed: list[bytes], passed: bytes, is_over: bool) -> None:
    keys = Keys()
    assert b"".join(map(keys.pass_on, typed)) == passed
    assert keys.is_over is is_over


@pytest.mark.parametrize(
    ("board", "given", "emulated"),
    [
        ("qemu_virt", {}, True),
        ("qemu_virt", {"port": "/dev/ttyUSB0"}, False),
        ("qemu_virt", {"SSH_PORT": "2222"}, False),
        ("milkv_duo", {}, False),
    ],
)
def test_where_the_board_is(board: str, given: dict[str, str], emulated: bool) -> None:
    assert device.is_emulated(boards.load(ROOT, board), given) is emulated


class Cable:
    """A serial port with nobody but this test at the other end."""

    def __init__(self) -> None:
        self.fd, self._port = pty.openpty()
        tty.setraw(self._port)
        self.path = Path(os.ttyname(self._port))

    def hear(self, end: bytes) -> bytes:
        heard = b""
        while not heard.endswith(end):
            heard += os.read(self.fd, 1)
        return heard

    def pull(self) -> None:
        for fd in (self._port, self.fd):
            os.close(fd)


@pytest.fixture
def cable() -> Iterator[Cable]:
    made = Cable()
    yield made
    try:
        made.pull()
    except OSError:
        return  # the test did it


class Person:
    """At a terminal, with `doit shell` running."""

    terminals: ClassVar["list[pexpect.spawn[str]]"] = []

    def __init__(self, *settings: str) -> None:
        words = ["-m", "image", "shell", *settings]
        self.terminal = pexpect.spawn(sys.executable, words, cwd=ROOT, timeout=300)
        self.terminals.append(self.terminal)
        self.before = self.modes()

    def modes(self) -> object:
        return termios.tcgetattr(self.terminal.child_fd)

    def leave(self) -> int:
        """Wait for the end; the terminal must be as it was. Returns the exit status."""
        self.terminal.expect(pexpect.EOF)
        assert self.modes() == self.before
        self.terminal.close()
        return int(self.terminal.exitstatus or 0)


@pytest.fixture(autouse=True)
def hang_up() -> Iterator[None]:
    """Whatever a test leaves running, as one that failed does, ends with its terminal."""
    yield
    while Person.terminals:
        Person.terminals.pop().close(force=True)


def at_the_prompt(cable: Cable) -> Person:
    """Somebody who sees the prompt of the board at that cable."""
    person = Person("board=milkv_duo", f"port={cable.path}")
    person.terminal.expect_exact("Ctrl-] (or Ctrl-A X) ends.")
    os.write(cable.fd, b"~ # ")
    person.terminal.expect_exact("~ # ")
    return person


@pytest.mark.parametrize("end", [b"\x1d", b"\x01x"])
def test_a_console_on_a_port(cable: Cable, end: bytes) -> None:
    person = at_the_prompt(cable)
    # All keys go to the board, Ctrl-C, too.
    person.terminal.send(b"ls\r\x03\x1b[A\x04!")
    assert cable.hear(b"!") == b"ls\r\x03\x1b[A\x04!"
    os.write(cable.fd, b"bin etc\r\n")
    person.terminal.expect_exact("bin etc")
    person.terminal.send(end)
    assert person.leave() == 0


def test_a_pulled_cable_ends_it(cable: Cable) -> None:
    person = at_the_prompt(cable)
    cable.pull()
    assert person.leave() == 0


def test_a_signal_restores_the_terminal(cable: Cable) -> None:
    person = at_the_prompt(cable)
    person.terminal.kill(signal.SIGTERM)
    assert person.leave() == 130


def test_without_a_terminal_it_says_what_else(tmp_path: Path) -> None:

    words = [sys.executable, "-m", "image", "shell", "board=milkv_duo", f"port={tmp_path}"]
    with pytest.raises(CommandFailed, match="a shell needs a terminal"):
        run.output(words, cwd=ROOT)


def test_no_port_is_told(tmp_path: Path) -> None:
    person = Person("board=milkv_duo", f"port={tmp_path}/none")
    person.terminal.expect_exact(f"{tmp_path}/none: No such file")
    assert person.leave() == 1


def test_the_emulated_board(card: Path) -> None:
    """A shell, not a story; poweroff ends it."""
    assert card.is_file()
    person = Person("board=qemu_virt", "SOUND=none")
    person.terminal.expect_exact("poweroff in the shell switches off.")
    person.terminal.expect("~ # $")
    person.terminal.send("echo $((6 * 7))\r")
    person.terminal.expect(r"42\r*\n")
    person.terminal.send("poweroff\r")
    assert person.leave() == 0
