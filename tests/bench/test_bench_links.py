# SPDX-License-Identifier: MIT
"""The ways to a board, against a real shell and a stand-in for ssh; and the choice of one."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from image import run
from image.bench import boot, choice
from image.bench.links import ConsoleTarget, SshTarget
from image.bench.target import LinkLost, Output, dumping, fetch, framed, undumped, unframed
from image.boards import board as boards
from image.device import prompt, ssh
from image.device.console import Console
from image.errors import UserError
from tests.bench.board import FakeBoard
from tests.conftest import ROOT

QUICK = prompt.Patience(key=0.5, first_word=5.0, shell=10.0)
# What would touch this machine instead of a board is nothing here.
RC = """
killall() { :; }
dmesg() { :; }
kill() { :; }
pidof() { return 1; }
PS1='~ # '
"""
STORY = "\x1b[2mstory 1  seed 7\x1b[0m\r\n\r\nOnce, Tom ran. He fell. He got up."
# As storytellers wrote it that told the beginning there, too.
OLDER_STORY = 'story 1  seed 7  "Once"\r\n\r\nOnce, Tom ran. He fell. He got up.'
RECORDS = {
    "dmesg": "[    0.412] Run /sbin/init as init process\n",
    boot.FIRST_STORY: '{"story":1,"seed":7,"first_sound_s":1.50,"speech_s":3.1}\n',
}


@pytest.fixture
def shells(tmp_path: Path) -> Iterator[ConsoleTarget]:
    """A shell on a terminal, as at the other end of a serial line; a new one per connection."""
    rc = tmp_path / "rc"
    rc.write_text(RC)

    def connect(stack: contextlib.ExitStack) -> Console:
        words = ["env", f"ENV={rc}", "sh", "-c", "stty sane; exec sh -i 2>&1"]
        return Console(stack.enter_context(run.on_terminal(words, tmp_path / "log")))

    target = ConsoleTarget("a shell", connect, patience=QUICK)
    target.open()
    yield target
    target.close()


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SshTarget:
    """A board by ssh, where ssh is a shell of this machine; a file named cut pulls the cable."""
    program = tmp_path / "ssh"
    script = f'[ ! -e {tmp_path}/cut ] || exit 255\nfor line; do :; done\neval "$line"\n'
    program.write_text(f"#!/bin/sh\n{RC}{script}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return SshTarget("192.0.2.1")


@pytest.mark.parametrize("way", ["shells", "visits"])
def test_commands_give_text_and_status(way: str, request: pytest.FixtureRequest) -> None:
    target = request.getfixturevalue(way)
    assert target.command("echo one; echo two >&2") == Output("one\ntwo\n", 0)
    assert target.command("printf unfinished; false") == Output("unfinished", 1)
    assert target.command("echo 'a b' \"$((6 * 7))\" | cat").text == "a b 42\n"


@pytest.mark.parametrize("way", ["shells", "visits"])
def test_files_arrive_to_the_byte(way: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    target = request.getfixturevalue(way)
    content = bytes(range(256)) * 5 + b"\r\n\x04\x03"
    (tmp_path / "it's").write_bytes(content)
    assert fetch(target, str(tmp_path / "it's")) == content


def test_a_lost_byte_is_noticed() -> None:
    said = run.output(["sh", "-c", dumping("/etc/hostname")])
    assert undumped(said)
    with pytest.raises(LinkLost, match="arrived incomplete"):
        undumped(said.rstrip()[:-2])
    with pytest.raises(LinkLost, match="arrived incomplete"):
        undumped("sha256sum: no such file\n")


def test_the_echo_of_a_line_is_not_its_answer() -> None:
    typed = framed("true", 7).encode() + b"\r\n"
    assert unframed(typed, 7) is None
    assert unframed(typed + b"<bench7>\r\n</bench7> 0\r\n", 7) == Output("", 0)


def test_a_cut_console_is_a_lost_link_and_comes_back(shells: ConsoleTarget) -> None:
    with pytest.raises(LinkLost, match="went away"):
        shells.command("exec false")
    shells.reconnect(5.0)
    assert shells.command("echo back").text == "back\n"


def test_silence_is_a_lost_link(shells: ConsoleTarget) -> None:
    with pytest.raises(LinkLost, match="no answer for 1 s"):
        shells.command("cat", limit_s=1.0)


def test_a_board_that_starts_anew_is_a_lost_link(shells: ConsoleTarget) -> None:
    with pytest.raises(LinkLost, match="restarted"):
        shells.command("""printf '\\nstory 1  s''eed 5  "Once"\\n'; read never""", limit_s=20)


def test_a_console_that_stays_away_ends_the_waiting(tmp_path: Path) -> None:
    def nothing(stack: contextlib.ExitStack) -> Console:
        raise UserError("no such port")

    target = ConsoleTarget("nothing", nothing)
    with pytest.raises(LinkLost, match="not connected"):
        target.command("true")
    with pytest.raises(UserError, match="no such port"):
        target.reconnect(0.0)


def test_a_cut_visit_is_a_lost_link_and_comes_back(visits: SshTarget, tmp_path: Path) -> None:
    visits.open()
    (tmp_path / "cut").touch()
    with pytest.raises(LinkLost, match="no answer from 192.0.2.1"):
        visits.command("true")
    with pytest.raises(UserError, match="no answer"):
        visits.reconnect(0.0)
    (tmp_path / "cut").unlink()
    visits.reconnect(5.0)
    assert visits.command("echo back").text == "back\n"


def test_a_board_that_never_answers_is_no_lost_link(visits: SshTarget, tmp_path: Path) -> None:
    (tmp_path / "cut").touch()
    with pytest.raises(UserError, match="no answer") as caught:
        visits.open()
    assert not isinstance(caught.value, LinkLost)
    assert "docs/milkv-duo.md" in (caught.value.hint or "")


class Script:
    """The other end of a line that says its parts one by one, at seconds of its own clock."""

    def __init__(self, *parts: tuple[float, str]) -> None:
        self.parts = list(parts)
        self.now = 100.0
        self.theirs, self.ours = os.pipe()

    def line(self) -> Console:
        """A console that hears the next part whenever it listens."""
        script = self

        class Line(Console):
            def _listen(self, seconds: float) -> bool:
                if not script.parts:
                    return False
                script.now, words = script.parts.pop(0)
                self.heard += words.encode()
                return True

        return Line(self.ours)


class Records(FakeBoard):
    """A board that is asked for its records."""

    def command(self, line: str, limit_s: float = 0) -> Output:
        """What it has noted."""
        return Output(next(text for words, text in RECORDS.items() if words in line), 0)


@pytest.mark.parametrize("story", [STORY, OLDER_STORY])
def test_a_start_is_timed_from_power_on_to_sound(story: str) -> None:
    end = story.index("Once,")
    script = Script(
        (100.5, "OpenSBI v1.1\r\n"),
        (101.0, "U-Boot 2023.01\r\n"),
        (102.0, "Starting kernel ...\r\n"),
        (104.0, story[:end]),
        (105.0, story[end:]),
    )
    found = boot.watch(script.line(), 100.0, lambda: script.now)
    assert found.begins == "power-on"
    stages = {"boot loader": 0.5, "U-Boot": 1.0, "kernel": 2.0, "storyteller": 4.0}
    assert found.stages == pytest.approx(stages | {"first word": 5.0})
    found = boot.with_records(found, Records())
    recorded = {"first word": 5.0, "init": 2.412, "first word aloud": 5.5}
    assert found.stages == pytest.approx(stages | recorded)


def test_a_restart_is_timed_from_the_first_loader() -> None:
    script = Script((50.0, "reboot\r\n"), (51.0, "C.SCS/0/0.WBC\r\n"), (53.5, STORY))
    found = boot.watch(script.line(), None, lambda: script.now)
    assert found.begins.startswith("the first boot loader")
    assert found.stages["storyteller"] == pytest.approx(2.5)


@pytest.mark.parametrize("words", ["Kernel panic - not syncing: no init\r\n", "U-Boot 2023\r\n=> "])
def test_a_start_that_stops_is_an_error(words: str) -> None:
    with pytest.raises(UserError, match="does not reach its first story"):
        boot.watch(Script((1.0, words)).line(), 0.0)


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> list[ListPortInfo]:
    """The serial ports of a machine with no board at all: none yet."""
    there: list[ListPortInfo] = []
    monkeypatch.setattr(choice, "is_answering", lambda host: False)
    monkeypatch.setattr(list_ports, "comports", lambda: there)
    return there


def chosen(given: dict[str, str], name: str = "milkv_duo") -> tuple[str, str]:
    found = choice.choose(boards.load(ROOT, name), given, Path("image"), Path("folder"))
    return found.target.name, found.why


def test_what_is_named_is_taken(ports: list[ListPortInfo]) -> None:
    assert chosen({"host": "192.0.2.7"}) == ("root@192.0.2.7 (ssh)", "host= names it")
    assert chosen({"port": "/dev/ttyS9"}) == ("/dev/ttyS9 (serial)", "port= names it")
    emulated = boards.load(ROOT, "qemu_virt")
    found = choice.choose(emulated, {"SSH_PORT": "2222"}, Path("image"), Path("folder"))
    assert (found.target.name, found.target.is_emulated) == ("root@127.0.0.1 (ssh)", True)
    assert chosen({}, "qemu_virt") == ("QEMU", "board=qemu_virt asks for it")
    # A board that is named is meant, whatever is configured.
    assert chosen({"host": "h"}, "qemu_virt")[0] == "root@h (ssh)"


def test_what_answers_is_taken(ports: list[ListPortInfo], monkeypatch: pytest.MonkeyPatch) -> None:
    ports.append(ListPortInfo("/dev/ttyUSB0"))
    ports[0].vid = 0x10C4
    assert chosen({}) == ("/dev/ttyUSB0 (serial)", "the only serial port of this machine")
    monkeypatch.setattr(choice, "is_answering", lambda host: host == ssh.USB_ADDRESS)
    assert chosen({}) == ("root@192.168.42.1 (ssh)", "it answers on the USB cable")


@pytest.mark.parametrize(("greeting", "is_ssh"), [(b"SSH-2.0-dropbear\r\n", True), (b"", False)])
def test_ssh_is_known_by_its_greeting(greeting: bytes, is_ssh: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            visitor, _ = server.accept()
            with visitor:
                visitor.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        assert choice.is_answering("127.0.0.1", server.getsockname()[1]) == is_ssh
        thread.join()


def test_nothing_there_is_one_error_with_all_ways_out(ports: list[ListPortInfo]) -> None:
    with pytest.raises(UserError, match="no board to measure: 192.168.42.1 does not") as caught:
        chosen({})
    for word in ("host=", "port=", "board=qemu_virt"):
        assert word in (caught.value.hint or "")
