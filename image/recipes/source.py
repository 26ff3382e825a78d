# SPDX-License-Identifier: MIT
"""Sources: what a recipe asks for, and what dl/ holds of it."""

import contextlib
import json
import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from image.errors import UserError
from image.key import hash_file

PARTS = {
    "file": re.compile(r"[A-Za-z0-9][\w.+~-]*"),
    "sha256": re.compile(r"[0-9a-f]{64}"),
    "debian": re.compile(r"[a-z0-9][a-z0-9+.-]+"),
    "fallback": re.compile(r"[a-z0-9][a-z0-9+.-]+"),
    "release": re.compile(r"[a-z]+"),
    "pypi": re.compile(r"[a-z0-9][a-z0-9._-]*==[0-9][\w.]*"),
}
OPTIONAL = ("debian", "fallback", "pypi", "release")
MEANT = {
    "file": "a file name: letters, digits and . _ + ~ - only",
    "sha256": "64 hexadecimal digits in lower case, in quotes",
    "debian": "the name of a Debian source package",
    "fallback": "the name of a Debian binary package",
    "release": "the name of a Debian release, as in bookworm",
    "pypi": "a Python package with its version, as in name==1.0",
}
COMMIT = re.compile(r"[0-9a-f]{40}")
FOLDER = re.compile(r"[A-Za-z0-9][\w.+-]*")
URL = re.compile(r"https?://[^\s/]+/\S+")
BY_HAND = "put into dl/ manually"


class Unavailable(Exception):
    """Why one place cannot give a file, in a phrase."""


@dataclass(frozen=True)
class Source:
    """One file from upstream, named by its content. Raises UserError for values that cannot be."""

    file: str  # its name in dl/
    urls: tuple[str, ...]  # tried in this order
    sha256: str
    debian: str | None = None  # Debian source package that holds the very same file
    release: str | None = None  # of Debian, that has this package, where the host's own has not
    pypi: str | None = None  # Python package that is published as this very file
    fallback: str | None = None  # Debian package with another version, for want of all else

    def __post_init__(self) -> None:
        for name, pattern in PARTS.items():
            value = getattr(self, name)
            if value is None and name in OPTIONAL:
                continue
            if not isinstance(value, str) or not pattern.fullmatch(value):
                raise UserError(f"source '{self.file}': {name} '{value}' is not {MEANT[name]}")
        _check_urls(f"source '{self.file}'", self.urls)

    @property
    def home(self) -> str:
        """Where upstream publishes it, whichever place it was fetched from."""
        return next(iter(self.urls), f"Python package {self.pypi}")


@dataclass(frozen=True)
class Repository:
    """Some folders of a git repository at one commit, whose id stands for all their content."""

    name: str  # of its bare copy in dl/: NAME.git
    urls: tuple[str, ...]  # tried in this order
    commit: str
    folders: tuple[str, ...]
    marks: tuple[str, ...]  # files by which a tree of it is known
    setting: str  # names a tree of the user's own instead, as in SETTING=path

    def __post_init__(self) -> None:
        where = f"repository '{self.name}'"
        if not COMMIT.fullmatch(str(self.commit)):
            raise UserError(f"{where}: commit '{self.commit}' is not 40 hexadecimal digits")
        for name in (self.name, *self.folders):
            if not FOLDER.fullmatch(str(name)):
                raise UserError(f"{where}: '{name}' is not the name of a folder")
        _check_urls(where, self.urls)


def _check_urls(where: str, urls: tuple[str, ...]) -> None:
    for url in urls:
        if not isinstance(url, str) or not URL.fullmatch(url):
            hint = "urls is a list, each with http:// or https://, host and path"
            raise UserError(f"{where}: '{url}' is not a URL", hint)


@dataclass(frozen=True)
class Fetched:
    """What was actually fetched. It is recorded next to the file and ends up in the manifest."""

    path: Path
    sha256: str
    version: str | None  # only of a fallback: the version of its Debian package
    origin: str  # where the last byte came from: a URL, a mirror, a Debian package


@dataclass(frozen=True)
class Named:
    """What a source is, whether it was fetched or not: enough to know what is built from it."""

    file: str
    sha256: str
    version: str | None = None  # only of a fallback: the version of its Debian package


def find(dl: Path, source: Source) -> Fetched | None:
    """What dl/ holds of a source; None when there is nothing, or another file of that name.

    Content is hashed when size or time differ from the record, so this is cheap the second time.
    """
    record = _read_record(dl, source)
    path = dl / source.file
    if not path.is_file():
        return _find_fallback(dl, source, record)
    is_recorded = record.get("file") == source.file and record.get("sha256") == source.sha256
    origin = str(record["origin"]) if is_recorded else BY_HAND
    found = Fetched(path, source.sha256, None, origin)
    if is_recorded and _is_unchanged(path, record):
        return found
    if hash_file(path) != source.sha256:
        return None
    write_record(dl, source, found)
    return found


def expected(dl: Path, source: Source) -> Named | None:
    """What a source was when it was fetched last, or heard of, though its file is not there."""
    record = _read_record(dl, source)
    if record.get("file") == source.file and record.get("sha256") == source.sha256:
        return Named(source.file, source.sha256)
    if source.fallback and record.get("fallback") == source.fallback:
        return Named(str(record["file"]), str(record["sha256"]), str(record["version"]))
    return None


def write_heard(dl: Path, source: Source, heard: Named) -> None:
    """Note what a source is by others' words: later calls need not ask them."""
    record = {"file": heard.file, "sha256": heard.sha256, "size": 0, "mtime_ns": 0}
    _write(dl, source, {**record, "origin": "heard"}, heard.version)


def write_record(dl: Path, source: Source, found: Fetched) -> None:
    """Note what was had, in dl/FILE.json. A dl/ that cannot be written is hashed each time."""
    status = found.path.stat()
    record = {
        "file": found.path.name,
        "sha256": found.sha256,
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "origin": found.origin,
    }
    _write(dl, source, record, found.version)


def _write(dl: Path, source: Source, record: dict[str, Any], version: str | None) -> None:
    if version is not None:
        record |= {"version": version, "fallback": source.fallback}
    target = _record_path(dl, source)
    # Several processes may note the same at once; each writes a file of its own.
    partial = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}")
    with contextlib.suppress(OSError):
        dl.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(record, indent=1) + "\n")
        partial.replace(target)


def _find_fallback(dl: Path, source: Source, record: dict[str, Any]) -> Fetched | None:
    if source.fallback is None or record.get("fallback") != source.fallback:
        return None
    path = dl / str(record["file"])
    if not path.is_file():
        return None
    found = Fetched(path, str(record["sha256"]), str(record["version"]), str(record["origin"]))
    if not _is_unchanged(path, record):
        if hash_file(path) != found.sha256:
            return None
        write_record(dl, source, found)
    return found


def _read_record(dl: Path, source: Source) -> dict[str, Any]:
    """The record next to a file; empty when there is none, or a damaged one."""
    try:
        record = json.loads(_record_path(dl, source).read_text())
    except (OSError, ValueError):
        return {}
    wanted = {"file", "sha256", "size", "mtime_ns", "origin"}
    wanted |= {"version"} if isinstance(record, dict) and "fallback" in record else set()
    return record if isinstance(record, dict) and wanted <= set(record) else {}


def _record_path(dl: Path, source: Source) -> Path:
    return dl / f"{source.file}.json"


def _is_unchanged(path: Path, record: dict[str, Any]) -> bool:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns] == [record["size"], record["mtime_ns"]]
