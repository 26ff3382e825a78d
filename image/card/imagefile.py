# SPDX-License-Identifier: MIT
"""A card image as a file, plain or packed: its first bytes tell, whatever its name is.

Browsers that fetch a file twice call it `card.img (1).xz`, and others unpack it and keep the name.
"""

import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, cast

from image.card.bmap import MAX_IMAGE
from image.errors import UserError

PIECE = 1 << 20  # bytes
# By their first bytes; `image` packs with xz, and many others with gzip.
Reader = Callable[[Path], object]
READERS: Mapping[bytes, Reader] = {b"\xfd7zXZ\0": lzma.open, b"\x1f\x8b": gzip.open}
OTHERS = {b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\x28\xb5\x2f\xfd": "zstd"}
ENDS = (".xz", ".gz")
MAGIC_BYTES = max(map(len, (*READERS, *OTHERS)))


def check(path: Path) -> None:
    """Raise UserError for anything but a file, or one packed by something that is not read."""
    if not path.is_file():
        raise UserError(f"{path} is not a file", hint="./doit image builds a card image")
    start = _start(path)
    for magic, name in OTHERS.items():
        if start.startswith(magic):
            raise UserError(f"{path} is packed with {name}", hint="unpack it first")


def is_packed(path: Path) -> bool:
    """Whether the image is inside of another file."""
    return _reader(path) is not None


def open_image(path: Path) -> BinaryIO:
    """The image's bytes, unpacked as they are read."""
    reader = _reader(path)
    return cast(BinaryIO, reader(path)) if reader else path.open("rb")


def unpacked(path: Path) -> Iterator[bytes]:
    """The image piece by piece. Raises UserError for a damaged file, or one without an end."""
    size = 0
    try:
        with open_image(path) as file:
            while piece := file.read(PIECE):
                size += len(piece)
                if size > MAX_IMAGE:
                    raise UserError(f"{path} unpacks to more than a card image can have")
                yield piece
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise UserError(f"{path} cannot be unpacked: {error}") from None


def map_beside(path: Path) -> Path:
    """Where the block map of an image is, if it has one."""
    name = path.stem if path.suffix in ENDS else path.name
    return path.with_name(f"{name}.bmap")


def _reader(path: Path) -> Reader | None:
    start = _start(path)
    found = [reader for magic, reader in READERS.items() if start.startswith(magic)]
    return found[0] if found else None


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAGIC_BYTES)
