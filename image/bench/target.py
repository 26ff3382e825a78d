# SPDX-License-Identifier: MIT
"""A machine under test: gives what a shell line prints, by whichever way it is reached."""

import hashlib
import re
import shlex
from dataclasses import dataclass
from typing import Protocol

from image.device.prompt import clean
from image.errors import UserError

COMMAND_S = 120.0
FETCHES = 3  # a serial line may garble a byte; the sum tells
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


class LinkLost(UserError):
    """The board was not heard to the end of a command: it may be asked again, once it is back."""


@dataclass(frozen=True)
class Output:
    """What a shell line printed, and its status."""

    text: str
    status: int


class Target(Protocol):
    """A board with a shell. Not for several threads at once."""

    name: str  # how it is reached, in words
    is_emulated: bool

    def command(self, line: str, limit_s: float = COMMAND_S) -> Output:
        """Run a line in the board's shell. Raises LinkLost when its end is not heard."""

    def reconnect(self, limit_s: float) -> None:
        """Wait until the board can be asked again. Raises UserError after `limit_s`."""

    def close(self) -> None:
        """Let the stories continue, and release the line."""


class Garbled(LinkLost):
    """A command's output is not what such a command prints."""


def framed(line: str, number: int) -> str:
    """A line for the shell such that the end of what it prints can be known, with its status.

    The quotes keep a console's echo of the typed line from looking like the answer.
    """
    return f"echo '<'bench{number}'>'; {{ {line}; }} 2>&1; echo '</'bench{number}'>' $?"


def unframed(heard: bytes, number: int) -> Output | None:
    """What was printed between the marks of `framed`; None while the end is not there."""
    frame = re.compile(
        rb"<bench%d>\r*\n(?P<text>.*?)</bench%d> (?P<status>\d+)\r*\n" % (number, number), re.S
    )
    found = frame.search(heard)
    return Output(clean(found["text"]), int(found["status"])) if found else None


def dumping(path: str) -> str:
    """A shell line that prints a file's sum and its bytes as hexadecimal digits."""
    name = shlex.quote(path)
    return f'sha256sum {name}; hexdump -v -e \'64/1 "%02x" "\\n"\' {name}'


def undumped(text: str) -> bytes:
    """The file of a dump. Raises Garbled when a byte was lost on the way."""
    first, _, rest = text.partition("\n")
    digest = DIGEST.search(first)
    try:
        content = bytes.fromhex(rest)
    except ValueError:
        content = b""
    if digest is None or hashlib.sha256(content).hexdigest() != digest[0]:
        raise Garbled("a file arrived incomplete from the board", "check the cable")
    return content


def fetch(target: Target, path: str) -> bytes:
    """A small file of the board. Raises UserError when it is not there."""
    for attempt in range(FETCHES):
        said = target.command(dumping(path))
        if said.status != 0:
            raise UserError(f"{path} cannot be read on the board: {said.text.strip()}")
        try:
            return undumped(said.text)
        except Garbled:
            if attempt == FETCHES - 1:
                raise
    raise AssertionError


def ask(target: Target, line: str) -> str:
    """What a line prints, or "" when it fails: for facts that not every board has."""
    said = target.command(f"{{ {line}; }} 2>/dev/null")
    return said.text if said.status == 0 else ""
