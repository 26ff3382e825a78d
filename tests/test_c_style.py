# SPDX-License-Identifier: MIT
"""One style and one order for all C, and shell scripts without shellcheck's warnings."""

import functools
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from image import run
from image.builders.job import find_files
from tests.conftest import ROOT
from tests.test_repository import tracked

# Beside this Python: pyproject.toml brings both.
CLANG_FORMAT = Path(sys.executable).with_name("clang-format")
SHELLCHECK = Path(sys.executable).with_name("shellcheck")

FOLDERS = ("text", "remote", "inputs", "story", "sound", "voice", "memory")  # of the storyteller


@functools.cache
def recipes() -> dict[str, dict[str, Any]]:
    """Those of our own C."""
    found = [yaml.safe_load(path.read_text()) for path in ROOT.glob("packages/*/package.yaml")]
    return {one["name"]: one for one in found if one["build"] == "c" and "source" not in one}


def matching(name: str, patterns: list[str]) -> list[Path]:
    return find_files(ROOT / "packages" / recipes()[name].get("code", name) / "src", patterns, name)


def files_of(recipe: dict[str, Any], name: str) -> list[Path]:
    """What a recipe's libraries are made of."""
    parts = recipe.get("libraries", {}).values()
    return [path for patterns in parts for path in matching(name, patterns)]


def scripts() -> list[Path]:
    found = []
    for path in tracked():
        with path.open("rb") as file:
            if file.readline().split()[:1] == [b"#!/bin/sh"]:
                found.append(path)
    return found


def test_c_is_formatted() -> None:
    """`.venv/bin/clang-format -i FILE` does it."""
    files = [path for path in tracked() if path.suffix in (".c", ".h")]
    assert len(files) > 150
    assert run.output([CLANG_FORMAT, "--dry-run", "-Werror", *files], cwd=ROOT) == ""


def test_scripts_are_without_warnings() -> None:
    assert len(scripts()) > 10
    assert run.output([SHELLCHECK, "--severity=warning", *scripts()], cwd=ROOT) == ""


def test_no_name_twice_in_a_program() -> None:
    for name, recipe in recipes().items():
        shared = [p for need in recipe["needs"] for p in files_of(recipes().get(need, {}), need)]
        for program in recipe.get("programs", {}).values():
            names = [path.name for path in (*matching(name, program["files"]), *shared)]
            assert len(names) == len(set(names)), name


def test_the_storyteller_s_folders_use_those_before_them() -> None:
    """The files outside of folders join them all, and may be used by all."""
    sources = ROOT / "packages/storyteller/src"
    assert {path.name for path in sources.iterdir() if path.is_dir()} == {*FOLDERS, "say"}
    for place, folder in enumerate(FOLDERS):
        for path in (sources / folder).iterdir():
            used = set(re.findall(r'#include "(\w+)/', path.read_text()))
            assert used <= set(FOLDERS[: place + 1]), path
