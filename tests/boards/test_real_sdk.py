# SPDX-License-Identifier: MIT
"""The real board's card from a real SDK: ./doit test:sdk SDK_DIR=path. Takes half an hour."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from image import run
from image.card import check
from image.key import hash_file
from tests.boards import sdk_card
from tests.boards.test_board_image import image, staged
from tests.conftest import ROOT, doit
from tests.emulator.machine import Machine

MAP = ROOT / "overlays/boards/milkv_duo/memmap.yaml"
KIB_TOTAL, KIB_AVAILABLE = 58 << 10, 53 << 10  # what the design asks for
ARGUMENTS = "console=ttyS0 root=/dev/vda2 rootwait virtio_blk.queue_depth=4"
QEMU = ("qemu-system-riscv64", "-M", "virt", "-m", "64M", "-smp", "1", "-nographic", "-no-reboot")


@pytest.fixture(scope="module")
def built(card: Path, sdk_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with the real board's finished card."""
    return sdk_card.built(sdk_dir, tmp_path_factory)


@pytest.fixture(scope="module")
def card_of_board(built: Path) -> Path:
    return built / sdk_card.NAME


def test_every_part_is_right(card_of_board: Path) -> None:
    assert [str(finding) for finding in check.check(card_of_board, MAP) if not finding.ok] == []


def test_ram_is_told(built: Path, sdk_dir: Path) -> None:
    said = doit(built, "ram", "board=milkv_duo", f"SDK_DIR={sdk_dir}")
    ours = re.search(r"^MemTotal, MiB.* (\d+\.\d)$", said, re.M)
    assert ours and float(ours[1]) >= 58.0 and "reached" in said


def test_same_to_the_bit(card_of_board: Path, sdk_dir: Path, tmp_path: Path) -> None:
    twin = sdk_card.prepared(tmp_path / "elsewhere/and-deeper")
    assert hash_file(image(twin, sdk_dir)) == hash_file(card_of_board)


def test_kernel_boots_this_root_in_64_mb(
    built: Path, sdk_dir: Path, card_of_board: Path, tmp_path: Path
) -> None:
    """The board's kernel with a test-only overlay, on QEMU's virt machine; not the chip's drivers.

    The queue's depth is the card's on the board; QEMU's own would take 6 MB of memory.
    """
    kernel = overlaid_kernel(sdk_dir, tmp_path / "checkout")
    card = tmp_path / "card.img"
    shutil.copy(card_of_board, card)
    words = [run.find_tool(QEMU[0]), *QEMU[1:], "-kernel", str(kernel)]
    words += ["-drive", f"file={card},format=raw,if=none,id=card"]
    words += ["-device", "virtio-blk-device,drive=card", "-append", ARGUMENTS]
    with Machine(card, words=words) as board:
        board.open_shell()
        assert "5.10" in board.command("uname -r")
        board.command("echo 3 > /proc/sys/vm/drop_caches")
        memory = board.memory()
        total, available = memory["MemTotal"], memory["MemAvailable"]
        print(f"MemTotal {total} kB, MemAvailable {available} kB")
        assert total >= KIB_TOTAL and available >= KIB_AVAILABLE
        board.power_off()


def overlaid_kernel(sdk_dir: Path, target: Path) -> Path:
    """The board's kernel, built with the overlay for QEMU's virt machine."""
    checkout = sdk_card.prepared(target)
    overlay = checkout / "overlays/boards/milkv_duo/emulated"
    for number, patch in enumerate(sorted(overlay.glob("patches/*.patch"))):
        shutil.copy(patch, overlay.parent / f"patches/linux/9{number:03}-test.patch")
    path = checkout / "packages/duo-linux/package.yaml"
    recipe = yaml.safe_load(path.read_text())
    recipe["fragments"].append("overlays/boards/milkv_duo/emulated/qemu.config")
    path.write_text(yaml.safe_dump(recipe))
    doit(checkout, "package:duo-linux", "board=milkv_duo", f"SDK_DIR={sdk_dir}")
    return staged(checkout, "duo-linux", "Image")
