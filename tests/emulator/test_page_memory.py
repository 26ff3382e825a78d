# SPDX-License-Identifier: MIT
"""What the story page costs the emulated board: two cards, each with a kernel of its own."""

from pathlib import Path

import pytest

from image.emulator import qemu
from tests.conftest import ROOT, copy_checkout, doit
from tests.emulator.machine import PAGE_KB, Machine
from tests.web import free_port

BARE = "CONFIG_BOARD_QEMU_VIRT=y\n# CONFIG_PACKAGE_STORY_PAGE is not set\n"


@pytest.fixture(scope="module")
def bare(by_name: None, card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card image without the page; finished steps are shared."""
    checkout = copy_checkout(tmp_path_factory.mktemp("bare") / "checkout")
    (checkout / "work").symlink_to(ROOT / "work")
    (checkout / ".config").write_text(BARE)
    doit(checkout, "image")
    return checkout / "out/qemu_virt/images/duo-storyteller-qemu_virt.img"


def test_what_it_costs(card: Path, bare: Path, tmp_path: Path) -> None:
    """The board without it boots as before: it tells, and has no network."""
    left = []
    for image, extra in ((card, qemu.network(None, free_port())), (bare, ())):
        devices = qemu.Devices(audio="none", extra=extra)
        copy = qemu.make_card(image, tmp_path / "card.img", 256)
        with Machine(copy, devices) as booted:
            booted.open_shell()
            left.append(booted.memory()["MemAvailable"])
            networks = booted.command("ls /sys/class/net || true")
            assert ("eth0" in networks) == (image == card)
    print(f"MemAvailable with the page {left[0]} kB, without {left[1]} kB")
    assert left[1] - left[0] <= PAGE_KB
