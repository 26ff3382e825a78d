# SPDX-License-Identifier: MIT
"""One style for all C (.clang-format), and shell scripts without shellcheck's warnings."""

import sys
from pathlib import Path

from image import run
from tests.test_repository import ROOT, tracked

# Beside this Python: pyproject.toml brings both.
CLANG_FORMAT = Path(sys.executable).with_name("clang-format")
SHELLCHECK = Path(sys.executable).with_name("shellcheck")


def scripts() -> list[Path]:
    found = []
    for path in tracked():
        with path.open("rb") as file:
            if file.readline().split()[:1] == [b"#!/bin/sh"]:
                found.append(path)
    return found


def test_c_is_formatted() -> None:
    files = [path for path in tracked() if path.suffix in (".c", ".h")]
    assert len(files) > 150
    assert run.output([CLANG_FORMAT, "--dry-run", "-Werror", *files], cwd=ROOT) == ""


def test_scripts_are_without_warnings() -> None:
    assert len(scripts()) > 10
    assert run.output([SHELLCHECK, "--severity=warning", *scripts()], cwd=ROOT) == ""
