# SPDX-License-Identifier: MIT
"""How packages are built: one module per kind, named in a recipe's `build` key."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from pathlib import Path

    from image.builders.job import Job
    from image.config import Config
    from image.recipes.keys import Builders, Keys
    from image.recipes.package import Package


class Builder(Protocol):
    """What a module of this folder has, if recipes may name it.

    KEYS are its own keys in a recipe, in addition to those of all recipes.

    Where it reads more than a package's own files it also has `files`, which names them: they
    belong to the keys of what it builds.
    """

    KEYS: Keys

    def build(self, job: Job) -> None:
        """Make what the recipe asks for, in the job's staging folder. Raises UserError."""


class Reader(Protocol):
    """A builder's `files`."""

    def __call__(self, package: Package, project: Path, config: Config) -> list[Path]:
        """Other files of the checkout that it reads."""


def name_of(kind: str) -> str:
    """Full name of the module that builds packages of a kind."""
    return f"{__name__}.{kind}"


def find(kind: str) -> Builder:
    """The builder of a kind. Only this one is loaded: the others are none of its business."""
    return cast(Builder, importlib.import_module(name_of(kind)))


def keys() -> Builders:
    """The keys of each builder, by its name."""
    modules = {one.name: find(one.name) for one in pkgutil.iter_modules(__path__)}
    return {name: module.KEYS for name, module in modules.items() if hasattr(module, "build")}


def files_read(package: Package, project: Path, config: Config) -> list[Path]:
    """Files of the checkout that a package's builder reads, other than the package's own."""
    reader: Reader | None = getattr(find(package.build), "files", None)
    return reader(package, project, config) if reader else []
