# SPDX-License-Identifier: MIT
"""The image that is written: plain or .gz, and which parts of it a card has to get."""

import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from image import bmap
from image.bmap import MAX_IMAGE, Range
from image.errors import UserError

PIECE = 1 << 20  # bytes; of an image without a map


@dataclass(frozen=True)
class Source:
    """An image file, its size unpacked, and the parts of it that have to be written, in order."""

    path: Path
    size: int
    ranges: tuple[Range, ...]

    @property
    def mapped(self) -> int:
        """Bytes that have to be written."""
        return sum(part.size for part in self.ranges)

    def open(self) -> BinaryIO:
        """The image's bytes, unpacked as they are read."""
        return _open(self.path)


def load(path: Path) -> Source:
    """An image and its map, if one lies beside it. Raises UserError for what is none."""
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    if plain.suffix != ".img":
        raise UserError(f"{path} is no card image: its name ends in neither .img nor .img.gz")
    if not path.is_file():
        raise UserError(f"{path} is no file", hint="./doit image builds a card image")
    size = _size(path)
    block_map = plain.with_name(f"{plain.name}.bmap")
    if not block_map.is_file():
        pieces = (Range(start, min(PIECE, size - start)) for start in range(0, size, PIECE))
        return Source(path, size, tuple(pieces))
    mapped_size, ranges = bmap.read(block_map)
    if mapped_size != size:
        raise UserError(
            f"{block_map} is of an image of {mapped_size} bytes; {path} has {size}",
            hint="./doit image makes both anew; without the .bmap everything is written",
        )
    return Source(path, size, ranges)


def _size(path: Path) -> int:
    """Bytes of the image; of a .gz, what it unpacks to, for which it has to be read through."""
    if path.suffix != ".gz":
        return path.stat().st_size
    try:
        with _open(path) as file:
            return _count(iter(lambda: file.read(PIECE), b""), path)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be unpacked: {error}") from None


def _count(pieces: Iterable[bytes], path: Path) -> int:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_IMAGE:
            raise UserError(f"{path} unpacks to more than a card image can have")
    return size


def _open(path: Path) -> BinaryIO:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]
