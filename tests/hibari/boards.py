# SPDX-License-Identifier: MIT
"""Processors of the board's architecture, and the emulators that play them."""

import shutil

import pytest

from image.cycles import emulator
from image.errors import UserError

RISCV = "riscv64-linux-gnu-gcc"
QEMU, THEAD = "qemu-riscv64", "T-Head's"
PLAIN = "rv64"  # without a vector unit


def need(program: str) -> str:
    """A program that is installed; the test is skipped without it."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed on this machine")
    return program


def emulator_of(name: str) -> str:
    """The emulator's program; the test is skipped without it."""
    if name != THEAD:
        return need(name)
    try:
        return str(emulator.find_emulator())
    except UserError as error:
        pytest.skip(error.message)
