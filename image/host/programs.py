# SPDX-License-Identifier: MIT
"""Programs of the build machine by their content: two of one version may be different builds."""

import functools
import re
from collections.abc import Sequence
from pathlib import Path

from image import run
from image.elf import is_elf
from image.key import hash_file

# A line of ldd's: what is loaded, and from where.
LOADED = re.compile(r"^\s+(?P<name>\S+) => (?P<path>/\S+) \(", re.M)
# The C library, in its parts: it gets updates that change nothing that a program writes.
C_LIBRARY = re.compile(r"(ld-linux.*|lib(c|dl|m|pthread|rt)\.so.*)")


@functools.cache
def contents(*names: str) -> dict[str, str | None]:
    """sha256 of these programs, and of the libraries they load, but the C library's.

    A program that is missing has None.
    """
    found = {name: run.which(name) for name in names}
    files = {name: Path(path).resolve() for name, path in found.items() if path}
    loaded = _loaded([file for file in files.values() if is_elf(file)])
    hashes = {name: hash_file(file) for name, file in (files | loaded).items()}
    return {**dict.fromkeys(names), **hashes}


def _loaded(files: Sequence[Path]) -> dict[str, Path]:
    """The libraries that programs load, by their names."""
    if not files:
        return {}
    try:
        said = run.output(["ldd", *files])
    except run.CommandFailed:  # one of them is static
        each = [] if len(files) == 1 else [_loaded([file]) for file in files]
        return {name: path for found in each for name, path in found.items()}
    found = {match["name"]: Path(match["path"]) for match in LOADED.finditer(said)}
    return {name: path for name, path in found.items() if not C_LIBRARY.fullmatch(name)}
