# SPDX-License-Identifier: MIT
"""Which board is measured: the one that is named, else the one that answers."""

import contextlib
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from image.bench import boot
from image.bench.boot import Timeline
from image.bench.links import ConsoleTarget, SshTarget, emulated, serial
from image.bench.target import Target
from image.boards.board import Board
from image.device import console
from image.device.ssh import USB_ADDRESS, address
from image.errors import UserError

SSH_PORT = 22
GREETING = b"SSH-"
ANSWER_S = 2.0
REMEDIES = (
    "host=ADDRESS measures a board on the network, port=/dev/ttyUSB0 one on a serial line; "
    f"a board on a USB cable with ssh on is found at {USB_ADDRESS}, a single serial port by "
    "itself; board=qemu_virt measures in the emulator"
)


@dataclass(frozen=True)
class Chosen:
    """A target, why it is this one, and how it is opened; opening may see a start."""

    target: Target
    why: str
    open: Callable[[], Timeline | None]
    restart: Callable[[], Timeline] | None = None  # where a start can be seen at will


def choose(board: Board, options: Mapping[str, str], image: Path, folder: Path) -> Chosen:
    """The board of this call; `image` and `folder` are for the emulator. Raises UserError."""
    for name in ("host", "SSH_PORT"):
        if name in options:
            return _by_ssh(options, f"{name}= names it")
    if "port" in options:
        return _by_serial(Path(options["port"]), "port= names it")
    if board.is_emulated:
        return _by_emulator(board, image, folder)
    if is_answering(USB_ADDRESS):
        return _by_ssh({}, "it answers on the USB cable")
    try:
        return _by_serial(console.find_port(), "the only serial port of this machine")
    except UserError as error:
        message = f"no board to measure: {USB_ADDRESS} does not answer, and {error.message}"
        raise UserError(message, REMEDIES) from None


def is_answering(host: str, port: int = SSH_PORT) -> bool:
    """Whether ssh is there, by its greeting: firewalls take connections for whom they like."""
    with (
        contextlib.suppress(OSError),
        socket.create_connection((host, port), ANSWER_S) as connection,
    ):
        connection.settimeout(ANSWER_S)
        return connection.recv(len(GREETING)) == GREETING
    return False


def _by_ssh(options: Mapping[str, str], why: str) -> Chosen:
    target = SshTarget(*address(options), is_emulated="SSH_PORT" in options)

    def begin() -> None:
        target.open()

    return Chosen(target, why, begin)


def _by_serial(port: Path, why: str) -> Chosen:
    target = serial(port)

    def begin() -> None:
        target.open()

    return Chosen(target, why, begin, target.time_restart)


def _by_emulator(board: Board, image: Path, folder: Path) -> Chosen:
    target = emulated(image, folder, board.memory_mib)
    return Chosen(target, f"board={board.name} asks for it", lambda: _power_on(target))


def _power_on(target: ConsoleTarget) -> Timeline:
    seen = []
    begun = time.monotonic()
    target.open(lambda line: seen.append(boot.watch(line, begun)))
    return seen[0]
