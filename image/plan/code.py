# SPDX-License-Identifier: MIT
"""Which of our own modules decide what a step leaves, and a hash of what each says as code.

Imports are followed from the module that does the step, wherever in a file they stand. Those under
TYPE_CHECKING are not: what arrives as data (choices, a recipe, results of other steps) is in the
step's inputs itself, with its values.
"""

import ast
import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

PACKAGE = Path(__file__).parents[1]
# Modules that are not followed, since no result differs by them.
APART = (
    "image.errors",  # words for the terminal
    "image.trouble",  # the same, for what the operating system refuses
    "image.jobs",  # how much is done at once
    "image.fetch",  # the network's part: what it brings is in the inputs, by sha256 or commit
    "image.recipes.keys",  # what recipes may say: what they do say is in the inputs
    "image.recipes.kinds",  # the same
    "image.recipes.check",  # the same
)
KEYS = "KEYS"  # a builder's keys of recipes, with help: the same


@dataclass(frozen=True)
class _Module:
    """A file of ours: its path, names that it imports, and the hash of its code."""

    path: str
    imports: frozenset[str]
    code: str


def hashes(*makers: str) -> dict[str, str]:
    """The makers, modules by full name, and all of ours that they import: path -> hash of code."""
    return _hashes(PACKAGE, makers)


@functools.cache
def _hashes(package: Path, makers: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    seen, todo = set(APART), [*makers]
    while todo:
        name = todo.pop()
        module = None if name in seen else _module(package, name)
        seen.add(name)
        if module:
            found[module.path] = module.code
            # A package is run before its modules.
            todo += [*module.imports, name.rpartition(".")[0]]
    return dict(sorted(found.items()))


@functools.cache
def _module(package: Path, name: str) -> _Module | None:
    """A module of ours, read once; None where the name is that of anything else."""
    if name.partition(".")[0] != package.name:
        return None
    path = package.parent.joinpath(*name.split("."))
    files = (path.with_suffix(".py"), path / "__init__.py")
    file = next((file for file in files if file.is_file()), None)
    return (
        _Module(str(file.relative_to(package.parent)), *_read(file.read_bytes())) if file else None
    )


@functools.cache
def _read(text: bytes) -> tuple[frozenset[str], str]:
    """What a file imports, and the hash of its code."""
    nodes = list(_nodes(ast.parse(text)))
    return frozenset(_imports(nodes)), hashlib.sha256(_bare(text, nodes)).hexdigest()


def _nodes(tree: ast.Module) -> Iterator[ast.AST]:
    """All that runs. The parts of an f-string are not told apart: their places are not exact."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, ast.If) and _is_name(node.test, "TYPE_CHECKING"):
            todo += node.orelse
        elif not isinstance(node, ast.JoinedStr) and not _is_declaration(node):
            # As ast.iter_child_nodes, in half the time: each ./doit waits for this.
            for value in vars(node).values():
                if isinstance(value, list):
                    todo += [part for part in value if isinstance(part, ast.AST)]
                elif isinstance(value, ast.AST):
                    todo.append(value)


def _imports(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            # Whether a name is a module of a package or stands in it, the files tell.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield node.module


def _bare(text: bytes, nodes: Sequence[ast.AST]) -> bytes:
    """A module without docstrings, comments and blank lines: the same in every Python version."""
    lines = text.splitlines()
    strings: dict[int, list[tuple[int, int]]] = {}  # line -> where strings begin and end in it
    spoken = {node.value for node in nodes if isinstance(node, ast.Expr) and _is_text(node.value)}
    for node in nodes:
        if not (isinstance(node, ast.JoinedStr) or _is_text(node) or _is_declaration(node)):
            continue
        for line, start, end in _places(lines, node):
            if node in spoken or _is_declaration(node):
                lines[line] = lines[line][:start] + b" " * (end - start) + lines[line][end:]
            else:
                strings.setdefault(line, []).append((start, end))
    left = (_without_comment(line, strings.get(i, ())) for i, line in enumerate(lines))
    return b"\n".join(line for i, line in enumerate(left) if line or i in strings)


def _is_declaration(node: ast.AST) -> TypeGuard[ast.Assign]:
    return isinstance(node, ast.Assign) and _is_name(node.targets[0], KEYS)


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _places(lines: list[bytes], node: ast.expr | ast.Assign) -> Iterator[tuple[int, int, int]]:
    """Line, first and last column of each line that a node takes."""
    last = (node.end_lineno or node.lineno) - 1
    for line in range(node.lineno - 1, last + 1):
        start = node.col_offset if line == node.lineno - 1 else 0
        yield line, start, (node.end_col_offset or 0) if line == last else len(lines[line])


def _without_comment(line: bytes, strings: Iterable[tuple[int, int]]) -> bytes:
    """Nor with the blanks at its end, unless they are a string's."""
    at = line.find(b"#")
    while at >= 0 and any(start <= at < end for start, end in strings):
        at = line.find(b"#", at + 1)
    code = line if at < 0 else line[:at]
    return code if any(end >= len(line) for _, end in strings) else code.rstrip()
