# SPDX-License-Identifier: MIT
"""The errors a person sees: what went wrong, and what to do about it."""

import difflib
from collections.abc import Iterable

FEW = 6  # names that are listed though the one that was meant is known
SHORTEST_PART = 3  # letters by which a longer name is known


class UserError(Exception):
    """Something a person can fix: shown as a message and a hint, never as a traceback."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        lines = [f"error: {self.message}"]
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The name that a misspelt word most likely means; None where none is near."""
    names = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), names, 1)
    parts = [name for name in names if len(word) >= SHORTEST_PART and word.lower() in name]
    found = near or parts[:1]
    return names[found[0]] if found else None


def unknown(what: str, word: str, known: Iterable[str], more: str = "") -> UserError:
    """The error for a name that is none: what was meant, else which there are.

    `what` says what it should be ("there is no board"), `more` what helps instead of a list.
    """
    names = list(known)
    near = nearest(word, names)
    listed = more or f"there are: {', '.join(names)}"
    if near is None:
        return UserError(f"{what} '{word}'", listed)
    also = f" {listed}" if len(names) <= FEW and not more else ""
    return UserError(f"{what} '{word}'", f"did you mean {near}?{also}")
