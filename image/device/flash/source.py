# SPDX-License-Identifier: MIT
"""The image that is written: plain or packed, and which parts of it a card has to get."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from image.card import bmap, imagefile
from image.card.bmap import Range
from image.card.imagefile import PIECE, is_packed
from image.errors import UserError


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
        return imagefile.open_image(self.path)


def load(path: Path) -> Source:
    """An image and its map, if it has one. Raises UserError for anything else."""
    imagefile.check(path)
    size = _size(path)
    block_map = imagefile.map_beside(path)
    if not block_map.is_file():
        pieces = (Range(start, min(PIECE, size - start)) for start in range(0, size, PIECE))
        return Source(path, size, tuple(pieces))
    mapped_size, ranges = bmap.read(block_map)
    if mapped_size != size:
        raise UserError(
            f"{block_map} is of an image of {mapped_size} bytes; {path} has {size}",
            hint="./doit image makes new ones; without the .bmap everything is written",
        )
    return Source(path, size, ranges)


def _size(path: Path) -> int:
    """Bytes of the image; of a packed one, for which it has to be read through."""
    return sum(map(len, imagefile.unpacked(path))) if is_packed(path) else path.stat().st_size
