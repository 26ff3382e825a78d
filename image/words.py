# SPDX-License-Identifier: MIT
"""Values in sentences for people, who do not read Python."""

from collections.abc import Iterable


def listed(values: Iterable[object]) -> str:
    """Some values as a sentence has them: a, b and c."""
    *most, last = [str(value) for value in values] or ["none"]
    return f"{', '.join(most)} and {last}" if most else last


def quoted(text: str) -> str:
    """A text in quotes; of what cannot be seen, its code."""
    return '"' + "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text) + '"'


def magic(value: bytes) -> str:
    """The mark that a format begins with: its letters, where it has some, else its bytes."""
    is_text = value.isascii() and value.decode("ascii", "replace").isprintable()
    return quoted(value.decode("ascii")) if is_text else f"0x{value.hex()}"
