# SPDX-License-Identifier: MIT
"""The entry that a remote cache keeps for a step: an ActionResult of Bazel's Remote Execution API.

Cache servers check that an entry under /ac is one, and keep or drop the blobs that it names
together with it. Of its fields these are used: the files that the step left, and, where a
compiler's output would be, what we say about them (stdout) and our signature of that (stderr).
https://github.com/bazelbuild/remote-apis, build/bazel/remote/execution/v2/remote_execution.proto
"""

from dataclasses import dataclass

from image.protobuf import BYTES, VARINT, Damaged, fields

# Fields of ActionResult, OutputFile and Digest.
OUTPUT_FILES, STDOUT, STDERR = 2, 5, 7
PATH, DIGEST = 1, 2
HASH, SIZE = 1, 2


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
    try:
        return _decoded(memoryview(data))
    except Damaged as damaged:
        raise NoAction(f"it is damaged: {damaged}") from None


def _decoded(data: memoryview) -> Action:
    blobs = {}
    statement = signature = b""
    for number, value in fields(data):
        if number == OUTPUT_FILES and not isinstance(value, int):
            name, blob = _output_file(value)
            blobs[name] = blob
        elif number == STDOUT:
            statement = _bytes(value)
        elif number == STDERR:
            signature = _bytes(value)
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


def _output_file(data: memoryview) -> tuple[str, Blob]:
    parts = dict(fields(data))
    digest = dict(fields(memoryview(_bytes(parts.get(DIGEST)))))
    size = digest.get(SIZE, 0)
    try:
        sha256 = _bytes(digest.get(HASH)).decode("ascii")
        name = _bytes(parts.get(PATH)).decode()
    except UnicodeDecodeError:
        raise NoAction("a name in it is not text") from None
    if not isinstance(size, int):
        raise NoAction("a size in it is not a number")
    return name, Blob(sha256, size)


def _bytes(value: int | memoryview | None) -> bytes:
    """What a field holds; nothing where it is left out."""
    if isinstance(value, int):
        raise NoAction("a number stands where text belongs")
    return bytes(value or b"")
