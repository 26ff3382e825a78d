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


def vocabulary(path: Path, pieces: int = TINY[5]) -> Path:
    """A tokenizer.bin of so many pieces."""
    path.write_bytes(struct.pack("<i", 1) + (struct.pack("<fi", 0.0, 1) + b"a") * pieces)
    return path


def test_none_and_both(tmp_path: Path) -> None:
    good, tokenizer = write(tmp_path / "m.bin"), vocabulary(tmp_path / "t.bin")
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
        ((0, 16, 1, 2, 1, 32, 16), 4096, "does not begin like"),
        ((8, 16, 1, 3, 1, 32, 16), 4096, "does not begin like"),
        ((8, 16, -1, 2, 1, 32, 16), 4096, "does not begin like"),
    ],
)
def test_not_a_model(tmp_path: Path, header: tuple[int, ...], size: int, complaint: str) -> None:
    bad = write(tmp_path / "m.bin", header, size)
    with pytest.raises(UserError, match=complaint):
        model.chosen(str(bad), str(vocabulary(tmp_path / "t.bin")))


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"24ka\1\0\0\0", "a llama2.c model of version 1"),
        (b"24ka\2\0\0\0", r"a llama2.c model of version 2 \(Q8_0\)"),
        (b"GGUF\3\0\0\0", "a GGUF file"),
        (struct.pack("<Q", 99) + b'{"a":', "a safetensors file"),
        (b"PK\3\4", "a PyTorch checkpoint or another zip archive"),
        (b"\x1f\x8b\x08", "a compressed file"),
        (b"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"),
        (b"<!DOCTYPE html>", "a web page"),
    ],
)
def test_other_kinds_are_named(tmp_path: Path, start: bytes, name: str) -> None:
    bad, tokenizer = tmp_path / "m.bin", vocabulary(tmp_path / "t.bin")
    bad.write_bytes(start.ljust(400, b"\1"))
    with pytest.raises(UserError, match=f"m.bin is {name}") as caught:
        model.chosen(str(bad), str(tokenizer))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'{\n "version": 1}', "is JSON, as tokenizer.json is"),
        (b"\n\x0e\n\5<unk>\x15" + bytes(500), "is a SentencePiece model"),
        (b"", "does not hold the 32 pieces"),
        (bytes(5000), "does not hold the 32 pieces"),
    ],
)
def test_other_tokenizers_are_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    good, bad = write(tmp_path / "m.bin"), tmp_path / "t.bin"
    bad.write_bytes(content)
    with pytest.raises(UserError, match=f"t.bin {complaint}"):
        model.chosen(str(good), str(bad))


@pytest.mark.parametrize("pieces", [31, 33])
def test_tokenizer_of_another_model(tmp_path: Path, pieces: int) -> None:
    good, other = write(tmp_path / "m.bin"), vocabulary(tmp_path / "t.bin", pieces)
    with pytest.raises(UserError, match="does not hold the 32 pieces that the model has"):
        model.chosen(str(good), str(other))


def test_one_of_two(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="TOKENIZER= is missing"):
        model.chosen(str(write(tmp_path / "m.bin")), None)
    with pytest.raises(UserError, match="is not a file"):
        model.chosen(str(tmp_path / "no"), str(tmp_path / "no"))
