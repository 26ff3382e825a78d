# SPDX-License-Identifier: MIT
"""Content keys: what a step is made of, as one hash and as words."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

Json = Any

KEY_DIGITS = 12  # of 64: enough to tell the builds of one project apart, short enough to read


def canonical(value: Json) -> str:
    """One text for equal values, whatever the order of their keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def hash_of(value: Json) -> str:
    """sha256 of a value in its one text form, as hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def key_of(inputs: Json) -> str:
    """The key of a step: the start of the hash of its inputs."""
    return hash_of(inputs)[:KEY_DIGITS]


def hash_file(path: Path) -> str:
    """sha256 of a file's content, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_tree(folder: Path, files: Iterable[Path] | None = None) -> dict[str, str]:
    """Content of a folder by relative path: sha256 and x-bit of files, target of links."""
    chosen = sorted(files if files is not None else _files(folder))
    return {str(path.relative_to(folder)): _hash_entry(path) for path in chosen}


def list_tree(folder: Path) -> dict[str, str]:
    """Size and time of each file below a folder: a cheap stand-in for hash_tree on large trees."""
    return {
        str(path.relative_to(folder)): f"{status.st_size} {status.st_mtime_ns}"
        for path in sorted(_files(folder))
        for status in (path.lstat(),)
    }


def changes(old: Json, new: Json, name: str = "") -> Iterator[str]:
    """Say in words how two inputs differ, one phrase per difference."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for part in sorted({*old, *new}):
            full = f"{name} {part}".strip()
            if part not in old:
                yield f"{full} added"
            elif part not in new:
                yield f"{full} removed"
            else:
                yield from changes(old[part], new[part], full)
    elif old != new:
        yield _change(name, old, new)


def _change(name: str, old: Json, new: Json) -> str:
    before, after = canonical(old), canonical(new)
    if _is_hash(old) or len(before) + len(after) > 80:
        return f"{name} changed"
    return f"{name} changed: {before} -> {after}"


def _is_hash(value: Json) -> bool:
    return isinstance(value, str) and len(value.split(" ")[0]) in (KEY_DIGITS, 64)


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if "__pycache__" in path.parts or ".git" in path.relative_to(folder).parts:
            continue
        if path.is_symlink() or path.is_file():
            yield path


def _hash_entry(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return hash_file(path) + (" x" if path.stat().st_mode & 0o100 else "")
