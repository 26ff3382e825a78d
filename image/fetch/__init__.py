# SPDX-License-Identifier: MIT
"""Fetching: dl/, then a mirror, then each URL, then the distribution's archive; always verified."""

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tqdm import tqdm

from image import trouble
from image.errors import UserError
from image.fetch import debian, git, pypi
from image.fetch.http import Patience, download
from image.key import hash_file
from image.lock import locked
from image.recipes.source import (
    Fetched,
    Named,
    Repository,
    Source,
    Unavailable,
    expected,
    find,
    write_heard,
    write_record,
)  # fmt: skip

APT = ".apt"  # apt's private folders in dl/
PIP = ".pip"  # what pip downloads, until it has its name


@dataclass(frozen=True)
class Settings:
    """Where files are kept and looked for."""

    dl: Path
    mirror: str | None = None  # folder or http(s) URL that holds FILE, asked before all others
    offline: bool = False
    patience: Patience = Patience()
    # By the recipe's sha256, what others were given for it: a fallback is of no fixed version.
    named: Mapping[str, Named] = field(default_factory=dict)


@dataclass(frozen=True)
class _Place:
    """One place to get a source from; `get` raises Unavailable."""

    name: str
    get: Callable[[], Fetched]
    is_local: bool = False


def known(source: Source, settings: Settings) -> Fetched | None:
    """What dl/ already holds of a source. Never uses the network; cheap."""
    with _local_trouble_told(source.file, settings):
        return find(settings.dl, source)


def named(source: Source, settings: Settings) -> Named | None:
    """What a source is, fetched or not; None where only fetching it can tell."""
    found = known(source, settings)
    if found:
        return Named(found.path.name, found.sha256, found.version)
    if source.fallback is None:
        return Named(source.file, source.sha256)
    return settings.named.get(source.sha256) or expected(settings.dl, source)


def hear(heard: Mapping[Source, Named], settings: Settings) -> Settings:
    """The settings of who was told what some sources are; later calls know it, too."""
    for source, name in heard.items():
        write_heard(settings.dl, source, name)
    return replace(settings, named={source.sha256: name for source, name in heard.items()})


def fetch(source: Source, settings: Settings) -> Fetched:
    """Make sure that dl/ holds a source, verified. Two calls at once share one download.

    Raises UserError with each place that was asked and why it failed.
    """
    found = known(source, settings)
    if found:
        return found
    with _local_trouble_told(source.file, settings), _locked(source, settings):
        return find(settings.dl, source) or _fetch(source, settings)


def has_repository(repository: Repository, settings: Settings) -> bool:
    """Whether dl/ already holds all that is wanted of a repository. Cheap."""
    return git.is_complete(repository, settings.dl)


def fetch_repository(repository: Repository, settings: Settings) -> None:
    """Make sure that dl/ holds a repository. Raises UserError like `fetch`."""
    with _local_trouble_told(f"{repository.name}.git", settings):
        git.fetch(repository, settings.dl, settings.mirror, settings.offline, settings.patience)


def _fetch(source: Source, settings: Settings) -> Fetched:
    _set_aside_wrong(settings.dl / source.file)
    failures = []
    for place in _places(source, settings):
        if settings.offline and not place.is_local:
            failures.append(f"{place.name}: skipped, OFFLINE is set")
            continue
        try:
            found = place.get()
        except Unavailable as reason:
            failures.append(f"{place.name}: {reason}")
            continue
        _part(source, settings).unlink(missing_ok=True)
        return found
    asked = "".join(f"\n  {failure}" for failure in failures) or "\n  the recipe names no source"
    raise UserError(
        f"{source.file} could not be fetched:{asked}",
        hint=f"put {source.file} with sha256 {source.sha256} into {settings.dl},"
        " or name a folder or site that has it: DL_MIRROR=...",
    )


def _places(source: Source, settings: Settings) -> Iterator[_Place]:
    mirror = settings.mirror
    if mirror and re.match(r"https?://", mirror):
        url = f"{mirror.rstrip('/')}/{source.file}"
        yield _Place(url, partial(_from_url, url, source, settings))
    elif mirror:
        file = Path(mirror.removeprefix("file://")).expanduser() / source.file
        yield _Place(str(file), partial(_from_folder, file, source, settings), is_local=True)
    for url in source.urls:
        yield _Place(url, partial(_from_url, url, source, settings))
    releases = (None, source.release) if source.release else (None,)
    for release in releases if source.debian else ():
        name = f"Debian source package {source.debian}" + (f" of {release}" if release else "")
        yield _Place(name, partial(_from_debian, name, release, source, settings))
    if source.pypi:
        yield _Place(f"Python package {source.pypi}", partial(_from_pypi, source, settings))
    if source.fallback:
        name = f"Debian package {source.fallback}"
        yield _Place(name, partial(_fallback, source.fallback, source, settings))


def _from_url(url: str, source: Source, settings: Settings) -> Fetched:
    """Download, resuming an earlier, interrupted try, of whatever URL.

    The sha256 alone decides whether the pieces belong together. When they do not (the first may
    be another site's, or from before the file was replaced), the same URL gets a second chance.
    """
    _say(f"{source.file}: from {url}")
    part = _part(source, settings)
    if not (part.is_file() and hash_file(part) == source.sha256):
        in_one_piece = download(url, part, source.file, settings.patience)
        if not in_one_piece and hash_file(part) != source.sha256:
            part.unlink()
            download(url, part, source.file, settings.patience)
    return _keep(part, url, source, settings)


def _from_folder(file: Path, source: Source, settings: Settings) -> Fetched:
    if not file.is_file():
        raise Unavailable("no such file")
    copy = settings.dl / f".{source.file}.copy"
    shutil.copyfile(file, copy)
    return _keep(copy, f"mirror {file.parent}", source, settings)


def _from_debian(name: str, release: str | None, source: Source, settings: Settings) -> Fetched:
    _say(f"{source.file}: asking the distribution's archive")
    path = debian.source_archive(str(source.debian), source.sha256, settings.dl / APT, release)
    return _keep(path, name, source, settings)


def _from_pypi(source: Source, settings: Settings) -> Fetched:
    _say(f"{source.file}: asking pip")
    path = pypi.distribution(str(source.pypi), source.file, source.sha256, settings.dl / PIP)
    return _keep(path, f"Python package {source.pypi}", source, settings)


def _fallback(package: str, source: Source, settings: Settings) -> Fetched:
    """Another version. Its integrity comes from apt, which checks the distribution's signature."""
    _say(f"{source.file}: asking the distribution for {package} instead")
    path, version = debian.binary_source(package, settings.dl / APT)
    suffix = path.name.removeprefix(package)
    target = settings.dl / f"{package}_{version.replace(':', '%3a')}{suffix}"
    _sync(path)
    path.replace(target)
    found = Fetched(target, hash_file(target), version, f"Debian package {package} {version}")
    write_record(settings.dl, source, found)
    _say(f"{source.file} could not be fetched; using the distribution's {package} {version}")
    return found


def _keep(path: Path, origin: str, source: Source, settings: Settings) -> Fetched:
    """Give a file its name in dl/ once its content is proved. Raises Unavailable."""
    sha256 = hash_file(path)
    if sha256 != source.sha256:
        path.unlink()
        raise Unavailable(f"gives another file, with sha256 {sha256}")
    target = settings.dl / source.file
    _sync(path)
    path.replace(target)
    found = Fetched(target, sha256, None, origin)
    write_record(settings.dl, source, found)
    _say(f"{source.file}: {target.stat().st_size / 1e6:.1f} MB, sha256 verified")
    return found


@contextlib.contextmanager
def _locked(source: Source, settings: Settings) -> Iterator[None]:
    """One process at a time per file; the lock goes with the process, however it ends."""
    folder = settings.dl / ".lock"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / source.file, f"another process, which fetches {source.file}"):
        yield


@contextlib.contextmanager
def _local_trouble_told(what: str, settings: Settings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        found = trouble.told(error, settings.dl)
        other = "or name another folder: DL_DIR=..."
        hint = f"{found.hint}; {other}" if found.hint else other
        raise UserError(f"{what}: {found.message}", hint) from None


def _set_aside_wrong(path: Path) -> None:
    if path.is_file():
        aside = path.with_name(f"{path.name}.wrong")
        path.replace(aside)
        _say(f"{path} does not have the sha256 in the recipe; it is now {aside.name}")


def _part(source: Source, settings: Settings) -> Path:
    return settings.dl / f"{source.file}.part"


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _say(message: str) -> None:
    tqdm.write(message, file=sys.stderr)
