# SPDX-License-Identifier: MIT
"""What a measure finds in a story."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A mistake: its kind, the words, and the character of the text where they begin."""

    kind: str
    words: str
    place: int
