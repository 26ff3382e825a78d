# SPDX-License-Identifier: MIT
"""Python's linters and its type checker, as tests: what they say is what a failure shows."""

import sys

import pytest

from image import run
from tests.conftest import ROOT

CHECKS = {"types": ("mypy",), "lint": ("ruff", "check"), "format": ("ruff", "format", "--check")}


@pytest.mark.parametrize("words", CHECKS.values(), ids=CHECKS)
def test_python(words: tuple[str, ...]) -> None:
    run.output([sys.executable, "-m", *words], cwd=ROOT, merge=True)
