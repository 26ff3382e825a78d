# SPDX-License-Identifier: MIT
"""Imports go one way, and each door to the outside has one keeper."""

import ast
from pathlib import Path

import pytest

IMAGE = Path(__file__).resolve().parent.parent / "image"

# Each module may import only modules that stand before it.
ORDER = (
    "words", "errors", "trouble", "ownership", "reading", "options", "page", "surroundings", "jobs",
    "run", "lock", "output", "doctor", "install", "key", "code", "source", "bare", "debian", "pypi",
    "archive", "fetch", "config", "duo", "elf", "lines", "model", "package", "toolchain", "step",
    "project", "builders", "inputs", "plan", "costs", "build", "rootfs", "bmap", "imagefile",
    "card", "check", "sbom", "release", "steps", "publish", "legal", "qemu", "cycles", "report",
    "submission", "stories", "console", "fresh", "board", "diagnose", "flash", "shell", "deploy",
    "bench", "testing", "manual", "line", "call", "refusals", "commands", "screen", "tasks",
    "__main__",
)  # fmt: skip
KEEPERS = {"subprocess": "run", "kconfiglib": "config", "menuconfig": "config"}
MODULES = sorted(path.relative_to(IMAGE) for path in IMAGE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Full names of all modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse((IMAGE / path).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names if node.module == "image" else {node.module}
    return found


def room_of(path: Path) -> str:
    """The module, or the folder of modules, that a file belongs to."""
    return path.parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_point_downwards(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        assert not imports(path)
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "image" and len(parts) > 1 and parts[1] != room:
            assert ORDER.index(parts[1]) < ORDER.index(room), f"{path} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_doors_have_one_keeper(path: Path) -> None:
    for door, keeper in KEEPERS.items():
        assert door not in imports(path) or room_of(path) == keeper


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_programs_are_looked_for_at_one_place(path: Path) -> None:
    """Which knows of the folders that are in no ordinary user's PATH."""
    assert "shutil.which" not in (IMAGE / path).read_text() or room_of(path) == "surroundings"
