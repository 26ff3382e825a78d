# SPDX-License-Identifier: MIT
"""The tokenizer: byte-pair pieces learned from stories, and llama2.c's file of them."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from image import output
from image.model import PIECE

from .stories import Generator

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

STORIES = 12_000  # that the pieces are learned from
LONGEST = struct.Struct("<i")  # piece, in bytes: what tokenizer.bin begins with
SPECIAL = {1: "\n<s>\n", 2: "\n</s>\n"}  # as llama2.c spells them


def learn(generator: Generator, vocabulary: int, target: Path, rng: random.Random) -> None:
    """Write a sentencepiece model of so many pieces."""
    import sentencepiece  # here: what only exports is tested without it

    def sentences() -> Iterator[str]:
        for _ in range(STORIES):
            yield from generator.story(rng).split("\n")

    with output.whole(target) as partial, partial.open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=sentences(),
            model_writer=file,
            model_type="bpe",
            vocab_size=vocabulary,
            character_coverage=1.0,
            byte_fallback=True,
            split_digits=True,
            allow_whitespace_only_pieces=True,
            normalization_rule_name="identity",
            self_test_sample_size=0,
            minloglevel=2,
        )


def load(path: Path) -> SentencePieceProcessor:
    from sentencepiece import SentencePieceProcessor

    return SentencePieceProcessor(model_file=str(path))


def export(tokenizer: SentencePieceProcessor, target: Path) -> None:
    """Write llama2.c's tokenizer.bin: length of the longest piece, then score, length, bytes."""
    pieces = [_piece(tokenizer, number) for number in range(tokenizer.vocab_size())]
    with output.whole(target) as partial, partial.open("wb") as file:
        file.write(LONGEST.pack(max(map(len, pieces))))
        for number, piece in enumerate(pieces):
            file.write(PIECE.pack(tokenizer.get_score(number), len(piece)) + piece)


def _piece(tokenizer: SentencePieceProcessor, number: int) -> bytes:
    piece = SPECIAL.get(number) or str(tokenizer.id_to_piece(number))
    return piece.replace("\u2581", " ").encode()
