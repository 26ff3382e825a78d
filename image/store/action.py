# SPDX-License-Identifier: MIT
"""The entry that a remote cache keeps for a step: an ActionResult of Bazel's Remote Execution API.

Cache servers check that an entry under /ac is one, and keep or drop the blobs that it names
together with it. Of its fields these are used: the files that the step left, and, where a
compiler's output would be, what we say about them (stdout) and our signature of that (stderr).
https://github.com/bazelbuild/remote-apis, build/bazel/remote/execution/v2/remote_execution.proto
"""

from collections.abc import Iterator
from dataclasses import dataclass

# Fields of ActionResult, OutputFile and Digest.
OUTPUT_FILES, STDOUT, STDERR = 2, 5, 7
PATH, DIGEST = 1, 2
HASH, SIZE = 1, 2
# How a field is written: https://protobuf.dev/programming-guides/encoding
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
LONGEST_VARINT = 10  # bytes


class NoAction(ValueError):
    """Bytes that are not an ActionResult; the message says why."""


@dataclass(frozen=True)
class Blob:
    """Content that the cache keeps under /cas, by its sha256 in hex and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Action:
    """What an entry holds: blobs by name, a statement about them, and its signature."""

    blobs: dict[str, Blob]
    statement: bytes
    signature: bytes


def encode(action: Action) -> bytes:
    """The entry as it is stored."""
    files = [
        _field(OUTPUT_FILES, _field(PATH, name.encode()) + _field(DIGEST, _digest(blob)))
        for name, blob in sorted(action.blobs.items())
    ]
    return b"".join([*files, _field(STDOUT, action.statement), _field(STDERR, action.signature)])


def decode(data: bytes) -> Action:
    """Read an entry. Raises NoAction; fields that we do not use are passed over."""
    blobs = {}
    statement = signature = b""
    for number, value in _fields(data):
        if number == OUTPUT_FILES and isinstance(value, bytes):
            name, blob = _output_file(value)
            blobs[name] = blob
        elif number == STDOUT and isinstance(value, bytes):
            statement = value
        elif number == STDERR and isinstance(value, bytes):
            signature = value
    return Action(blobs, statement, signature)


def _digest(blob: Blob) -> bytes:
    return _field(HASH, blob.sha256.encode()) + _varint(SIZE << 3 | VARINT) + _varint(blob.size)


def _field(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | BYTES) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    coded = bytearray()
    while value > 0x7F:
        coded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*coded, value])


def _output_file(data: bytes) -> tuple[str, Blob]:
    fields = dict(_fields(data))
    digest = dict(_fields(_bytes(fields.get(DIGEST, b""))))
    size = digest.get(SIZE, 0)
    try:
        sha256 = _bytes(digest.get(HASH, b"")).decode("ascii")
        name = _bytes(fields.get(PATH, b"")).decode()
    except UnicodeDecodeError:
        raise NoAction("a name in it is not text") from None
    if not isinstance(size, int):
        raise NoAction("a size in it is not a number")
    return name, Blob(sha256, size)


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise NoAction("a number stands where text belongs")
    return value


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Each field's number and value."""
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        kind = tag & 7
        if kind == VARINT:
            value, at = _read_varint(data, at)
            yield tag >> 3, value
            continue
        sizes = {FIXED64: 8, FIXED32: 4}
        if kind == BYTES:
            size, at = _read_varint(data, at)
        elif kind in sizes:
            size = sizes[kind]
        else:
            raise NoAction("it has a field of an unknown kind")
        if size > len(data) - at:
            raise NoAction("it is cut short")
        yield tag >> 3, data[at : at + size]
        at += size


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for count, byte in enumerate(data[at : at + LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value, at + count + 1
    raise NoAction("it is cut short")
