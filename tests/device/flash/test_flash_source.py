# SPDX-License-Identifier: MIT
"""The image to write, plain or packed, with its block map or without."""

import gzip
import lzma
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from image.card import bmap, check
from image.card.bmap import Range
from image.card.imagefile import PIECE
from image.device.flash import source
from image.errors import UserError

SIZE = 300 * bmap.BLOCK


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image, and its map."""
    path = tmp_path / "some.img"
    path.write_bytes(b"a story " * (SIZE // 8))
    text = bmap.make(path, [Range(0, 512), Range(64 * bmap.BLOCK, 99)])
    path.with_name("some.img.bmap").write_text(text)
    return path


Packer = Callable[[bytes], bytes]
PACKERS: dict[str, Packer] = {".xz": lzma.compress, ".gz": gzip.compress}


@pytest.mark.parametrize("end", ["", *PACKERS])
def test_the_map_beside_it_counts(image: Path, end: str) -> None:
    path = image.with_name(f"some.img{end}")
    if end:
        path.write_bytes(PACKERS[end](image.read_bytes()))
    loaded = source.load(path)
    assert (loaded.size, loaded.mapped) == (SIZE, 2 * bmap.BLOCK)
    with loaded.open() as file:
        assert file.read() == image.read_bytes()


@pytest.mark.parametrize("size", [1, 512, PIECE, PIECE + 1, 5 * PIECE // 2])
def test_without_a_map_all_is_written(tmp_path: Path, size: int) -> None:
    plain, packed = tmp_path / "a.img", tmp_path / "b.img.gz"
    plain.write_bytes(bytes(size))
    packed.write_bytes(gzip.compress(bytes(size)))
    for path in (plain, packed):
        loaded = source.load(path)
        assert loaded.size == loaded.mapped == size
        ends = [part.start + part.size for part in loaded.ranges]
        assert [part.start for part in loaded.ranges] == [0, *ends[:-1]]


def test_a_map_of_another_image(image: Path) -> None:
    with image.open("ab") as file:
        file.write(b"x")
    with pytest.raises(UserError, match=r"is of an image of 1228800 bytes; .* has 1228801"):
        source.load(image)


def test_what_is_no_image(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a\.img is not a file"):
        source.load(tmp_path / "a.img")
    (tmp_path / "a.img").write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(UserError, match=r"a\.img is packed with zip"):
        source.load(tmp_path / "a.img")


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_what_is_damaged(tmp_path: Path, pack: Packer) -> None:
    packed = pack(random.Random(1).randbytes(9999))
    for broken in (packed[:-9], packed[:40] + bytes(20) + packed[60:]):
        (tmp_path / "b.img").write_bytes(broken)
        with pytest.raises(UserError, match="cannot be unpacked"):
            source.load(tmp_path / "b.img")


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
@pytest.mark.parametrize(
    "name", ["x.img (1).xz", "x (1).img.gz", "x.img.xz.1", "x.img", "x.gz", "x", "X.IMG.XZ"]
)
def test_the_content_tells_what_is_packed(image: Path, name: str, pack: Packer) -> None:
    """`check` and `flash` take the same files, whatever a browser calls them."""
    path, folder = image.with_name(name), image.with_name("folder")
    folder.mkdir()
    path.write_bytes(pack(image.read_bytes()))
    loaded = source.load(path)
    assert loaded.size == SIZE
    with loaded.open() as file:
        assert file.read() == image.read_bytes()
    assert check._unpacked(path, folder).read_bytes() == image.read_bytes()
    plain = image.with_name("plain.img.gz")  # unpacked by something that kept the name
    plain.write_bytes(image.read_bytes())
    assert source.load(plain).size == SIZE and check._unpacked(plain, folder) == plain
