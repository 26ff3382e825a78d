# SPDX-License-Identifier: MIT
"""Files that cannot be trusted: the engine says what is wrong with them, and touches nothing."""

import os
import random
import re
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.engine import oracle, tiny
from tests.engine.conftest import Engine, Result, compile_c
from tests.engine.tiny import SHAPE, Shape
from tests.models import Model

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
MODEL = tiny.checkpoint()
TOKENIZER = tiny.tokenizer()
SIZE = len(MODEL)
NO_NUMBER = (
    "the model's logits are not numbers: its weights are damaged, "
    "or the temperature is too close to 0"
)


def limit(field: str, value: int, most: int, least: int = 1) -> str:
    """The sentence about a number out of its range."""
    return f"{field} is {value}; it must be {least} to {most}"


def wrong_size(shape: Shape) -> str:
    """The sentence about the valid file behind a header that asks for another size."""
    return f"has {SIZE} bytes; its header asks for {28 + 4 * shape.weights}"


def out_of_range(field: str, most: int, least: int = 1) -> dict[str, tuple[bytes, str]]:
    """A header with each of the values that this field must not have."""
    values = {0, -1, INT_MIN, INT_MAX, least - 1, most + 1, 0x40000000, 0x10001}
    return {
        f"{field}_{value}": (
            tiny.header(**{field: value}),
            limit(field, value, most, least),
        )
        for value in values
        if not least <= value <= most
    }


# What the file holds, and what is said of it.
MODELS: dict[str, tuple[bytes, str]] = {
    **out_of_range("dim", 1 << 14),
    **out_of_range("hidden_dim", 1 << 16),
    **out_of_range("n_layers", 1 << 9),
    **out_of_range("n_heads", SHAPE.dim),
    **out_of_range("n_kv_heads", SHAPE.n_heads),
    **out_of_range("seq_len", 1 << 15),
    "vocab_size_0": (tiny.header(vocab_size=0), limit("vocab_size", 0, 1 << 20, 2)),
    "vocab_size_1": (tiny.checkpoint(Shape(vocab_size=1)), limit("vocab_size", 1, 1 << 20, 2)),
    "vocab_size_huge": (
        tiny.header(vocab_size=INT_MAX),
        limit("vocab_size", INT_MAX, 1 << 20, 2),
    ),
    "vocab_size_least": (
        tiny.header(vocab_size=INT_MIN),
        limit("vocab_size", INT_MIN, 1 << 20, 2),
    ),
    "vocab_size_huge_negative": (
        tiny.header(vocab_size=-INT_MAX),
        limit("vocab_size", INT_MAX, 1 << 20, 2),
    ),
    "heads_do_not_divide": (
        tiny.header(n_heads=3),
        "dim 8 is not a multiple of n_heads 3",
    ),
    "kv_heads_do_not_divide": (
        tiny.header(n_kv_heads=3),
        "n_heads 4 is not a multiple of n_kv_heads 3",
    ),
    "odd_head": (
        tiny.header(n_heads=8),
        "the head size 1 is odd; RoPE rotates pairs of values",
    ),
    "own_classifier_missing": (
        tiny.header(vocab_size=-300),
        wrong_size(replace(SHAPE, vocab_size=-300)),
    ),
    "one_more_layer": (tiny.header(n_layers=3), wrong_size(replace(SHAPE, n_layers=3))),
    "one_more_position": (tiny.header(seq_len=33), wrong_size(replace(SHAPE, seq_len=33))),
    "one_less_piece": (tiny.header(vocab_size=299), wrong_size(replace(SHAPE, vocab_size=299))),
    "largest_of_all": (
        Shape(1 << 14, 1 << 16, 1 << 9, 1, 1, -(1 << 20), 1 << 15).header,
        "has 28 bytes; its header asks for "
        f"{28 + 4 * Shape(1 << 14, 1 << 16, 1 << 9, 1, 1, -(1 << 20), 1 << 15).weights}",
    ),
    "empty": (b"", "is empty"),
    "one_byte": (b"\x08", "has 1 bytes; the header of a model alone has 28"),
    "header_cut": (MODEL[:27], "has 27 bytes; the header of a model alone has 28"),
    "header_only": (MODEL[:28], f"has 28 bytes; its header asks for {SIZE}"),
    "half": (MODEL[: SIZE // 2], f"has {SIZE // 2} bytes; its header asks for {SIZE}"),
    "last_byte_missing": (MODEL[:-1], f"has {SIZE - 1} bytes; its header asks for {SIZE}"),
    "last_float_missing": (MODEL[:-4], f"has {SIZE - 4} bytes; its header asks for {SIZE}"),
    "one_byte_more": (MODEL + b"\0", f"has {SIZE + 1} bytes; its header asks for {SIZE}"),
    "one_float_more": (MODEL + bytes(4), f"has {SIZE + 4} bytes; its header asks for {SIZE}"),
    "big_endian": (
        struct.pack(">7i", 8, 16, 2, 4, 2, 300, 32) + MODEL[28:],
        limit("dim", 8 << 24, 1 << 14),
    ),
    "text": (b"Once upon a time" * 100, limit("dim", 0x65636E4F, 1 << 14)),
}


EXPORT = "export the model with llama2.c's export.py --version 0"
CONVERT = "make tokenizer.bin with llama2.c's tokenizer.py"
COMPRESSED = {
    "gzip": b"\x1f\x8b\x08" + bytes(64),
    "xz": b"\xfd7zXZ\0" + bytes(64),
    "zstd": b"\x28\xb5\x2f\xfd" + bytes(64),
    "bzip2": b"BZh91AY" + bytes(64),
}
# Files of other kinds, and what is said of them.
ELSEWHERE: dict[str, tuple[bytes, str]] = {
    **{
        kind: (data, f"is compressed ({kind}): unpack it first")
        for kind, data in COMPRESSED.items()
    },
    "lfs": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "is a Git LFS pointer, not the file itself: fetch it with git lfs pull",
    ),
    "html": (b"<!DOCTYPE html>" * 9, "is a web page: download the file itself"),
}
OTHER_MODELS: dict[str, tuple[bytes, str]] = {
    **ELSEWHERE,
    "version_1": (
        struct.pack("<Ii", 0x616B3432, 1) + bytes(SIZE),
        f"is a llama2.c model of version 1: {EXPORT}",
    ),
    "version_2": (
        struct.pack("<Ii", 0x616B3432, 2) + bytes(SIZE),
        f"is a llama2.c model of version 2 (Q8_0): {EXPORT}",
    ),
    "gguf": (b"GGUF\3\0\0\0" + bytes(SIZE), f"is a GGUF file: {EXPORT}"),
    "ggml": (b"tjgg\3\0\0\0" + bytes(SIZE), f"is a GGML file: {EXPORT}"),
    "safetensors": (
        struct.pack("<Q", 40) + b'{"__metadata__":{}}' + bytes(SIZE),
        f"is a safetensors file: {EXPORT}",
    ),
    "pytorch": (
        b"PK\3\4" + bytes(SIZE),
        f"is a PyTorch checkpoint or another zip archive: {EXPORT}",
    ),
    "pickle": (b"\x80\2\x8a\x0a" + bytes(SIZE), f"is an old PyTorch checkpoint (pickle): {EXPORT}"),
}
OTHER_TOKENIZERS: dict[str, tuple[bytes, str]] = {
    **ELSEWHERE,
    "json": (b'{\n  "version": "1.0"}', f"is JSON, as tokenizer.json is: {CONVERT}"),
    "sentencepiece": (
        b"\n\x0e\n\5<unk>\x15\0\0\0\0\x18\2" + bytes(9000),
        f"is a SentencePiece model, as tokenizer.model is: {CONVERT}",
    ),
    "packed": (
        b"LLAMAPCK" + bytes(9000),
        "is a packed model, which holds its tokenizer: omit -z",
    ),
}


def with_piece(number: int, data: bytes) -> bytes:
    """The valid tokenizer, with this in place of one piece."""
    parts = [tiny.piece(text, float(i)) for i, text in enumerate(tiny.pieces())]
    parts[number] = data
    return TOKENIZER[:4] + b"".join(parts)


LAST = tiny.pieces()[-1]
FEW = "bytes, too few for the 300 pieces that the model has"
TOKENIZERS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "one_byte": (b"\x05", f"has 1 {FEW}"),
    "header_only": (TOKENIZER[:4], f"has 4 {FEW}"),
    "first_piece_cut": (TOKENIZER[:9], f"has 9 {FEW}"),
    "smallest_for_fewer": (bytes(4 + 9 * 300 - 1), f"has 2703 {FEW}"),
    "length_0": (
        with_piece(299, tiny.piece(b"")),
        "piece 299 has length 0; 0 bytes are left",
    ),
    "length_0_within": (
        with_piece(7, tiny.piece(b"", length=0)),
        f"piece 7 has length 0; {sum(8 + len(text) for text in tiny.pieces()[8:])} bytes are left",
    ),
    "length_negative": (
        with_piece(299, tiny.piece(LAST, length=-1)),
        "piece 299 has length -1; 2 bytes are left",
    ),
    "length_least": (
        with_piece(299, tiny.piece(LAST, length=INT_MIN)),
        f"piece 299 has length {INT_MIN}; 2 bytes are left",
    ),
    "length_huge": (
        with_piece(299, tiny.piece(LAST, length=INT_MAX)),
        f"piece 299 has length {INT_MAX}; 2 bytes are left",
    ),
    "length_one_too_many": (
        with_piece(299, tiny.piece(LAST, length=3)),
        "piece 299 has length 3; 2 bytes are left",
    ),
    "length_one_too_few": (
        with_piece(299, tiny.piece(LAST, length=1)),
        "1 bytes follow the 300 pieces that the model has",
    ),
    "last_byte_missing": (TOKENIZER[:-1], "piece 299 has length 2; 1 bytes are left"),
    "last_header_cut": (TOKENIZER[:-3], "ends after 299 pieces; the model has 300"),
    "last_piece_missing": (TOKENIZER[:-10], "ends after 299 pieces; the model has 300"),
    "half_of_the_pieces": (
        tiny.tokenizer([b"word" * 5] * 150),
        "ends after 150 pieces; the model has 300",
    ),
    "one_byte_more": (TOKENIZER + b"\0", "1 bytes follow the 300 pieces that the model has"),
    "one_piece_more": (
        TOKENIZER + tiny.piece(b"ab"),
        "10 bytes follow the 300 pieces that the model has",
    ),
}


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """Valid files, which a test replaces."""
    files = Model(tmp_path / "model.bin", tmp_path / "tokenizer.bin")
    files.checkpoint.write_bytes(MODEL)
    files.tokenizer.write_bytes(TOKENIZER)
    return files


def told(engine: Engine, model: Model, *options: str) -> Result:
    """What comes of asking for a short story."""
    return engine(model.checkpoint, "-z", model.tokenizer, "-s", "1", "-n", "20", *options)


def ordinary(engine: Engine) -> Engine:
    """The engine as a program that may not read every file, whoever runs the test."""
    if os.geteuid() != 0:
        return engine
    return Engine(("setpriv", "--bounding-set=-all", *engine.command))


def refused(result: Result, sentence: str, program: str = "run") -> None:
    """The program ended well, said this alone, and told nothing."""
    assert (result.status, result.err) == (1, f"{program}: {sentence}\n")
    assert result.out == b""


def refused_by_both(engine: Engine, packer: Engine, model: Model, sentence: str) -> None:
    """Engine and packer say the same."""
    refused(told(engine, model), sentence)
    done = packer(model.checkpoint, model.tokenizer, model.checkpoint.with_name("packed"))
    refused(done, sentence, "llama-pack")


def test_base_is_valid(sanitized: Engine, model: Model) -> None:
    result = told(sanitized, model, "-t", "0", "-i", "aab c")
    expected = oracle.tell(model.checkpoint, model.tokenizer, "aab c", steps=20)
    assert (result.status, result.out) == (0, expected)


def test_own_classifier_is_valid(sanitized: Engine, model: Model) -> None:
    tied = told(sanitized, model, "-t", "0").out
    model.checkpoint.write_bytes(tiny.checkpoint(replace(SHAPE, vocab_size=-300)))
    result = told(sanitized, model, "-t", "0")
    expected = oracle.tell(model.checkpoint, model.tokenizer, steps=20)
    assert (result.status, result.out) == (0, expected)
    assert result.out != tied


@pytest.mark.parametrize(("data", "sentence"), MODELS.values(), ids=MODELS)
def test_malformed_model(sanitized: Engine, model: Model, data: bytes, sentence: str) -> None:
    model.checkpoint.write_bytes(data)
    refused(told(sanitized, model, "-i", "a"), f"{model.checkpoint}: {sentence}")


@pytest.mark.parametrize(("data", "sentence"), TOKENIZERS.values(), ids=TOKENIZERS)
def test_malformed_tokenizer(sanitized: Engine, model: Model, data: bytes, sentence: str) -> None:
    model.tokenizer.write_bytes(data)
    refused(told(sanitized, model, "-i", "a"), f"{model.tokenizer}: {sentence}")


@pytest.mark.parametrize(("data", "sentence"), OTHER_MODELS.values(), ids=OTHER_MODELS)
def test_model_of_another_kind(
    engine: Engine, packer: Engine, model: Model, data: bytes, sentence: str
) -> None:
    model.checkpoint.write_bytes(data)
    refused_by_both(engine, packer, model, f"{model.checkpoint}: {sentence}")


@pytest.mark.parametrize(("data", "sentence"), OTHER_TOKENIZERS.values(), ids=OTHER_TOKENIZERS)
def test_tokenizer_of_another_kind(
    engine: Engine, packer: Engine, model: Model, data: bytes, sentence: str
) -> None:
    model.tokenizer.write_bytes(data)
    refused_by_both(engine, packer, model, f"{model.tokenizer}: {sentence}")


@pytest.mark.parametrize("dim", [0x280, 0x5A * 4])
def test_valid_model_that_begins_like_another_kind(engine: Engine, model: Model, dim: int) -> None:
    """A width of 640 begins as a pickle does."""
    shape = Shape(dim=dim, hidden_dim=4, n_layers=1, seq_len=4)
    model.checkpoint.write_bytes(tiny.checkpoint(shape))
    assert told(engine, model).status == 0


# --- memory: what a file says costs nothing before it is believed ----------------------------


def frugal(engine: Engine, mebibytes: int) -> Engine:
    """The engine in so little address space, files included, that it can take no more."""
    return Engine(("prlimit", f"--as={mebibytes << 20}", *engine.command))


def test_little_memory_is_enough_for_a_story(engine: Engine, model: Model) -> None:
    assert told(frugal(engine, 8), model).out == told(engine, model).out


def test_large_memory_is_refused(engine: Engine, model: Model) -> None:
    """The limit is felt: this shape asks for 128 MiB of keys and values."""
    shape = Shape(n_layers=64, n_kv_heads=4, seq_len=1 << 15)
    model.checkpoint.write_bytes(tiny.checkpoint(shape))
    result = told(frugal(engine, 64), model, "-n", "0")
    assert (result.status, result.out) == (1, b"")
    assert re.fullmatch(r"run: not enough memory: \d+ KiB are needed\n", result.err)


@pytest.mark.parametrize(("data", "sentence"), MODELS.values(), ids=MODELS)
def test_malformed_model_takes_no_memory(
    engine: Engine, model: Model, data: bytes, sentence: str
) -> None:
    model.checkpoint.write_bytes(data)
    refused(told(frugal(engine, 8), model), f"{model.checkpoint}: {sentence}")


@pytest.mark.parametrize(("data", "sentence"), TOKENIZERS.values(), ids=TOKENIZERS)
def test_malformed_tokenizer_takes_no_memory(
    engine: Engine, model: Model, data: bytes, sentence: str
) -> None:
    model.tokenizer.write_bytes(data)
    refused(told(frugal(engine, 8), model), f"{model.tokenizer}: {sentence}")


def test_huge_tokenizer_takes_no_memory(engine: Engine, model: Model) -> None:
    with model.tokenizer.open("r+b") as file:
        file.truncate(1 << 30)
    sentence = f"{model.tokenizer}: has {1 << 30} bytes, too many for a tokenizer"
    refused(told(frugal(engine, 8), model), sentence)


@pytest.mark.parametrize("which", ["checkpoint", "tokenizer"])
class TestUnusable:
    """What is no file of data at all."""

    def test_missing(self, sanitized: Engine, model: Model, which: str) -> None:
        path: Path = getattr(model, which)
        path.unlink()
        refused(told(sanitized, model), f"{path}: cannot be opened: No such file or directory")

    def test_directory(self, sanitized: Engine, model: Model, which: str) -> None:
        path: Path = getattr(model, which)
        path.unlink()
        path.mkdir()
        refused(told(sanitized, model), f"{path}: is not a regular file")

    def test_device(self, sanitized: Engine, model: Model, which: str) -> None:
        files = replace(model, **{which: Path("/dev/zero")})
        refused(told(sanitized, files), "/dev/zero: is not a regular file")

    def test_link_to_nothing(self, sanitized: Engine, model: Model, which: str) -> None:
        path: Path = getattr(model, which)
        path.unlink()
        path.symlink_to("nowhere")
        refused(told(sanitized, model), f"{path}: cannot be opened: No such file or directory")

    def test_below_a_file(self, sanitized: Engine, model: Model, which: str) -> None:
        path: Path = getattr(model, which) / "more"
        files = replace(model, **{which: path})
        refused(told(sanitized, files), f"{path}: cannot be opened: Not a directory")

    def test_unreadable(self, sanitized: Engine, model: Model, which: str) -> None:
        path: Path = getattr(model, which)
        path.chmod(0)
        refused(told(ordinary(sanitized), model), f"{path}: cannot be opened: Permission denied")

    def test_long_name(self, sanitized: Engine, model: Model, which: str) -> None:
        path = Path("/" + "n" * 5000)
        result = told(sanitized, replace(model, **{which: path}))
        assert (result.status, result.out) == (1, b"")
        name = "n" * 150  # the end of the path, so that the reason is not crowded out
        assert result.err == f"run: {name}: cannot be opened: File name too long\n"

    def test_named_pipe(self, sanitized: Engine, model: Model, which: str) -> None:
        path: Path = getattr(model, which)
        path.unlink()
        os.mkfifo(path)
        refused(told(sanitized, model), f"{path}: is not a regular file")

    def test_random_bytes(self, sanitized: Engine, model: Model, which: str) -> None:
        path: Path = getattr(model, which)
        for seed in range(20):
            path.write_bytes(random.Random(seed).randbytes(len(path.read_bytes())))
            result = told(sanitized, model)
            assert (result.status, result.out) == (1, b"")
            assert result.err.startswith(f"run: {path}: ")
            assert result.err.count("\n") == 1


def test_model_that_asks_for_too_much_memory(sanitized: Engine, model: Model) -> None:
    shape = Shape(dim=8, hidden_dim=1, n_layers=512, n_heads=4, n_kv_heads=4, seq_len=1 << 15)
    model.checkpoint.write_bytes(tiny.checkpoint(shape))
    mebibytes = (2 * 512 + 1) * 8 * 4 * (1 << 15) >> 20
    sentence = f"the model needs {mebibytes} MiB of working memory; the limit is 256 MiB"
    refused(told(sanitized, model, "-n", "0"), sentence)


def test_smallest_shape_tells_a_story(sanitized: Engine, model: Model) -> None:
    shape = Shape(dim=2, hidden_dim=1, n_layers=1, n_heads=1, n_kv_heads=1, vocab_size=2, seq_len=1)
    model.checkpoint.write_bytes(tiny.checkpoint(shape))
    model.tokenizer.write_bytes(tiny.tokenizer([b"a", b"<s>"]))
    result = told(sanitized, model, "-t", "0")
    expected = oracle.tell(model.checkpoint, model.tokenizer, steps=1)
    assert (result.status, result.out, result.err) == (0, expected, "")


def test_vocabulary_without_the_token_that_begins_a_story(sanitized: Engine, model: Model) -> None:
    model.checkpoint.write_bytes(tiny.checkpoint(replace(SHAPE, vocab_size=1)))
    model.tokenizer.write_bytes(tiny.tokenizer([b" "]))
    sentence = f"{model.checkpoint}: {limit('vocab_size', 1, 1 << 20, 2)}"
    refused(told(sanitized, model, "-i", " "), sentence)


# --- weights that are no numbers ------------------------------------------------------------

NUMBERS = {"nan": np.nan, "inf": np.inf, "minus_inf": -np.inf, "huge": 3e38, "tiny": 1e-45}
LAYER = SHAPE.vocab_size * SHAPE.dim  # where the first layer's weights begin
SPOTS: dict[str, slice] = {
    "bos": slice(SHAPE.dim, SHAPE.dim + 1),
    "embedding": slice(0, LAYER),
    "one_of_a_layer": slice(LAYER, LAYER + 1),
    "query": slice(LAYER + 2 * SHAPE.dim, LAYER + 2 * SHAPE.dim + 1),
    "everything": slice(None),
}


@pytest.mark.parametrize("temperature", ["0", "1"])
@pytest.mark.parametrize("topp", ["0.9", "1"])
@pytest.mark.parametrize("spot", SPOTS.values(), ids=SPOTS)
@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_damaged_weights(
    sanitized: Engine, model: Model, number: float, spot: slice, topp: str, temperature: str
) -> None:
    weights = tiny.random_weights()
    weights[spot] = number
    model.checkpoint.write_bytes(tiny.checkpoint(weights=weights))
    result = told(sanitized, model, "-t", temperature, "-p", topp)
    if result.status == 0:
        assert result.err.startswith("achieved tok/s: ") or result.err == ""
    else:
        assert (result.status, result.err) == (1, f"run: {NO_NUMBER}\n")


@pytest.mark.parametrize("temperature", ["0", "1"])
@pytest.mark.parametrize("number", [np.nan, np.inf], ids=["nan", "inf"])
def test_weights_without_a_number_give_no_story(
    sanitized: Engine, model: Model, number: float, temperature: str
) -> None:
    weights = np.full(SHAPE.weights, number, np.float32)
    model.checkpoint.write_bytes(tiny.checkpoint(weights=weights))
    refused(told(sanitized, model, "-t", temperature), NO_NUMBER)


def test_zero_weights_tell_a_story(sanitized: Engine, model: Model) -> None:
    model.checkpoint.write_bytes(tiny.checkpoint(weights=np.zeros(SHAPE.weights, np.float32)))
    result = told(sanitized, model, "-t", "0")
    assert result.status == 0
    assert result.out == b"<unk>" * 20 + b"\n"


# --- tokenizers that are valid and odd ------------------------------------------------------


def without(*missing: bytes) -> list[bytes]:
    """The valid pieces, with other text in place of some."""
    return [b"?%d" % i if text in missing else text for i, text in enumerate(tiny.pieces())]


def test_no_piece_for_a_space(sanitized: Engine, model: Model) -> None:
    model.tokenizer.write_bytes(tiny.tokenizer(without(b" ")))
    refused(told(sanitized, model, "-i", "a"), "the tokenizer has no piece for a space")
    assert told(sanitized, model).status == 0, "the empty prompt needs none"


def small(model: Model, parts: list[bytes]) -> None:
    """Turn the files into those of a vocabulary of these pieces."""
    shape = replace(SHAPE, vocab_size=len(parts))
    model.checkpoint.write_bytes(tiny.checkpoint(shape))
    model.tokenizer.write_bytes(tiny.tokenizer(parts))


def test_no_pieces_for_bytes(sanitized: Engine, model: Model) -> None:
    small(model, [b"<unk>", b"<s>", b"</s>", b" ", b"a", b"b"])
    refused(told(sanitized, model, "-i", "abc"), "the tokenizer has no piece for the byte 0x63")
    refused(told(sanitized, model, "-i", "aé"), "the tokenizer has no piece for the byte 0xc3")
    assert told(sanitized, model, "-i", "ab").status == 0


def test_no_piece_for_a_byte_within_a_character(sanitized: Engine, model: Model) -> None:
    # Bytes up to "z" have pieces; what follows the "a" and joins it has none.
    small(model, [*tiny.pieces(3 + 0x7B), b" "])
    result = sanitized(model.checkpoint, "-z", model.tokenizer, "-i", b"a\x80")
    refused(result, "the tokenizer has no piece for the byte 0x80")


def test_first_byte_without_a_piece(sanitized: Engine, model: Model) -> None:
    small(model, [*tiny.pieces(3 + 0x7B), b" "])
    refused(told(sanitized, model, "-i", "|"), "the tokenizer has no piece for the byte 0x7c")
    assert told(sanitized, model, "-i", "z").status == 0


def with_scores(score: Callable[[int], float]) -> bytes:
    """The valid tokenizer with other scores."""
    parts = [tiny.piece(text, score(i)) for i, text in enumerate(tiny.pieces())]
    return TOKENIZER[:4] + b"".join(parts)


@pytest.mark.parametrize("score", [np.nan, np.inf, -np.inf, 3e38, -1e10])
def test_odd_scores(sanitized: Engine, model: Model, score: float) -> None:
    model.tokenizer.write_bytes(with_scores(lambda _: score))
    result = told(sanitized, model, "-t", "0", "-n", "5", "-i", "aabbcc")
    assert result.status == 0
    assert result.out.startswith(b"aa")


@pytest.mark.parametrize("longest", [0, 1, -1, INT_MIN, INT_MAX])
def test_longest_piece_in_the_header_is_not_relied_on(
    sanitized: Engine, model: Model, longest: int
) -> None:
    expected = told(sanitized, model, "-i", "aabbcc").out
    model.tokenizer.write_bytes(struct.pack("<i", longest) + TOKENIZER[4:])
    result = told(sanitized, model, "-i", "aabbcc")
    assert (result.status, result.out) == (0, expected)


ODD_PIECES = {
    "nul": b"\0",
    "nul_within": b"a\0b",
    "byte_cut_short": b"<0x",
    "byte_of_no_digits": b"<0xZZ>",
    "byte_of_one_digit": b"<0x9>",
    "byte_with_sign": b"<0x+9>",
    "byte_with_space": b"<0x 9>",
    "not_utf8": b"\xff\xfe",
    "control": b"\x07",
    "long": b"long " * 1000,
    "format": b"%s%n%s%n",
}


@pytest.mark.parametrize("text", ODD_PIECES.values(), ids=ODD_PIECES)
def test_odd_pieces(sanitized: Engine, model: Model, text: bytes) -> None:
    # Greedy with no weights says token 0, again and again.
    model.checkpoint.write_bytes(tiny.checkpoint(weights=np.zeros(SHAPE.weights, np.float32)))
    model.tokenizer.write_bytes(tiny.tokenizer([text, *tiny.pieces()[1:]]))
    result = told(sanitized, model, "-t", "0", "-n", "3", "-i", "")
    assert result.status == 0
    tab = dict.fromkeys([b"<0x9>", b"<0x+9>", b"<0x 9>"], b"\t")  # scanf is not strict
    printed = {b"\0": b"", b"a\0b": b"a", b"\x07": b"", **tab}.get(text, text)
    assert result.out == printed * 3 + b"\n"


def test_pieces_of_bytes_are_read_as_glibc_does(programs: Path) -> None:
    """Whatever C library the engine is built with: musl's sscanf takes some of them otherwise."""
    program = compile_c(
        programs / "odd-pieces", ["-O2"], main=Path(__file__).parent / "odd_pieces.c"
    )
    done = Engine((str(program),))()
    assert (done.status, done.out) == (0, b"")


def test_all_pieces_equal(sanitized: Engine, model: Model) -> None:
    model.tokenizer.write_bytes(tiny.tokenizer([b" "] * SHAPE.vocab_size))
    assert told(sanitized, model, "-i", "   ").status == 0
    result = told(sanitized, model, "-t", "0", "-n", "4", "-i", "a")
    assert (result.status, result.out) == (0, b" " * 3 + b"\n")
