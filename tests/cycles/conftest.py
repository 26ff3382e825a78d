# SPDX-License-Identifier: MIT
"""Small assembly programs under the model of the C906."""

from collections.abc import Callable
from pathlib import Path

import pytest

from image import run
from image.cycles import emulator
from image.cycles.emulator import Measured, Memory
from image.errors import UserError

MARK = "li a7, 64\nli a0, 1\nla a1, buffer\nli a2, 1\necall\n"
MARK_INSTRUCTIONS = 6  # la is two
EXIT = "li a7, 93\nli a0, 0\necall\n"
BUFFER_BYTES = 1 << 18

Probe = Callable[..., Measured]


@pytest.fixture(scope="session")
def work(compiler: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where plugin and programs are built; skips where there is no emulator."""
    try:
        emulator.find_emulator()
    except UserError as error:
        pytest.skip(error.message)
    return tmp_path_factory.mktemp("cycles")


@pytest.fixture
def probe(work: Path) -> Probe:
    """Measures assembly text between two marks; `before` runs ahead of the first."""

    def measured(text: str, before: str = "", memory: Memory = emulator.DUO[1]) -> Measured:
        source = work / "probe.S"
        parts = [".globl _start\n_start:\nla s0, buffer\n", before, MARK, text, MARK, EXIT]
        data = f"\n.bss\n.balign 65536\nbuffer: .zero {BUFFER_BYTES}\n"
        source.write_text("".join(parts) + data)
        program = work / "probe"
        flags = ["-march=rv64gcv", "-mabi=lp64d", "-nostdlib", "-static", "-no-pie"]
        compiler = "riscv64-linux-gnu-gcc"
        run.run([compiler, *flags, "-o", program, source], log=work / "log")
        return emulator.measure([program], work, [memory], log=work / "log")

    return measured
