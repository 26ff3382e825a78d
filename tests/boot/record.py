# SPDX-License-Identifier: MIT
"""Records a boot of the emulated board for the README: its text, and a picture made from it."""

import html
import re
import tempfile
from pathlib import Path

from image import qemu
from tests.boot.machine import STORY, Machine

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "out/qemu_virt/images/duo-storyteller-qemu_virt.img"
TARGET = ROOT / "tests/recording"
COLUMNS = 100
LINE_PX, CHARACTER_PX, MARGIN_PX = 18, 8.4, 16
STYLE = "font: 14px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def record() -> str:
    """Boot the card as first written, listen to one story, look at the memory, switch off."""
    with tempfile.TemporaryDirectory() as folder:
        card = qemu.make_card(IMAGE, Path(folder) / "card.img", 256)
        audio = f"wav,path={Path(folder) / 'speech.wav'}"
        with Machine(card, qemu.Board(audio=audio)) as machine:
            said = machine.expect(STORY) + machine.expect(r"resident")
            machine.console.sendintr()
            said += machine.expect(r"~ # ")
            machine.send("head -3 /proc/meminfo")
            said += machine.expect(r"MemAvailable: +\d+ kB")
            machine.send("poweroff")
    return said


def shorten(text: str) -> str:
    """Leave out QEMU's own messages and control sequences; wrap what a terminal would wrap."""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f]", "", text)
    text = re.sub(r"Resetting rate control[^\n]*\n?", "", text)
    lines = []
    for line in text.splitlines():
        while len(line) > COLUMNS:
            cut = line.rfind(" ", 0, COLUMNS)
            lines.append(line[:cut])
            line = line[cut + 1 :]
        lines.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def draw(text: str) -> str:
    """The text as an SVG picture of a terminal."""
    lines = text.splitlines()
    width = int(COLUMNS * CHARACTER_PX) + 2 * MARGIN_PX
    height = len(lines) * LINE_PX + 2 * MARGIN_PX
    rows = [
        f'<text x="{MARGIN_PX}" y="{MARGIN_PX + (number + 1) * LINE_PX - 5}"'
        f' xml:space="preserve">{html.escape(line)}</text>'
        for number, line in enumerate(lines)
        if line
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">',
            f'<rect width="{width}" height="{height}" rx="8" fill="#10151c"/>',
            f'<g fill="#d6e2f0" style="{STYLE}">',
            *rows,
            "</g>",
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    whole = record()
    TARGET.mkdir(exist_ok=True)
    (TARGET / "boot.txt").write_text(shorten(whole))
    # The picture begins where the kernel does: firmware and boot loader are the same each time.
    _, _, kernel = whole.partition("Starting kernel ...")
    (TARGET / "boot.svg").write_text(draw(shorten(kernel)))
