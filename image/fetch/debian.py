# SPDX-License-Identifier: MIT
"""The distribution's archive as a source of sources, through the host's own apt configuration.

Everything is in private folders: the host's package lists and caches are not touched, and no
root rights are needed.
"""

import contextlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from image import run
from image.errors import UserError
from image.lock import locked
from image.recipes.source import Unavailable
from image.surroundings import certificates

APT_FOLDER = Path("/etc/apt")
LISTS_MAX_AGE_S = 86_400
BOTH = "deb deb-src"
CERTIFICATES = "Acquire::https::CAInfo"  # the host's own word counts more than its variables
# That of Debian's releases: not that of their security updates, nor anybody else's.
WHOLE_ARCHIVE = re.compile(r"^uris:.*/debian/?\s*$", re.M | re.I)
# Options of one-line entries that are spelt otherwise in deb822.
OPTION_FIELDS = {
    "arch": "Architectures",
    "arch+": "Architectures-Add",
    "arch-": "Architectures-Remove",
    "lang": "Languages",
    "target": "Targets",
}
# 'URL' NAME SIZE SHA256:HASH, as `apt-get source --print-uris` prints it
URI_LINE = re.compile(r"^'(?P<url>[^']+)' (?P<name>\S+) \d+ SHA256:(?P<sha256>[0-9a-f]{64})", re.M)


def source_archive(package: str, sha256: str, state: Path, release: str | None = None) -> Path:
    """Download the source archive of a Debian package that has this sha256, and return its path.

    `state` is a private folder, kept between calls. `release`: instead of in the host's own, look
    in this one of the same archives. Raises Unavailable. The caller checks the hash.
    """
    if release:
        state = state / release
    with _private(state, release) as options:
        return _source_archive(package, sha256, state, options)


def _source_archive(package: str, sha256: str, state: Path, options: list[str]) -> Path:
    version = _version_with(package, sha256, options)
    wanted = f"{package}={version}"
    listed = _apt(["apt-get", *options, "source", "--only-source", "--print-uris", wanted])
    match = next(line for line in URI_LINE.finditer(listed) if line["sha256"] == sha256)
    target = state / "files" / match["name"]
    target.parent.mkdir(exist_ok=True)
    download = ["download-file", match["url"], str(target), f"SHA256:{sha256}"]
    _apt(["/usr/lib/apt/apt-helper", *options, *download])
    return target


def _version_with(package: str, sha256: str, options: list[str]) -> str:
    """Of all versions that are on offer, the one that has this file. Raises Unavailable."""
    try:
        shown = run.output(["apt-cache", *options, "showsrc", "--only-source", package])
    except run.CommandFailed:
        shown = ""
    versions = []
    for stanza in shown.split("\n\n"):
        version = re.search(r"^Version: (\S+)$", stanza, re.M)
        if version:
            versions.append(version[1])
            if re.search(rf"^ {sha256} ", stanza, re.M):
                return version[1]
    if not versions:
        raise Unavailable(f"the distribution has no source package {package}")
    raise Unavailable(f"the distribution has {package} {', '.join(versions)}, not this archive")


def binary_source(package: str, state: Path) -> tuple[Path, str]:
    """Take the source tarball out of a binary package such as linux-source-6.1.

    Returns its path in `state`, and the package's version. apt has checked the package against
    the distribution's signature; no other hash of it can be known beforehand. Raises Unavailable.
    """
    with _private(state) as options:
        return _binary_source(package, state, options)


def _binary_source(package: str, state: Path, options: list[str]) -> tuple[Path, str]:
    folder = state / "files"
    folder.mkdir(exist_ok=True)
    for old in folder.glob(f"{package}_*.deb"):
        old.unlink()
    _apt(["apt-get", *options, "download", package], cwd=folder)
    deb = next(folder.glob(f"{package}_*.deb"))
    version = run.output(["dpkg-deb", "--field", deb, "Version"]).strip()
    unpacked = folder / f"{package}.unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    _apt(["dpkg-deb", "--extract", str(deb), str(unpacked)])
    deb.unlink()
    found = sorted(unpacked.glob(f"usr/src/{package}.tar.*"))
    if not found:
        raise Unavailable(f"the distribution's {package} holds no source")
    path = found[0].replace(folder / found[0].name)
    shutil.rmtree(unpacked)
    return path, version


def whole_archive() -> str:
    """Where this machine's apt gets Debian's releases from. Raises UserError."""
    for stanza in _stanzas(APT_FOLDER):
        found = WHOLE_ARCHIVE.search(stanza)
        if found:
            return found[0].split()[1]
    hint = "it would look like .../debian in a file of that folder"
    raise UserError(f"no Debian archive is named in {APT_FOLDER}", hint)


def private_sources(apt_folder: Path, release: str | None = None) -> str:
    """The host's apt sources as deb822 text that offers source and binary packages alike.

    With a `release`, only the sources of that one, in each archive of whole Debian releases.
    """
    stanzas = list(_stanzas(apt_folder))
    if release:
        whole = (one for one in stanzas if WHOLE_ARCHIVE.search(one))
        stanzas = [_of_release(one, release) for one in whole]
    return "\n\n".join(dict.fromkeys(stanzas)) + "\n"


def _of_release(stanza: str, release: str) -> str:
    stanza = re.sub(r"^types:.*$", "Types: deb-src", stanza, flags=re.M | re.I)
    return re.sub(r"^suites:.*$", f"Suites: {release}", stanza, flags=re.M | re.I)


@contextlib.contextmanager
def _private(state: Path, release: str | None = None) -> Iterator[list[str]]:
    """apt's options for private folders. One user at a time: apt does not wait for its locks."""
    state.mkdir(parents=True, exist_ok=True)
    with locked(state / "lock"):
        yield _prepare(state, private_sources(APT_FOLDER, release))


def _prepare(state: Path, text: str) -> list[str]:
    """Private lists for sources, at most a day old. Returns apt's options for them."""
    if run.which("apt-get") is None:
        raise Unavailable("this machine has no apt")
    sources = state / "sources" / "host.sources"
    for folder in (sources.parent, state / "lists/partial", state / "cache/archives/partial"):
        folder.mkdir(parents=True, exist_ok=True)
    options = _options(state)
    stamp = state / "updated"
    is_fresh = stamp.is_file() and time.time() - stamp.stat().st_mtime < LISTS_MAX_AGE_S
    if is_fresh and sources.is_file() and sources.read_bytes() == text.encode():
        return options
    stamp.unlink(missing_ok=True)
    sources.write_text(text)
    try:
        # By default apt is content when no list can be had at all.
        _apt(["apt-get", *options, "-o=APT::Update::Error-Mode=any", "update"])
    except Unavailable:
        # One repository of many that is out of reach does not keep the others from giving files.
        if not any(state.glob("lists/*_Sources*")):
            raise
        return options
    stamp.touch()
    return options


def _options(state: Path) -> list[str]:
    settings = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": state / "sources",
        "Dir::State::lists": state / "lists",
        "Dir::Cache": state / "cache",
        # Ours may be a folder that apt's own user cannot enter.
        "APT::Sandbox::User": "root",
    }
    trusted = certificates()
    if trusted and not run.output(["apt-config", "shell", "told", CERTIFICATES]):
        settings[CERTIFICATES] = trusted
    pairs = [f"-o={name}={value}" for name, value in settings.items()]
    return ["--quiet", *pairs]


def _apt(command: list[str], cwd: Path | None = None) -> str:
    try:
        return run.output(command, cwd=cwd, merge=True)
    except UserError as error:
        reason = error.message.splitlines()[-1]
        raise Unavailable(f"apt cannot get it: {reason}") from None


def _stanzas(apt_folder: Path) -> Iterator[str]:
    readers = {".list": _from_list, ".sources": _from_deb822}
    for path in [apt_folder / "sources.list", *sorted(apt_folder.glob("sources.list.d/*"))]:
        # As apt does: files of other names are backups and the like.
        reader = readers.get(path.suffix)
        if reader and path.is_file() and os.access(path, os.R_OK):
            yield from reader(path.read_text(errors="replace"))


def _from_list(text: str) -> Iterator[str]:
    """One-line entries: deb [options] URI SUITE COMPONENT ..."""
    for line in text.splitlines():
        entry = re.match(
            r"\s*deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>[^\s#]+)\s+(?P<suite>[^\s#]+)"
            r"(?P<components>[^#]*)",
            line,
        )
        if not entry or entry["uri"].startswith("cdrom:"):
            continue
        fields = {"Types": BOTH, "URIs": entry["uri"], "Suites": entry["suite"]}
        if entry["components"].strip():
            fields["Components"] = " ".join(entry["components"].split())
        for option in (entry["options"] or "").split():
            name, _, value = option.partition("=")
            fields[OPTION_FIELDS.get(name.lower(), name.title())] = value.replace(",", " ")
        yield "\n".join(f"{name}: {value}" for name, value in fields.items())


def _from_deb822(text: str) -> Iterator[str]:
    for stanza in re.split(r"\n\s*\n", text):
        lines = [line for line in stanza.splitlines() if not line.startswith("#")]
        fields = {name.lower(): value for name, _, value in (line.partition(":") for line in lines)}
        if "deb" in fields.get("types", "").split() and "cdrom:" not in fields.get("uris", ""):
            is_types = re.compile(r"types:", re.I).match
            yield "\n".join(f"Types: {BOTH}" if is_types(line) else line for line in lines)
