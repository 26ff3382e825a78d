# SPDX-License-Identifier: MIT
"""Package recipes: packages/NAME/package.yaml as checked, frozen facts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from image.recipes.source import Repository, Source

if TYPE_CHECKING:
    from image.recipes.check import Checked


@dataclass(frozen=True)
class Licence:
    """SPDX expression, and the sha256 of each licence file of the source tree."""

    spdx: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Package:
    """One recipe. `recipe` is the YAML as written: what the builders read and the key hashes."""

    name: str
    version: str
    summary: str
    folder: Path
    sources: tuple[Source, ...]
    licence: Licence
    needs: tuple[str, ...]
    build: str
    recipe: Mapping[str, Any] = field(hash=False)
    repository: Repository | None = None
    checked: Checked | None = field(default=None, repr=False, compare=False)  # None: not of a file

    @property
    def symbol(self) -> str:
        """The Kconfig symbol that puts the package into the image."""
        return "PACKAGE_" + variable(self.name)

    @property
    def is_only_needed(self) -> bool:
        """Whether it puts nothing on a card: others are built from it, or with it."""
        return bool(self.repository) or not {"install", "boot", "stage"} & {*self.recipe}

    @property
    def host_needs(self) -> tuple[str, ...]:
        """Packages whose programs, built for the machine we build on, make this one."""
        return tuple(self.recipe.get("host", ()))

    @property
    def all_needs(self) -> frozenset[str]:
        """All packages that may have to be built before it, whatever is chosen."""
        chosen = (more.get("needs", ()) for more in self.recipe.get("choices", {}).values())
        return frozenset(itertools.chain(self.needs, self.host_needs, *chosen))

    @property
    def tree(self) -> Mapping[str, tuple[str, ...]]:
        """Folders of other packages' sources that this one is built from."""
        return {name: tuple(folders) for name, folders in self.recipe.get("tree", {}).items()}

    @property
    def patches(self) -> tuple[Path, ...]:
        """Patches to the source, in order: of the recipe's folder `patches`, else its own."""
        folder = self.recipe.get("patches")
        return tuple(sorted((self.root / folder if folder else self.folder).glob("*.patch")))

    @property
    def own_source(self) -> Path | None:
        """The source tree of a package that is ours: in its folder, or in that of `code`."""
        source = self.folder.parent / str(self.recipe.get("code", self.name)) / "src"
        is_foreign = self.sources or self.repository or self.tree
        return source if source.is_dir() and not is_foreign else None

    def settings(self, symbols: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Settings files that the recipe asks for: path -> key -> value of its Kconfig symbol."""
        return {
            path: {key: symbols[symbol] for key, symbol in named.items()}
            for path, named in self.recipe.get("settings", {}).items()
        }

    @property
    def root(self) -> Path:
        """The checkout that the recipe is in."""
        return self.folder.parent.parent


def variable(name: str) -> str:
    """A package's name as part of a setting: alsa-lib -> ALSA_LIB."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def in_order(packages: Mapping[str, Package], wanted: Iterable[str]) -> tuple[Package, ...]:
    """The wanted packages and all they need, each after what it needs."""
    ordered: dict[str, Package] = {}

    def visit(name: str) -> None:
        for need in packages[name].needs:
            visit(need)
        ordered.setdefault(name, packages[name])

    for name in sorted(wanted):
        visit(name)
    return tuple(ordered.values())
