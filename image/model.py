# SPDX-License-Identifier: MIT
"""Model files given by hand: looked at before a build is spent on them."""

import struct
from dataclasses import dataclass
from pathlib import Path

from image import run
from image.errors import UserError
from image.words import listed

MODEL_PATH = "usr/share/llama/model.bin"
TOKENIZER_PATH = "usr/share/llama/tokenizer.bin"
# The checkpoint as it is, for the reference engine, where that is on the card.
FLOAT32_PATH = "usr/share/llama/float32.bin"

# The package, and its program, that makes a packed model of a legacy one.
PACKER = "llama"
PACKER_PROGRAM = "llama-pack"

# Header of a llama2.c legacy checkpoint: dim, hidden_dim, n_layers, n_heads, n_kv_heads,
# vocab_size (negative: the classifier has weights of its own), seq_len; little-endian int32.
HEADER = struct.Struct("<7i")
# tokenizer.bin: the longest piece, then of each piece score, length and bytes.
PIECE = struct.Struct("<fi")
FIRST_PIECE = 4
MOST_TOKENIZER = 1 << 26  # the engine takes no larger one
MOST_SEEN = 32  # bytes that tell a kind


EXPORT = "export it with llama2.c's export.py --version 0"
CONVERT = "make tokenizer.bin with llama2.c's tokenizer.py"
DOWNLOAD = "download the file itself"
UNPACK = "unpack it first"


@dataclass(frozen=True)
class Kind:
    """A kind of file that is often taken for a model or a tokenizer, and what helps."""

    starts: tuple[bytes, ...]
    name: str
    hint: str
    at: int = 0  # where in the file it begins so


# The engine has the same lists (foreign.c); here they spare a build.
COMMON_KINDS = (
    Kind((b"\x1f\x8b", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"BZh"), "a compressed file", UNPACK),
    Kind(
        (b"version https://git-lfs",),
        "a Git LFS pointer, not the file itself",
        "fetch it with git lfs pull",
    ),
    Kind((b"<!DOCTYPE", b"<!doctype", b"<html", b"<HTML"), "a web page", DOWNLOAD),
)
MODEL_KINDS = (
    *COMMON_KINDS,
    Kind((b"24ka\1\0\0\0",), "a llama2.c model of version 1", EXPORT),
    Kind((b"24ka\2\0\0\0",), "a llama2.c model of version 2 (Q8_0)", EXPORT),
    Kind((b"24ka",), "a llama2.c model of a newer version", EXPORT),
    Kind((b"GGUF",), "a GGUF file", EXPORT),
    Kind((b"tjgg", b"fmgg", b"lmgg"), "a GGML file", EXPORT),
    Kind((b'{"',), "a safetensors file", EXPORT, at=8),
    Kind((b"PK\3\4",), "a PyTorch checkpoint or another zip archive", EXPORT),
    Kind((b"\x80\2",), "an old PyTorch checkpoint (pickle)", EXPORT),
    Kind((b"LLAMAPCK",), "a packed model", "give the checkpoint that it was packed from"),
)
TOKENIZER_KINDS = (
    *COMMON_KINDS,
    Kind((b"{\n", b"{\r", b'{"', b"{ "), "JSON, as tokenizer.json is", CONVERT),
    Kind((b"\n\x0e\n\5<unk>",), "a SentencePiece model, as tokenizer.model is", CONVERT),
    Kind((b"PK\3\4",), "a zip archive", UNPACK),
    Kind((b"GGUF",), "a GGUF file", CONVERT),
    Kind((b"LLAMAPCK",), "a packed model", CONVERT),
)


def chosen(model: str | None, tokenizer: str | None) -> dict[str, Path]:
    """Root paths and files of MODEL= and TOKENIZER=, checked; empty when neither is given.

    Raises UserError when one is missing, or when the model is not a legacy llama2.c file.
    """
    if not model and not tokenizer:
        return {}
    if not model or not tokenizer:
        lacking = "TOKENIZER" if model else "MODEL"
        raise UserError(f"{lacking}= is missing", hint="MODEL= and TOKENIZER= belong together")
    checkpoint = Path(model).absolute()
    files = {MODEL_PATH: checkpoint, TOKENIZER_PATH: Path(tokenizer).absolute()}
    files[FLOAT32_PATH] = checkpoint
    for path in files.values():
        if not path.is_file():
            raise UserError(f"{path} is not a file", hint="give MODEL=FILE TOKENIZER=FILE")
    _check_model(files[MODEL_PATH])
    _check_tokenizer(files[TOKENIZER_PATH], _vocabulary(files[MODEL_PATH]))
    return files


def pack(packer: Path, checkpoint: Path, tokenizer: Path, target: Path, log: Path) -> None:
    """Make a packed model of a legacy one, with the program of that name. Raises UserError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    run.run([packer, checkpoint, tokenizer, target], log=log)


def expected_bytes(header: tuple[int, ...]) -> int:
    """Size of a legacy float32 checkpoint with this header, in bytes."""
    dim, hidden, layers, heads, kv_heads, vocab, seq_len = header
    head = dim // heads
    layer = 2 * dim + 2 * dim * dim + 2 * dim * kv_heads * head + 3 * dim * hidden
    classifier = abs(vocab) * dim if vocab < 0 else 0
    floats = abs(vocab) * dim + layers * layer + dim + seq_len * head + classifier
    return HEADER.size + 4 * floats


def _check_model(path: Path) -> None:
    """Raise UserError unless the file is as long as its header says."""
    with path.open("rb") as file:
        start = file.read(MOST_SEEN)
    trouble = _trouble(start, path.stat().st_size)
    if trouble is not None:
        message, hint = _kind(start, MODEL_KINDS) or trouble
        raise UserError(f"{path} {message}", hint=hint)


def _trouble(start: bytes, size: int) -> tuple[str, str] | None:
    """Why a file of this beginning and size is not a legacy model, and what helps."""
    if len(start) < HEADER.size:
        return "is too short to be a model", "a llama2.c .bin is expected"
    header = HEADER.unpack_from(start)
    others = (*header[:5], header[6])
    if min(others) <= 0 or header[5] == 0 or header[0] % header[3]:
        return (
            f"does not begin like a legacy llama2.c model: header {listed(header)}",
            "export it with llama2.c's export.py --version 0",
        )
    if size != expected_bytes(header):
        return (
            f"has {size} bytes; its header asks for {expected_bytes(header)}",
            "the file is cut short, or not a float32 legacy model",
        )
    return None


def _vocabulary(checkpoint: Path) -> int:
    with checkpoint.open("rb") as file:
        return abs(int(HEADER.unpack(file.read(HEADER.size))[5]))


def _check_tokenizer(path: Path, pieces: int) -> None:
    """Raise UserError unless the file holds exactly that many tokens."""
    data = path.read_bytes() if path.stat().st_size <= MOST_TOKENIZER else b""
    at = FIRST_PIECE
    for _ in range(pieces):
        length = PIECE.unpack_from(data, at)[1] if at + PIECE.size <= len(data) else 0
        if length < 1:
            break
        at += PIECE.size + length
    else:
        if at == len(data):
            return
    with path.open("rb") as file:
        kind = _kind(file.read(MOST_SEEN), TOKENIZER_KINDS)
    message, hint = kind or (
        f"does not hold the {pieces} pieces that the model has",
        "a llama2.c tokenizer.bin, made for this model, is expected",
    )
    raise UserError(f"{path} {message}", hint=hint)


def _kind(start: bytes, kinds: tuple[Kind, ...]) -> tuple[str, str] | None:
    """What a file is that begins so, and what helps."""
    for kind in kinds:
        if start[kind.at :].startswith(kind.starts):
            return f"is {kind.name}", kind.hint
    return None
