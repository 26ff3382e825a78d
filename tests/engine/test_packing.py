# SPDX-License-Identifier: MIT
"""The packer: what it refuses, and what it leaves when it cannot go on."""

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.engine import packing, tiny
from tests.engine.conftest import HANG_S, Engine, Result
from tests.engine.tiny import SHAPE
from tests.models import Model

OWN = replace(SHAPE, vocab_size=-300)


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """Valid files, in a folder of their own."""
    folder = tmp_path / "inputs"
    folder.mkdir()
    files = Model(folder / "model.bin", folder / "tokenizer.bin")
    files.checkpoint.write_bytes(tiny.checkpoint(OWN))
    files.tokenizer.write_bytes(tiny.tokenizer())
    return files


def pack(packer: Engine, model: Model, target: Path) -> Result:
    """How packing ended; its progress is left out."""
    done = packer(model.checkpoint, model.tokenizer, target)
    said = [line for line in done.err.splitlines(keepends=True) if not line.endswith(" %\n")]
    return replace(done, err="".join(said))


def refused(done: Result, sentence: str) -> None:
    """It said this alone."""
    assert (done.status, done.out, done.err) == (1, b"", f"llama-pack: {sentence}\n")


# --- what is not replaced ---------------------------------------------------------------------


@pytest.mark.parametrize("which", ["checkpoint", "tokenizer"])
@pytest.mark.parametrize("way", ["itself", "hard", "symbolic", "through_folder"])
def test_inputs_are_not_replaced(
    packer: Engine, model: Model, tmp_path: Path, which: str, way: str
) -> None:
    path: Path = getattr(model, which)
    target = tmp_path / "other.bin"
    if way == "itself":
        target = path
    elif way == "hard":
        target.hardlink_to(path)
    elif way == "symbolic":
        target.symlink_to(path)
    else:
        (tmp_path / "folder").symlink_to(path.parent)
        target = tmp_path / "folder" / path.name
    before = path.read_bytes()
    sentence = f"{target}: is the input {path.name} itself, and is not replaced"
    refused(pack(packer, model, target), sentence)
    assert path.read_bytes() == before
    assert {one.name for one in path.parent.iterdir()} == {"model.bin", "tokenizer.bin"}


def test_what_is_no_file_is_not_replaced(packer: Engine, model: Model, tmp_path: Path) -> None:
    folder, pipe = tmp_path / "folder", tmp_path / "pipe"
    folder.mkdir()
    os.mkfifo(pipe)
    for target in (folder, pipe, Path("/dev/null")):
        refused(
            pack(packer, model, target), f"{target}: is not a regular file, and is not replaced"
        )
    assert pipe.is_fifo()
    assert Path("/dev/null").is_char_device()


def test_a_link_to_another_file_stays(packer: Engine, model: Model, tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to("real")
    assert pack(packer, model, link).status == 0
    assert link.is_symlink()
    assert real.read_bytes().startswith(b"LLAMAPCK")


def test_a_folder_that_takes_no_file(packer: Engine, model: Model, tmp_path: Path) -> None:
    target = tmp_path / "missing" / "x"
    refused(pack(packer, model, target), f"{target}: cannot be written: No such file or directory")


def test_a_full_disk_leaves_nothing(packer: Engine, model: Model, tmp_path: Path) -> None:
    target = tmp_path / "made" / "packed"
    target.parent.mkdir()
    target.write_text("old")
    limited = Engine(("prlimit", "--fsize=4096", *packer.command))
    refused(pack(limited, model, target), f"{target}: cannot be written: File too large")
    assert [path.name for path in target.parent.iterdir()] == ["packed"]
    assert target.read_text() == "old"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing(
    packer: Engine, pocket: Model, tmp_path: Path, number: signal.Signals
) -> None:
    target = tmp_path / "packed"
    command = (*packer.command, str(pocket.checkpoint), str(pocket.tokenizer), str(target))
    with subprocess.Popen(command, stderr=subprocess.PIPE) as started:
        assert started.stderr is not None
        assert started.stderr.readline() == b"llama-pack: reading 0 %\n"
        assert len(list(tmp_path.iterdir())) == 1
        started.send_signal(number)
        assert started.wait(HANG_S) == -number
    assert not list(tmp_path.iterdir())


def test_two_at_once_do_not_meet(packer: Engine, model: Model, tmp_path: Path) -> None:
    target = tmp_path / "packed"
    command = (*packer.command, str(model.checkpoint), str(model.tokenizer), str(target))
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [one.wait(HANG_S) for one in both] == [0, 0]
    twice = target.read_bytes()
    assert pack(packer, model, target).status == 0
    assert target.read_bytes() == twice
    assert {path.name for path in tmp_path.iterdir()} == {"inputs", "packed"}


def test_rights_are_those_of_any_new_file(packer: Engine, model: Model, tmp_path: Path) -> None:
    target = tmp_path / "packed"
    masked = Engine(("sh", "-c", 'umask 027; exec "$@"', "sh", *packer.command))
    assert pack(masked, model, target).status == 0
    assert target.stat().st_mode & 0o777 == 0o640


# --- weights that are no numbers --------------------------------------------------------------

DIM, KV, HIDDEN = SHAPE.dim, SHAPE.n_kv_heads * 2, SHAPE.hidden_dim
TABLE = 300 * DIM
# Where a tensor begins, how many floats a layer of it has, its columns, and its name.
TENSORS = (
    (0, 0, DIM, "the embedding"),
    (TABLE, DIM, DIM, "rms_att of layer 1"),
    (TABLE + 2 * DIM, DIM * DIM, DIM, "wq of layer 1"),
    (TABLE + 2 * DIM + 2 * DIM * DIM, KV * DIM, DIM, "wk of layer 1"),
    (OWN.weights - TABLE, 0, DIM, "the classifier"),
    (OWN.weights - TABLE - 64, 0, 1, "the RoPE table"),
)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("tensor", TENSORS, ids=[name for *_, name in TENSORS])
def test_numbers_that_are_none_are_refused(
    packer: Engine, model: Model, tmp_path: Path, tensor: tuple[int, int, int, str], number: float
) -> None:
    begin, layer, columns, name = tensor
    row, column = 1 if "rms" not in name else 0, columns - 1
    weights = tiny.random_weights(OWN)
    weights[begin + layer + row * columns + column] = number
    model.checkpoint.write_bytes(tiny.checkpoint(OWN, weights))
    what = "nan" if np.isnan(number) else "infinity"
    sentence = f"{name} holds {what} in row {row}, column {column}: export the model again"
    refused(pack(packer, model, tmp_path / "packed"), f"{model.checkpoint}: {sentence}")
    assert [path.name for path in tmp_path.iterdir()] == ["inputs"]


def test_progress_is_told_in_a_log(packer: Engine, model: Model, tmp_path: Path) -> None:
    said = packer(model.checkpoint, model.tokenizer, tmp_path / "packed").err
    assert "\r" not in said
    assert said.startswith("llama-pack: reading 0 %\n")
    assert "llama-pack: learning 80 %\n" in said


# --- what the packer chooses ------------------------------------------------------------------


def with_classifier(factor: float) -> bytes:
    """A model whose logits are so much farther apart."""
    weights = tiny.random_weights(OWN)
    weights[-TABLE:] *= factor
    return tiny.checkpoint(OWN, weights)


@pytest.mark.parametrize(
    ("factor", "is_fast", "drafts"),
    [(1e-4, False, False), (20, True, True)],
    ids=["all tokens alike", "few tokens likely"],
)
def test_what_costs_more_is_left_out(
    engine: Engine,
    packer: Engine,
    model: Model,
    tmp_path: Path,
    factor: float,
    is_fast: bool,
    drafts: bool,
) -> None:
    """Where 16 bits are never sure, float32 is chosen; where draft tokens are never right, none."""
    model.checkpoint.write_bytes(with_classifier(factor))
    done = pack(packer, model, tmp_path / "packed")
    packed = packing.read(tmp_path / "packed")
    assert (packed.is_fast, packed.drafts > 0) == (is_fast, drafts)
    assert done.out.endswith(b"computes in 16 bits\n" if is_fast else b"computes in float32\n")
    options = ("-s", "3", "-n", "32", "-i", "ab")
    assert engine(tmp_path / "packed", *options).out == engine.tell(model, *options)
