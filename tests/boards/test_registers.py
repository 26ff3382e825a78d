# SPDX-License-Identifier: MIT
"""No code that the board starts with holds a register by luck: ./doit test:sdk SDK_DIR=path.

A variable is sure to lie in the register that it names only while it is an operand of an asm.
T-Head's cache instructions, written as numbers, read a0; a compiler that keeps the address
elsewhere would leave a line unwritten, once in a while.
"""

import re
import shutil
from pathlib import Path

import pytest

from image import run
from tests.conftest import ROOT

FOLDERS = ("linux_5.10/arch/riscv", "linux_5.10/drivers/dma/cvitek", "linux_5.10/sound/soc/cvitek",
           "u-boot-2021.10/arch/riscv", "opensbi/lib", "opensbi/include", "opensbi/firmware",
           "fsbl/lib", "fsbl/plat/cv180x")  # fmt: skip
PATCHES = "overlays/boards/milkv_duo/patches"
HELD = re.compile(r'\bregister\b[^;{}"]*?\b(\w+)\s*(?:__asm__|asm)\s*\(\s*"([ast]\d+)"\s*\)')
REACH = 2500  # characters of a function or macro behind its variable


def by_luck(text: str) -> list[str]:
    """Variables in named registers that no asm has as an operand."""
    found = []
    for held in HELD.finditer(text):
        name = held[1]
        behind = text[held.end() : held.end() + REACH]
        if not re.search(rf'"[=+&]*r"\s*\(\s*{name}\s*\)', behind):
            found.append(f"{name} in {held[2]}")
    return found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('register long i asm("a0") = 1; asm volatile (".long 0x02b5000b");', ["i in a0"]),
        ('register long i asm("a0") = 1; asm volatile (".long 0x02b5000b" : : "r"(i));', []),
        ('register long a __asm__ ("a7") = 1; __asm__ ("ecall" : "+r" (a));', []),
    ],
)
def test_what_is_luck(code: str, found: list[str]) -> None:
    assert by_luck(code) == found


def sources(sdk: Path) -> list[Path]:
    """Files that hold such variables, relative to the tree."""
    return [
        path.relative_to(sdk)
        for folder in FOLDERS
        for path in sorted((sdk / folder).rglob("*.[ch]"))
        if HELD.search(path.read_text(errors="replace"))
    ]


def test_no_register_by_luck(sdk_dir: Path, tmp_path: Path) -> None:
    patches = sorted((ROOT / PATCHES).glob("*/*.patch"))
    patched = {
        Path(name)
        for patch in patches
        for name in re.findall(r"(?m)^\+\+\+ b/(.*)", patch.read_text())
    }
    held = sources(sdk_dir)
    assert held
    for name in {*held, *patched}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if (sdk_dir / name).exists():
            shutil.copy(sdk_dir / name, tmp_path / name)
    for patch in patches:
        run.output(["patch", "-s", "-p1", "--fuzz=0", "-d", tmp_path, "-i", patch])
    lucky = {str(name): by_luck((tmp_path / name).read_text(errors="replace")) for name in held}
    assert {name: found for name, found in lucky.items() if found} == {}
