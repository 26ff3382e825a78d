# SPDX-License-Identifier: MIT
"""A network of random numbers with the shapes of the real one, as tensors and as a voice file."""

import random
import struct
from functools import cache
from math import prod

import pytest

from image.builders import hibari
from image.builders.onnx_file import FLOAT32, Tensor


def _factor(name: str, shape: tuple[int, ...]) -> float:
    """How large numbers may be, so that rows neither vanish nor explode."""
    if name.endswith("_scale"):
        return 0.001
    return 0.03 if len(shape) == 3 and shape[1] > 1 else 1


@cache
def network() -> dict[str, Tensor]:
    """All tensors that the writer of voice files asks for."""
    chance, made = random.Random(1), dict[str, Tensor]()

    def invent(_: object, name: str, kind: int, *shape: int) -> Tensor:
        if name not in made and kind == FLOAT32:
            most = _factor(name, shape)
            values = [chance.uniform(-most, most) for _ in range(prod(shape))]
            if name.endswith("_scale"):
                values = [most]
            made[name] = Tensor(shape, kind, struct.pack(f"<{len(values)}f", *values))
        return made.setdefault(name, Tensor(shape, kind, chance.randbytes(prod(shape))))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hibari._Writer, "_get", invent)
        hibari.voice({})
    made["pn.dur.2.bias"] = Tensor((1,), FLOAT32, struct.pack("<f", 1))  # some are longer than 1
    return made


@cache
def voice() -> bytes:
    """The network's voice file."""
    return hibari.voice(network())
