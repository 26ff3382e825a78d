# SPDX-License-Identifier: MIT
"""Stories as tensors: invented while the model trains, so that hardly one is seen twice."""

import random
from collections.abc import Iterator
from typing import Any

import sentencepiece
import torch
from torch import Tensor

from .model import IGNORED
from .stories import Generator

BEGIN = 1  # token before a story and after it: llama2.c ends a story at the next beginning
AHEAD = 40  # batches invented at a time, so that stories of one length can be put together
MULTIPLE = 16  # of tokens, that batches are padded to


class Batches:
    """An endless row of batches; `state` and `restore` continue it at any place."""

    def __init__(
        self,
        generator: Generator,
        tokenizer: sentencepiece.SentencePieceProcessor,
        size: int,
        length: int,
        seed: int,
    ) -> None:
        self.generator, self.tokenizer = generator, tokenizer
        self.size, self.length = size, length
        self.rng = random.Random(seed)
        self.start = self.rng.getstate()  # before the present batches were invented
        self.drills = 0.0  # share of exercises among the next ones that are invented
        self.used_drills = 0.0
        self.ready: list[list[list[int]]] = []
        self.taken = 0

    def next(self) -> tuple[Tensor, Tensor]:
        """Tokens and the tokens that follow them."""
        if self.taken == len(self.ready):
            self._invent()
        self.taken += 1
        return tensors(self.ready[self.taken - 1])

    def state(self) -> dict[str, Any]:
        return {"random": self.start, "drills": self.used_drills, "taken": self.taken}

    def restore(self, state: dict[str, Any]) -> None:
        version, numbers, gauss = state["random"]
        self.rng.setstate((version, tuple(numbers), gauss))
        self.drills = state["drills"]
        self._invent()
        self.taken = state["taken"]

    def _invent(self) -> None:
        self.start, self.used_drills = self.rng.getstate(), self.drills
        some: list[list[int]] = []
        while len(some) < self.size * AHEAD:
            some += self._encoded(self.size)
        some = sorted(some[: self.size * AHEAD], key=len)
        self.ready = [some[at : at + self.size] for at in range(0, len(some), self.size)]
        self.rng.shuffle(self.ready)
        self.taken = 0

    def _encoded(self, count: int) -> list[list[int]]:
        """Token lists of new texts; those that are too long for the model are left out."""
        texts = [self._text() for _ in range(count)]
        lists = [[BEGIN, *tokens, BEGIN] for tokens in self.tokenizer.encode(texts)]
        return [tokens for tokens in lists if len(tokens) <= self.length + 1]

    def _text(self) -> str:
        if self.rng.random() < self.drills:
            return self.generator.drill(self.rng)
        return self.generator.story(self.rng)


def tensors(lists: list[list[int]]) -> tuple[Tensor, Tensor]:
    """A batch of token lists, padded to one length."""
    length = -(-(max(map(len, lists)) - 1) // MULTIPLE) * MULTIPLE
    tokens = torch.zeros(len(lists), length, dtype=torch.int64)
    targets = torch.full((len(lists), length), IGNORED, dtype=torch.int64)
    for row, numbers in enumerate(lists):
        tokens[row, : len(numbers) - 1] = torch.tensor(numbers[:-1])
        targets[row, : len(numbers) - 1] = torch.tensor(numbers[1:])
    return tokens, targets


def held_out(
    generator: Generator, tokenizer: sentencepiece.SentencePieceProcessor, count: int, length: int
) -> Iterator[tuple[str, list[int]]]:
    """Stories to measure with, always the same ones."""
    rng = random.Random("held out")
    while count:
        text = generator.story(rng)
        tokens = [BEGIN, *tokenizer.encode(text), BEGIN]
        if len(tokens) <= length + 1:
            yield text, tokens
            count -= 1
