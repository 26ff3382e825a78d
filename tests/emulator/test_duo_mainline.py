# SPDX-License-Identifier: MIT
"""The emulated Duo, judged by software that others wrote: OpenSBI and kernel.org's Linux.

That Linux has its own drivers and its own device tree of the board. Our root tells a story on it.
"""

import shutil
from pathlib import Path

import pytest

from image import run
from image.emulator import qemu
from image.plan import graph
from image.plan.step import STAGING
from tests.conftest import build_all, load_project
from tests.emulator.duo import build
from tests.emulator.duo.board import Duo

TREE_SIZE = 0x10000  # as duo/load.c has it
ARGUMENTS = "console=ttyS0,115200 root=/dev/mmcblk0p2 rootfstype=erofs ro rootwait loglevel=4"
CARD_MIB = 256


@pytest.fixture(scope="session")
def mainline(duo_emulator: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A fip.bin with OpenSBI and kernel.org's Linux."""
    project = load_project("milkv_duo")
    assert project.board.stand_in
    name = project.board.stand_in.kernel
    plan = graph.make(project, [name])
    build_all(plan)
    kernel, monitor = (plan.folder(plan.step(one)) / STAGING for one in (name, f"{name}-opensbi"))
    folder = tmp_path_factory.mktemp("mainline")
    tree = Path(shutil.copy(kernel / "milkv-duo.dtb", folder))
    run.run(["fdtput", "-t", "s", tree, "/chosen", "bootargs", ARGUMENTS])
    bl2 = build.program(folder / "load", "load.c")
    payload = tree.read_bytes().ljust(TREE_SIZE, b"\0") + (kernel / "Image").read_bytes()
    return build.fip_bin(bl2, (monitor / "fw_dynamic.bin").read_bytes(), payload)


@pytest.fixture
def used_card(card: Path, mainline: bytes, tmp_path: Path) -> Path:
    """The emulated board's card, with that fip.bin."""
    copy = qemu.make_card(card, tmp_path / "card.img", CARD_MIB)
    build.put(copy, "fip.bin", mainline)
    return copy


def test_linux_of_others_tells_a_story(duo_emulator: Path, used_card: Path) -> None:
    with Duo(duo_emulator, used_card) as board:
        board.expect("load: starting OpenSBI")
        board.expect(r"OpenSBI v\d")
        board.open_shell()
        model = board.command("cat /proc/device-tree/model")
        interrupts = board.command("cat /proc/interrupts")
        board.command("echo kept > /data/kept; sync; grep -q '^/dev/mmcblk0p3 /data' /proc/mounts")
    assert model.strip("\0\n") == "Milk-V Duo"
    assert {"mmc0", "ttyS0", "riscv-timer"} <= set(interrupts.split()), interrupts
    assert board.misuses() == []
