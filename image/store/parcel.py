# SPDX-License-Identifier: MIT
"""What a step left, as one file: a tar archive that depends on names, content and x-bits only."""

import contextlib
import os
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from image import archive
from image.errors import UserError

# zstd's own default; higher levels save little of what is compressed already, a card or a library.
LEVEL = 3


def pack(folder: Path, target: Path, left_out: tuple[str, ...]) -> None:
    """Write a folder to a .tar.zst; `left_out` are names at its top."""
    with (
        compressed(target, "wb") as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in _sorted(folder, left_out):
            member = _member(folder, path)
            with path.open("rb") if member.isfile() else contextlib.nullcontext() as file:
                tar.addfile(member, file)


def unpack(parcel: Path, folder: Path) -> None:
    """The folder again; it must not be there. Raises UserError for what `pack` does not write."""
    try:
        with compressed(parcel, "rb") as unpacked:
            archive.unpack_plain(unpacked, parcel.name, folder)
    except _zstd().ZstdError as error:
        raise UserError(f"{parcel.name} cannot be unpacked: {error}") from None


def compressed(path: Path, mode: str) -> IO[bytes]:
    """A file that is compressed when it is written, and unpacked when it is read."""
    zstd = _zstd()
    made = zstd.ZstdFile(path, "wb", level=LEVEL) if mode == "wb" else zstd.ZstdFile(path)
    return cast(IO[bytes], made)


def _zstd() -> Any:
    # Imported here: few calls use a store.
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _sorted(folder: Path, left_out: tuple[str, ...]) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name not in left_out:
            yield entry
            if entry.is_dir() and not entry.is_symlink():
                yield from sorted(entry.rglob("*"))


def _member(folder: Path, path: Path) -> tarfile.TarInfo:
    member = tarfile.TarInfo(str(path.relative_to(folder)))
    if path.is_symlink():
        member.type, member.linkname = tarfile.SYMTYPE, str(path.readlink())
    elif path.is_dir():
        member.type, member.mode = tarfile.DIRTYPE, 0o755
    else:
        member.size = path.stat().st_size
        member.mode = 0o755 if os.access(path, os.X_OK) else 0o644
    return member
