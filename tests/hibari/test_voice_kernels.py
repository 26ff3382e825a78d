# SPDX-License-Identifier: MIT
"""What vector units compute is what the portable kernels compute, one by one and as sound."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from image import run
from tests.conftest import once
from tests.hibari.boards import PLAIN, QEMU, RISCV, THEAD, emulator_of, need
from tests.hibari.test_speaking import (
    ALL,
    CHECKED,
    COMMON,
    DRIVER,
    HANG_S,
    SOURCES,
    STOP,
    WARNINGS,
    compile_driver,
    decibels,
    speak,
)
from tests.hibari.test_speaking import speaker as speaker
from tests.hibari.test_speaking import voice as voice

KERNELS, MODEL = (Path(__file__).with_name(name) for name in ("kernels.c", "half_model.c"))
CLAUSE = ("0", "50", "83", "47", "0")
NAMES = {
    "product", "accumulate", "depthwise", "combine", "norm", "scores", "weighted_sum", "gelu",
    "softmax", "polar", "turn", "filter", "split", "noise", "steps", "pulses", "deal", "weave",
    "spread",
}  # fmt: skip
VECTOR = [
    (QEMU, "rv64,v=true,vlen=128,vext_spec=v1.0", "rvv10"),
    (QEMU, "rv64,v=true,vlen=256,vext_spec=v1.0", "rvv10"),
    (THEAD, "c906fdv", "rvv07"),
]
HALF = (THEAD, "c906fdv", "rvv07half")
LOSS_DB = 45  # where the decoder's first layer is in half precision, too, there are 41


def compile_kernels(program: Path, *flags: str, compiler: str = "gcc") -> Path:
    files = [KERNELS, *sorted((SOURCES / "kernels").glob("*.[cS]")), COMMON / "rvv.c"]
    words: list[str | Path] = [compiler, *WARNINGS, *flags, f"-I{SOURCES}", f"-I{COMMON}", *files]
    return once(program, lambda partial: run.output([*words, "-lm", "-o", partial]))


def compile_model(program: Path) -> Path:
    """What speaks as with products in half precision, on this machine."""
    parts = ("", "file/", "net/", "vocoder/")
    library = [path for part in parts for path in sorted((SOURCES / part).glob("*.c"))]
    files = [DRIVER, MODEL, SOURCES / "kernels/portable.c", *library]
    words: list[str | Path] = ["gcc", *WARNINGS, "-O3", "-ffp-contract=off", f"-I{SOURCES}"]
    return once(program, lambda partial: run.output([*words, *files, "-lm", "-o", partial]))


@pytest.fixture(scope="session")
def kernels(compiled: Path) -> Path:
    """The kernels' own driver as a program of the board's architecture."""
    need(RISCV)
    return compile_kernels(compiled / "hibari/kernels", "-O2", "-static", compiler=RISCV)


@pytest.fixture(scope="session")
def board(compiled: Path) -> Path:
    """What speaks, as a program of the board's architecture."""
    need(RISCV)
    return compile_driver(compiled / "hibari/board", "-O3", "-static", compiler=RISCV)


def on(program: str, cpu: str, kernel: str, *words: str | Path) -> tuple[bytes, str]:
    """What a program of the board's says on a processor."""
    command = [emulator_of(program), "-cpu", cpu, *words]
    env = run.environment({"HIBARI_KERNEL": kernel})
    done = subprocess.run(command, capture_output=True, timeout=HANG_S, env=env)
    return done.stdout, done.stderr.decode()


def losses(report: str) -> dict[str, float]:
    """The largest of each kernel."""
    found: dict[str, float] = {}
    for line in report.splitlines():
        name, loss = line.split()
        name = "product" if name.startswith("product") else name
        found[name] = max(found.get(name, 0), float(loss))
    return found


@pytest.mark.parametrize(("program", "cpu", "kernel"), [*VECTOR, HALF])
def test_each_kernel(kernels: Path, program: str, cpu: str, kernel: str) -> None:
    found = losses(on(program, cpu, kernel, kernels)[0].decode())
    assert set(found) == NAMES
    assert all(loss <= 1 for loss in found.values()), found
    assert any(loss > 0 for loss in found.values())  # or it was the oracle itself


def test_portable_kernels_stay_in_bounds(compiled: Path) -> None:
    driver = compile_kernels(compiled / "hibari/kernels-checked", *CHECKED, STOP)
    assert losses(run.output([driver])) == dict.fromkeys(NAMES, 0)


@pytest.mark.parametrize(
    ("program", "cpu", "kernel"), [*VECTOR[:2], HALF, (QEMU, PLAIN, "portable")]
)
def test_each_processor_gets_its_own(kernels: Path, program: str, cpu: str, kernel: str) -> None:
    assert on(program, cpu, "", kernels, "name") == (f"{kernel}\n".encode(), "")


@pytest.mark.parametrize(("program", "cpu", "kernel"), VECTOR)
def test_the_sound(
    speaker: Path, board: Path, voice: Path, program: str, cpu: str, kernel: str
) -> None:
    wanted = np.frombuffer(speak(speaker, voice, "1", ALL, *CLAUSE)[0], "<i2").astype(float)
    samples, said = on(program, cpu, kernel, board, voice, "1", ALL, *CLAUSE)
    found = np.frombuffer(samples, "<i2")
    assert said.startswith("done"), said
    assert len(found) == len(wanted) > 0 and decibels(wanted, found) > 50


def test_half_precision(compiled: Path, speaker: Path, board: Path, voice: Path) -> None:
    """It loses what a model of it on this machine loses, and that is little."""
    model = compile_model(compiled / "hibari/half-model")
    exact, modelled = (
        np.frombuffer(speak(program, voice, "1", ALL, *CLAUSE)[0], "<i2").astype(float)
        for program in (speaker, model)
    )
    samples, said = on(*HALF, board, voice, "1", ALL, *CLAUSE)
    assert said.startswith("done"), said
    found = np.frombuffer(samples, "<i2")
    assert decibels(modelled, found) > decibels(exact, modelled) > LOSS_DB


def test_kernels_that_are_not_there(board: Path, voice: Path) -> None:
    found = on(QEMU, PLAIN, "rvv10", board, voice, "1", ALL, *CLAUSE)
    assert found == (b"", "HIBARI_KERNEL=rvv10: this processor has no such kernels\n")
