# SPDX-License-Identifier: MIT
"""The Duo's card from a real SDK, built once for all tests that need it."""

import shutil
from pathlib import Path

import pytest

from tests.boards.test_board_image import SHARED, choose, image
from tests.conftest import ROOT, copy_checkout, of_all_workers, once

NAME = "out/milkv_duo/images/duo-storyteller-milkv_duo.img"
# The board's own voice, and a model that needs no network.
CHOSEN = ("STORYTELLER_USE_HEART=y", "MODEL_POCKET=y")


def prepared(target: Path, *symbols: str) -> Path:
    """A checkout with what the emulated board's build has made already, and these settings."""
    checkout = copy_checkout(target)
    for name in SHARED:
        shutil.copytree(ROOT / "work" / name, checkout / "work" / name, symlinks=True)
    choose(checkout, *CHOSEN, *symbols)
    return checkout


def built(sdk_dir: Path, base: pytest.TempPathFactory) -> Path:
    """A checkout with the finished card, the same for all workers of a session."""

    def make(target: Path) -> None:
        image(prepared(target), sdk_dir)

    return once(of_all_workers(base) / "sdk-card" / "checkout", make)


def with_sound(sdk_dir: Path, base: pytest.TempPathFactory, choice: str) -> Path:
    """The card with another choice of sound than the default one, as DAC or I2S2."""

    def make(target: Path) -> None:
        checkout = target.with_name(f"checkout-{choice}")
        shutil.copytree(built(sdk_dir, base), checkout, symlinks=True)
        choose(checkout, *CHOSEN, f"DUO_SOUND_{choice}=y")
        shutil.copy(image(checkout, sdk_dir), target)

    return once(of_all_workers(base) / "sdk-card" / f"{choice}.img", make)


def with_ssh(sdk_dir: Path, base: pytest.TempPathFactory) -> Path:
    """A checkout whose card listens for ssh at each start."""

    def make(target: Path) -> None:
        shutil.copytree(built(sdk_dir, base), target, symlinks=True)
        choose(target, *CHOSEN, "PACKAGE_DROPBEAR=y", "DUO_SSH=y")
        image(target, sdk_dir)

    return once(of_all_workers(base) / "sdk-card" / "checkout-ssh", make)
