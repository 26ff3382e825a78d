# SPDX-License-Identifier: MIT
"""What the storyteller said, taken apart: its figures, and the picture on a dumb terminal."""

import json
import re
from typing import Any

# Of each story; a line of JSON is behind it when it is asked for.
HEADER = re.compile(r"^story (\d+)  seed (\d+)$", re.M)
JSON = re.compile(r'^\{"story".*\}$', re.M)
DIM = re.compile(r"\x1b\[[02]m")


def figures(said: str) -> list[dict[str, Any]]:
    """What the storyteller tells of each story with --json."""
    return [json.loads(line) for line in JSON.findall(said)]


def openings(said: str) -> list[tuple[int, str]]:
    """Seed and opening of each story."""
    return [(one["seed"], one["prompt"]) for one in figures(said)]


class Screen:
    """A terminal that knows nothing but the oldest control characters, and goes to the next line
    at once behind its last column."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._lines: list[list[str]] = [[]]
        self._at = 0

    def write(self, said: str) -> "Screen":
        """Show it."""
        for c in said:
            self._write_one(c)
        return self

    @property
    def lines(self) -> list[str]:
        """What can be read."""
        return ["".join(line).rstrip() for line in self._lines]

    def _write_one(self, c: str) -> None:
        assert c.isprintable() or c in "\r\n\b", f"{c!r} is not for every terminal"
        if c == "\r":
            self._at = 0
        elif c == "\b":
            self._at = max(self._at - 1, 0)
        elif c == "\n":
            self._lines.append([])
        else:
            line = self._lines[-1]
            line[self._at : self._at + 1] = [c]
            self._at += 1
            if self._at == self._columns:
                self._lines.append([])
                self._at = 0
