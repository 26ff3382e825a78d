# SPDX-License-Identifier: MIT
"""Package recipes: packages/NAME/package.yaml as checked, frozen facts."""

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from image.errors import UserError
from image.reading import yaml_value
from image.recipes.source import Repository, Source

COMMON_KEYS = {"name", "version", "summary", "source", "licence", "needs", "build", "install"}
COMMON_KEYS |= {
    "boot",
    "choices",
    "code",
    "host",
    "memmap",
    "patches",
    "repository",
    "settings",
    "stage",
    "tree",
}
# What each builder of image/builders reads besides the common keys.
BUILDER_KEYS: Mapping[str, set[str]] = {
    "autotools": {"configure", "make", "jobs", "cflags"},
    "c": {"cflags", "include", "libraries", "headers", "programs"},
    "dtb": {"defines", "dts", "include"},
    "espeak": set(),
    "files": set(),
    "fip": set(),
    "firmware": {"directory", "jobs", "make", "targets"},
    "fit": set(),
    "kconfig": {
        "base",
        "directory",
        "fragments",
        "make",
        "musl",
        "optional",
        "required",
        "targets",
        "weigh",
    },
    "make": {"make", "jobs", "cflags", "targets"},
    "musl": {"configure"},
    "packed": {"pack"},
    "spoken": {"say", "voice"},
    "vendor_image": {"take"},
}


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

    @property
    def symbol(self) -> str:
        """The Kconfig symbol that puts the package into the image."""
        return "PACKAGE_" + variable(self.name)

    @property
    def host_needs(self) -> tuple[str, ...]:
        """Packages whose programs, built for the machine we build on, make this one."""
        return tuple(self.recipe.get("host", ()))

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
            path: {key: symbols[symbol] for key, symbol in keys.items()}
            for path, keys in self.recipe.get("settings", {}).items()
        }

    @property
    def root(self) -> Path:
        """The checkout that the recipe is in."""
        return self.folder.parent.parent


def variable(name: str) -> str:
    """A package's name as part of a setting: alsa-lib -> ALSA_LIB."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def load_all(packages: Path) -> dict[str, Package]:
    """Every recipe below `packages`, by name. Raises UserError at the first bad one."""
    found = {path.parent.name: load(path) for path in sorted(packages.glob("*/package.yaml"))}
    for package in found.values():
        chosen = [more.get("needs", ()) for more in package.recipe.get("choices", {}).values()]
        for need in (*package.needs, *package.host_needs, *itertools.chain(*chosen)):
            if need not in found:
                raise UserError(
                    f"{package.folder.name}/package.yaml: needs '{need}', which is not a package",
                    hint=f"packages there are: {', '.join(found)}",
                )
        _check_tree(package, found)
    return found


def _check_tree(package: Package, found: Mapping[str, Package]) -> None:
    where = f"{package.folder.name}/package.yaml: tree"
    for name, folders in package.tree.items():
        repository = found[name].repository if name in found else None
        if repository is None:
            raise UserError(f"{where}: '{name}' is not a package with a repository")
        for folder in folders:
            if folder.split("/")[0] not in repository.folders:
                hint = f"folders it brings: {', '.join(repository.folders)}"
                raise UserError(f"{where}: {name} does not bring '{folder}'", hint)


def load(path: Path) -> Package:
    """Read and check one package.yaml. Raises UserError naming file, key and remedy."""
    recipe = _read(path)
    where = f"{path.parent.name}/{path.name}"
    try:
        package = _package(recipe, path.parent)
    except (KeyError, TypeError, AttributeError) as error:
        hint = "docs/architecture.md says how to add a package"
        raise UserError(f"{where}: {_complaint(error)}", hint) from None
    if package.name != path.parent.name:
        raise UserError(f"{where}: name is '{package.name}', the folder '{path.parent.name}'")
    if package.build not in BUILDER_KEYS:
        known = ", ".join(sorted(BUILDER_KEYS))
        raise UserError(f"{where}: '{package.build}' is not a builder", hint=f"known: {known}")
    strange = set(recipe) - COMMON_KEYS - BUILDER_KEYS[package.build]
    if strange:
        raise UserError(f"{where}: unknown key '{min(strange)}' for a '{package.build}' package")
    return package


def configured(package: Package, symbols: Mapping[str, Any]) -> Package:
    """The recipe with what its `choices` add for each Kconfig symbol that is on.

    What a choice brings stands before the recipe's own: libraries are linked in that order.
    """
    choices = package.recipe.get("choices")
    if not choices:
        return package
    recipe = {key: value for key, value in package.recipe.items() if key != "choices"}
    for symbol, more in choices.items():
        if symbol not in symbols:
            where = f"{package.folder.name}/package.yaml: choices"
            raise UserError(f"{where}: '{symbol}' is not a Kconfig symbol")
        if symbols[symbol]:
            recipe = _merged(more, recipe)
    return _package(recipe, package.folder)


def _merged(more: Any, own: Any) -> Any:
    if isinstance(more, dict):
        return {**own, **{key: _merged(more[key], own.get(key)) for key in more}}
    return [*more, *(own or ())]


def in_order(packages: Mapping[str, Package], wanted: Iterable[str]) -> tuple[Package, ...]:
    """The wanted packages and all they need, each after what it needs."""
    ordered: dict[str, Package] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise UserError(f"packages depend on each other: {' -> '.join((*path, name))}")
        for need in packages[name].needs:
            visit(need, (*path, name))
        ordered.setdefault(name, packages[name])

    for name in sorted(wanted):
        visit(name, ())
    return tuple(ordered.values())


def _read(path: Path) -> dict[str, Any]:
    recipe = yaml_value(path)
    if not isinstance(recipe, dict):
        raise UserError(f"{path.parent.name}/{path.name}: a mapping of keys is expected")
    return recipe


def _package(recipe: dict[str, Any], folder: Path) -> Package:
    licence = recipe["licence"]
    return Package(
        name=recipe["name"],
        version=str(recipe["version"]),
        summary=recipe["summary"],
        folder=folder,
        sources=tuple(_source(entry) for entry in _entries(recipe.get("source"))),
        licence=Licence(licence["spdx"], dict(licence.get("files", {}))),
        needs=tuple(recipe.get("needs", ())),
        build=recipe["build"],
        recipe=recipe,
        repository=_repository(recipe["repository"]) if "repository" in recipe else None,
    )


def _entries(source: Any) -> list[dict[str, Any]]:
    if source is None:
        return []
    return source if isinstance(source, list) else [source]


def _source(entry: dict[str, Any]) -> Source:
    return Source(**{**entry, "urls": tuple(entry["urls"])})


def _repository(entry: dict[str, Any]) -> Repository:
    lists = {key: tuple(entry[key]) for key in ("urls", "folders", "marks")}
    return Repository(**{**entry, **lists})


def _complaint(error: Exception) -> str:
    return f"key {error} is missing" if isinstance(error, KeyError) else str(error)
