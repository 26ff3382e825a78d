# SPDX-License-Identifier: MIT
"""Block maps (.bmap, version 2): which parts of a card image a card writer has to write.

Made here and not by `bmaptool create`, which takes holes of the file for parts that nobody reads.
But zeros in a file system's tables are read, and a hole is where they are on some host's disks.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from image.errors import UserError

BLOCK = 4096  # bytes
MAX_IMAGE = 8 << 30  # bytes; a guard against numbers that cannot be
LARGEST_BLOCK = 1 << 20
CHECKSUM = "sha256"
NO_SUM = "0" * 64

HEAD = """\
<?xml version="1.0" ?>
<!-- Blocks of {image} that a card has to get; whatever the others hold, nobody reads it. -->
<bmap version="2.0">
    <ImageSize> {size} </ImageSize>
    <BlockSize> {block} </BlockSize>
    <BlocksCount> {blocks} </BlocksCount>
    <MappedBlocksCount> {mapped} </MappedBlocksCount>
    <ChecksumType> {checksum} </ChecksumType>
    <BmapFileChecksum> {own} </BmapFileChecksum>
    <BlockMap>
"""
RANGE = '        <Range chksum="{sum}"> {first}-{last} </Range>\n'
TAIL = """\
    </BlockMap>
</bmap>
"""


@dataclass(frozen=True)
class Range:
    """A part of an image, in bytes; `sha256` of it where that is known."""

    start: int
    size: int
    sha256: str | None = None


def make(image: Path, contents: Iterable[Range]) -> str:
    """The block map of an image, of which `contents`, in order and block by block, are read."""
    size = image.stat().st_size
    blocks = [(part.start // BLOCK, -(-(part.start + part.size) // BLOCK)) for part in contents]
    head = HEAD.format(
        image=image.name,
        size=size,
        block=BLOCK,
        blocks=-(-size // BLOCK),
        mapped=sum(end - first for first, end in blocks),
        checksum=CHECKSUM,
        own=NO_SUM,
    )
    lines = [
        RANGE.format(sum=_hash(image, first, end), first=first, last=end - 1)
        for first, end in blocks
    ]
    text = "".join([head, *lines, TAIL])
    # The map's own checksum is of the map with zeros in its place.
    return text.replace(NO_SUM, hashlib.sha256(text.encode()).hexdigest(), 1)


def read(path: Path) -> tuple[int, tuple[Range, ...]]:
    """Image size, and the ranges of a block map. Raises UserError, naming the fault."""
    text = path.read_bytes()
    try:
        root = ElementTree.fromstring(text)
        _check_own_sum(root, text)
        size, block = _number(root, "ImageSize"), _number(root, "BlockSize")
        ranges = tuple(_ranges(root, size, block))
    except (ElementTree.ParseError, ValueError) as error:
        hint = "./doit image makes a new one; without it everything is written"
        raise UserError(f"{path} is not a block map: {error}", hint) from None
    return size, ranges


def _hash(image: Path, first: int, end: int) -> str:
    with image.open("rb") as file:
        file.seek(first * BLOCK)
        found = hashlib.sha256()
        for _ in range(first, end):
            found.update(file.read(BLOCK))
    return found.hexdigest()


def _ranges(root: ElementTree.Element, size: int, block: int) -> Iterator[Range]:
    if not 0 < size <= MAX_IMAGE or not 512 <= block <= LARGEST_BLOCK or block % 512:
        raise ValueError(f"impossible sizes: image {size}, block {block}")
    end = 0
    for entry in root.iterfind("BlockMap/Range"):
        first, _, last = (entry.text or "").strip().partition("-")
        start, stop = int(first) * block, (int(last or first) + 1) * block
        if not end <= start < min(stop, size) or stop >= size + block:
            raise ValueError(f"blocks {first}-{last or first} are out of order or beyond the image")
        end = stop
        yield Range(start, min(stop, size) - start, entry.get("chksum"))


def _check_own_sum(root: ElementTree.Element, text: bytes) -> None:
    kind = (root.findtext("ChecksumType") or "none").strip()
    if kind != CHECKSUM:
        raise ValueError(f"its checksums are '{kind}', not {CHECKSUM}")
    said = (root.findtext("BmapFileChecksum") or "").strip()
    if not re.fullmatch("[0-9a-f]{64}", said):
        raise ValueError("it has no checksum for itself")
    zeroed = text.replace(said.encode(), NO_SUM.encode(), 1)
    if hashlib.sha256(zeroed).hexdigest() != said:
        raise ValueError("it is damaged (its checksum differs)")


def _number(root: ElementTree.Element, name: str) -> int:
    return int(root.findtext(name) or "")
