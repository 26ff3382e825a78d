# SPDX-License-Identifier: MIT
"""Bytes and requests that nobody thought of, under sanitizers, always the same ones."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from image import run
from tests.engine import tiny
from tests.engine.conftest import HANG_S, ROOT, compile_c

FUZZ = ROOT / "packages/llama/fuzz"
FLAGS = ("-O1", "-g", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all")
RUNS = 100_000  # about 10 s on one core
MOST_BYTES = 4096
LEAST = tiny.Shape(
    dim=4, hidden_dim=3, n_layers=1, n_heads=2, n_kv_heads=1, vocab_size=6, seq_len=4
)
DONE = re.compile(rf"^Done {RUNS} runs in \d+ second", re.MULTILINE)
COVERED = re.compile(r"(?:INITED|DONE)\s+cov: (\d+)")


def fuzzer(programs: Path, name: str) -> Path:
    """A harness, built once; the test is skipped where clang is missing."""
    program = programs / f"fuzz-{name}"
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed on this machine")
    return compile_c(program, FLAGS, compiler="clang", main=FUZZ / f"{name}.c")


def seeds() -> dict[str, list[bytes]]:
    """Valid inputs for each harness, and some that are nearly valid."""
    own = replace(LEAST, vocab_size=-6)
    even = replace(LEAST, n_kv_heads=2, n_layers=2, seq_len=1)
    weights = tiny.random_weights(LEAST)
    weights[5] = np.nan
    models = [tiny.checkpoint(shape) for shape in (LEAST, own, even)]
    models += [tiny.checkpoint(LEAST, weights), models[0][:-1], models[0][:28]]
    texts = [b"", b" ", b"aab b", "é🐈".encode(), b"\x80\x80\x80\x80\x80\x80"]
    vocabularies = [
        [b"<unk>", b"<s>", b"</s>", b" ", b"a", b"b", b"aa", b" aa", b"aab"],
        [b" ", b" "],
        tiny.pieces()[: 255 + 2],
    ]
    inputs = [
        bytes([len(pieces) - 2, len(text)]) + text + tiny.tokenizer(pieces)
        for pieces in vocabularies
        for text in texts
    ]
    tell, turn = b"\2\0\0", b"\1\2\7"
    requests = [
        b"\x50\5\0" + 9 * tell + turn + 9 * tell,
        b"\x50\2\x80" + 9 * tell,
        b"\x60\0\xf9" + 5 * tell + turn + 9 * tell,
    ]
    return {"checkpoint": models, "tokenizer": inputs, "generation": requests}


def fuzz(program: Path, folder: Path, inputs: list[bytes], runs: int) -> str:
    """What the fuzzer reports when it begins with these inputs; it must find nothing."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    for i, data in enumerate(inputs):
        assert len(data) <= MOST_BYTES
        (corpus / str(i)).write_bytes(data)
    limits = ["-seed=1", f"-runs={runs}", f"-max_len={MOST_BYTES}", f"-timeout={HANG_S}"]
    command = [str(program), *limits, f"-artifact_prefix={folder}/", str(corpus)]
    result = subprocess.run(command, capture_output=True, text=True, env=run.environment())
    assert result.returncode == 0, result.stderr[-4000:]
    return result.stderr


def covered(report: str) -> int:
    """How much of the code the first inputs reached."""
    found = COVERED.search(report)
    assert found is not None, report
    return int(found[1])


@pytest.mark.parametrize("name", ["checkpoint", "tokenizer", "generation"])
def test_fuzz(programs: Path, tmp_path: Path, name: str) -> None:
    report = fuzz(fuzzer(programs, name), tmp_path, seeds()[name], RUNS)
    assert DONE.search(report), report[-4000:]


@pytest.mark.parametrize("name", ["checkpoint", "tokenizer"])
def test_seeds_lead_behind_the_checks(programs: Path, tmp_path: Path, name: str) -> None:
    """A harness whose seeds were all refused would find nothing, and look well."""
    program = fuzzer(programs, name)
    valid = fuzz(program, tmp_path / "valid", seeds()[name][:3], runs=0)
    cut = fuzz(program, tmp_path / "cut", [data[:-1] for data in seeds()[name][:3]], runs=0)
    assert covered(valid) > 1.4 * covered(cut)
