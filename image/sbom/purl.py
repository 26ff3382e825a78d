# SPDX-License-Identifier: MIT
"""Package URLs: names for components that other tools know. https://github.com/package-url"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from packageurl import PackageURL

from image.recipes.package import Package
from image.recipes.source import Repository

if TYPE_CHECKING:
    from image.plan.graph import Plan

GITHUB = re.compile(
    r"https://(?:github\.com/(?P<owner>[^/]+)/(?P<name>[^/]+)"
    r"/(?:archive(?:/refs/tags)?|releases/download|raw)/(?P<tag>[^/]+?)(?:/[^/]+|\.tar\.gz|\.zip)"
    r"|raw\.githubusercontent\.com/(?P<raw_owner>[^/]+)/(?P<raw_name>[^/]+)/(?P<commit>[^/]+)/.+)$"
)


def of_package(
    plan: Plan, package: Package, sources: Iterable[Mapping[str, Any]], version: str
) -> PackageURL:
    """What a component is called: true of its source, so of a folder given by hand but a name.

    `sources` and `version` are those of the manifest.
    """
    local = plan.project.local_sources
    if package.name in local or any(name in local for name in package.tree):
        return plain(package.name, version)
    for name in package.tree:
        return _of_tree(plan.project.packages[name].repository, package.tree[name])
    for source, entry in zip(package.sources, sources, strict=False):
        if source.fallback and entry["version"] != package.version:
            vendor = platform.freedesktop_os_release()["ID"]
            return PackageURL("deb", vendor, source.fallback, version, {"arch": "all"})
        if source.pypi:
            name, _, release = source.pypi.partition("==")
            return PackageURL("pypi", None, name, release)
        github = of_github(source.urls[0]) if source.urls else None
        if github:
            return github
        where = {"checksum": f"sha256:{source.sha256}"}
        where |= {"download_url": source.urls[0]} if source.urls else {}
        return PackageURL("generic", None, package.name, version, where)
    return plain(package.name, version)


def of_github(url: str) -> PackageURL | None:
    """The package URL of a file that a GitHub repository gives out; None of another file.

    Not the library's url2purl: it takes the v off a tag, which then names no tag.
    """
    found = GITHUB.match(url)
    if not found:
        return None
    owner, name = found["owner"] or found["raw_owner"], found["name"] or found["raw_name"]
    return PackageURL("github", owner, name, found["tag"] or found["commit"])


def plain(name: str, version: str) -> PackageURL:
    """A name for what no registry of names knows."""
    return PackageURL("generic", None, name, version)


def _of_tree(repository: Repository | None, folders: tuple[str, ...]) -> PackageURL:
    """The repository at its commit, and, where it is but one, the folder."""
    assert repository is not None
    owner, name = repository.urls[0].removesuffix(".git").split("/")[-2:]
    folder = folders[0] if len(folders) == 1 else None
    return PackageURL("github", owner, name, repository.commit, None, folder)
