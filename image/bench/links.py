# SPDX-License-Identifier: MIT
"""The ways to a board: a serial console, an emulated one, and ssh."""

import contextlib
import shlex
import time
from collections.abc import Callable
from pathlib import Path

from image import run
from image.bench import boot
from image.bench.boot import Timeline
from image.bench.target import COMMAND_S, LinkLost, Output, framed, unframed
from image.device import console, prompt, ssh
from image.device.console import Console
from image.device.prompt import FROM_STORIES, INTERRUPT, PROMPT, STORY, TAIL_BYTES
from image.emulator import qemu
from image.errors import UserError

RETRY_S = 2.0  # between two looks whether a port is there again
RESTORE_S = 10.0
PSEUDO_TERMINALS = Path("/dev/pts")
# The console's shell waits for a person to say exit; only its stories are ended by us.
END_STORIES = "killall -q -INT storyteller; while pidof storyteller > /dev/null; do sleep 0.2; done"
GO_ON = r"kill -HUP $(ps -o pid,args | sed -n 's/^ *\([0-9]*\) sh -l$/\1/p')"
# What an earlier connection may have left running.
END_RUNS = "killall -q bench-watch run llama2c"


class ConsoleTarget:
    """A shell at the other end of a serial console; `connect` opens it, and again after a loss."""

    def __init__(
        self,
        name: str,
        connect: Callable[[contextlib.ExitStack], Console],
        is_emulated: bool = False,
        patience: prompt.Patience | None = None,
    ) -> None:
        self.name = name
        self.is_emulated = is_emulated
        self._connect = connect
        self._patience = patience or prompt.Patience()
        self._stack = contextlib.ExitStack()
        self._number = 0
        self._were_stories = False
        self._line: Console | None = None

    def open(self, begin: Callable[[Console], None] | None = None) -> None:
        """To the shell. `begin` is given the fresh line, before anything is typed."""
        self._line = self._connect(self._stack)
        if begin:
            begin(self._line)
        self._reach_shell(self._line)

    def time_restart(self) -> Timeline:
        """Restart the board and time what its console says, until it is at its shell again."""
        assert self._line is not None
        self._line.heard.clear()
        self._line.send(b"reboot\r")
        timeline = boot.watch(self._line, None)
        self._reach_shell(self._line)
        return timeline

    def command(self, line: str, limit_s: float = COMMAND_S) -> Output:
        """As Target says."""
        if self._line is None:
            raise LinkLost(f"{self.name}: not connected")
        self._number += 1
        number = self._number

        def is_over(heard: bytes) -> bool:
            is_told = unframed(heard, number) and PROMPT.search(heard[-TAIL_BYTES:])
            return bool(is_told or STORY.search(heard))

        self._line.heard.clear()
        try:
            self._line.send(framed(line, number).encode() + b"\r")
            is_heard = self._line.wait(is_over, limit_s, limit_s)
        except UserError as error:
            raise LinkLost(f"{self.name}: {error.message}", error.hint) from None
        found = unframed(bytes(self._line.heard), number)
        if found is None:
            reason = "the board restarted" if is_heard else f"no answer for {limit_s:.0f} s"
            raise LinkLost(f"{self.name}: {reason}")
        return found

    def reconnect(self, limit_s: float) -> None:
        """As Target says."""
        _until(limit_s, self._open_anew)

    def close(self) -> None:
        """As Target says."""
        with contextlib.suppress(UserError):
            if self._line is not None and self._were_stories:
                self._line.send(INTERRUPT)
                self._line.heard.clear()
                self._line.wait(lambda heard: bool(PROMPT.search(heard)), RESTORE_S, RESTORE_S)
                self._line.send(b"exit\r")
        self._let_go()

    def _open_anew(self) -> None:
        self._let_go()
        self.open()

    def _let_go(self) -> None:
        self._line = None
        self._stack.close()

    def _reach_shell(self, line: Console) -> None:
        prompt.reach_shell(line, self._patience)
        self._were_stories = self._were_stories or FROM_STORIES in line.heard
        # The kernel's messages would come between, and the shell would break long lines.
        self.command(f"{END_RUNS}; dmesg -n 1; stty cols 1000")


class SshTarget:
    """A board on the network; every command is a visit of its own."""

    def __init__(self, host: str, *options: str, is_emulated: bool = False) -> None:
        self.name = f"root@{host} (ssh)"
        self.is_emulated = is_emulated
        self._host = host
        self._options = options
        self._were_stories = False

    def open(self) -> None:
        """Look whether it answers, and silence its stories: they would take part of the time."""
        try:
            self._were_stories = self.command("pidof storyteller > /dev/null").status == 0
        except LinkLost as error:
            raise UserError(error.message, error.hint) from None
        self.command(f"{END_STORIES}; {END_RUNS}")

    def command(self, line: str, limit_s: float = COMMAND_S) -> Output:
        """As Target says."""
        # A program that hangs ends with the visit; ssh itself notes a board that is gone.
        framed_line = framed(f"timeout {limit_s:.0f} sh -c {shlex.quote(line)}", 0)
        try:
            said = ssh.ask(self._host, framed_line, *self._options)
        except run.CommandFailed as error:
            raise LinkLost(f"no answer from {self._host}: {error.message}", ssh.NO_SSH) from None
        found = unframed(said.encode(), 0)
        if found is None:
            raise LinkLost(f"{self._host} stopped in the middle of an answer")
        return found

    def reconnect(self, limit_s: float) -> None:
        """As Target says."""
        _until(limit_s, lambda: self.command(END_RUNS))
        self.command(END_STORIES)

    def close(self) -> None:
        """As Target says."""
        if self._were_stories:
            with contextlib.suppress(UserError):
                self.command(GO_ON)


def _until(limit_s: float, attempt: Callable[[], object]) -> None:
    """Try again until it works; raises what the last one raised."""
    end = time.monotonic() + limit_s
    while True:
        try:
            attempt()
            return
        except UserError:
            if time.monotonic() + RETRY_S > end:
                raise
            time.sleep(RETRY_S)


def serial(port: Path) -> ConsoleTarget:
    """A board on a serial port. At a pseudo-terminal there is an emulated one."""

    def plug_in(stack: contextlib.ExitStack) -> Console:
        return stack.enter_context(console.open_port(port))

    is_emulated = port.resolve().is_relative_to(PSEUDO_TERMINALS)
    return ConsoleTarget(f"{port} (serial)", plug_in, is_emulated)


def emulated(image: Path, folder: Path, memory_mib: int) -> ConsoleTarget:
    """A fresh card of an image in QEMU. Every connection is a power-on."""

    def power_on(stack: contextlib.ExitStack) -> Console:
        folder.mkdir(parents=True, exist_ok=True)
        card = qemu.make_card(image, folder / "card.img", qemu.CARD_SIZE_MIB)
        # A sound card without speakers takes the sound at the pace of real ones.
        words = qemu.command(card, folder, qemu.Devices(audio="none"), memory_mib)
        return Console(stack.enter_context(run.on_terminal(words, folder / "qemu.log")))

    return ConsoleTarget("QEMU", power_on, is_emulated=True)
