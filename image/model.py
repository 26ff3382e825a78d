# SPDX-License-Identifier: MIT
"""Model files given by hand: looked at before a build is spent on them."""

import struct
from pathlib import Path

from image import run
from image.errors import UserError

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


def chosen(model: str | None, tokenizer: str | None) -> dict[str, Path]:
    """Root paths and files of MODEL= and TOKENIZER=, checked; empty when neither is given.

    Raises UserError when one is missing, or when the model is no llama2.c legacy file.
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
    _check_size(files[MODEL_PATH])
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


def _check_size(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(HEADER.size)
    if len(start) < HEADER.size:
        raise UserError(f"{path} is too short to be a model", hint="a llama2.c .bin is expected")
    header = HEADER.unpack(start)
    others = (*header[:5], header[6])
    if min(others) <= 0 or header[5] == 0 or header[0] % header[3]:
        raise UserError(
            f"{path} does not begin as a llama2.c legacy model: header {header}",
            hint="export it with llama2.c's export.py --version 0",
        )
    size = path.stat().st_size
    if size != expected_bytes(header):
        raise UserError(
            f"{path} has {size} bytes; its header asks for {expected_bytes(header)}",
            hint="the file is cut short, or not a float32 legacy model",
        )
