# SPDX-License-Identifier: MIT
"""What a bench has measured so far, on disk after each run, so that none is measured twice."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Record:
    """Results by key, one JSON line each; the first line says which bench they belong to."""

    def __init__(self, path: Path, bench: dict[str, Any]) -> None:
        """Resume what is at `path`, if it is of an equal `bench`; else start over."""
        self.path = path
        self._values: dict[tuple[str, ...], Any] = {}
        lines = _lines(path)
        if not lines or lines[0] != bench:
            lines = [bench]
        self._values = {tuple(line["key"]): line["value"] for line in lines[1:]}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.was_begun = bool(self._values)

    def __contains__(self, key: Sequence[str]) -> bool:
        return tuple(key) in self._values

    def __getitem__(self, key: Sequence[str]) -> Any:
        return self._values[tuple(key)]

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Sequence[str]) -> Any:
        """A result, or None."""
        return self._values.get(tuple(key))

    def put(self, key: Sequence[str], value: Any) -> None:
        """Keep a result; on disk when this returns."""
        self._values[tuple(key)] = value
        with self.path.open("a") as file:
            file.write(json.dumps({"key": list(key), "value": value}) + "\n")


def _lines(path: Path) -> list[Any]:
    """All whole lines; one that was cut by a crash ends them."""
    found: list[Any] = []
    if path.is_file():
        for line in path.read_text(errors="replace").splitlines():
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError):
                break
            if len(found) > 1 and not _is_entry(found[-1]):
                return found[:-1]
    return found


def _is_entry(line: Any) -> bool:
    key = line.get("key") if isinstance(line, dict) and "value" in line else None
    return isinstance(key, list) and all(isinstance(word, str) for word in key)
