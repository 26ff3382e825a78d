# SPDX-License-Identifier: MIT
"""The models that tests tell stories with: of this repository, fetched, or written by a program."""

import functools
import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from image import fetch, project
from image.cycles import stand_in
from image.errors import UserError
from tests.conftest import ROOT

POCKET = ROOT / "packages/pocket/src"
# What a test's caller may set as with any other call.
SETTINGS = ("DL_DIR", "DL_MIRROR", "OFFLINE")


@dataclass(frozen=True)
class Model:
    """A checkpoint and the tokenizer that belongs to it."""

    checkpoint: Path
    tokenizer: Path


def pocket() -> Model:
    """The product's own small model, which every checkout holds."""
    return Model(POCKET / "model.bin", POCKET / "tokenizer.bin")


def shaped15m() -> Model:
    """The stand-in of stories15M's shape; written once, and kept in work/."""
    return Model(*stand_in.files(ROOT / "work/cycles"))


def fetched(package: str, is_asked: bool = True) -> Model:
    """Checkpoint and tokenizer of a recipe: from dl/ and, where it is asked, from the recipe's
    sites. Raises UserError."""
    given = {name: os.environ[name] for name in SETTINGS if name in os.environ}
    plan = project.load(ROOT, {"board": "qemu_virt", **given})
    settings = plan.fetch if is_asked else replace(plan.fetch, mirror=None, offline=True)
    sources = plan.packages[package].sources
    return Model(*(fetch.fetch(source, settings).path for source in sources))


def fetched_or_skipped(package: str, is_asked: bool = True) -> Model:
    """The same; where it cannot be had the test is skipped, and says what to do about it."""
    found = _fetched_or_told(package, is_asked)
    if isinstance(found, str):
        pytest.skip(found)
    return found


def downloaded_or_skipped(package: str) -> Model:
    """Of a large model: what dl/ holds already; a test does not download it."""
    return fetched_or_skipped(package, is_asked=False)


@functools.cache
def _fetched_or_told(package: str, is_asked: bool) -> Model | str:
    """The model, else why there is none: asked for once in a session."""
    try:
        return fetched(package, is_asked)
    except UserError as error:
        return f"{error.message.splitlines()[0]} {error.hint}"
