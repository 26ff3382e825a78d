# SPDX-License-Identifier: MIT
"""MODEL= and TOKENIZER=: what cannot be a model is refused before a build."""

import struct
from pathlib import Path

import pytest

from image import model
from image.errors import UserError

TINY = (8, 16, 1, 2, 1, 32, 16)


def write(path: Path, header: tuple[int, ...] = TINY, size: int | None = None) -> Path:
    wanted = model.expected_bytes(header) if size is None else size
    path.write_bytes(struct.pack("<7i", *header).ljust(wanted, b"\0")[:wanted])
    return path


def test_none_and_both(tmp_path: Path) -> None:
    good, tokenizer = write(tmp_path / "m.bin"), write(tmp_path / "t.bin")
    assert model.chosen(None, None) == {}
    assert model.chosen(str(good), str(tokenizer))[model.MODEL_PATH] == good


def test_size_of_a_known_model() -> None:
    # stories15M: 60,816,028 bytes
    assert model.expected_bytes((288, 768, 6, 6, 6, 32000, 256)) == 60_816_028


@pytest.mark.parametrize(
    ("header", "size", "complaint"),
    [
        (TINY, 20, "too short"),
        (TINY, 500, "has 500 bytes; its header asks for"),
        ((0, 16, 1, 2, 1, 32, 16), 4096, "does not begin as"),
        ((8, 16, 1, 3, 1, 32, 16), 4096, "does not begin as"),
        ((8, 16, -1, 2, 1, 32, 16), 4096, "does not begin as"),
    ],
)
def test_not_a_model(tmp_path: Path, header: tuple[int, ...], size: int, complaint: str) -> None:
    bad = write(tmp_path / "m.bin", header, size)
    with pytest.raises(UserError, match=complaint):
        model.chosen(str(bad), str(write(tmp_path / "t.bin")))


def test_one_of_two(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="TOKENIZER= is missing"):
        model.chosen(str(write(tmp_path / "m.bin")), None)
    with pytest.raises(UserError, match="is not a file"):
        model.chosen(str(tmp_path / "no"), str(tmp_path / "no"))
