# SPDX-License-Identifier: MIT
"""`doit shell`: this terminal becomes the board's console, until Ctrl-] or Ctrl-A X."""

import os
import select
import shutil
import sys
import termios
import tty
from collections.abc import Mapping
from pathlib import Path

from image import run
from image.device import console, prompt, ssh
from image.device.console import Console
from image.device.prompt import Patience
from image.emulator import qemu
from image.errors import UserError

OPTIONS = (console.PORT, ssh.HOST, *qemu.OPTIONS)
ENDS = "Ctrl-] (or Ctrl-A X) ends."
END_KEY = 0x1D  # Ctrl-]
PREFIX_KEY = 0x01  # Ctrl-A, as QEMU has it; all but X go on to the board
SSH_FAILED = 255


class Keys:
    """What is typed, on its way to the board: looks out for the keys that end."""

    def __init__(self) -> None:
        self._is_prefixed = False
        self.is_over = False

    def pass_on(self, typed: bytes) -> bytes:
        """What the board gets of it. Afterwards `is_over` says whether an end was typed."""
        passed = bytearray()
        for key in typed:
            if key == END_KEY or (self._is_prefixed and key in b"xX"):
                self.is_over = True
                break
            if self._is_prefixed:
                passed += bytes([PREFIX_KEY, key])
                self._is_prefixed = False
            elif key == PREFIX_KEY:
                self._is_prefixed = True
            else:
                passed.append(key)
        return bytes(passed)


def enter(image: Path | None, out: Path, memory_mib: int, options: Mapping[str, str]) -> None:
    """A console on the emulated board, started from `image`, if there is one; else on the board
    that port= or host= names. Raises UserError."""
    check_terminal()
    if image:
        on_emulated(image, out, memory_mib, options)
    elif {"host", "SSH_PORT"} & options.keys():
        by_ssh(*ssh.address(options))
    else:
        on_serial(Path(options["port"]) if "port" in options else console.find_port())


def check_terminal() -> None:
    """Raise UserError unless a person sits at a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        hint = "for one command: ssh root@192.168.42.1 COMMAND"
        raise UserError("a shell needs a terminal, and this is not one", hint)


def on_serial(port: Path) -> None:
    """A console on the board at a serial port. Raises UserError."""
    with console.open_port(port) as line:
        print(f"{port}: the board's console; Ctrl-C goes from a story to a shell.")
        print(ENDS, flush=True)
        _talk(line)


def on_emulated(image: Path, out: Path, memory_mib: int, options: Mapping[str, str]) -> None:
    """A shell on the emulated board, started from `image` on the card in `out`."""
    words = qemu.prepare(image, out, memory_mib, options)
    print(f"starting the emulated board ... {ENDS} poweroff in the shell switches off.", flush=True)
    log = qemu.messages(out)
    with run.on_terminal(words, log) as fd:
        line = Console(fd)
        try:
            prompt.reach_shell(line, Patience())
        except UserError as error:
            said = log.read_text(errors="replace").strip()
            raise UserError(said or error.message, error.hint if not said else None) from None
        size = shutil.get_terminal_size()
        line.send(f"stty rows {size.lines} cols {size.columns}; clear\r".encode())
        _talk(line)


def by_ssh(host: str, *options: str) -> None:
    """A shell over the network; `options` are ssh's, as Name=value. Raises UserError."""
    print(f"ssh to {host}: exit ends it, or Enter ~ . if it hangs.", flush=True)
    if run.interactive(ssh.command(host, *options)) == SSH_FAILED:
        raise UserError(f"no shell on {host}; ssh says why", hint=ssh.NO_SSH)


def _talk(line: Console) -> None:
    """Copy between this terminal and the board until an end; the terminal is as before then."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setraw(terminal)
        _copy(line, terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        print()


def _copy(line: Console, terminal: int) -> None:
    keys = Keys()
    while not keys.is_over:
        ready, _, _ = select.select([line.fileno(), terminal], [], [])
        if line.fileno() in ready:
            try:
                said = line.receive()
            except UserError:
                return  # switched off, or the cable was pulled; the prompt tells
            sys.stdout.buffer.write(said)
            sys.stdout.flush()
        if terminal in ready:
            typed = os.read(terminal, console.READ_BYTES)
            # Nothing: the terminal itself was closed.
            keys.is_over = not typed
            line.send(keys.pass_on(typed))
