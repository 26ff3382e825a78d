# SPDX-License-Identifier: MIT
"""What vector units compute sounds as what the portable kernels compute."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from image import run
from tests.hibari.boards import PLAIN, QEMU, RISCV, THEAD, emulator_of, need
from tests.hibari.test_speaking import ALL, HANG_S, compile_driver, decibels, speak
from tests.hibari.test_speaking import speaker as speaker
from tests.hibari.test_speaking import voice as voice

CLAUSE = ("0", "50", "83", "47", "0")


@pytest.fixture(scope="session")
def board(compiled: Path) -> Path:
    """The driver as a program of the board's architecture."""
    need(RISCV)
    return compile_driver(compiled / "hibari/board", "-O3", "-static", compiler=RISCV)


def speak_on(program: str, cpu: str, board: Path, voice: Path, kernel: str) -> tuple[bytes, str]:
    command = [emulator_of(program), "-cpu", cpu, str(board), str(voice), "1", ALL, *CLAUSE]
    env = run.environment({"HIBARI_KERNEL": kernel})
    done = subprocess.run(command, capture_output=True, timeout=HANG_S, env=env)
    return done.stdout, done.stderr.decode()


@pytest.mark.parametrize(
    ("program", "cpu", "kernel"),
    [
        (QEMU, "rv64,v=true,vlen=128,vext_spec=v1.0", "rvv10"),
        (QEMU, "rv64,v=true,vlen=256,vext_spec=v1.0", "rvv10"),
        (THEAD, "c906fdv", "rvv07"),
    ],
)
def test_vector_kernels(
    speaker: Path, board: Path, voice: Path, program: str, cpu: str, kernel: str
) -> None:
    wanted = np.frombuffer(speak(speaker, voice, "1", ALL, *CLAUSE)[0], "<i2").astype(float)
    samples, said = speak_on(program, cpu, board, voice, kernel)
    found = np.frombuffer(samples, "<i2")
    assert said.startswith("done"), said
    assert len(found) == len(wanted) > 0 and decibels(wanted, found) > 50


def test_kernels_that_are_not_there(board: Path, voice: Path) -> None:
    samples, said = speak_on(QEMU, PLAIN, board, voice, "rvv10")
    assert (samples, said) == (b"", "HIBARI_KERNEL=rvv10: this processor has no such kernels\n")
