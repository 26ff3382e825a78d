# SPDX-License-Identifier: MIT
"""Package URLs: names for components that other tools know. https://github.com/package-url"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

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
) -> str:
    """What a component is called: true of its source, so of a folder given by hand but a name.

    `sources` and `version` are those of the manifest.
    """
    local = plan.project.local_sources
    if package.name in local or any(name in local for name in package.tree):
        return plain(package.name, version)
    for name in package.tree:
        return _tree_url(plan.project.packages[name].repository, package.tree[name])
    for source, entry in zip(package.sources, sources, strict=False):
        if source.fallback and entry["version"] != package.version:
            vendor = platform.freedesktop_os_release()["ID"]
            return f"pkg:deb/{vendor}/{source.fallback}@{quote(version, safe='')}?arch=all"
        if source.pypi:
            return f"pkg:pypi/{source.pypi.replace('==', '@')}"
        github = github_url(source.urls[0]) if source.urls else None
        if github:
            return github
        where = {"checksum": f"sha256:{source.sha256}"}
        where |= {"download_url": source.urls[0]} if source.urls else {}
        return f"{plain(package.name, version)}?{_qualifiers(where)}"
    return plain(package.name, version)


def github_url(url: str) -> str | None:
    """The package URL of a file that a GitHub repository gives out; None of another file."""
    found = GITHUB.match(url)
    if not found:
        return None
    owner, name = found["owner"] or found["raw_owner"], found["name"] or found["raw_name"]
    return f"pkg:github/{owner.lower()}/{name.lower()}@{quote(found['tag'] or found['commit'])}"


def plain(name: str, version: str) -> str:
    """A name for what no registry of names knows."""
    return f"pkg:generic/{quote(name, safe='')}@{quote(version, safe='')}"


def _tree_url(repository: Repository | None, folders: tuple[str, ...]) -> str:
    """The repository at its commit, and, where it is but one, the folder."""
    assert repository is not None
    at = repository.urls[0].removesuffix(".git").removeprefix("https://github.com/").lower()
    below = f"#{folders[0]}" if len(folders) == 1 else ""
    return f"pkg:github/{at}@{repository.commit}{below}"


def _qualifiers(values: Mapping[str, str]) -> str:
    return "&".join(f"{key}={quote(value, safe=':/')}" for key, value in sorted(values.items()))
