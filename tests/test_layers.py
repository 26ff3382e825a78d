# SPDX-License-Identifier: MIT
"""Imports go one way, and each door to the outside has one keeper."""

import ast
import functools
import graphlib
import re
import sys
from pathlib import Path

import pytest

from image.host import install

IMAGE = Path(__file__).resolve().parent.parent / "image"

# Each room, a folder or a module at the top, may import only rooms that stand before it.
ORDER = (
    "words", "errors", "trouble", "reading", "yamlfile", "options", "page", "surroundings",
    "browser", "jobs", "run", "lock", "output", "key", "elf", "protobuf", "archive", "model",
    "host", "recipes", "fetch", "config", "boards", "builders", "project", "plan", "store", "sbom",
    "card", "steps", "legal", "emulator", "cycles", "stories", "report", "tell", "audition",
    "submission", "device", "bench", "testing", "generate", "training", "cli", "__main__",
)  # fmt: skip
KEEPERS = {"subprocess": "run", "kconfiglib": "config", "menuconfig": "config",
           "cyclonedx": "sbom", "packageurl": "sbom", "serial": "device",
           "jinja2": "page"}  # fmt: skip
MODULES = sorted(path.relative_to(IMAGE) for path in IMAGE.rglob("*.py"))


@functools.cache
def imports(path: Path) -> frozenset[str]:
    """Full names of all modules that a file imports, wherever in it."""
    found = set[str]()
    for node in ast.walk(ast.parse((IMAGE / path).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if is_module(name) else node.module for name in names}
    return frozenset(found)


def is_module(name: str) -> bool:
    """Whether a full name is that of a module of ours, not of something in one."""
    path = IMAGE.parent.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def name_of(path: Path) -> str:
    """Full name of a module."""
    parts = ("image", *path.with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Nor inside a room; what is said for the type checker alone counts, too."""
    names = {name_of(path): path for path in MODULES}
    needs = {name: {n for n in imports(path) if n in names} for name, path in names.items()}
    assert len([*graphlib.TopologicalSorter(needs).static_order()]) == len(MODULES)


def test_the_folders_are_explained_in_order() -> None:
    """In docs/architecture.md; and tests/ has the same ones, apart from those of packages."""
    text = (IMAGE.parent / "docs/architecture.md").read_text()
    section = text.partition("## Where things are\n")[2].partition("\n## ")[0]
    rooms = [path.name for path in IMAGE.iterdir() if (path / "__init__.py").is_file()]
    assert re.findall(r"(?m)^\| `(\w+)` \|", section) == sorted(rooms, key=ORDER.index)
    tests = {path.name for path in (IMAGE.parent / "tests").iterdir() if [*path.glob("test_*.py")]}
    assert tests - {"engine", "hibari", "listener", "pocket", "storyteller"} <= {*rooms}


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
    doors = {name.partition(".")[0] for name in imports(path)}
    for door, keeper in KEEPERS.items():
        assert door not in doors or room_of(path) == keeper


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
