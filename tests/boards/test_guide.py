# SPDX-License-Identifier: MIT
"""What the docs quote, the product or the vendor's programs say; what they name is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCS = (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))
U_BOOT = "overlays/boards/milkv_duo/patches/u-boot/0003-environment.patch"
DATA = "overlays/rootfs/etc/init.d/data"
USB = "overlays/boards/milkv_duo/rootfs/etc/init.d/start.d/20-usb"

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
    "The storyteller crashed (status ": "overlays/rootfs/usr/libexec/console",
    "Type what the next story is about": "packages/storyteller/src/main.c",
    "story ": "packages/storyteller/src/teller.c",
    ": stories are shown as text": "packages/storyteller/src/sound/output.c",
    "Nothing is listening on ": "packages/storyteller/src/sound/output.c",
    "No sound device": "packages/storyteller/src/sound/output.c",
    " is in use: ": "image/device/flash/cards.py",
    " cannot be ": "image/device/flash/block_device.py",
    "usb: no room for ": USB,
    "192.168.42.1": USB,
    " is mounted at ": "image/device/flash/cards.py",
    "is not valid, nothing was written": "image/device/flash/__init__.py",
    "differs from the image ": "image/device/flash/write.py",
    "no key: put your public key ": "packages/dropbear/ssh",
}
# What others say, and where in the SDK: a format stands for what it becomes.
OTHERS = {
    "U-Boot 2021.10": ("u-boot-2021.10/Makefile", "VERSION = 2021\nPATCHLEVEL = 10"),
    "switch to partitions #": ("u-boot-2021.10/cmd/mmc.c", "switch to partitions #%d, %s"),
    " bytes read in ": ("u-boot-2021.10/fs/fs.c", "%llu bytes read in %lu ms"),
    "## Loading kernel from FIT Image": (
        "u-boot-2021.10/common/image-fit.c",
        "## Loading %s from FIT Image",
    ),
    "Starting kernel ...": ("u-boot-2021.10/arch/riscv/lib/bootm.c", "Starting kernel ..."),
    "cv180x_c906#": (
        "build/boards/cv180x/cv1800b_milkv_duo_sd/u-boot/cvitek_cv1800b_milkv_duo_sd_defconfig",
        'CONFIG_SYS_PROMPT="cv180x_c906# "',
    ),
    "C2S/": ("fsbl/plat/cv180x/bl2/bl2_opt.c", "C2S/0x%x"),
    "MS/": ("fsbl/plat/cv180x/bl2/bl2_opt.c", "MS/0x%x"),
    "L2/": ("fsbl/plat/cv180x/bl2/bl2_opt.c", "L2/0x%x"),
    "Jump to monitor at 0x80000000.": (
        "fsbl/plat/cv180x/bl2/bl2_opt.c",
        "Jump to monitor at 0x%lx.",
    ),
    "Kernel panic - not syncing: ": ("linux_5.10/kernel/panic.c", "Kernel panic - not syncing: %s"),
    "VFS: Unable to mount root": (
        "linux_5.10/init/do_mounts.c",
        'panic("VFS: Unable to mount root',
    ),
}
# From logs that others published: the chip's ROM, and loaders that the vendor built.
PUBLISHED = ("C.SCS/0/0.WD.URPL.SDI/25000000/6000000.BS/SD.PS.SD/0x0/0x1000/", "BE.J.", "E:RESET",
             "E:SD initailizing failed", "SD card identified timeout", "DATA_Transfer 17 timeout",
             "E:Mount SD failed (13)", "E:PARAM1 magic (0x", "E:Boot failed (8).", "FSBL Jb2829:",
             "DDR ", "OPENSBI: next_addr=0x80200020")  # fmt: skip

# Tables of what is seen, and the column that quotes it.
SEEN = {"the last you see": 0, "it says": 0, "stage": 1}

# The board's header, by the vendor's documents: names, and numbers of Linux of those with a line.
HEADER = {1: "GP0", 2: "GP1", 4: "GP2", 5: "GP3", 6: "GP4", 7: "GP5", 9: "GP6", 10: "GP7",
          11: "GP8", 12: "GP9", 14: "GP10", 15: "GP11", 16: "GP12", 17: "GP13", 19: "GP14",
          20: "GP15", 21: "GP16", 22: "GP17", 24: "GP18", 25: "GP19", 26: "GP20", 27: "GP21",
          29: "GP22", 30: "RUN", 31: "GP26", 32: "GP27", 36: "3V3", 37: "3V3_EN", 39: "VSYS",
          40: "VBUS"} | dict.fromkeys((3, 8, 13, 18, 23, 28, 33, 38), "GND")  # fmt: skip
LINES = {"GP0": 508, "GP1": 509, "GP14": 494, "GP15": 495, "GP16": 503, "GP17": 504, "GP18": 502,
         "GP19": 505, "GP20": 507, "GP21": 506}  # fmt: skip
FIRST_LINE = 480  # of gpiochip0


def seen_quotes() -> Iterator[str]:
    """What tables of what is seen quote, in parts where the docs leave something out."""
    for doc in DOCS:
        column = -1
        for line in doc.read_text().splitlines():
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            column = SEEN.get(cells[0], column) if line.startswith("|") else -1
            for quote in (
                re.findall(r"`([^`]+)`", cells[column]) if 0 <= column < len(cells) else ()
            ):
                # A file or a choice is no quote.
                if not re.fullmatch(r"[\w/]+", quote):
                    yield from (part for part in quote.split("...") if len(part) > 3)


def test_what_is_seen_is_said_by_somebody() -> None:
    parts = set(seen_quotes())
    assert len(parts) > 30
    known = (*QUOTES, *OTHERS, *PUBLISHED)
    assert [part for part in parts if not any(one in part or part in one for one in known)] == []


@pytest.mark.parametrize("quote", OTHERS)
def test_others_say_so(sdk_dir: Path, quote: str) -> None:
    path, text = OTHERS[quote]
    assert text in (sdk_dir / path).read_text(errors="replace")


def test_quiet_kernel_is_quoted_with_its_last_words_only() -> None:
    """Of the kernel only what ends it is seen: it is told to be quiet."""
    options = (ROOT / "overlays/boards/milkv_duo/kernel/base.config").read_text()
    level = re.search(r"\bloglevel=(\d)", options)
    assert level and int(level[1]) <= 3  # errors are 3, and are shown from 4 on
    kernel = [text for path, text in OTHERS.values() if path.startswith("linux_5.10/")]
    assert all("panic" in text for text in kernel)


def pin_texts() -> Iterator[tuple[str, str]]:
    """Places that may name pins: docs, choices, device trees."""
    for pattern in ("README.md", "docs/*.md", "packages/**/Kconfig", "overlays/**/*.dts*"):
        for path in sorted(ROOT.glob(pattern)):
            yield str(path.relative_to(ROOT)), path.read_text()


@pytest.mark.parametrize(("place", "text"), [*pin_texts()], ids=lambda value: value[:40])
def test_pins_are_the_boards(place: str, text: str) -> None:
    text = re.sub(r"\s+", " ", text)
    named = re.findall(r"\bpin (\d+) +\(([A-Z]\w+|3V3)\b", text)
    named += [(pin, name) for name, pin in re.findall(r"\((GP\d+), pin (\d+)", text)]
    named += re.findall(r"\| (\d+) \| (GP\d+) \|", text)
    for names, pins in re.findall(r"((?:GP\d+, )*GP\d+) \(pins ([\d, ]+)\)", text):
        named += zip(pins.split(", "), names.split(", "), strict=True)
    assert [(pin, name) for pin, name in named if HEADER[int(pin)] != name] == []
    lines = re.findall(r"(GP\d+) \| `gpiochip0:(\d+)`", text)
    lines += [(name, line) for line, name in re.findall(r"gpiochip0:(\d+) \((GP\d+)", text)]
    assert [one for one in lines if LINES[one[0]] != FIRST_LINE + int(one[1])] == []


def test_buttons_are_where_the_pads_are_theirs() -> None:
    """A button on a pin that the device tree does not switch to a line would do nothing."""
    tree = (ROOT / "overlays/boards/milkv_duo/dts/buttons.dtsi").read_text()
    pads = set(re.findall(r"GP\d+", tree))
    assert pads == {"GP0", "GP1", "GP16", "GP17"}
    named = set()
    for doc in DOCS:
        for paragraph in doc.read_text().split("\n\n"):
            if re.search(r"\bbuttons?\b", paragraph):
                named |= set(re.findall(r"\bGP\d+", paragraph))
    assert named and named <= pads


def test_watchdogs_time() -> None:
    """The chip's timer takes the next power of two of its 25 MHz."""
    script = (ROOT / "overlays/boards/milkv_duo/rootfs/etc/init.d/start.d/10-watchdog").read_text()
    wanted = re.search(r"watchdog -t \d+ -T (\d+)", script)
    assert wanted
    ticks = 1 << 16
    while ticks < int(wanted[1]) * 25_000_000:
        ticks *= 2
    told = [
        seconds
        for doc in DOCS
        for sentence in re.split(r"(?<=[.|])\s", doc.read_text())
        if "watchdog" in sentence
        for seconds in re.findall(r"(\d+) s\b", sentence)
    ]
    assert told and set(told) == {str(round(ticks / 25_000_000))}


@pytest.mark.parametrize("quote", QUOTES)
def test_quotes_are_true(quote: str) -> None:
    assert any(quote in doc.read_text() for doc in DOCS)
    # In C, a text may be broken over lines.
    assert quote in re.sub(r'"\n\s*"', "", (ROOT / QUOTES[quote]).read_text())
