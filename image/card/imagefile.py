# SPDX-License-Identifier: MIT
"""A card image as a file, plain or packed with gzip: its first bytes tell, whatever its name is.

Browsers that fetch a file twice call it `card.img (1).gz`, and others unpack it and keep the name.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from image.card.bmap import MAX_IMAGE
from image.errors import UserError

PIECE = 1 << 20  # bytes
GZIP = b"\x1f\x8b"
OTHERS = {b"PK\x03\x04": "zip", b"\xfd7zXZ\0": "xz", b"BZh": "bzip2", b"\x28\xb5\x2f\xfd": "zstd"}


def check(path: Path) -> None:
    """Raise UserError for anything but a file, or one packed by something other than gzip."""
    if not path.is_file():
        raise UserError(f"{path} is not a file", hint="./doit image builds a card image")
    start = _start(path)
    for magic, name in OTHERS.items():
        if start.startswith(magic):
            raise UserError(f"{path} is packed with {name}", hint="unpack it first")


def is_packed(path: Path) -> bool:
    """Whether the image is inside of a gzip file."""
    return _start(path).startswith(GZIP)


def open_image(path: Path) -> BinaryIO:
    """The image's bytes, unpacked as they are read."""
    return cast(BinaryIO, gzip.open(path)) if is_packed(path) else path.open("rb")


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
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be unpacked: {error}") from None


def map_beside(path: Path) -> Path:
    """Where the block map of an image is, if it has one."""
    return path.with_name(f"{path.name.removesuffix('.gz')}.bmap")


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(max(map(len, OTHERS)))
