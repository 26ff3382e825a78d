# SPDX-License-Identifier: MIT
"""YAML files of facts, read strictly: each complaint names the file, the place and the remedy."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from image import yamlfile
from image.errors import UserError

KIB = 1 << 10
MIB = 1 << 20
SIZE = re.compile(r"([0-9]{1,9}) (KiB|MiB)")
UNITS = {"KiB": KIB, "MiB": MIB}


@dataclass(frozen=True)
class Entry:
    """A mapping of names in a file. `place` says which, for messages."""

    place: str
    data: dict[str, Any]

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def check_keys(self, needed: Collection[str], options: Collection[str] = ()) -> None:
        """UserError unless all that is needed is there, and nothing unknown."""
        known = sorted({*needed, *options})
        lacking, strange = set(needed) - set(self.data), set(self.data) - set(known)
        if lacking:
            raise UserError(f"{self.place}: key '{min(lacking)}' is missing")
        if strange:
            hint = f"known: {', '.join(known)}"
            raise UserError(f"{self.place}: unknown key '{min(strange)}'", hint)

    def entry(self, key: str, name: str = "") -> "Entry":
        """The mapping under a key, called `name` in messages."""
        return _entry(self.data[key], f"{self.place}: {name or key}")

    def entries(self, name: str) -> Iterator[tuple[str, "Entry"]]:
        """Each key with its mapping; `name` says what they are."""
        for key in self.data:
            yield key, self.entry(key, f"{name} {key}")

    def text(self, key: str) -> str:
        value = self.data[key]
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "text is expected")
        return value

    def choice(self, key: str, known: Collection[str]) -> str:
        value = self.data[key]
        if not isinstance(value, str) or value not in known:
            raise self._wrong(key, f"expected: {' or '.join(known)}")
        return value

    def choices(self, key: str, known: Collection[str]) -> frozenset[str]:
        value = self.data[key]
        if not isinstance(value, list) or not value or not all(item in known for item in value):
            raise self._wrong(key, f"a list of one or more of: {', '.join(known)}")
        return frozenset(value)

    def flag(self, key: str) -> bool:
        """True or false; false when the key is not there."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false is expected")
        return value

    def number(self, key: str) -> int:
        value = self.data[key]
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 64:
            raise self._wrong(key, "a number is expected, such as 0x80000000")
        return value

    def size(self, key: str) -> int:
        """A size in bytes, written as such or as "N KiB" or "N MiB"."""
        value = self.data[key]
        if not isinstance(value, str):
            return self.number(key)
        match = SIZE.fullmatch(value)
        if match is None:
            raise self._wrong(key, 'bytes, "N KiB" or "N MiB" is expected')
        return int(match[1]) * UNITS[match[2]]

    def _wrong(self, key: str, hint: str) -> UserError:
        return UserError(f"{self.place}: {key} is '{self.data[key]}'", hint)


def read(path: Path) -> Entry:
    """The mapping that a YAML file holds. Raises UserError when it holds none."""
    where = f"{path.parent.name}/{path.name}"
    data = yamlfile.read(path).value
    return _entry(data, where)


def _entry(value: Any, place: str) -> Entry:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise UserError(f"{place}: a mapping of names is expected, not '{value}'")
    return Entry(place, value)
