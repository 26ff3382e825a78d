# SPDX-License-Identifier: MIT
"""What there is of each package to hand on: its licence texts, its source; and our own."""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from image import archive, fetch, run
from image.card.release import compress
from image.fetch import bare
from image.plan.graph import Plan
from image.recipes.package import Package

PROJECT = "duo-storyteller"
OWN = f"sources/{PROJECT}.tar.gz"
# The rooms of the checkout; everything else in it is made from them, or somebody's own.
ROOMS = (".ci", "defconfigs", "docs", "image", "overlays", "packages", "tests")
FILES = ("doit", "dodo.py", "pyproject.toml", "LICENSE", "README.md", "CONTRIBUTING.md",
         "CHANGELOG.md", ".gitignore")  # fmt: skip


def is_own(package: Package) -> bool:
    """Whether everything that it is made from is in this project."""
    return not (package.sources or package.repository or package.tree)


def project_files(root: Path) -> dict[str, Path]:
    """Every file of the checkout that belongs to the project, by its name in an archive."""
    found = [root / name for name in FILES if (root / name).is_file()]
    for room in ROOMS:
        found += [p for p in (root / room).rglob("*") if p.is_file() or p.is_symlink()]
    own = (path for path in found if "__pycache__" not in path.parts)
    return {f"{PROJECT}/{path.relative_to(root)}": path for path in own}


def collect_texts(plan: Plan, package: Package, target: Path) -> Iterator[str]:
    """Copy a package's licence texts into `target`; gives the names of those that were found."""
    names = package.licence.files
    found: dict[str, bytes] = {}
    local = plan.project.local_sources.get(package.name)
    if is_own(package):
        found["LICENSE"] = (plan.project.root / "LICENSE").read_bytes()
    elif package.tree:
        found = {name: text for name in names for text in _tree_text(plan, package, name)}
    elif local:
        found = {name: (local / name).read_bytes() for name in names if (local / name).is_file()}
    elif names:
        for source in package.sources:
            fetched = fetch.known(source, plan.project.fetch)
            if fetched and source.file in names:
                found[source.file] = fetched.path.read_bytes()
            elif fetched and archive.is_archive(fetched.path):
                found |= archive.read_members(fetched.path, names)
    for name, text in found.items():
        path = target / name.replace("/", "_")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        yield path.name


def collect_sources(plan: Plan, package: Package, folder: Path) -> tuple[tuple[str, ...], str]:
    """Put the source of a package into `folder`; returns what is there, and its true version."""
    target = folder / "sources" / package.name
    local = plan.project.local_sources.get(package.name)
    version = package.version
    if is_own(package) and not local:
        return (OWN,), version
    target.mkdir()
    if local:
        archive.pack(_tree_files(local, (".",)), target / "folder.tar.gz")
    for name in package.tree:
        _pack_tree(plan, name, package.tree[name], target / f"{name}.tar.gz")
    for source in () if local else package.sources:
        fetched = fetch.known(source, plan.project.fetch)
        if fetched:
            _link(fetched.path, target / fetched.path.name)
            version = fetched.version or version
    return tuple(str(path.relative_to(folder)) for path in sorted(target.iterdir())), version


def _pack_tree(plan: Plan, name: str, folders: tuple[str, ...], target: Path) -> None:
    """Folders of a repository, as its commit or as a tree given by hand has them."""
    local = plan.project.local_sources.get(name)
    if local:
        archive.pack(_tree_files(local, folders), target)
        return
    repository = plan.project.packages[name].repository
    assert repository is not None
    plain = target.with_suffix("")
    bare.pack(repository, folders, plan.project.fetch.dl, plain)
    compress(plain, target)
    plain.unlink()


def _tree_files(tree: Path, folders: Iterable[str]) -> dict[str, Path]:
    found = [path for folder in folders for path in (tree / folder).rglob("*")]
    files = [path for path in found if path.is_symlink() or path.is_file()]
    names = {str(path.relative_to(tree)): path for path in files}
    return {name: path for name, path in names.items() if ".git" not in Path(name).parts}


def _tree_text(plan: Plan, package: Package, name: str) -> Iterator[bytes]:
    """A licence text out of the repository, or the tree given by hand, that has it."""
    for origin in package.tree:
        local = plan.project.local_sources.get(origin)
        repository = plan.project.packages[origin].repository
        assert repository is not None
        if local and (local / name).is_file():
            yield (local / name).read_bytes()
        if not local:
            with contextlib.suppress(run.CommandFailed):
                yield bare.read_file(repository, name, plan.project.fetch.dl).encode()


def _link(source: Path, target: Path) -> None:
    """A file of dl/ under a second name; a copy where the file system has no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
