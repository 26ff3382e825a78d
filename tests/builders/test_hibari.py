# SPDX-License-Identifier: MIT
"""The voice file, made of a crafted network with the shapes of the real one."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from image.builders import hibari, onnx_file
from image.builders.onnx_file import FLOAT32, INT8, Tensor
from image.errors import UserError
from tests.hibari.crafted import network


def number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def chunk(field: int, data: bytes) -> bytes:
    return number(field << 3 | 2) + number(len(data)) + data


def message(name: str, tensor: Tensor, packed: bool = False) -> bytes:
    """A TensorProto, with its dimensions one by one, or packed."""
    dims = [number(size) for size in tensor.shape]
    shape = chunk(1, b"".join(dims)) if packed else b"".join(b"\x08" + one for one in dims)
    raw = chunk(9, tensor.data)
    return shape + b"\x10" + number(tensor.type) + chunk(8, name.encode()) + raw


def onnx(*tensors: bytes) -> bytes:
    graph = chunk(1, b"a node") + b"".join(chunk(5, tensor) for tensor in tensors)
    return b"\x08\x08" + chunk(2, b"producer") + b"\x7d" + b"\0" * 4 + chunk(7, graph)


def test_onnx(tmp_path: Path) -> None:
    first = Tensor((2, 3), FLOAT32, struct.pack("<6f", *range(6)))
    second = Tensor((300,), INT8, bytes(300))
    path = tmp_path / "a.onnx"
    other = message("other", Tensor((1,), 7, bytes(8)))
    path.write_bytes(onnx(message("first", first), message("second", second, True), other))
    assert onnx_file.read(path) == {"first": first, "second": second}
    assert first.floats() == (0, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda data: data[:-5], "a field of .* bytes is cut"),
        (lambda data: data + b"\x0b", "wire type 3 is unknown"),
        (lambda data: data + b"\xff", "a number is cut"),
        (lambda data: data + b"\xff" * 11, ".* more than 64 bits"),
        (lambda data: data + onnx(b"\x08\x05\x10\x01" + chunk(9, b"1234")), "tensor '' of shape"),
    ],
)
def test_damaged_onnx(tmp_path: Path, change: Callable[[bytes], bytes], complaint: str) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(change(onnx(message("a", Tensor((2,), INT8, b"ab")))))
    with pytest.raises(UserError, match=f"a.onnx is damaged: {complaint}"):
        onnx_file.read(path)


def test_voice_file() -> None:
    made = hibari.voice(network())
    magic, version, checksum, size = hibari.HEADER.unpack_from(made)
    assert (magic, version, size) == (b"HIBARIVO", 1, len(made))
    assert checksum == zlib.crc32(made[64:]) and len(made) % 64 == 0
    # The first tensor: the first row of the embedding, and its scale after all rows.
    embedding = network()["m.text.emb.weight"].floats()
    scale = struct.unpack_from("<f", made, 64 + 178 * 128)[0]
    first = struct.unpack_from("128b", made, 64)
    assert max(map(abs, first)) == 127
    assert all(
        abs(q * scale - x) <= scale / 2 + 1e-6 for q, x in zip(first, embedding[:128], strict=True)
    )


def test_tiles() -> None:
    """Row 1 of the last matrix, column 17: in the second tile, after row 0."""
    made, head = hibari.voice(network()), network()["/head/Transpose_output_0_quantized"]
    begin = len(made) - 2 * 3008 * 4 - 256 * 3008
    assert made[begin + 256 * 16 + 16 + 1] == head.data[3005 + 17]
    assert made[begin + 187 * 256 * 16 + 13] == 0, "columns that fill the last tile"


@pytest.mark.parametrize(
    ("name", "tensor", "complaint"),
    [
        ("m.dec.3.gamma", None, "the network has no tensor 'm.dec.3.gamma'"),
        ("m.head.bias", Tensor((2,), FLOAT32, bytes(8)), "'m.head.bias' .* shape .2.; wanted: 1"),
        ("m.dec_norm.bias", Tensor((256,), INT8, bytes(256)), "type 3, .* wanted: 1, .256."),
    ],
)
def test_another_network(name: str, tensor: Tensor | None, complaint: str) -> None:
    changed = dict(network())
    if tensor is None:
        del changed[name]
    else:
        changed[name] = tensor
    with pytest.raises(UserError, match=complaint):
        hibari.voice(changed)
