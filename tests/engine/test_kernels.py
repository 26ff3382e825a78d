# SPDX-License-Identifier: MIT
"""Vector kernels give the portable ones' bits, and each processor gets the flavour it can run."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from image import run
from image.cycles import emulator
from image.errors import UserError
from tests.engine.conftest import CHECKED, Engine, compile_c

DRIVER = Path(__file__).parent / "kernels.c"
KERNELS = (
    "tile_f32", "tile_q16", "tile_q4", "scores", "weighted_sum", "add", "scale", "max", "exp",
    "swiglu", "multiply",
)  # fmt: skip
QEMU = "qemu-riscv64"
THEAD = "T-Head's"


@dataclass(frozen=True)
class Machine:
    """A processor that an emulator plays, and the flavour that it should be given."""

    name: str
    emulator: str
    cpu: str
    flavour: str


PLAIN = Machine("no vector unit", QEMU, "rv64", "portable")
VECTOR = (
    Machine("RVV 1.0, 128 bits", QEMU, "rv64,v=true,vlen=128,vext_spec=v1.0", "rvv10"),
    Machine("RVV 1.0, 256 bits", QEMU, "rv64,v=true,vlen=256,vext_spec=v1.0", "rvv10"),
    Machine("C906, RVV 0.7.1", THEAD, "c906fdv", "rvv07"),
)
MACHINES = (PLAIN, *VECTOR)


def name_of(machine: Machine) -> str:
    return machine.name


@pytest.fixture(scope="session")
def native(programs: Path) -> Engine:
    """The driver as this machine's compiler makes it."""
    return Engine((str(compile_c(programs / "kernels", ["-O3"], main=DRIVER)),))


@pytest.fixture(scope="session")
def checked(programs: Path) -> Engine:
    """The driver under sanitizers."""
    return Engine((str(compile_c(programs / "kernels-sanitized", CHECKED, main=DRIVER)),))


@pytest.fixture(scope="session")
def board(programs: Path, riscv: Engine) -> Path:
    """The driver as a program of the board's architecture; `riscv` knows whether it can be made."""
    program = programs / "kernels-riscv64"
    return compile_c(program, ["-O3", "-static"], compiler="riscv64-linux-gnu-gcc", main=DRIVER)


def driver_on(machine: Machine, board: Path) -> Engine:
    """The driver on an emulated processor; the test is skipped without its emulator."""
    program = machine.emulator
    if program == THEAD:
        try:
            program = str(emulator.find_emulator())
        except UserError as error:
            pytest.skip(error.message)
    return Engine((program, "-cpu", machine.cpu, str(board)))


def chosen(driver: Engine, flavour: str | None = None) -> str:
    """Which kernels the driver gets when it asks for these."""
    env = {} if flavour is None else {"LLAMA_KERNEL": flavour}
    return run.output([*driver.command, "chosen"], env=env).strip()


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("machine", VECTOR, ids=name_of)
def test_vector_kernels_have_the_bits_of_the_portable(
    board: Path, machine: Machine, kernel: str
) -> None:
    done = driver_on(machine, board)(kernel)
    assert done.status == 0, done.err


@pytest.mark.parametrize("kernel", KERNELS)
def test_portable_kernels_stay_in_bounds(checked: Engine, kernel: str) -> None:
    done = checked(kernel)
    assert (done.status, done.err) == (0, "")


def test_exp_is_within_two_ulp(native: Engine) -> None:
    done = native("accuracy")
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize("machine", MACHINES, ids=name_of)
def test_processor_gets_its_flavour(board: Path, machine: Machine) -> None:
    driver = driver_on(machine, board)
    assert chosen(driver) == machine.flavour
    assert chosen(driver, "") == machine.flavour


@pytest.mark.parametrize("machine", MACHINES, ids=name_of)
def test_only_flavours_that_are_there_can_be_named(board: Path, machine: Machine) -> None:
    driver = driver_on(machine, board)
    for flavour in ("portable", "rvv07", "rvv10", "rvv", "Portable"):
        is_there = flavour in ("portable", machine.flavour)
        assert chosen(driver, flavour) == (flavour if is_there else "none")


def test_this_machine_has_no_flavour_of_another(native: Engine) -> None:
    assert chosen(native) == chosen(native, "portable") == "portable"
    for flavour in ("rvv07", "rvv10", "strange"):
        assert chosen(native, flavour) == "none"
