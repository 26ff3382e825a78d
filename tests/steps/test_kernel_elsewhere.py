# SPDX-License-Identifier: MIT
"""The emulated board's kernel, built in two places: nobody can see in which."""

from pathlib import Path

from image.plan.step import BOOT, STAGING
from tests.conftest import ROOT, build, copy_checkout
from tests.steps.test_image import contents


def test_same_to_the_bit(by_name: None, tmp_path: Path) -> None:
    other = copy_checkout(tmp_path / "other-place")
    here, there = (build(place, "linux", board="qemu_virt") for place in (ROOT, other))
    for folder in (BOOT, STAGING):
        assert contents(here / folder) and contents(here / folder) == contents(there / folder)
