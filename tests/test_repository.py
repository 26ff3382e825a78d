# SPDX-License-Identifier: MIT
"""What every file of the repository has in common."""

import re
import shutil
import xml.etree.ElementTree
from pathlib import Path

import pytest

from image import run
from tests.conftest import ROOT

# Formats that hold no comments, recordings, and files that are wrong on purpose.
WITHOUT_LICENCE_LINE = re.compile(
    r"\.(bin|jsonl|md|model|mp3|patch|png|svg|txt)$|^tests/config/bad/|^LICENSE$|^\.gitignore$|/etc/(passwd|group)$"
)
LINKED_WITH_QEMU = ROOT / "packages/qemu-duo/src"


def tracked() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    return [ROOT / name for name in run.output(["git", "ls-files"], cwd=ROOT).splitlines()]


def begin(path: Path) -> str:
    return path.read_text(errors="replace")[:600]


def licence(path: Path) -> str:
    """What is linked with QEMU has QEMU's licence."""
    return "GPL-2.0-or-later" if path.is_relative_to(LINKED_WITH_QEMU) else "MIT"


def test_each_file_names_its_licence() -> None:
    files = [path for path in tracked() if path.is_file()]
    lacking = [
        str(path.relative_to(ROOT))
        for path in files
        if not WITHOUT_LICENCE_LINE.search(str(path.relative_to(ROOT)))
        and f"SPDX-License-Identifier: {licence(path)}" not in begin(path)
    ]
    assert not lacking


def test_scripts_can_be_run() -> None:
    for path in tracked():
        with path.open("rb") as file:
            is_script = file.read(2) == b"#!"
        assert is_script == bool(path.stat().st_mode & 0o100), path


def test_own_files_are_small() -> None:
    limit = 8_000_000  # what the model in this repository may have
    assert not [path for path in tracked() if path.stat().st_size > limit]


def test_pictures_can_be_shown() -> None:
    for path in tracked():
        if path.suffix == ".svg":
            xml.etree.ElementTree.parse(path)


def test_each_test_module_has_a_name_of_its_own() -> None:
    """pytest imports them by their names alone, and refuses the second of two."""
    modules = [path.name for path in tracked() if re.fullmatch(r"test_.*\.py", path.name)]
    assert sorted({name for name in modules if modules.count(name) > 1}) == []
