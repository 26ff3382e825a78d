# SPDX-License-Identifier: MIT
"""The image to write, plain or packed, with its block map or without."""

import gzip
from pathlib import Path

import pytest

from image import bmap
from image.bmap import Range
from image.errors import UserError
from image.flash import source

SIZE = 300 * bmap.BLOCK


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image, and its map."""
    path = tmp_path / "some.img"
    path.write_bytes(b"a story " * (SIZE // 8))
    text = bmap.make(path, [Range(0, 512), Range(64 * bmap.BLOCK, 99)])
    path.with_name("some.img.bmap").write_text(text)
    return path


@pytest.mark.parametrize("is_packed", [False, True])
def test_the_map_beside_it_counts(image: Path, is_packed: bool) -> None:
    path = image.with_name("some.img.gz") if is_packed else image
    if is_packed:
        path.write_bytes(gzip.compress(image.read_bytes()))
    loaded = source.load(path)
    assert (loaded.size, loaded.mapped) == (SIZE, 2 * bmap.BLOCK)
    with loaded.open() as file:
        assert file.read() == image.read_bytes()


@pytest.mark.parametrize("size", [1, 512, source.PIECE, source.PIECE + 1, 5 * source.PIECE // 2])
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
    for name, words in (("a.iso", "neither .img nor"), ("a.img", "is no file")):
        with pytest.raises(UserError, match=words):
            source.load(tmp_path / name)
    (tmp_path / "b.img.gz").write_bytes(gzip.compress(b"a story" * 999)[:-9])
    with pytest.raises(UserError, match="cannot be unpacked"):
        source.load(tmp_path / "b.img.gz")
