# SPDX-License-Identifier: MIT
"""Voice files with damage that nobody thought of: refused, or spoken with, and never a crash."""

import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from image import run
from image.builders import hibari
from tests.conftest import ROOT
from tests.hibari import crafted
from tests.hibari.test_speaking import compile_driver

FUZZ = ROOT / "packages/hibari/fuzz/voice.c"
FLAGS = ("-O2", "-g", "-fsanitize=fuzzer,address,undefined,float-cast-overflow",
         "-fno-sanitize-recover=all")  # fmt: skip
RUNS = 60  # each opens 6 MB and begins to speak, in up to a second
HANG_S = 60
CLAUSE = bytes([0, 50, 83, 47, 0])
FAST = 255  # what is short costs less
NUMBERS = [float("nan"), float("inf"), -3e38, 1e-40, 0.0]


def damage(at: int, times: int, pattern: bytes) -> bytes:
    """`pattern` from there on, times * times + 1 times."""
    return at.to_bytes(3, "big") + bytes([times]) + pattern


def inputs() -> Iterator[bytes]:
    """Whole and damaged files, with a right and a wrong checksum; clauses that are none."""
    size = len(crafted.voice())
    for mend in (0, 1):
        head = bytes([mend, FAST, len(CLAUSE)]) + CLAUSE
        yield head
        yield head + damage(0, 0, b"WAVE")
        yield head + damage(8, 0, b"\2\0\0\0") + damage(hibari.HEADER.size - 4, 0, bytes(4))
        for place, number in enumerate(NUMBERS):
            at = place * size // len(NUMBERS) + hibari.HEADER.size
            yield head + damage(at, 255, struct.pack("<f", number))
    yield bytes([1, FAST, 3, 0, 255, 0])
    yield bytes([1, 0, 2, 0, 0])


def test_fuzz(compiled: Path, tmp_path: Path) -> None:
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed on this machine")
    program = compiled / "hibari/fuzz-voice"
    compile_driver(program, *FLAGS, compiler="clang", main=FUZZ)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, data in enumerate(inputs()):
        (corpus / str(number)).write_bytes(data)
    (tmp_path / "a.voice").write_bytes(crafted.voice())
    limits = ["-seed=1", f"-runs={RUNS}", "-max_len=512", f"-timeout={HANG_S}"]
    done = subprocess.run(
        [program, *limits, f"-artifact_prefix={tmp_path}/", corpus],
        capture_output=True, text=True, env=run.environment({"VOICE": str(tmp_path / "a.voice")}),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert re.search(rf"^Done {RUNS} runs", done.stderr, re.MULTILINE)
