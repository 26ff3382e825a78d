# SPDX-License-Identifier: MIT
"""The voice as a program: into a file, or only how soon it is heard."""

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


def test_how_soon(say: Path, tmp_path: Path) -> None:
    """What is measured between the two lines is no whole sentence, and there is no file."""
    said = run.output([say, "slt", "100", "100", "-", "Once upon a time."], cwd=tmp_path)
    assert said == "open\nfirst sound\n" and not list(tmp_path.iterdir())
