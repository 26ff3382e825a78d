# SPDX-License-Identifier: MIT
"""Which vector unit a program finds, on processors that emulators play and on this one."""

from pathlib import Path

import pytest

from image import run
from tests.conftest import once
from tests.hibari.boards import PLAIN, QEMU, RISCV, THEAD, emulator_of, need
from tests.hibari.test_speaking import COMMON, WARNINGS

DRIVER = Path(__file__).with_name("rvv_driver.c")


def compile_driver(program: Path, compiler: str, *flags: str) -> Path:
    words: list[str | Path] = [
        compiler,
        *WARNINGS,
        *flags,
        f"-I{COMMON}",
        DRIVER,
        COMMON / "rvv.c",
        "-o",
    ]
    return once(program, lambda partial: run.output([*words, partial]))


@pytest.mark.parametrize(
    ("program", "cpu", "found"),
    [
        (QEMU, PLAIN, "none"),
        (QEMU, "rv64,v=true,vlen=128,vext_spec=v1.0", "1.0"),
        (QEMU, "rv64,v=true,vlen=256,vext_spec=v1.0", "1.0"),
        (THEAD, "c906fd", "none"),
        (THEAD, "c906fdv", "0.7.1 with half precision"),
    ],
)
def test_processors(compiled: Path, program: str, cpu: str, found: str) -> None:
    need(RISCV)
    driver = compile_driver(compiled / "rvv-riscv64", RISCV, "-O2", "-static")
    assert run.output([emulator_of(program), "-cpu", cpu, driver]) == f"{found}\n"


def test_this_machine(compiled: Path) -> None:
    flags = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    assert run.output([compile_driver(compiled / "rvv", "gcc", *flags)]) == "none\n"
