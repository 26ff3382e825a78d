# SPDX-License-Identifier: MIT
"""Models whose next token hangs on what a certificate may forget: made-up tables, no layers."""

from pathlib import Path

import numpy as np

from tests.engine import tiny
from tests.engine.tiny import FIRST_BYTE
from tests.models import Model

VOCAB = len(tiny.pieces(1 << 10))
DIM = 32
ONE = np.sqrt(np.float32(DIM))  # what is left of a vector of one 1 after it is normalised

Weights = tiny.Weights


def write(folder: Path, name: str, embedding: Weights, classifier: Weights) -> Model:
    """A model that only looks at the last token: its layers add nothing."""
    shape = tiny.Shape(DIM, 8, 1, 4, 4, -VOCAB, 64)
    norm, zeros = np.ones(DIM, np.float32), np.zeros
    attention, forward = zeros(4 * DIM * DIM, np.float32), zeros(3 * DIM * 8, np.float32)
    turns = zeros(64 * DIM // 4, np.float32)
    parts = (embedding.ravel(), norm, attention, norm, forward, norm, turns, classifier.ravel())
    files = Model(folder / f"{name}.bin", folder / f"{name}.tok")
    files.checkpoint.write_bytes(tiny.checkpoint(shape, np.concatenate(parts)))
    files.tokenizer.write_bytes(tiny.tokenizer(tiny.pieces(VOCAB)))
    return files


def late_list(folder: Path) -> Model:
    """The short list begins in the middle, with the likeliest; all before it share a twentieth."""
    random, first = np.random.default_rng(5), VOCAB // 2 + 6
    embedding = np.zeros((VOCAB, DIM), np.float32)
    embedding[:, 0] = 1
    classifier = random.normal(0, 0.01, (VOCAB, DIM)).astype(np.float32)
    classifier[:, 0] = 0
    classifier[first:] = 0
    classifier[first:, 0] = -20 / ONE
    classifier[first:, 2] = np.arange(VOCAB - first) * 0.1 + 5
    classifier[first, 0] = np.log(first * 19) / ONE
    return write(folder, "late", embedding, classifier)


def short_storied(folder: Path) -> Model:
    """What it tells by itself ends at once, without an error; after other tokens all is close."""
    random = np.random.default_rng(5)
    embedding = random.normal(0, 1, (VOCAB, DIM)).astype(np.float32)
    classifier = random.normal(0, 0.3, (VOCAB, DIM)).astype(np.float32)
    far = np.arange(FIRST_BYTE + ord(" "), FIRST_BYTE + ord("~"))
    near = np.setdiff1d(np.arange(VOCAB), far)
    classifier[far, 2] += 20
    classifier[far, 3] = 0
    classifier[near] *= 0.02
    classifier[near, 3] -= 9
    noise = random.normal(0, 1e-4, (len(far) // 2, DIM)).astype(np.float32)
    classifier[far[1::2]] = classifier[far[::2]] + noise
    only, bos = VOCAB - 12, 1
    embedding[:, :3] = 0
    embedding[:, 3] = 1
    embedding[bos] = 0
    embedding[bos, 0] = 1
    embedding[only, :2] = (1e-6, 1)
    classifier[:, :2] = 0
    classifier[only, 0] = 40
    classifier[bos] = 0
    classifier[bos, 1] = 40
    return write(folder, "short", embedding, classifier)
