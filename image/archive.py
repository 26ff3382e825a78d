# SPDX-License-Identifier: MIT
"""Archives from strangers, unpacked so that nothing leaves the folder, patches; and our own."""

import contextlib
import gzip
import os
import shutil
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

from image import run
from image.errors import UserError
from image.trouble import DISK

WHEEL = ".whl"  # a zip archive
SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", WHEEL)
DAMAGED = (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError)
# Far above the largest source we take (a kernel: 1.3 GiB in 80,000 files), far below a full disk.
MAX_BYTES = 8 << 30
MAX_MEMBERS = 500_000


def is_archive(path: Path) -> bool:
    """Whether `unpack` knows this kind of file, by its name."""
    return path.name.endswith(SUFFIXES)


def unpack(archive: Path, target: Path) -> None:
    """Unpack a tar archive or a wheel as the folder `target`, without the one top folder most have.

    Raises UserError, naming archive and member, for anything but plain files, folders and links
    that stay inside. `target` appears whole or not at all.
    """
    with _whole(target) as partial, _refusals(archive.name):
        if archive.name.endswith(WHEEL):
            with zipfile.ZipFile(archive) as wheel:
                _extract_wheel(wheel, archive.name, partial / "all")
        else:
            with tarfile.open(archive, "r|*") as tar:
                _extract(tar, archive.name, partial / "all")
        top = _only_folder(partial / "all")
        _check_links(archive.name, top)
        top.rename(target)


def unpack_plain(archive: IO[bytes], name: str, target: Path) -> None:
    """Unpack an open tar archive, not compressed, as the folder `target`, with all that it holds.

    As `unpack` in everything else; `name` is the archive's in messages.
    """
    with _whole(target) as partial, _refusals(name):
        with tarfile.open(fileobj=archive, mode="r|") as tar:
            _extract(tar, name, partial / "all")
        _check_links(name, partial / "all")
        (partial / "all").rename(target)


@contextlib.contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A folder next to `target` to unpack into; it is gone afterwards."""
    partial = target.with_name(target.name + ".part")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "all").mkdir(parents=True)
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextlib.contextmanager
def _refusals(name: str) -> Iterator[None]:
    try:
        yield
    except DAMAGED as error:
        if isinstance(error, OSError) and error.errno in DISK:
            raise
        raise UserError(f"{name} cannot be unpacked: {error}") from None


def read_members(archive: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Content of the named files of a tar archive or a wheel, as `unpack` would name them.

    What it does not hold as a plain file is left out. Raises UserError for a damaged archive.
    """
    wanted = set(names)
    try:
        if archive.name.endswith(WHEEL):
            with zipfile.ZipFile(archive) as wheel:
                return {name: wheel.read(name) for name in wanted & {*wheel.namelist()}}
        with tarfile.open(archive, "r|*") as tar:
            return _read_members(tar, wanted)
    except DAMAGED as error:
        raise UserError(f"{archive.name} cannot be read: {error}") from None


def pack(files: Mapping[str, Path], target: Path) -> None:
    """Write files and links as a .tar.gz that depends on their names, content and x-bits only."""
    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name, path in sorted(files.items()):
            member = tarfile.TarInfo(name)
            if path.is_symlink():
                member.type, member.linkname = tarfile.SYMTYPE, str(path.readlink())
                tar.addfile(member)
                continue
            member.size = path.stat().st_size
            member.mode = 0o755 if os.access(path, os.X_OK) else 0o644
            with path.open("rb") as file:
                tar.addfile(member, file)


def apply_patches(tree: Path, patches: Iterable[Path], log: Path) -> None:
    """Apply patches in order, each exactly or not at all. Raises UserError with what failed."""
    for patch in patches:
        command = ["patch", "-p1", "--fuzz=0", "--forward", "--batch", f"--input={patch}"]
        try:
            run.output([*command, "--dry-run"], cwd=tree, merge=True)
        except run.CommandFailed as error:
            raise UserError(
                f"{patch.name} does not apply to {tree.parent.parent.name}: {error.message}",
                hint="update the patch for this version of the source",
            ) from None
        run.run(command, cwd=tree, log=log)


def _extract(tar: tarfile.TarFile, archive: str, folder: Path) -> None:
    size = 0
    # Python 3.12 and later ask for a filter; the checks are ours, so that all versions have them.
    tar.extraction_filter = lambda member, path: member
    for count, member in enumerate(tar):
        size += member.size
        if size > MAX_BYTES or count > MAX_MEMBERS:
            raise UserError(f"{archive} unpacks to more than a source can have; it is refused")
        problem = _problem(member, folder)
        if problem:
            raise UserError(f"{archive}: member '{member.name}' {problem}; it is refused")
        _make_harmless(member)
        tar.extract(member, folder)


def _extract_wheel(wheel: zipfile.ZipFile, archive: str, folder: Path) -> None:
    """Wheels hold files only. What one calls a link becomes a file with the link's text."""
    members = wheel.infolist()
    if sum(member.file_size for member in members) > MAX_BYTES or len(members) > MAX_MEMBERS:
        raise UserError(f"{archive} unpacks to more than a source can have; it is refused")
    for member in members:
        if not _is_inside(member.filename):
            raise UserError(
                f"{archive}: member '{member.filename}' leaves the folder; it is refused"
            )
        path = folder / member.filename
        if member.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with wheel.open(member) as packed, path.open("xb") as file:
            shutil.copyfileobj(packed, file)


def _read_members(tar: tarfile.TarFile, wanted: set[str]) -> dict[str, bytes]:
    found = dict[str, bytes]()
    for member in tar:
        path = PurePosixPath(member.name)
        name = next((n for n in (str(path), "/".join(path.parts[1:])) if n in wanted), None)
        file = tar.extractfile(member) if name and member.isfile() else None
        if name and file:
            found[name] = file.read()
        if len(found) == len(wanted):
            break
    return found


def _problem(member: tarfile.TarInfo, folder: Path) -> str | None:
    """Why a member must not be extracted, given what was extracted before it."""
    if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
        return "is neither file, folder nor link"
    if not _is_inside(member.name):
        return "leaves the folder"
    if member.islnk() and not _is_inside(member.linkname):
        return "links to a file outside the folder"
    parent = PurePosixPath(member.name).parent
    # A link that was extracted before could lead the path elsewhere.
    if (folder / parent).resolve() != folder.resolve() / parent:
        return "goes through a link"
    if (folder / member.name).is_symlink():
        return "would overwrite a link"
    return None


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\0" not in name


def _make_harmless(member: tarfile.TarInfo) -> None:
    """Ours, without setuid, and such that we can write to it and remove it."""
    member.uid, member.gid = os.getuid(), os.getgid()
    member.uname = member.gname = ""
    member.mode = (member.mode & 0o755) | (0o700 if member.isdir() else 0o600)


def _check_links(archive: str, folder: Path) -> None:
    root = folder.resolve()
    for path in folder.rglob("*"):
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            name = path.relative_to(folder)
            raise UserError(f"{archive}: link '{name}' leads outside the folder; it is refused")


def _only_folder(folder: Path) -> Path:
    entries = list(folder.iterdir())
    if len(entries) == 1 and entries[0].is_dir() and not entries[0].is_symlink():
        return entries[0]
    return folder
