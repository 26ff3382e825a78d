# SPDX-License-Identifier: MIT
"""Block maps: bmaptool takes ours and we take its; a damaged one is refused."""

import hashlib
import os
import re
from pathlib import Path

import pytest

from image import run
from image.card import bmap
from image.card.bmap import BLOCK, Range
from image.errors import UserError

SIZE = 300 * BLOCK
CONTENTS = (Range(0, 512), Range(64 * BLOCK, 66 * BLOCK), Range(298 * BLOCK, BLOCK + 100))


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image of random bytes."""
    path = tmp_path / "some.img"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def block_map(image: Path) -> Path:
    """Its map."""
    path = image.with_name("some.img.bmap")
    path.write_text(bmap.make(image, CONTENTS))
    return path


def seal(text: str) -> str:
    """A map that was changed, with its own checksum made right again."""
    zeroed = re.sub(r"(?<=<BmapFileChecksum> )[0-9a-f]{64}", "0" * 64, text)
    return zeroed.replace("0" * 64, hashlib.sha256(zeroed.encode()).hexdigest())


def refused(block_map: Path, text: str) -> str:
    block_map.write_text(text)
    with pytest.raises(UserError) as caught:
        bmap.read(block_map)
    assert str(block_map) in caught.value.message
    return caught.value.message


def test_what_was_made_is_read(image: Path, block_map: Path) -> None:
    size, ranges = bmap.read(block_map)
    assert size == SIZE
    # Whole blocks, each range with the hash of what it holds.
    places = [(part.start // BLOCK, part.size // BLOCK) for part in ranges]
    assert places == [(0, 1), (64, 66), (298, 2)]
    data = image.read_bytes()
    for part in ranges:
        piece = data[part.start : part.start + part.size]
        assert hashlib.sha256(piece).hexdigest() == part.sha256


def test_bmaptool_copies_by_it(image: Path, block_map: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    run.output(["bmaptool", "copy", "--bmap", block_map, image, copy])
    expected = bytearray(SIZE)
    data = image.read_bytes()
    for first, count in ((0, 1), (64, 66), (298, 2)):
        area = slice(first * BLOCK, (first + count) * BLOCK)
        expected[area] = data[area]
    assert copy.read_bytes() == expected


def test_a_map_of_bmaptool_is_read(image: Path, tmp_path: Path) -> None:
    os.truncate(image, 2 * BLOCK)
    os.truncate(image, SIZE)
    theirs = tmp_path / "theirs.bmap"
    run.output(["bmaptool", "create", "-o", theirs, image])
    size, ranges = bmap.read(theirs)
    assert size == SIZE and ranges[0].start == 0 and ranges[-1].size < SIZE


def test_the_end_may_be_within_a_block(tmp_path: Path) -> None:
    image, block_map = tmp_path / "a.img", tmp_path / "a.bmap"
    image.write_bytes(bytes(BLOCK + 512))
    block_map.write_text(bmap.make(image, [Range(0, BLOCK + 512)]))
    size, (part,) = bmap.read(block_map)
    assert size == part.size == BLOCK + 512


def test_a_damaged_map_is_refused(block_map: Path) -> None:
    text = block_map.read_text()
    assert "checksum differs" in refused(block_map, text.replace("64-", "63-", 1))
    assert "not a block map" in refused(block_map, text[:300])
    assert "not a block map" in refused(block_map, "")
    assert "no checksum for itself" in refused(block_map, re.sub("<BmapFileC.*>", "", text))
    assert "checksums are 'md5'" in refused(block_map, text.replace(" sha256 ", " md5 "))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"<ImageSize> \d+", "<ImageSize> 0"),
        (r"<ImageSize> \d+", "<ImageSize> 99999999999999"),
        (r"<BlockSize> \d+", "<BlockSize> 0"),
        (r"<BlockSize> \d+", "<BlockSize> 4095"),
        (r"<BlockSize> \d+", "<BlockSize> x"),
        (r"> 298-299 <", "> 298-300 <"),
        (r"> 298-299 <", "> 2 <"),
        (r"> 298-299 <", "> 299-298 <"),
        (r"> 298-299 <", "> -1 <"),
        (r"> 298-299 <", ">  <"),
    ],
)
def test_numbers_that_cannot_be(block_map: Path, old: str, new: str) -> None:
    text, count = re.subn(old, new, block_map.read_text())
    assert count == 1
    assert "not a block map" in refused(block_map, seal(text))
