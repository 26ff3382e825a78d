# SPDX-License-Identifier: MIT
"""Sizes in the files of a board: bytes, "N KiB" or "N MiB"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from image.recipes.kinds import Leaf, Problem
from image.yamlfile import At

KIB = 1 << 10
MIB = 1 << 20
UNITS = {"KiB": KIB, "MiB": MIB}
SIZE = re.compile(r"([0-9]{1,9}) (KiB|MiB)")


@dataclass(frozen=True)
class Size:
    """A size; `in_bytes` is its number."""

    words: str = 'bytes, "N KiB" or "N MiB"'

    def walk(self, value: Any, at: At) -> Iterator[Leaf]:
        is_number = type(value) is int and value >= 0
        if not is_number and not (isinstance(value, str) and SIZE.fullmatch(value)):
            raise Problem(at, f"'{value}' is not {self.words}")
        yield Leaf(at, self, value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer", "minimum": 0}, {"pattern": f"^{SIZE.pattern}$"}]}


def in_bytes(size: int | str) -> int:
    """The number of bytes of a size that was checked."""
    if isinstance(size, int):
        return size
    number, unit = size.split()
    return int(number) * UNITS[unit]
