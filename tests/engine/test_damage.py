# SPDX-License-Identifier: MIT
"""A packed model that is damaged, or cannot be read: an error or the same story, never another."""

import math
import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from image import run
from tests.engine import packing, tiny
from tests.engine.conftest import HANG_S, Engine, Result, compile_c, pack
from tests.engine.packing import Packed
from tests.models import Model

HERE = Path(__file__).parent
# An own classifier, most of whose rows are alike, so that a short list pays.
SHAPE = tiny.Shape(16, 24, 2, 4, 2, vocab_size=-300, seq_len=40)
WAYS = (("q16", 0), ("q16", 1e5), ("fp32", 0))  # with an error of 1e5, 16 bits decide nothing
PARTS = (
    *("header", "tokenizer", "norms", "list", "layer 0", "layer 1", "outside"),
    *("classifier, listed", "classifier, others", "embedding, listed", "embedding, others"),
    "drafts",
)


def crowded_weights() -> tiny.Weights:
    """Weights of SHAPE whose classifier has a crowd."""
    weights = tiny.random_weights(SHAPE)
    rows = weights[-300 * 16 :].reshape(300, 16)
    crowd = np.random.default_rng(2).random(300) < 0.8
    crowd[:2] = False
    rows[crowd] *= 0.01
    rows[~crowd] *= 12
    return weights


@pytest.fixture(scope="module")
def files(packer: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Path]:
    """The model, and its packed file."""
    folder = tmp_path_factory.mktemp("crowded")
    model = Model(folder / "model.bin", folder / "tokenizer.bin")
    model.checkpoint.write_bytes(tiny.checkpoint(SHAPE, crowded_weights()))
    model.tokenizer.write_bytes(tiny.tokenizer())
    return model, pack(packer, model, folder)


@pytest.fixture(scope="module")
def packed(files: tuple[Model, Path]) -> Packed:
    """The packed file's bytes."""
    found = packing.read(files[1])
    assert 0 < found.listed < 300
    assert tuple(found.parts) == PARTS
    return found


STORY = ("-t", "1.5", "-p", "0.95", "-s", "1", "-i", "ab")  # a temperature at which all rows count


@pytest.fixture(scope="module")
def story(engine: Engine, files: tuple[Model, Path]) -> bytes:
    """What the model tells."""
    return engine.tell(files[0], *STORY)


def tell(engine: Engine, model: Path, mode: str, **env: str) -> Result:
    """The same from a packed file."""
    done = subprocess.run(
        [*engine.command, model, *STORY],
        env={**run.environment({}), "LLAMA_MODE": mode, **env},
        capture_output=True,
        timeout=HANG_S,
    )
    return Result(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def same_or_refused(told: Result, story: bytes, reason: str) -> bool:
    """Whether the story ended with an error; one that did not must be the story."""
    if told.status == 0:
        assert told.out == story
        return False
    assert told.status == 1
    assert story.startswith(told.out)
    assert re.fullmatch(rf"run: [^\n]*(?:{reason})[^\n]*\n", told.err), told.err
    return True


def damages(packed: Packed, part: str) -> Iterator[Packed]:
    """The file with a bit turned, or a line or a block zeroed, in many places of a part."""
    place, size = packed.parts[part]
    draw = random.Random(part)
    for _ in range(5):
        at = place + draw.randrange(size)
        yield packed.with_bytes(at, bytes([packed.data[at] ^ 1 << draw.randrange(8)]))
    for length in (64, 512, 4096):
        at = place + draw.randrange(size) // length * length
        yield packed.with_bytes(at, bytes(min(length, place + size - at)))


@pytest.mark.parametrize("part", PARTS)
def test_damage_never_tells_another_story(
    engine: Engine, packed: Packed, story: bytes, tmp_path: Path, part: str
) -> None:
    model, refused = tmp_path / "bad.packed", 0
    for mode, error in WAYS:
        base = packed.with_error(error) if error else packed
        for damaged in damages(base, part):
            model.write_bytes(damaged.data)
            refused += same_or_refused(tell(engine, model, mode), story, r"bad\.packed: ")
    assert refused > 0, "nothing read what was damaged"


def exchanged(packed: Packed, one: tuple[int, int], other: tuple[int, int]) -> Packed:
    """The file with two equally long pieces in each other's place."""
    first, second = (packed.data[at : at + size] for at, size in (one, other))
    return packed.with_bytes(one[0], second).with_bytes(other[0], first)


def test_what_lies_in_anothers_place_is_refused(
    engine: Engine, packed: Packed, story: bytes, tmp_path: Path
) -> None:
    model = tmp_path / "bad.packed"
    layers = [(packed.parts[name][0], packing.room(packed.parts[name][1])) for name in PARTS[4:6]]
    model.write_bytes(exchanged(packed, *layers).data)
    assert same_or_refused(tell(engine, model, "q16"), story, "is damaged")


def test_parts_of_another_model_are_refused(
    engine: Engine, packer: Engine, files: tuple[Model, Path], packed: Packed, tmp_path: Path
) -> None:
    """As a copy that was cut and begun again with another file may leave them."""
    weights = crowded_weights()
    weights[: 300 * 16] *= 0.5  # the embedding; all else is equal
    model = Model(tmp_path / "other.bin", files[0].tokenizer)
    model.checkpoint.write_bytes(tiny.checkpoint(SHAPE, weights))
    other = packing.read(pack(packer, model, tmp_path))
    for part in PARTS[1:8]:
        at, size = packed.parts[part]
        mixed = tmp_path / "mixed.packed"
        mixed.write_bytes(packed.with_bytes(at, other.data[at : at + packing.room(size)]).data)
        told = tell(engine, mixed, "q16")
        assert (told.status, told.out) == (1, b""), part
        assert told.err.endswith("mixed.packed: is damaged: copy or pack it again\n")


@pytest.mark.parametrize("mode", ["q16", "fp32"])
def test_cut_files_are_refused(engine: Engine, packed: Packed, tmp_path: Path, mode: str) -> None:
    model = tmp_path / "cut.packed"
    ends = {at + draw for at, size in packed.parts.values() for draw in (0, 1, size // 2, size)}
    for size in sorted(ends):
        model.write_bytes(packed.data[:size])
        told = tell(engine, model, mode)
        assert (told.status, told.out, told.err.count("\n")) == (1, b"", 1)


@pytest.fixture(scope="module")
def driver(programs: Path) -> Engine:
    """The driver of the library."""
    return Engine((str(compile_c(programs / "damage-driver", ["-O1"], main=HERE / "driver.c")),))


@pytest.mark.parametrize("error", [0, 1e5])
@pytest.mark.parametrize("pieces", [1, 7])
def test_file_that_is_cut_while_it_tells(
    driver: Engine,
    files: tuple[Model, Path],
    packed: Packed,
    tmp_path: Path,
    pieces: int,
    error: float,
) -> None:
    """Each story is told or ends with an error that names the file; the next one is tried anew."""
    model = tmp_path / "cut.packed"
    model.write_bytes(packed.data)
    whole, end, again, _, _ = driver("cut", model, files[0].tokenizer, "-1", "0").out.split(b"|")
    assert (end, again) == (b"told", whole)
    complaints = 0
    for size in (0, 200, packed.parts["layer 1"][0], packed.parts["classifier, others"][0] + 99):
        model.write_bytes(packed.with_error(error).data if error else packed.data)
        told = driver("cut", model, files[0].tokenizer, str(pieces), str(size))
        assert (told.status, told.err) == (0, "")
        texts, ends = told.out.split(b"|")[:-1:2], told.out.split(b"|")[1::2]
        for text, end in zip(texts, ends, strict=True):
            is_complaint = end.startswith(bytes(model)) and b"is truncated: byte" in end
            complaints += is_complaint
            assert (text, end) == (whole, b"told") or (is_complaint and whole.startswith(text))
    assert complaints == 8 or not error


def test_legacy_model_that_is_cut_is_in_memory(
    driver: Engine, files: tuple[Model, Path], tmp_path: Path
) -> None:
    model = tmp_path / "model.bin"
    model.write_bytes(files[0].checkpoint.read_bytes())
    whole = driver("cut", model, files[0].tokenizer, "-1", "0").out
    assert driver("cut", model, files[0].tokenizer, "1", "0").out == whole


@pytest.mark.parametrize(("mode", "error"), WAYS)
def test_card_that_fails_to_read(
    engine: Engine,
    packed: Packed,
    story: bytes,
    tmp_path: Path,
    failing_pread: Path,
    mode: str,
    error: float,
) -> None:
    model = tmp_path / "model.packed"
    model.write_bytes(packed.with_error(error).data if error else packed.data)
    good = 0
    while same_or_refused(
        tell(engine, model, mode, LD_PRELOAD=str(failing_pread), PREAD_GOOD=str(good)),
        story,
        "cannot be read: Input/output error",
    ):
        good += 1 + good // 20
    assert good > 20


@pytest.mark.parametrize("error", [0.0, -1.0, math.nan])
def test_an_error_of_nothing_is_refused(
    sanitized: Engine, files: tuple[Model, Path], tmp_path: Path, error: float
) -> None:
    """Errors are measured, so that none would be a promise that nobody can give."""
    path = tmp_path / "bad.packed"
    path.write_bytes(packing.read(files[1]).with_error(error).data)
    told = sanitized(path, "-n", "20", "-s", "1")
    assert (told.status, told.out) == (1, b"")
    assert "its header is damaged" in told.err
