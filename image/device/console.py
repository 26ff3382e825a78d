# SPDX-License-Identifier: MIT
"""A serial console: find the port, open it, type, listen. Every wait ends."""

import contextlib
import fcntl
import os
import select
import termios
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

from image.errors import UserError
from image.options import AnyPath, Option

READ_BYTES = 4096
LARGEST_TALK = 4 << 20  # bytes; 6 minutes at 115200 baud
# USB serial adapters, and boards that are a serial port themselves.
PORTS = ("ttyUSB*", "ttyACM*")
PORT = Option("port", "the board's serial port", AnyPath("/dev/NAME"), default="the only one")
WIRES = "TX to RX and RX to TX, GND to GND, 115200 baud; docs/milkv-duo.md shows the pins"


class Console:
    """A serial line, or what stands for one, with all that was heard on it."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.heard = bytearray()

    def fileno(self) -> int:
        """For select."""
        return self._fd

    def send(self, data: bytes) -> None:
        """Type. Raises UserError when the line is gone."""
        with _gone():
            while data:
                # A port takes no more than it can send.
                select.select([], [self._fd], [])
                data = data[os.write(self._fd, data) :]

    def receive(self) -> bytes:
        """What the board says next, which is not kept. Raises UserError when the line is gone."""
        with _gone():
            data = os.read(self._fd, READ_BYTES)
            if not data:
                raise OSError
            return data

    def wait(self, is_found: Callable[[bytes], bool], silence_s: float, limit_s: float) -> bool:
        """Listen until is_found(heard); False after `silence_s` without a word, or `limit_s`.

        Raises UserError when the line is gone, or never stops talking.
        """
        end = time.monotonic() + limit_s
        while not is_found(bytes(self.heard)):
            if not self._listen(min(silence_s, end - time.monotonic())):
                return False
        return True

    def _listen(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], max(0.0, seconds))
        if not ready:
            return False
        self.heard += self.receive()
        if len(self.heard) > LARGEST_TALK:
            raise UserError(f"the console keeps printing ({len(self.heard)} bytes)")
        return True


def find_port(folder: Path = Path("/dev")) -> Path:
    """The one serial port there is. Raises UserError when there is none, or a choice."""
    ports = sorted(path for pattern in PORTS for path in folder.glob(pattern))
    if not ports:
        raise UserError(
            f"no serial port found: no {folder}/{PORTS[0]} and no {folder}/{PORTS[1]}",
            hint="connect the serial adapter or the board, or name it: port=/dev/NAME",
        )
    if len(ports) > 1:
        names = ", ".join(map(str, ports))
        raise UserError(f"which serial port? There are {names}", hint=f"port={ports[0]}")
    return ports[0]


@contextlib.contextmanager
def open_port(path: Path) -> Iterator[Console]:
    """A terminal device at 115200 baud, 8N1, raw, ours alone. Raises UserError with the remedy."""
    try:
        # Non-blocking: else opening waits for a modem's carrier.
        fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except PermissionError:
        hint = "sudo usermod -aG dialout $USER, then log in again"
        raise UserError(f"{path}: permission denied", hint) from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}", hint="see: ls /dev/tty*") from None
    try:
        _take_alone(fd, path)
        _set_up(fd, path)
        yield Console(fd)
    finally:
        os.close(fd)


def _take_alone(fd: int, path: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        hint = "close the terminal program (picocom, screen, minicom ...)"
        raise UserError(f"{path} is used by another program", hint) from None


def _set_up(fd: int, path: Path) -> None:
    try:
        # At once: what has been heard already stays.
        tty.setraw(fd, termios.TCSANOW)
        modes = termios.tcgetattr(fd)
    except termios.error:
        raise UserError(f"{path} is not a serial port") from None
    modes[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
    modes[4] = modes[5] = termios.B115200
    termios.tcsetattr(fd, termios.TCSANOW, modes)


@contextlib.contextmanager
def _gone() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or "it was closed"
        raise UserError(f"the console went away: {reason}", WIRES) from None
