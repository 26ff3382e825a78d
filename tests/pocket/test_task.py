# SPDX-License-Identifier: MIT
"""./doit train calls the training as a program."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from image import run, training

ROOT = Path(__file__).resolve().parents[2]


def test_the_training_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called = list[Sequence[str | Path]]()
    monkeypatch.setattr(run, "run", lambda words, cwd, env: called.append(words))
    training.train(tmp_path, {"tokens": "120", "shipped": "1"})
    ((_, _, program, folder, *options),) = called
    assert (ROOT / str(program).replace(".", "/")).with_suffix(".py").is_file()
    assert (folder, options) == (tmp_path / "out/training", ["--tokens", "120", "--shipped"])
