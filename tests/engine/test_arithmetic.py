# SPDX-License-Identifier: MIT
"""The engine's sums and angles, to the last bit, on this machine and on the board's processor."""

import subprocess
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.engine.conftest import CHECKED, Engine, compile_c

DRIVER = Path(__file__).parent / "arithmetic.c"
Floats = npt.NDArray[np.float32]


@pytest.fixture(scope="session")
def native(programs: Path) -> Engine:
    """The arithmetic as this machine's compiler makes it."""
    return Engine((str(compile_c(programs / "arithmetic", ["-O3"], main=DRIVER)),))


@pytest.fixture(scope="session")
def checked(programs: Path) -> Engine:
    """The arithmetic under sanitizers."""
    return Engine((str(compile_c(programs / "arithmetic-sanitized", CHECKED, main=DRIVER)),))


@pytest.fixture(scope="session")
def emulated(programs: Path, riscv: Engine) -> Engine:
    """The arithmetic of the board's architecture, under emulation."""
    program = programs / "arithmetic-riscv64"
    compile_c(program, ["-O3", "-static"], compiler="riscv64-linux-gnu-gcc", main=DRIVER)
    return Engine((*riscv.command[:-1], str(program)))


def compute(driver: Engine, what: str, first: int, second: int, data: bytes = b"") -> Floats:
    """The floats that the driver writes."""
    command = [*driver.command, what, str(first), str(second)]
    done = subprocess.run(command, input=data, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    return np.frombuffer(done.stdout, "<f4")


def products(rows: int, columns: int) -> tuple[bytes, Floats]:
    """Random numbers of many sizes, and their product summed term by term in float32."""
    random = np.random.default_rng(rows * 100 + columns)
    x = random.normal(0, 1, columns).astype(np.float32)
    w = (random.normal(0, 1, (rows, columns)) * 10.0 ** random.integers(-4, 4)).astype(np.float32)
    sums: Floats = np.cumsum(w * x, axis=1, dtype=np.float32)[:, -1]
    return x.tobytes() + w.tobytes(), sums


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 7, 8, 9])
@pytest.mark.parametrize("columns", [1, 2, 7, 8, 9, 15, 16, 17, 172])
def test_matmul_adds_in_order(native: Engine, checked: Engine, rows: int, columns: int) -> None:
    data, expected = products(rows, columns)
    for driver in (native, checked):
        assert compute(driver, "matmul", rows, columns, data).tobytes() == expected.tobytes()


def test_order_of_a_sum_is_seen() -> None:
    """The numbers above would show a sum taken in another order."""
    data, expected = products(8, 172)
    numbers = np.frombuffer(data, np.float32)
    x, w = numbers[:172], numbers[172:].reshape(8, 172)
    backwards = np.cumsum((w * x)[:, ::-1], axis=1, dtype=np.float32)[:, -1]
    assert backwards.tobytes() != expected.tobytes()


@pytest.mark.parametrize(("rows", "columns"), [(8, 172), (9, 17)])
def test_matmul_of_the_board_adds_in_order(emulated: Engine, rows: int, columns: int) -> None:
    data, expected = products(rows, columns)
    assert compute(emulated, "matmul", rows, columns, data).tobytes() == expected.tobytes()


# --- angles ---------------------------------------------------------------------------------

# CRC-32 of the cosines and sines that glibc 2.36's cosf and sinf give for these positions, on
# x86-64; a correctly rounded library has other bits in about one value of a hundred.
POSITIONS = (0, 1, 2, 3, 34, 96, 100, 255, 511, 1000, 2047, 4095)
TURNS = {
    2: 0xD236D9CB,
    8: 0x3F0DD454,
    32: 0x9AA6F40D,
    48: 0xA851BCD4,
    64: 0xC142DBBA,
    128: 0x871DCD4C,
}


def turns(driver: Engine, head_size: int) -> Floats:
    """Cosine and sine of each pair of a head, position by position."""
    rows = [compute(driver, "turns", head_size, pos) for pos in POSITIONS]
    return np.array(rows).reshape(len(POSITIONS), head_size // 2, 2)


@pytest.mark.parametrize("head_size", TURNS)
def test_turns_have_the_bits_of_glibc(native: Engine, head_size: int) -> None:
    assert zlib.crc32(turns(native, head_size).tobytes()) == TURNS[head_size]


@pytest.mark.parametrize("head_size", [8, 48])
def test_turns_of_the_board_have_the_bits_of_glibc(emulated: Engine, head_size: int) -> None:
    assert zlib.crc32(turns(emulated, head_size).tobytes()) == TURNS[head_size]


@pytest.mark.parametrize("head_size", TURNS)
def test_turns_are_cosines_and_sines(checked: Engine, head_size: int) -> None:
    pairs = np.arange(0, head_size, 2, dtype=np.float64)
    angles = np.multiply.outer(np.array(POSITIONS, np.float64), 10000.0 ** (-pairs / head_size))
    exact = np.stack([np.cos(angles), np.sin(angles)], axis=2)
    # An angle is computed in floats, exponent and all, so that a large one is known less well.
    error = (angles[:, :, None] + 1) * 2.0**-20
    assert np.all(np.abs(turns(checked, head_size) - exact) <= error)
