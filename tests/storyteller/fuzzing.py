# SPDX-License-Identifier: MIT
"""Bytes that nobody thought of, for parts of the storyteller and its page, always the same ones."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from image import run
from tests.conftest import once
from tests.storyteller import build

FLAGS = ("-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all")


def compile_fuzzer(program: Path, *words: str | Path) -> Path:
    """A harness with what it is linked with; the test is skipped where clang is missing."""
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed on this machine")
    command: list[str | Path] = ["clang", *build.STRICT, *FLAGS, *words, "-o"]
    return once(program, lambda partial: run.output([*command, partial]))


def fuzz(program: Path, folder: Path, inputs: Sequence[bytes], runs: int, most: int) -> None:
    """Begin with these inputs; at most so many bytes are tried. Nothing may be found."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for i, data in enumerate(inputs):
        assert len(data) <= most
        (corpus / str(i)).write_bytes(data)
    limits = ["-seed=1", f"-runs={runs}", f"-max_len={most}", f"-artifact_prefix={folder}/"]
    # The sanitizer keeps much of what was given back; what is lost, it tells by itself.
    limits.append("-rss_limit_mb=4096")
    done = subprocess.run(
        [program, *limits, corpus], capture_output=True, text=True, env=run.environment()
    )
    assert done.returncode == 0 and f"Done {runs} runs" in done.stderr, done.stderr[-4000:]
