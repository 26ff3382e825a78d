# SPDX-License-Identifier: MIT
"""The emulated Duo's vector unit does what T-Head's own emulator of user programs does."""

from pathlib import Path

import pytest

from image import run
from image.cycles.emulator import find_emulator
from image.errors import UserError
from tests.emulator.rvv import cases, instructions
from tests.emulator.rvv.cases import CASE_BYTES, HEAD, Case, Head

SOURCES = Path(__file__).parent / "rvv"
COMPILER = "riscv64-linux-gnu-gcc"
CFLAGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-static"]
BARE = ["-ffreestanding", "-nostdlib", "-mcmodel=medany", "-Wl,-Ttext=0x80000000"]
RAM_BYTES = 64 << 20
CASES_AT = 16 << 20  # in the RAM, as bare.c has it
MOST_SHOWN = 20


@pytest.fixture(scope="module")
def thead() -> Path:
    """T-Head's emulator; skips where there is none."""
    try:
        return find_emulator()
    except UserError as error:
        pytest.skip(error.message)


@pytest.fixture(scope="module")
def programs(compiler: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the two programs that carry cases out: `user` and `bare`."""
    folder = tmp_path_factory.mktemp("vector")
    common = [SOURCES / "case.c", SOURCES / "run.S"]
    run.run([COMPILER, *CFLAGS, SOURCES / "user.c", *common, "-o", folder / "user"])
    bare = [SOURCES / "start.S", SOURCES / "bare.c", *common]
    run.run([COMPILER, *CFLAGS, *BARE, *bare, "-o", folder / "bare"])
    return folder


def theirs(thead: Path, programs: Path, asked: list[Case], folder: Path) -> list[bytes]:
    """What T-Head's emulator makes of them."""
    given, results = folder / "cases", folder / "results"
    given.write_bytes(b"".join(case.data for case in asked))
    log = folder / "thead.log"
    try:
        run.run([thead, "-cpu", "c906fdv", programs / "user", given, results], log=log)
    except run.CommandFailed as error:
        done = results.stat().st_size // CASE_BYTES
        raise AssertionError(f"T-Head's emulator: {error.message} at {asked[done]}") from None
    return split(results.read_bytes())


def ours(emulator: Path, programs: Path, asked: list[Case], folder: Path) -> list[bytes]:
    """What ours makes of them: the RAM of the emulated board is a file."""
    data = b"".join(case.data for case in asked)
    assert len(data) < RAM_BYTES - CASES_AT, "more cases than the board has memory for"
    ram = folder / "ram"
    with ram.open("wb") as file:
        file.truncate(RAM_BYTES)
        file.seek(CASES_AT)
        file.write(data)
    memory = f"memory-backend-file,id=ram,mem-path={ram},size={RAM_BYTES},share=on"
    words = ["-M", "milkv-duo,memory-backend=ram", "-object", memory, "-display", "none"]
    loader = ["-device", f"loader,file={programs / 'bare'},cpu-num=0"]
    nothing_else = ["-monitor", "none", "-serial", "null"]
    run.run([emulator, *words, *nothing_else, *loader], log=folder / "qemu.log")
    with ram.open("rb") as file:
        file.seek(CASES_AT)
        return split(file.read(len(data)))


def split(results: bytes) -> list[bytes]:
    return [results[at : at + CASE_BYTES] for at in range(0, len(results), CASE_BYTES)]


@pytest.mark.parametrize("name", [*instructions.CLASSES, "loads", "stores"])
def test_as_theads_emulator(
    name: str, duo_emulator: Path, thead: Path, programs: Path, tmp_path: Path
) -> None:
    asked = cases.of_class(name)
    there = theirs(thead, programs, asked, tmp_path)
    here = ours(duo_emulator, programs, asked, tmp_path)
    results = list(zip(asked, there, here, strict=True))
    legal = {
        case.instruction.name for case, a, _ in results if not Head(*HEAD.unpack_from(a)).vtype
    }
    # An instruction that is illegal in all of its cases was not compared.
    assert legal == {case.instruction.name for case in asked} - {""}
    found = [text for one in results if (text := cases.difference(*one))]
    assert not found, f"{len(found)} of {len(asked)} differ:\n" + "\n".join(found[:MOST_SHOWN])
