# SPDX-License-Identifier: MIT
"""Models made to deceive a certificate: packed, they tell what their checkpoints tell."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.engine import crafted, oracle
from tests.engine.conftest import HANG_S, Engine, pack
from tests.models import Model

MODES = ("q16", "fp32")


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """See crafted.late_list."""
    return crafted.late_list(tmp_path_factory.mktemp("late"))


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """See crafted.short_storied."""
    return crafted.short_storied(tmp_path_factory.mktemp("short"))


def tell(engine: Engine, packed: Path, mode: str, *options: str) -> bytes:
    """What the packed model tells in this precision."""
    done = subprocess.run(
        [*engine.command, packed, *options],
        env={**os.environ, "LLAMA_MODE": mode},
        capture_output=True,
        timeout=HANG_S,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("topp", ["0", "1"])
def test_rows_before_the_list_may_come(
    engine: Engine, packer: Engine, late: Model, tmp_path: Path, topp: str
) -> None:
    """A walk over all tokens passes those outside that stand before the list's first one."""
    packed = pack(packer, late, tmp_path)
    stories = []
    for seed in range(1, 21):
        options = ("-t", "1", "-p", topp, "-s", str(seed))
        stories.append(engine.tell(late, *options))
        for mode in MODES:
            assert tell(engine, packed, mode, *options) == stories[-1]
    assert any(stories), "outside the list are letters, in it none"
    expected = oracle.tell(
        late.checkpoint, late.tokenizer, steps=64, temperature=1.0, topp=float(topp), seed=1
    )
    assert stories[0] == expected


@pytest.mark.parametrize("temperature", ["0", "1"])
def test_no_measured_error_is_no_exactness(
    engine: Engine, packer: Engine, short: Model, tmp_path: Path, temperature: str
) -> None:
    """Of two tokens that 16 bits cannot tell apart the reference's is told."""
    packed = pack(packer, short, tmp_path)
    for prompt in ("ab", "b", "cd", "x", "hello", "zz"):
        options = ("-t", temperature, "-n", "60", "-s", "1", "-i", prompt)
        for mode in MODES:
            assert tell(engine, packed, mode, *options) == engine.tell(short, *options)
