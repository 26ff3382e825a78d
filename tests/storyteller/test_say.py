# SPDX-License-Identifier: MIT
"""The voice as a program: into a file, or only to be measured."""

import re
import sys
import wave
from pathlib import Path

import pytest

from image import run
from tests.storyteller import build


@pytest.fixture(scope="module")
def say(compiler: None) -> Path:
    return build.host_package("say") / "usr/bin/say"


def test_a_file(say: Path, tmp_path: Path) -> None:
    path = tmp_path / "said.wav"
    assert run.output([say, "slt", "100", "100", path, "Once upon a time."]) == ""
    with wave.open(str(path)) as file:
        assert 0.8 < file.getnframes() / file.getframerate() < 3


def test_how_soon_and_how_much(say: Path, tmp_path: Path) -> None:
    """What is measured between the lines; there is no file."""
    said = run.output([say, "slt", "100", "100", "-", "Once upon a time."], cwd=tmp_path)
    found = re.fullmatch(r"open\nfirst sound\n(\d+) samples, 16000 a second\n", said)
    assert found and 0.8 < int(found[1]) / 16000 < 3 and not list(tmp_path.iterdir())


# How the C library is asked to compute as on a PC without fused multiply-add.
WITHOUT_FMA = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2"}
VALUES = "import math; print([math.exp(i * 1e-3) * math.sin(i) for i in range(9999)])"


@pytest.mark.parametrize("voice", ["slt", "heart"])
def test_same_bit_for_bit_without_fused_multiply_add(
    voice: str, say: Path, say_heart: Path, heart_data: dict[str, str], tmp_path: Path
) -> None:
    """Cards with a greeting are the same, wherever they are built."""
    command = [sys.executable, "-c", VALUES]
    if run.output(command) == run.output(command, env=WITHOUT_FMA):
        pytest.skip("this machine computes in one way only")
    program = {"slt": say, "heart": say_heart}[voice]
    sounds = []
    for env in ({}, WITHOUT_FMA):
        path = tmp_path / "said.wav"
        words = (voice, "95", "105", path, "Hello! Once upon a time, there was a brave, small cat.")
        run.output([program, *words], env={**heart_data, **env})
        sounds.append(path.read_bytes())
    assert sounds[0] == sounds[1] and len(sounds[0]) > 50_000
