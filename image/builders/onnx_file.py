# SPDX-License-Identifier: MIT
"""The tensors of an ONNX file: as much of the format as that takes.

An ONNX file is a protobuf message. https://github.com/onnx/onnx/blob/main/onnx/onnx.proto has the
field numbers.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

from image.errors import UserError
from image.protobuf import Damaged, fields, varints

GRAPH, INITIALIZER = 7, 5  # of ModelProto, of GraphProto
DIMS, TYPE, FLOATS, NAME, RAW = 1, 2, 4, 8, 9  # of TensorProto
FLOAT32, INT8 = 1, 3  # its types
WIDTH = {FLOAT32: 4, INT8: 1}


@dataclass(frozen=True)
class Tensor:
    """Little-endian values, the last dimension's side by side."""

    shape: tuple[int, ...]
    type: int
    data: bytes

    def floats(self) -> tuple[float, ...]:
        """The values of a FLOAT32 tensor."""
        return struct.unpack(f"<{len(self.data) // 4}f", self.data)


def read(path: Path) -> Mapping[str, Tensor]:
    """All float32 and int8 tensors, by name. Raises UserError for a damaged file."""
    data = memoryview(path.read_bytes())
    found: dict[str, Tensor] = {}
    try:
        for _, graph in _only(data, GRAPH):
            for _, message in _only(graph, INITIALIZER):
                name, tensor = _tensor(message)
                if tensor:
                    found[name] = tensor
    except Damaged as damaged:
        raise UserError(f"{path.name} is damaged: {damaged}", "fetch its package again") from None
    return found


def _tensor(message: memoryview) -> tuple[str, Tensor | None]:
    dims: list[int] = []
    kind, name, data = 0, "", b""
    for number, value in fields(message):
        if number == DIMS:
            dims += [value] if isinstance(value, int) else varints(value)
        elif number == TYPE and isinstance(value, int):
            kind = value
        elif number == NAME and not isinstance(value, int):
            name = bytes(value).decode(errors="replace")
        elif number in (RAW, FLOATS) and not isinstance(value, int):
            data += value
    if kind not in WIDTH or not data:
        return name, None
    if len(data) != prod(dims) * WIDTH[kind]:
        raise Damaged(f"tensor '{name}' of shape {dims} has {len(data)} bytes")
    return name, Tensor(tuple(dims), kind, data)


def _only(message: memoryview, wanted: int) -> Iterator[tuple[int, memoryview]]:
    for number, value in fields(message):
        if number == wanted and not isinstance(value, int):
            yield number, value
