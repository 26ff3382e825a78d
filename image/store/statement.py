# SPDX-License-Identifier: MIT
"""What a builder says, and signs, about the result of a step."""

import json
import re
from dataclasses import dataclass
from typing import Any

from image.key import canonical, hash_of
from image.store.action import Action, Blob

FORMAT = 1
RESULT, LOG = "result.tar.zst", "log"  # names of blobs
SHA256 = re.compile(r"[0-9a-f]{64}")


class Refused(Exception):
    """An entry that must not be used; the message says why."""


@dataclass(frozen=True)
class Question:
    """What the store is asked: a step, and everything that its result depends on."""

    step: str
    inputs: dict[str, Any]

    @property
    def key(self) -> str:
        """The name of its entry: all 64 digits, since an enemy may be able to write there."""
        return hash_of({"format": FORMAT, "step": self.step, "inputs": self.inputs})


@dataclass(frozen=True)
class Statement:
    """The answer. `says` holds what is not in a file, such as which version was found."""

    question: Question
    blobs: dict[str, Blob]
    seconds: float  # that the work took
    says: dict[str, Any]

    def to_bytes(self) -> bytes:
        """The text that is signed."""
        value = {
            "format": FORMAT,
            "step": self.question.step,
            "key": self.question.key,
            "inputs": self.question.inputs,
            "blobs": {name: [blob.sha256, blob.size] for name, blob in self.blobs.items()},
            "seconds": self.seconds,
            "says": self.says,
        }
        return canonical(value).encode()


def read(question: Question, action: Action) -> Statement:
    """The answer to a question from a store's entry, whose signature was looked at before.

    Raises Refused for an answer to another question, for one that cannot be, and where the entry
    names other blobs than what was signed.
    """
    try:
        value = json.loads(action.statement)
        blobs = {name: Blob(*pair) for name, pair in value["blobs"].items()}
        found = Statement(question, blobs, float(value["seconds"]), dict(value["says"]))
        told = {"format": value["format"], "step": value["step"], "key": value["key"]}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused("what is signed is not what we write") from None
    if told != {"format": FORMAT, "step": question.step, "key": question.key}:
        raise Refused("it answers another question")
    if not all(_is_blob(blob) for blob in blobs.values()):
        raise Refused("it names a file that cannot be")
    if action.blobs != blobs:
        raise Refused("it names other files than were signed")
    return found


def _is_blob(blob: Blob) -> bool:
    is_size = isinstance(blob.size, int) and not isinstance(blob.size, bool) and blob.size >= 0
    return is_size and isinstance(blob.sha256, str) and bool(SHA256.fullmatch(blob.sha256))
