# SPDX-License-Identifier: MIT
"""The tokenizer's file is what an image build takes, and appears whole or not at all."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from image import model
from packages.pocket.training import tokenizer

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

PIECES = ("<unk>", "<s>", "</s>", "<0x0A>", "\u2581the", "caf\u00e9")


class Learned:
    """What sentencepiece would have learned."""

    def vocab_size(self) -> int:
        return len(PIECES)

    def id_to_piece(self, number: int) -> str:
        return PIECES[number]

    def get_score(self, number: int) -> float:
        return -float(number)


def export(target: Path) -> None:
    tokenizer.export(cast("SentencePieceProcessor", Learned()), target)


def test_it_is_llama2cs(tmp_path: Path) -> None:
    export(tmp_path / "tokenizer.bin")
    data = (tmp_path / "tokenizer.bin").read_bytes()
    assert data[: model.FIRST_PIECE] == (6).to_bytes(4, "little")
    at, pieces = model.FIRST_PIECE, []
    while at < len(data):
        score, length = model.PIECE.unpack_from(data, at)
        at += model.PIECE.size + length
        pieces.append((score, data[at - length : at]))
    texts = [b"<unk>", b"\n<s>\n", b"\n</s>\n", b"<0x0A>", b" the", "caf\u00e9".encode()]
    assert pieces == [(-float(number), text) for number, text in enumerate(texts)]


def test_an_interrupted_one_leaves_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "tokenizer.bin"
    target.write_bytes(b"the old one")

    def interrupted(learned: Learned, number: int) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(Learned, "get_score", interrupted)
    with pytest.raises(KeyboardInterrupt):
        export(target)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [
        ("tokenizer.bin", b"the old one")
    ]
