# SPDX-License-Identifier: MIT
"""A llama2.c legacy model as Q8_0 (llama2.c's export.py, version 2): what runq.c reads."""

import struct
from pathlib import Path
from typing import Any

from image.model import HEADER

# Magic "ak42", version, the seven numbers of the legacy header, shared classifier, group size.
Q80_HEADER = struct.Struct("<Ii7iBi")
MAGIC, VERSION, HEADER_BYTES = 0x616B3432, 2, 256
GROUP = 32  # weights that share a scale, as the contest's winner exported them
LARGEST = 127.0


def export(checkpoint: Path, target: Path) -> None:
    """Write a float32 legacy checkpoint as Q8_0."""
    import numpy as np

    with checkpoint.open("rb") as file:
        header = HEADER.unpack(file.read(HEADER.size))
    dim, hidden, layers, heads, kv_heads, vocab, seq_len = header
    weights = np.fromfile(checkpoint, "<f4", offset=HEADER.size)
    head = dim // heads
    rows_and_columns = {
        "embedding": (1, abs(vocab) * dim),
        "attention norm": (layers, dim),
        "wq": (layers, dim * heads * head),
        "wk": (layers, dim * kv_heads * head),
        "wv": (layers, dim * kv_heads * head),
        "wo": (layers, dim * heads * head),
        "feed-forward norm": (layers, dim),
        "w1": (layers, dim * hidden),
        "w2": (layers, dim * hidden),
        "w3": (layers, dim * hidden),
        "norm": (1, dim),
        "positions": (1, seq_len * head),
        "classifier": (1, abs(vocab) * dim if vocab < 0 else 0),
    }
    tensors: dict[str, Any] = {}
    at = 0
    for name, (count, size) in rows_and_columns.items():
        tensors[name] = weights[at : at + count * size].reshape(count, size)
        at += count * size
    numbers = (dim, hidden, layers, heads, kv_heads, abs(vocab), seq_len)
    start = Q80_HEADER.pack(MAGIC, VERSION, *numbers, vocab > 0, GROUP)
    with target.open("wb") as file:
        file.write(start.ljust(HEADER_BYTES, b"\0"))
        for name in ("attention norm", "feed-forward norm", "norm"):
            file.write(tensors[name].tobytes())
        for name in ("embedding", "wq", "wk", "wv", "wo", "w1", "w2", "w3", "classifier"):
            for tensor in tensors[name] if tensors[name].size else ():
                file.write(quantised(tensor))


def quantised(tensor: Any) -> bytes:
    """Integers of all groups, then their scales (float32)."""
    import numpy as np

    groups = tensor.reshape(-1, GROUP)
    scales = (np.abs(groups).max(axis=1) / LARGEST).astype("<f4")
    divisors = np.where(scales == 0, np.float32(1), scales)
    integers = np.round(groups / divisors[:, None]).astype(np.int8)
    return bytes(integers.tobytes() + scales.tobytes())
