# SPDX-License-Identifier: MIT
"""A serial console: find the port, open it, type, listen. Every wait ends."""

import contextlib
import errno
import os
import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from image.errors import UserError
from image.options import AnyPath, Option

READ_BYTES = 4096
LARGEST_TALK = 4 << 20  # bytes; 6 minutes at 115200 baud
BAUD = 115200
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


def find_port() -> Path:
    """The one USB serial port there is. Raises UserError when there is none, or a choice."""
    from serial.tools import list_ports  # here: it is not read by every call

    # Adapters, and boards that are a serial port themselves; never what is built into a PC.
    ports = sorted(port for port in list_ports.comports() if port.vid is not None)
    if not ports:
        hint = "connect the serial adapter or the board, or name its port: port=/dev/NAME"
        raise UserError("no serial port found on USB", hint)
    if len(ports) > 1:
        names = ", ".join(f"{port.device} ({port.description})" for port in ports)
        raise UserError(f"which serial port? There are {names}", hint=f"port={ports[0].device}")
    return Path(ports[0].device)


@contextlib.contextmanager
def open_port(path: Path) -> Iterator[Console]:
    """A terminal device at 115200 baud, 8N1, raw, ours alone. Raises UserError with the remedy."""
    from serial import Serial

    try:
        port = Serial(str(path), BAUD, exclusive=True)
    except OSError as error:  # pyserial's errors are such, too
        raise _refused(path, error.errno) from None
    with port:
        yield Console(port.fileno())


def _refused(path: Path, code: int | None) -> UserError:
    """Why a port cannot be opened; `code` is the system's error, None if it is not a terminal."""
    if code is None:
        return UserError(f"{path} is not a serial port")
    if code == errno.EACCES:
        hint = "sudo usermod -aG dialout $USER, then log in again"
        return UserError(f"{path}: permission denied", hint)
    if code == errno.EWOULDBLOCK:
        hint = "close the terminal program (picocom, screen, minicom ...)"
        return UserError(f"{path} is used by another program", hint)
    return UserError(f"{path}: {os.strerror(code)}", hint="see: ls /dev/tty*")


@contextlib.contextmanager
def _gone() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or "it was closed"
        raise UserError(f"the console went away: {reason}", WIRES) from None
