# SPDX-License-Identifier: MIT
"""Records a boot of the emulated board for the README: its text, and a picture made from it.

    ./doit image board=qemu_virt && .venv/bin/python -m tests.boot.record

What the terminal shows is recorded as it is; the picture leaves out what comes before the kernel.
"""

import html
import re
import tempfile
from pathlib import Path

from image import qemu
from tests.boot.machine import STORY, BoardFailed, Machine

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "out/qemu_virt/images/duo-storyteller-qemu_virt.img"
TARGET = ROOT / "tests/recording"
STORY_S = 600  # only ends a recording that hangs
COLUMNS = 80  # what the board takes a serial line's other end for
DIM = "\x1b[2m"  # at the start of a row: all of it
LINE_PX, CHARACTER_PX, MARGIN_PX = 18, 8.4, 16
STYLE = "font: 14px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def record() -> str:
    """Boot the card as first written, listen to one story, look at the memory, switch off."""
    with tempfile.TemporaryDirectory() as folder:
        card = qemu.make_card(IMAGE, Path(folder) / "card.img", 256)
        audio = f"wav,path={Path(folder) / 'speech.wav'}"
        with Machine(card, qemu.Board(audio=audio)) as machine:
            machine.expect(STORY)
            machine.expect(r"The\s+end\.", STORY_S)
            machine.console.sendintr()
            machine.expect(r"~ # ")
            machine.send("head -3 /proc/meminfo")
            machine.expect(r"MemAvailable: +\d+ kB")
            machine.power_off()
        # As bytes: a line's end is "\r\r\n" here, of which Python would make two.
        whole = card.with_suffix(".log").read_bytes().decode(errors="replace")
    if "crashed" in whole:
        raise BoardFailed("too slow for its watchdog: record on a machine that does nothing else")
    return whole.partition("~ # poweroff")[0].removesuffix("~ # ")


def shorten(text: str) -> str:
    """What a terminal shows: its rows, and of control sequences only DIM."""
    text = re.sub(r"(\x1b\[2m)|\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1a\x1c-\x1f]", r"\1", text)
    rows = []
    for line in text.splitlines():
        rows += [line[at : at + COLUMNS].rstrip() for at in range(0, max(len(line), 1), COLUMNS)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)).strip() + "\n"


def draw(text: str) -> str:
    """The text as an SVG picture of a terminal."""
    lines = text.splitlines()
    width = int(COLUMNS * CHARACTER_PX) + 2 * MARGIN_PX
    height = len(lines) * LINE_PX + 2 * MARGIN_PX
    rows = [_row(line, number) for number, line in enumerate(lines) if line]
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


def _row(line: str, number: int) -> str:
    shade = ' opacity="0.6"' if line.startswith(DIM) else ""
    place = f'x="{MARGIN_PX}" y="{MARGIN_PX + (number + 1) * LINE_PX - 5}"'
    content = html.escape(line.removeprefix(DIM))
    return f'<text {place}{shade} xml:space="preserve">{content}</text>'


if __name__ == "__main__":
    whole = record()
    TARGET.mkdir(exist_ok=True)
    (TARGET / "boot.txt").write_text(shorten(whole).replace(DIM, ""))
    # The picture begins where the kernel does: firmware and boot loader are the same each time.
    _, _, kernel = whole.partition("Starting kernel ...")
    (TARGET / "boot.svg").write_text(draw(shorten(kernel)))
