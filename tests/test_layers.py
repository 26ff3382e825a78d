# SPDX-License-Identifier: MIT
"""Imports go one way, and each door to the outside has one keeper."""

import ast
import sys
from pathlib import Path

import pytest

from image import install

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


def at_once(text: str) -> set[str]:
    """Full names of all modules that are imported when a module is."""
    found, todo = set[str](), list[ast.stmt](ast.parse(text).body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            todo += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
    return found


def test_a_start_needs_no_more_than_the_first_call_installs() -> None:
    """What only tests or ./doit cycles need is not there for those who build an image."""
    needed, todo = set[str](), ["dodo", "image.__main__"]
    seen = set[str]()
    while todo:
        name = todo.pop()
        path = IMAGE.parent.joinpath(*name.split("."))
        file = next(
            (f for f in (path.with_suffix(".py"), path / "__init__.py") if f.is_file()), None
        )
        if name in seen:
            continue
        seen.add(name)
        if file:
            todo += [*at_once(file.read_text()), name.rpartition(".")[0] or name]
        elif name.split(".")[0] not in ("image", *sys.stdlib_module_names):
            needed.add(name.split(".")[0])
    assert needed - {*install.MODULES, "menuconfig"} == set()
