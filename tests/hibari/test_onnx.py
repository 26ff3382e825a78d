# SPDX-License-Identifier: MIT
"""Each layer of the numpy oracle against the voice's own network, run by onnxruntime.

Each gets what the network's layer before it gave. The network rounds what goes into its products to
8 bits, and our voice file what it has in float32, so they are not equal.
"""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from image import fetch
from image.builders import hibari, onnx_file
from tests.conftest import load_project
from tests.hibari import oracle
from tests.hibari.oracle import Array, Reader
from tests.hibari.test_speaking import ALL, decibels, speak
from tests.hibari.test_speaking import speaker as speaker

# The little cat sat down, and it wasn't sad.
IDS = (
    0, 81, 83, 16, 54, 156, 102, 125, 83, 54, 16, 53, 156, 72, 62, 16, 61, 156, 72, 62, 16, 46, 156,
    39, 56, 3, 16, 72, 56, 46, 16, 102, 62, 16, 65, 156, 138, 68, 83, 56, 62, 16, 61, 156, 72, 46,
    4, 0,
)  # fmt: skip
NEAR_DB = 40  # of each layer
LAYERS = 36
GRAPH, OUTPUT, NAME = 7, 12, 1  # of ModelProto, GraphProto, ValueInfoProto
# The sums after each application of the transformer layer, and what the first one gets.
SOUND = ("/Transpose_1", "/Add_4", "/Add_9", "/Add_14", "/Add_19")
TUNE = ("/Transpose_24", "/Add_24", "/Add_29", "/Add_34", "/Add_39", "/Add_44", "/Add_49")


@dataclass(frozen=True)
class Layer:
    """Between two of the network's tensors; `width` is that of the first one's rows."""

    before: str
    after: str
    width: int
    compute: Callable[[Array], Array]


def _encoder(
    weights: dict[str, Any], suffix: str, start: str, sums: tuple[str, ...], end: str
) -> Iterator[Layer]:
    width = weights["embedding"].shape[1]
    for i, one in enumerate(weights["blocks"]):
        after = f"/convs.{i}{suffix}/Add_1"
        yield Layer(start, after, width, partial(oracle.block, weights=one))
        start = after
    for before, after in pairwise(sums):
        yield Layer(before, after, width, partial(oracle.transformer, weights=weights))
    yield Layer(sums[-1], end, width, partial(oracle.norm, weights=weights["after"]))


def _blocks(
    reader: Reader, name: str, start: str, sizes: tuple[int, int, int], dilations: tuple[int, ...]
) -> Iterator[Layer]:
    for i, dilation in enumerate(dilations):
        after = f"/{name}.{i}/Add_1"
        compute = partial(oracle.block, weights=reader.block(*sizes), dilation=dilation)
        yield Layer(start, after, sizes[0], compute)
        start = after


def _linear(reader: Reader, before: str, after: str, rows: int, columns: int) -> Layer:
    return Layer(before, after, rows, partial(oracle.linear, matrix=reader.matrix(rows, columns)))


def _durations(reader: Reader, before: str) -> Layer:
    """As logarithms."""
    first, weights, bias = reader.matrix(576, 192), reader.floats(192), reader.floats(1)

    def compute(x: Array) -> Array:
        return (oracle.gelu(oracle.convolution(x, 3, first)) @ weights + bias)[:, None]

    return Layer(before, "/dur/dur.2/Conv", 192, compute)


def layers(voice: bytes) -> Iterator[Layer]:
    """In the order of the voice file."""
    reader = Reader(voice)
    sound, tune, last = (f"/{name}/LayerNormalization" for name in ("norm", "norm_1", "dec_norm"))
    yield from _encoder(reader.encoder(128), "", "/Transpose", SOUND, sound)
    yield from _encoder(reader.encoder(192), "_1", "/Transpose_23", TUNE, tune)
    yield _durations(reader, tune)
    yield _linear(reader, "/Gather_33", "/pro_in/Conv", 192, 192)
    yield from _blocks(reader, "pro", "/pro_in/Conv", (192, 384, 7), (1, 2, 4, 8, 1, 2))
    yield _linear(reader, "/pro.5/Add_1", "/pro_out/Conv", 192, 4)
    taps = partial(oracle.convolution, taps=7, matrix=reader.matrix(910, 256))
    yield Layer("/Concat_43", "/dec_in/Conv", 130, taps)
    yield from _blocks(reader, "dec", "/dec_in/Conv", (256, 768, 7), (1,) * 8)
    yield Layer("/dec.7/Add_1", last, 256, partial(oracle.norm, weights=reader.norm(256)))
    yield _linear(reader, last, "/head/Add", 256, 3005)
    assert reader.at == len(voice)


def _field(number: int, data: bytes) -> bytes:
    """Of a protobuf message: bytes or a message, shorter than 16 KiB."""
    size = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 127 | 128, len(data) >> 7])
    return bytes([number << 3 | 2]) + size + data


def outputs(network: Path, names: list[str]) -> dict[str, Array]:
    """What the network's tensors are; more of its messages at its end make them outputs."""
    runtime = pytest.importorskip("onnxruntime")
    more = b"".join(_field(OUTPUT, _field(NAME, name.encode())) for name in names)
    session = runtime.InferenceSession(network.read_bytes() + _field(GRAPH, more))
    given = {"ids": np.array([IDS]), "speed": np.ones(1, np.float32)}
    return dict(zip(names, session.run(names, given), strict=True))


def rows(tensor: Array, width: int) -> Array:
    """One row for each phoneme or frame."""
    flat = tensor.reshape(tensor.shape[-2:]).astype(float)
    return flat if flat.shape[1] == width else flat.T


@pytest.fixture(scope="session")
def network(compiled: Path) -> Path:
    """The wheel's own, as it is fetched for a card."""
    project = load_project()
    (source,) = project.packages["heart"].sources
    wheel = fetch.fetch(source, project.fetch).path
    with zipfile.ZipFile(wheel) as files:
        return Path(files.extract("hibari/assets/hibari.onnx", compiled))


def test_each_layer(network: Path) -> None:
    known = list(layers(hibari.voice(onnx_file.read(network))))
    names = sorted({f"{name}_output_0" for one in known for name in (one.before, one.after)})
    found = outputs(network, names)
    near = {}
    for one in known:
        x, wanted = (found[f"{name}_output_0"] for name in (one.before, one.after))
        y = one.compute(rows(x, one.width))
        near[one.after] = round(decibels(rows(wanted, y.shape[1]), y), 1)
    print(near)
    assert len(near) == LAYERS and min(near.values()) > NEAR_DB, near


def test_the_whole(network: Path, speaker: Path, tmp_path: Path) -> None:
    """The engine in C speaks the real network as the oracle does."""
    path = tmp_path / "heart.voice"
    hibari.write(network, path)
    samples, said, _ = speak(speaker, path, "1", ALL, *map(str, IDS))
    wanted = oracle.speak(path.read_bytes(), list(IDS)).samples
    found = np.frombuffer(samples, "<i2") / 32767
    assert said.endswith(f"done after {len(wanted) // oracle.HOP}\n")
    assert decibels(wanted, found) > NEAR_DB
