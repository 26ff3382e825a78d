# SPDX-License-Identifier: MIT
"""A storyteller that only greets and hums, for pages: its sound has the rate that is wanted."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.storyteller.client import WAV_HEADER_BYTES

RATE_AT = 24
CLIENTS = 8


def _wav(rate: int) -> bytes:
    header = bytearray(WAV_HEADER_BYTES)
    header[RATE_AT : RATE_AT + 4] = rate.to_bytes(4, "little")
    tone = 8000 * np.sin(np.arange(rate) * 2 * np.pi * 440 / rate)
    return bytes(header) + tone.astype("<i2").tobytes()


def _line(**event: object) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def _serve(client: socket.socket, rate: int) -> None:
    """What one client gets; a second of sound, if it wants to listen."""
    with client, contextlib.suppress(OSError):
        client.sendall(_line(event="hello", protocol=2, sound=rate))
        client.sendall(_line(event="state", state="telling"))
        while data := client.recv(4096):
            if b'"sound"' in data:
                client.sendall(_line(event="sound") + _wav(rate))


@contextlib.contextmanager
def humming(path: Path, rate: int) -> Iterator[None]:
    """One that listens at that socket until the end, and then is gone for all its clients."""
    clients: list[socket.socket] = []

    def take(door: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                clients.append(door.accept()[0])
                threading.Thread(target=_serve, args=(clients[-1], rate), daemon=True).start()

    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen(CLIENTS)
        waiter = threading.Thread(target=take, args=(door,), daemon=True)
        waiter.start()
        try:
            yield
        finally:
            door.shutdown(socket.SHUT_RDWR)
            waiter.join()
            for client in clients:
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
