# SPDX-License-Identifier: MIT
"""What a builder is given, and the few things that several of them do."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from image import run
from image.builders.toolchain import STANDARD, Target, compiler
from image.errors import UserError
from image.jobs import places
from image.recipes.package import Package

if TYPE_CHECKING:
    from image.boards.memmap import MemoryMap
    from image.config import Config


# What all C of ours is held to; a recipe adds what its program needs.
OURS = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-pedantic"]


@dataclass(frozen=True)
class Job:
    """One package to build: where its source is, and where the result goes."""

    package: Package
    project: Path  # root of the checkout
    config: Config
    source: Path  # unpacked, patched; a builder may write to it
    staging: Path  # install tree: usr/include, usr/lib, usr/bin, boot ...
    log: Path
    jobs: int  # programs at once, together with all other steps
    target: Target
    needs: Mapping[str, Path]  # staging folders of the packages that this one needs
    host: Mapping[str, Path]  # the same, of the packages whose programs make it
    memory_map: MemoryMap | None = None  # of the board, for a recipe with `memmap`

    def option(self, key: str, default: Any = ()) -> Any:
        """A key of the recipe."""
        return self.package.recipe.get(key, default)

    @property
    def directory(self) -> Path:
        """Where in the source tree the recipe's make runs. Raises UserError without it."""
        folder = self.source / str(self.option("directory", "."))
        if not folder.is_dir():
            raise UserError(f"{self.package.name}: the source has no folder {folder.name}")
        return folder

    @property
    def variables(self) -> list[str]:
        """The recipe's `make` variables as words of a command line."""
        given = dict(self.option("make", {})).items()
        return [f"{name}={self.filled(str(value))}" for name, value in given]

    @property
    def make_jobs(self) -> list[str]:
        """What make is told where the recipe limits it, for makefiles that know no other order."""
        return [f"-j{self.option('jobs')}"] if "jobs" in self.package.recipe else []

    def filled(self, text: str) -> str:
        """A recipe's text: {source} is the source tree, {needs[NAME]} what package NAME left."""
        return text.format_map({"source": self.source, "needs": self.needs})

    @property
    def cc(self) -> str:
        """The C compiler: musl's where the package needs musl, else the distribution's."""
        return compiler(self.target, self.needs.get("musl"))

    @property
    def cflags(self) -> list[str]:
        """Compiler flags: the target's, the recipe's, and where the needed headers are."""
        standard = OURS if self.package.own_source else [STANDARD]
        recipes = self.option("cflags")  # its own standard counts, being later
        return [*self.target.cflags, *self.path_maps, *standard, *recipes, *self._includes()]

    @property
    def path_maps(self) -> list[str]:
        """Compiler flags that keep paths of this machine out of what is built.

        It is the same wherever it is built, and stays valid when the checkout is moved.
        """
        return [f"-ffile-prefix-map={folder}=." for folder in (self.source, self.project)]

    @property
    def ldflags(self) -> list[str]:
        """Linker flags: the target's, and where the needed libraries are."""
        folders = [folder / "usr/lib" for name, folder in self.needs.items() if name != "musl"]
        return [*self.target.ldflags, *(f"-L{folder}" for folder in folders)]

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None) -> None:
        """Run a program in the source tree, into the step's log."""
        given = {**reproducible(), **(env or {})}
        run.run(command, cwd=self.source, env=given, log=self.log, places=places(self.jobs))

    def _includes(self) -> list[str]:
        flags = []
        for name, folder in self.needs.items():
            if name != "musl":
                include = folder / "usr/include"
                flags += [f"-I{include}", f"-I{include / name}"]
        return flags


def reproducible() -> dict[str, str]:
    """Variables that keep the clock and the user out of what is built."""
    return {
        "SOURCE_DATE_EPOCH": "1",
        "KBUILD_BUILD_TIMESTAMP": "1970-01-01 00:00:01 UTC",
        "KBUILD_BUILD_USER": "storyteller",
        "KBUILD_BUILD_HOST": "duo",
        "KBUILD_BUILD_VERSION": "1",
    }


def find_files(folder: Path, patterns: list[str], where: str) -> list[Path]:
    """Files that globs name, in order; a leading "!" takes files out again.

    Raises UserError when a pattern matches nothing: a misspelt file would be left out in silence.
    """
    chosen: dict[Path, None] = {}
    for pattern in patterns:
        matches = sorted(folder.glob(pattern.removeprefix("!")))
        if not matches:
            raise UserError(f"{where}: '{pattern}' matches no file in {folder}")
        for path in matches:
            if pattern.startswith("!"):
                chosen.pop(path, None)
            elif path.is_file():
                chosen[path] = None
    return list(chosen)


def copy_file(source: Path, target: Path) -> None:
    """Copy content and x-bit; link where the file systems allow, since results never change."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    data = source.read_bytes()
    target.write_bytes(data)
    target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder as `copy_file` does: whose umask made it does not count."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_symlink():
            copy.symlink_to(path.readlink())
        elif path.is_dir():
            copy.mkdir(exist_ok=True)
        else:
            copy_file(path, copy)
