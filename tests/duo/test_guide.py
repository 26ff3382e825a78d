# SPDX-License-Identifier: MIT
"""What docs/milkv-duo.md quotes is what the product says, and what it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs/milkv-duo.md"
U_BOOT = "overlays/sdk/u-boot/0003-environment.patch"
DATA = "overlays/rootfs/etc/init.d/data"
USB = "overlays/board/milkv_duo/etc/init.d/start.d/20-usb"

QUOTES = {
    "The card does not answer.": U_BOOT,
    "boot.sd not found on the FAT partition of the card.": U_BOOT,
    "boot.sd does not start: it is damaged or for another board.": U_BOOT,
    "First start on this card: preparing /data.": DATA,
    "/data is in memory until power-off: ": DATA,
    "/data has a fault and is being repaired": DATA,
    "the card has no room left": DATA,
    "its partition table is not the card's": "packages/datapart/src/main.c",
    "The storyteller ended with status ": "overlays/rootfs/usr/libexec/console",
    "usb: no room for ": USB,
    "192.168.42.1": USB,
    " is mounted at ": "image/flash/cards.py",
    "is not sound, nothing was written": "image/flash/__init__.py",
    "differs from the image ": "image/flash/write.py",
    "no key: put your public key ": "packages/dropbear/ssh",
}


@pytest.mark.parametrize("quote", QUOTES)
def test_quotes_are_true(quote: str) -> None:
    assert quote in GUIDE.read_text()
    # In C, a text may be broken over lines.
    assert quote in re.sub(r'"\n\s*"', "", (ROOT / QUOTES[quote]).read_text())


def test_choices_exist() -> None:
    choices = "".join(path.read_text() for path in ROOT.glob("packages/*/Kconfig"))
    for name in re.findall(r"CONFIG_(\w+)=y", GUIDE.read_text()):
        assert re.search(rf"^config {name}$", choices, re.M), name


def test_links_lead_somewhere() -> None:
    text = GUIDE.read_text()
    headings = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", text, re.M)
    }
    for anchor in re.findall(r"\]\(#([^)]*)\)", text):
        assert anchor in headings
