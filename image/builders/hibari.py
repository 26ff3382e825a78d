# SPDX-License-Identifier: MIT
"""Builder `hibari`: the network of a hibari voice as one file, heart.voice, for our speech engine.

The file holds no directory: packages/hibari/src/file/voice.c knows the same order and sizes. Each
tensor begins at a multiple of 64 bytes. A matrix of K rows and N columns is int8 in tiles of 16
columns (N / 16, K, 16), then a scale and a bias for each column, both float32; N is filled up with
zeros. The ONNX file has most of them in int8 with one scale; the others are quantised here, each
column with its own scale, and so are the embeddings, each row. Everything else is float32.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from image.builders import onnx_file
from image.builders.job import Job
from image.builders.onnx_file import FLOAT32, INT8, Tensor
from image.errors import UserError
from image.recipes.keys import PATH
from image.recipes.kinds import Key

KEYS = (Key("network", PATH, "the voice's network in the source, an ONNX file", required=True),)

MAGIC, VERSION = b"HIBARIVO", 1
HEADER = struct.Struct("<8sIIQ40x")  # magic, version, CRC-32 of all that follows it, bytes
TILE = 16  # columns; so are 64 bytes of float32
SYMBOLS = 178
BINS = 5 * 601  # columns of the head: five spectra


@dataclass(frozen=True)
class Block:
    """A ConvNeXt block: its tensors' common name, that of its matrices, and sizes."""

    name: str
    matrices: str
    suffix: str
    width: int
    hidden: int
    taps: int


@dataclass(frozen=True)
class Encoder:
    """A phoneme encoder. `layer` names the four matrices of its transformer layer."""

    name: str
    suffix: str
    layer: tuple[str, str, str, str]
    width: int
    hidden: int


ENCODERS = (
    Encoder("m.text", "", ("/Transpose_2", "/out_proj/Transpose", "/linear1/Transpose",
                           "/linear2/Transpose"), 128, 256),
    Encoder("pn.text", "_1", ("/Transpose_25", "/out_proj_4/Transpose", "/linear1_4/Transpose",
                              "/linear2_4/Transpose"), 192, 384),
)  # fmt: skip
PROSODY = tuple(Block(f"pn.pro.{i}", f"/pro.{i}", "", 192, 384, 7) for i in range(6))
DECODER = tuple(Block(f"m.dec.{i}", f"/dec.{i}", "", 256, 768, 7) for i in range(8))


def build(job: Job) -> None:
    """Write staging/heart.voice from the recipe's `network`."""
    write(job.source / str(job.option("network")), job.staging / "heart.voice")


def write(network: Path, target: Path) -> None:
    """Write the voice file of an ONNX file. Raises UserError."""
    target.write_bytes(voice(onnx_file.read(network)))


def voice(network: Mapping[str, Tensor]) -> bytes:
    """The content of a voice file. Raises UserError for a network of another shape."""
    writer = _Writer(network)
    for encoder in ENCODERS:
        writer.encoder(encoder)
    writer.convolution("pn.dur.0", 192, 192, 3)
    writer.floats("pn.dur.2.weight", 1, 192, 1)
    writer.floats("pn.dur.2.bias", 1)
    writer.convolution("pn.pro_in", 192, 192, 1)
    for block in PROSODY:
        writer.block(block)
    writer.convolution("pn.pro_out", 4, 192, 1)
    writer.convolution("m.dec_in", 256, 130, 7)
    for block in DECODER:
        writer.block(block)
    writer.norm("m.dec_norm", 256)
    writer.matrix("/head/Transpose", "m.head.bias", 256, BINS)
    content = b"".join(writer.parts)
    return HEADER.pack(MAGIC, VERSION, zlib.crc32(content), HEADER.size + len(content)) + content


@dataclass(frozen=True)
class _Writer:
    network: Mapping[str, Tensor]
    parts: list[bytes] = field(default_factory=list)

    def encoder(self, encoder: Encoder) -> None:
        name, width, hidden = encoder.name, encoder.width, encoder.hidden
        self._quantised(*_quantise(_rows(self._get(f"{name}.emb.weight", FLOAT32, SYMBOLS, width))))
        for i in range(2):
            matrices = f"/convs.{i}"
            block = Block(f"{name}.convs.{i}", matrices, encoder.suffix, width, hidden, 5)
            self.block(block)
        projected, out, first, second = encoder.layer
        layer = f"{name}.attn"
        self.norm(f"{layer}.norm1", width)
        self.matrix(projected, f"{layer}.self_attn.in_proj_bias", width, 3 * width)
        self.matrix(out, f"{layer}.self_attn.out_proj.bias", width, width)
        self.norm(f"{layer}.norm2", width)
        self.matrix(first, f"{layer}.linear1.bias", width, hidden)
        self.matrix(second, f"{layer}.linear2.bias", hidden, width)
        self.norm(f"{name}.norm", width)

    def block(self, block: Block) -> None:
        name, width = block.name, block.width
        kernel = self._get(f"{name}.dw.weight", FLOAT32, width, 1, block.taps)
        self._floats([value for column in zip(*_rows(kernel), strict=True) for value in column])
        self.floats(f"{name}.dw.bias", width)
        self.norm(f"{name}.norm", width)
        for number, sizes in ((1, (width, block.hidden)), (2, (block.hidden, width))):
            matrix = f"{block.matrices}/pw{number}{block.suffix}/Transpose"
            self.matrix(matrix, f"{name}.pw{number}.bias", *sizes)
        self.floats(f"{name}.gamma", width)

    def matrix(self, name: str, bias: str, rows: int, columns: int) -> None:
        """One that the ONNX file has in int8."""
        data = self._get(f"{name}_output_0_quantized", INT8, rows, columns).data
        scale = self._get(f"{name}_output_0_scale", FLOAT32).floats()[0]
        lines = [data[at : at + columns] for at in range(0, len(data), columns)]
        self._tiles(lines, [scale] * columns)
        self._columns(self._get(bias, FLOAT32, columns).floats())

    def convolution(self, name: str, columns: int, width: int, taps: int) -> None:
        """One that it has in float32; its rows are those of the first tap, then the next."""
        kernel = self._get(f"{name}.weight", FLOAT32, columns, width, taps).floats()
        size = width * taps
        filters = [
            [kernel[at + row * taps + tap] for tap in range(taps) for row in range(width)]
            for at in range(0, len(kernel), size)
        ]
        quantised, scales = _quantise(filters)
        self._tiles([bytes(line) for line in zip(*quantised, strict=True)], scales)
        self._columns(self._get(f"{name}.bias", FLOAT32, columns).floats())

    def floats(self, name: str, *shape: int) -> None:
        self._floats(self._get(name, FLOAT32, *shape).floats())

    def norm(self, name: str, width: int) -> None:
        self.floats(f"{name}.weight", width)
        self.floats(f"{name}.bias", width)

    def _tiles(self, lines: Sequence[bytes], scales: Sequence[float]) -> None:
        width = _filled(len(scales), TILE)
        whole = [line.ljust(width, b"\0") for line in lines]
        tiles = (line[at : at + TILE] for at in range(0, width, TILE) for line in whole)
        self._add(b"".join(tiles))
        self._columns(scales)

    def _columns(self, values: Sequence[float]) -> None:
        self._floats([*values, *[0.0] * (_filled(len(values), TILE) - len(values))])

    def _quantised(self, lines: Sequence[bytes], scales: Sequence[float]) -> None:
        self._add(b"".join(lines))
        self._floats(scales)

    def _floats(self, values: Sequence[float]) -> None:
        self._add(struct.pack(f"<{len(values)}f", *values))

    def _add(self, data: bytes) -> None:
        self.parts.append(data.ljust(_filled(len(data), 64), b"\0"))

    def _get(self, name: str, kind: int, *shape: int) -> Tensor:
        tensor = self.network.get(name)
        if tensor is None:
            raise UserError(f"the network has no tensor '{name}'", "is it hibari-tts 0.2.1?")
        if (tensor.type, tensor.shape) != (kind, shape):
            found = f"type {tensor.type}, shape {list(tensor.shape)}"
            raise UserError(
                f"tensor '{name}' of the network has {found}; wanted: {kind}, {list(shape)}",
                "is it hibari-tts 0.2.1?",
            )
        return tensor


def _rows(tensor: Tensor) -> list[tuple[float, ...]]:
    values = tensor.floats()
    width = len(values) // tensor.shape[0]
    return [values[at : at + width] for at in range(0, len(values), width)]


def _quantise(rows: Sequence[Sequence[float]]) -> tuple[list[bytes], list[float]]:
    """Each row as int8, as large as fits, and the scale that undoes it."""
    scales = [max(map(abs, row)) / 127 or 1.0 for row in rows]
    whole = [
        struct.pack(f"{len(row)}b", *(round(value / scale) for value in row))
        for row, scale in zip(rows, scales, strict=True)
    ]
    return whole, scales


def _filled(size: int, unit: int) -> int:
    return -(-size // unit) * unit
