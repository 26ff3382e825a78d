# SPDX-License-Identifier: MIT
"""What a step's result depends on, as JSON: recipe, sources, settings, tools, and our own code."""

import itertools
import zlib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from image import builders, fetch
from image.errors import UserError
from image.host import doctor, programs
from image.key import hash_file, hash_tree, list_tree
from image.plan import code
from image.plan.step import Step
from image.project import Project
from image.recipes.package import Package
from image.recipes.source import Repository

# The modules that make what a step leaves, where that is no package.
MAKERS = {
    "rootfs": ("image.card.rootfs",),
    "card": ("image.card.disk_image",),
    "release": ("image.card.release", "image.sbom"),
}
CODE = "code"  # which of the inputs are modules of ours
# Host programs that write what ends up on the card: others may write it otherwise.
WRITERS = {"rootfs": ("mkfs.erofs",), "card": ("genimage", "mkdosfs", "mcopy")}
SBOM = "cyclonedx-python-lib"  # writes the bill of materials: another version may sort otherwise
# Files of a package's folder that its result does not depend on: the recipe is hashed as data.
NO_INPUTS = ("package.yaml", "Kconfig", "README.md")


def of(project: Project, packages: Iterable[Package], step: Step) -> dict[str, Any]:
    """What a step depends on, other than results of steps; `packages` are those on the card.

    Raises UserError while a source is not in dl/, or for a tree of the user's that is incomplete.
    """
    if step.package:
        return _build_inputs(project, step)
    return _image_inputs(project, packages, step)


def _build_inputs(project: Project, step: Step) -> dict[str, Any]:
    package = step.package
    assert package is not None
    extra = builders.files_read(package, project.root, project.config)
    local = project.local_sources.get(package.name)
    inputs = {
        "recipe": dict(package.recipe),
        CODE: _code(package),
        "toolchain": step.target.identity(),
        "source": list_tree(local) if local else source_hashes(project, package),
        "files": hash_tree(project.root, [*_own_files(package), *extra]),
        "settings": package.settings(project.config.symbols),
        "choices": _choices(package, project.config.symbols),
    }
    if package.tree:
        inputs["tree"] = {name: _tree(project, package, name) for name in package.tree}
    if package.recipe.get("memmap"):
        inputs["memmap"] = project.memory_map.values()
    return inputs


def _code(package: Package) -> dict[str, str]:
    """The modules of ours that build a package."""
    makers = ["image.steps.build", builders.name_of(package.build)]
    makers += ["image.boards.memmap"] if package.recipe.get("memmap") else []
    return code.hashes(*makers)


def _choices(package: Package, symbols: Mapping[str, Any]) -> dict[str, Any]:
    """Each Kconfig symbol that the recipe names, wherever a builder may read it, with its value."""
    named = set(_words({key: value for key, value in package.recipe.items() if key != "settings"}))
    return {symbol: symbols[symbol] for symbol in named & set(symbols)}


def _words(value: Any) -> Iterator[str]:
    """All texts in a recipe, keys included."""
    if isinstance(value, Mapping):
        yield from itertools.chain(value, *map(_words, value.values()))
    elif isinstance(value, list):
        yield from itertools.chain.from_iterable(map(_words, value))
    elif isinstance(value, str):
        yield value


def source_hashes(project: Project, package: Package) -> dict[str, str]:
    """The files that a package is built from, by their names. Raises UserError as `of`."""
    named = {source.file: fetch.named(source, project.fetch) for source in package.sources}
    for file, found in named.items():
        if found is None:
            raise UserError(f"{file} is not in {project.fetch.dl}", hint="run: ./doit fetch")
    return {file: found.sha256 for file, found in named.items() if found}


def _tree(project: Project, package: Package, name: str) -> Any:
    """What a package's folders of another one's source are: a commit, or all files listed."""
    local = project.local_sources.get(name)
    repository = project.packages[name].repository
    assert repository is not None
    if local is None:
        return repository.commit
    _check_marks(local, package, repository)
    return {folder: list_tree(local / folder) for folder in package.tree[name]}


def check_trees(project: Project, packages: Iterable[Package]) -> None:
    """Raise UserError for a tree given by hand that lacks what these packages are built from."""
    for package in packages:
        for name in package.tree:
            _tree(project, package, name)


def _check_marks(tree: Path, package: Package, repository: Repository) -> None:
    """Raise UserError for a tree given by hand that lacks what the package is built from."""
    folders = package.tree[repository.name]
    marks = [mark for mark in repository.marks if mark.startswith(tuple(f"{f}/" for f in folders))]
    lacking = [mark for mark in marks if not (tree / mark).is_file()]
    lacking += [folder for folder in folders if not (tree / folder).is_dir()]
    if lacking:
        others = f", and {len(lacking) - 1} more" if lacking[1:] else ""
        raise UserError(
            f"{tree} is not a complete tree of {repository.name}: {package.name} is built from"
            f" {', '.join(folders)}, and {lacking[0]} is missing{others}",
            hint=f"get it whole from {repository.urls[0]}, commit {repository.commit[:12]}",
        )


def _own_files(package: Package) -> list[Path]:
    """Our files that go into a package: its source when it is ours, patches, files to install."""
    own = package.own_source
    code = [path for path in own.rglob("*") if path.is_file()] if own else []
    beside = [p for p in package.folder.iterdir() if p.is_file() and p.name not in NO_INPUTS]
    named = {n for key in ("install", "boot") for n in dict(package.recipe.get(key, {})).values()}
    folders = [package.folder / name for name in named if (package.folder / name).is_dir()]
    inside = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sorted({*code, *beside, *inside, *package.patches})


def _image_inputs(project: Project, packages: Iterable[Package], step: Step) -> dict[str, Any]:
    own: dict[str, Any] = {CODE: code.hashes(*MAKERS[step.kind])}
    # The versions are for people: a distribution may build one version twice.
    own["tools"] = {name: doctor.version(name) for name in WRITERS.get(step.kind, ())}
    own["programs"] = programs.contents(*WRITERS.get(step.kind, ()))
    if step.kind == "rootfs":
        own["overlay"] = {
            str(folder.relative_to(project.overlays)): hash_tree(folder)
            for folder in project.root_overlays
        }
        own["model"] = {path: hash_file(file) for path, file in project.model_files.items()}
    if step.kind == "card":
        own["overlay"] = hash_tree(project.board.boot)
        own["given"] = {path: hash_file(file) for path, file in project.boot_files.items()}
        own["settings"] = {k: v for k, v in project.config.symbols.items() if k.startswith("CARD_")}
    if step.kind == "release":
        # The manifest tells them.
        own["configuration"] = dict(project.config.symbols)
        own["versions"] = {package.name: package.version for package in packages}
        own["tools"] = {"zlib": zlib.ZLIB_RUNTIME_VERSION, SBOM: version(SBOM)}
    return own
