# SPDX-License-Identifier: MIT
"""Licences by their SPDX names, alone or joined by AND, OR and WITH.

Not by license-expression: it lets "mit" and the withdrawn GPL-2.0 pass, raises AttributeError on
"MIT OR", and takes 0.2 s to load, which each call would pay.
"""

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path

from image.errors import nearest

# The names of SPDX's licence list (spdx.org/licenses, public domain), without withdrawn ones.
LIST = Path(__file__).with_name("spdx.json")
TOKEN = re.compile(r"\s*([()]|[^\s()]+)")
OWN = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")  # of a licence that is not in the list
JOINS = ("AND", "OR")


class Wrong(Exception):
    """What is wrong with an expression, and what helps."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def check(expression: str) -> None:
    """Raise Wrong unless an expression is one of SPDX, of names that SPDX lists."""
    tokens = iter([*TOKEN.findall(expression), ""])
    end = _terms(tokens)
    if end:
        hint = "join licences by AND or OR, an exception by WITH"
        raise Wrong(f"'{end}' is not expected in '{expression}'", hint)


def _terms(tokens: Iterator[str]) -> str:
    """Read terms joined by AND and OR; returns the token after them."""
    while True:
        token = next(tokens)
        if token == "(":
            token = _closed(tokens)
        else:
            _check_name(token, "licences")
            token = next(tokens)
            if token == "WITH":
                _check_name(next(tokens), "exceptions")
                token = next(tokens)
        if token not in JOINS:
            return token


def _closed(tokens: Iterator[str]) -> str:
    if _terms(tokens) != ")":
        raise Wrong("a ( is not closed", "every ( needs its )")
    return next(tokens)


def _check_name(name: str, what: str) -> None:
    if OWN.fullmatch(name) or name.removesuffix("+") in _names()[what]:
        return
    names = sorted(_names()[what])
    longer = [one for one in names if name and one.lower().startswith(name.lower())]
    near = longer[0] if longer else nearest(name, names) if name else None
    hint = f"did you mean {near}? " if near else ""
    place = "spdx.org/licenses lists them; for others write LicenseRef-NAME"
    one = what.removesuffix("s")
    raise Wrong(f"'{name}' is not an SPDX {one}" if name else f"an SPDX {one} is missing",
                hint + place)  # fmt: skip


@functools.cache
def _names() -> dict[str, frozenset[str]]:
    listed = json.loads(LIST.read_text())
    return {what: frozenset(listed[what]) for what in ("licences", "exceptions")}
