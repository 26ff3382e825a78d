# SPDX-License-Identifier: MIT
"""`doit diagnose`: from whatever the console is doing to a report, or to one clear error."""

import contextlib
import fcntl
import os
import pty
import re
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from image.device import console, diagnose, prompt
from image.device.console import Console
from image.emulator import qemu
from image.errors import UserError
from tests.conftest import ROOT
from tests.emulator.machine import Machine

PROMPT = b"~ # "
STORY = b'story 7  seed 7  "Once upon a time"\r\nOnce upon a time, there was a cat.'
SHELL = b"Good night.\r\nThis is a shell; exit leads back to the stories.\r\n" + PROMPT
REPORT = (
    b"=== diagnose 1 begins\r\n=== kernel\r\nLinux 5.10.4\r\n"
    b"=== dmesg\r\n[    0.0] \x1b[1mLinux\r\n=== diagnose ends\r\n"
)
# Short waits for what does not come: nothing here answers later than at once.
QUICK = diagnose.Patience(key=0.1, first_word=0.5, shell=1.0, silence=0.5, report=5.0)

Script = Callable[["FakeBoard"], None]


class FakeBoard:
    """The other end of a pseudo terminal: a thread that plays a script."""

    def __init__(self, script: Script) -> None:
        self._fd, slave = pty.openpty()
        tty.setraw(slave)
        self.path = Path(os.ttyname(slave))
        self._slave = slave
        self.typed = b""
        self._is_open = threading.Event()
        self._thread = threading.Thread(target=self._play, args=(script,), daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def open(self) -> Iterator[Console]:
        """This board's console. The script begins then: opening a port drops what was said."""
        with console.open_port(self.path) as line:
            self._is_open.set()
            yield line

    def say(self, *words: bytes) -> None:
        """Print on the console."""
        for word in words:
            os.write(self._fd, word)

    def hear(self, end: bytes) -> None:
        """Wait until this was typed."""
        while not self.typed.endswith(end):
            self.typed += os.read(self._fd, 1)

    def close(self) -> None:
        """Let the script come to its end, and pull the cable."""
        self._is_open.set()
        self._thread.join(timeout=10)
        assert not self._thread.is_alive(), self.typed
        os.close(self._slave)
        os.close(self._fd)

    def _play(self, script: Script) -> None:
        self._is_open.wait(timeout=10)
        script(self)


@pytest.fixture
def play() -> Iterator[Callable[[Script], FakeBoard]]:
    """Starts boards, and ends them."""
    boards: list[FakeBoard] = []

    def start(script: Script) -> FakeBoard:
        boards.append(FakeBoard(script))
        return boards[-1]

    yield start
    for board in boards:
        board.close()


def ask(board: FakeBoard) -> str:
    """What diagnose gets from a board, through a port that it opens itself."""
    with board.open() as line:
        return diagnose.ask(line, QUICK)


def shell(board: FakeBoard) -> None:
    """A shell at rest."""
    board.hear(b"\x03\r")
    board.say(b"\r\n", PROMPT)
    board.hear(b"diagnose\r")
    board.say(b"diagnose\r\n", REPORT, PROMPT)


def test_a_shell_gives_its_report(play: Callable[[Script], FakeBoard]) -> None:
    text = ask(play(shell))
    assert text.startswith("=== diagnose 1 begins\n")
    assert diagnose.sections(text) == {
        "kernel": "Linux 5.10.4\n",
        "dmesg": "[    0.0] Linux\n",
    }


def report_and_go_on(board: FakeBoard) -> None:
    """The shell that a story was interrupted for; the stories are asked to go on."""
    board.say(SHELL)
    board.hear(b"diagnose\r")
    board.say(REPORT, PROMPT)
    board.hear(b"exit\r")


def test_a_story_that_never_pauses_is_interrupted(play: Callable[[Script], FakeBoard]) -> None:
    def stories(board: FakeBoard) -> None:
        board.say(STORY)
        begun = time.monotonic()
        os.set_blocking(board._fd, False)
        while b"\x03\r" not in board.typed and time.monotonic() < begun + 5:
            board.say(b" and then")
            time.sleep(0.02)
            try:
                board.typed += os.read(board._fd, 100)
            except BlockingIOError:
                continue
        os.set_blocking(board._fd, True)
        report_and_go_on(board)

    assert "Linux 5.10.4" in ask(play(stories))


def test_a_booting_board_is_waited_for_and_its_story_goes_on(
    play: Callable[[Script], FakeBoard],
) -> None:
    def boot(board: FakeBoard) -> None:
        for _ in range(5):
            board.say(b"[    0.1] more of the boot\r\n")
            time.sleep(0.05)
        assert board.typed == b""
        board.say(b"\r\nType what the next story is about\r\n", STORY)
        board.hear(b"\x03\r")
        report_and_go_on(board)

    assert "Linux 5.10.4" in ask(play(boot))


@pytest.mark.parametrize("board", ["boot", "duo"])
def test_no_part_of_a_boot_is_taken_for_a_shell(board: str) -> None:
    """A console is heard in pieces, which may end anywhere."""
    said = (ROOT / f"tests/recording/{board}.txt").read_bytes()
    ends = [said[:end][-prompt.TAIL_BYTES :] for end in range(len(said))]
    found = [end for end in ends if prompt.PROMPT.search(end) or prompt.LOGIN.search(end)]
    assert found and all(end.endswith(b"\n" + PROMPT) for end in found)


def fails(board: FakeBoard, *words: str) -> UserError:
    """The error of a board that has no report; `words` are in its message or hint."""
    with pytest.raises(UserError) as caught:
        ask(board)
    for word in words:
        assert word in str(caught.value)
    return caught.value


def test_silence_is_told_with_the_wires(play: Callable[[Script], FakeBoard]) -> None:
    fails(play(lambda board: None), "nothing answers", "TX to RX")


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (b"\r\ncv180x_c906# ", "boot loader"),
        (b"\r\nmilkv_duo# ", "boot loader"),
        (b"buildroot login: ", "login"),
        (b"[ 1.0] Kernel panic - not syncing: VFS: Unable to mount\r\n", "VFS: Unable to mount"),
        (b"B.SCS/0/0.WD.URPL.SDI/25000000\r\n", "WD.URPL.SDI/25000000"),
    ],
)
def test_what_stands_there_is_named(
    play: Callable[[Script], FakeBoard], says: bytes, words: str
) -> None:
    fails(play(lambda board: board.say(says)), words)


def test_another_system_is_named(play: Callable[[Script], FakeBoard]) -> None:
    def other(board: FakeBoard) -> None:
        board.hear(b"\x03\r")
        board.say(b"[root@milkv-duo]~# ")
        board.hear(b"diagnose\r")
        board.say(b"-sh: diagnose: not found\r\n[root@milkv-duo]~# ")

    fails(play(other), "no program 'diagnose'")


def test_a_report_that_breaks_off_is_no_report(play: Callable[[Script], FakeBoard]) -> None:
    def half(board: FakeBoard) -> None:
        board.hear(b"\x03\r")
        board.say(PROMPT)
        board.hear(b"diagnose\r")
        board.say(REPORT[: len(REPORT) // 2])

    fails(play(half), "stops in the middle")


def test_what_was_heard_is_kept(play: Callable[[Script], FakeBoard], tmp_path: Path) -> None:
    board = play(lambda board: board.say(b"\r\nU-Boot 2021.10\r\ncv180x_c906# "))
    target = tmp_path / "report.txt"
    with board.open() as line, pytest.raises(UserError) as caught:
        diagnose.ask_and_keep(line, target)
    assert str(target) in caught.value.message
    assert "U-Boot 2021.10" in target.read_text()


def test_a_pulled_cable_is_told() -> None:
    master, slave = pty.openpty()
    os.close(slave)
    line = Console(master)
    with pytest.raises(UserError, match="went away"):
        line.wait(lambda heard: False, 1, 1)
    os.close(master)


def test_a_port_in_use_is_left_alone(play: Callable[[Script], FakeBoard]) -> None:
    board = play(lambda board: None)
    # Not as our own terminal: its end would end a test run that has none.
    other = os.open(board.path, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(other, fcntl.LOCK_EX)
    fails(board, "another program")
    os.close(other)


def test_what_is_no_port_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for path, words in ((file, "not a serial port"), (tmp_path / "none", "No such file")):
        with pytest.raises(UserError, match=words), console.open_port(path):
            pass


def usb_port(device: str) -> ListPortInfo:
    """A port as pyserial finds it."""
    port = ListPortInfo(device)
    port.vid, port.description = 0x10C4, "CP2102N"
    return port


def test_the_one_port_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only those on USB count; macOS has other names for them."""
    there = [ListPortInfo("/dev/ttyS0")]
    monkeypatch.setattr(list_ports, "comports", lambda: there)
    with pytest.raises(UserError, match="no serial port"):
        console.find_port()
    there.append(usb_port("/dev/cu.usbserial-1410"))
    assert console.find_port() == Path("/dev/cu.usbserial-1410")
    there.append(usb_port("/dev/cu.usbmodem1"))
    with pytest.raises(UserError, match=r"which .*/dev/cu.usbmodem1 \(CP2102N\), .*serial-1410"):
        console.find_port()


def test_the_network_gives_the_same_report(ssh: Path) -> None:
    answer = ssh.with_name("answer")
    answer.write_bytes(REPORT)
    ssh.write_text(f'#!/bin/sh\necho "$*" > {answer}.asked\ncat {answer}\n')
    assert "Linux 5.10.4" in diagnose.ask_by_ssh("192.168.42.1")
    asked = Path(f"{answer}.asked").read_text()
    assert asked.endswith("root@192.168.42.1 diagnose\n")
    assert "BatchMode=yes" in asked


def test_an_address_without_a_board_is_told(ssh: Path) -> None:
    ssh.write_text("#!/bin/sh\necho 'Connection refused' >&2\nexit 255\n")
    with pytest.raises(UserError, match=r"no answer from 192.168.42.1: ssh: Connection refused"):
        diagnose.ask_by_ssh("192.168.42.1")


def test_marks_must_be_whole() -> None:
    for text in ("", "=== diagnose 1 begins\n", "=== diagnose ends\n=== diagnose 1 begins\n"):
        with pytest.raises(UserError, match="no beginning or no end"):
            diagnose.extract(text)


@pytest.mark.usefixtures("quiet")
def test_the_emulated_board_reports(card: Path, tmp_path: Path) -> None:
    with Machine(qemu.make_card(card, tmp_path / "card.img", 256)) as board:
        text = diagnose.ask(Console(board.console.child_fd))
        # Each command of the script has its section, and the stories go on.
        script = (ROOT / "overlays/rootfs/usr/bin/diagnose").read_text()
        found = diagnose.sections(text)
        assert list(found) == re.findall(r"^show ([a-z-]+) ", script, re.M)
        assert "Linux version" in found["kernel"]
        assert re.search(r"^MemTotal: +\d+ kB$", found["meminfo"], re.M)
        assert " / erofs" in found["mounts"]
        assert "volume=" in found["settings"]
        assert "55 aa" in found["partition-table"]
        assert "Linux version" in found["dmesg"]
        board.expect(r"story \d+  seed \d+")
