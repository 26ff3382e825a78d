# SPDX-License-Identifier: MIT
"""The Q8_0 export: its layout, and that each weight is within half a step of what it was."""

from pathlib import Path

import numpy as np

from image.cycles import q80
from image.model import HEADER, expected_bytes

HEADER_FIELDS = (64, 96, 2, 4, 2, 40, 8)  # dim, hidden, layers, heads, kv heads, vocab, seq_len


def test_layout_and_precision(tmp_path: Path) -> None:
    floats = (expected_bytes(HEADER_FIELDS) - HEADER.size) // 4
    weights = np.random.default_rng(1).normal(size=floats).astype("<f4")
    weights[:32] = 0  # a group without any scale
    source, target = tmp_path / "model.bin", tmp_path / "q80.bin"
    source.write_bytes(HEADER.pack(*HEADER_FIELDS) + weights.tobytes())
    q80.export(source, target)
    written = target.read_bytes()
    magic, version, *numbers, shared, group = q80.Q80_HEADER.unpack_from(written)
    assert (magic, version, shared, group) == (0x616B3432, 2, 1, 32)
    assert tuple(numbers) == HEADER_FIELDS
    dim, hidden, layers, _, kv_heads, vocab, _ = HEADER_FIELDS
    kept = (2 * layers + 1) * dim
    embedding = vocab * dim
    matrices = embedding + layers * dim * (2 * dim + 2 * kv_heads * 16 + 3 * hidden)
    assert len(written) == 256 + 4 * kept + matrices + matrices // 32 * 4
    start = 256 + 4 * kept
    integers = np.frombuffer(written, np.int8, embedding, start).reshape(-1, 32)
    scales = np.frombuffer(written, "<f4", embedding // 32, start + embedding)
    error = np.abs(integers * scales[:, None] - weights[:embedding].reshape(-1, 32))
    assert (error <= scales[:, None] * 0.501).all()
