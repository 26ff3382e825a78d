# SPDX-License-Identifier: MIT
"""Whether a story is the reference's, and where it leaves it."""

import difflib
import os.path
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

CONTEXT_WORDS = 3
SHOWN_CHANGES = 12


@dataclass(frozen=True)
class Sameness:
    """A story compared with the reference. Without a difference the rest is empty."""

    is_identical: bool
    first_token: int | None = None  # number of the first differing token, from 1; BOS not counted
    told: str = ""  # that token
    words: str = ""  # the reference with changes as [-taken out-] {+put in+}

    def as_json(self) -> dict[str, Any]:
        """For results."""
        return asdict(self)


def compare(reference: str, told: str, pieces: Sequence[str]) -> Sameness:
    """Compare a story; `pieces` are the tokens of a generation that begins the same."""
    if told == reference:
        return Sameness(is_identical=True)
    common = len(os.path.commonprefix([reference, told]))
    number, piece = _token_at(common, pieces)
    return Sameness(False, number, piece, word_difference(reference, told))


def word_difference(reference: str, told: str) -> str:
    """What to take out and to put in, word by word, with some of what stays around it."""
    before, after = reference.split(), told.split()
    # Without the heuristic for long texts, which would call frequent words junk.
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    parts: list[str] = []
    changes = 0
    for kind, a, b, c, d in matcher.get_opcodes():
        if changes == SHOWN_CHANGES:
            parts.append("...")
            break
        if kind == "equal":
            parts += _shortened(before[a:b])
            continue
        changes += 1
        parts += [f"[-{' '.join(before[a:b])}-]"] if b > a else []
        parts += [f"{{+{' '.join(after[c:d])}+}}"] if d > c else []
    return " ".join(parts)


def _shortened(words: Sequence[str]) -> list[str]:
    if len(words) <= 2 * CONTEXT_WORDS + 1:
        return list(words)
    return [*words[:CONTEXT_WORDS], "...", *words[-CONTEXT_WORDS:]]


def _token_at(place: int, pieces: Sequence[str]) -> tuple[int | None, str]:
    """The token that holds a character; none where the tokens are not known so far."""
    end = 0
    for number, piece in enumerate(pieces, start=1):
        end += len(piece)
        if end > place:
            return number, piece
    return (len(pieces) + 1, "") if pieces else (None, "")
