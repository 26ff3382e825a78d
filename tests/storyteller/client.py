# SPDX-License-Identifier: MIT
"""A client of the storyteller's socket (docs/story-page.md), for tests."""

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from image import run
from tests.storyteller.started import HUNG_S

Event = dict[str, Any]
WAV_HEADER_BYTES = 44  # of a stream of sound, before its samples


class Client:
    """Lines of JSON in both directions."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(HUNG_S)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise
        self.lines = self.socket.makefile("rb")
        self.seen: list[Event] = []

    def close(self) -> None:
        """Go away."""
        self.lines.close()
        self.socket.close()

    def send(self, **message: str) -> None:
        """One message."""
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def event(self) -> Event | None:
        """The next event; None when the storyteller has closed the connection."""
        try:
            line = self.lines.readline()
        except ConnectionResetError:
            return None
        if not line:
            return None
        self.seen.append(json.loads(line))
        return self.seen[-1]

    def wait(self, is_it: Callable[[Event], bool]) -> Event:
        """The next event of that kind; what comes before it is in `seen`."""
        while (event := self.event()) is not None:
            if is_it(event):
                return event
        raise AssertionError(f"the connection ended; {self.seen[-5:]}")

    def wait_for(self, **wanted: object) -> Event:
        """The next event that has these values."""
        return self.wait(lambda event: event.items() >= wanted.items())

    @property
    def told(self) -> str:
        """The text of the newest story, as far as it came."""
        starts = [i for i, event in enumerate(self.seen) if event["event"] == "story"]
        parts = self.seen[starts[-1] :] if starts else []
        return "".join(event["text"] for event in parts if event["event"] == "text")


def connect(path: Path) -> Client:
    """A client, as soon as somebody listens there."""
    end_s = time.monotonic() + HUNG_S
    while True:
        try:
            return Client(path)
        except (FileNotFoundError, ConnectionRefusedError):
            assert time.monotonic() < end_s, path
            time.sleep(0.01)


@contextlib.contextmanager
def telling(words: Sequence[str], path: Path) -> Iterator[Client]:
    """A storyteller with a socket, and a client of it; at the end it must stop well."""
    # Its input stays open, so that it is not at its end.
    with subprocess.Popen(
        [*words, "--socket", str(path)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        env=run.environment(),
    ) as program:  # fmt: skip
        try:
            client = connect(path)
            with contextlib.closing(client):
                yield client
            program.terminate()
            assert program.wait(HUNG_S) == 0
        finally:
            program.kill()
