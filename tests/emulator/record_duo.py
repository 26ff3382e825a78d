# SPDX-License-Identifier: MIT
"""Records a boot of the Duo's card on the emulated Duo, for docs/milkv-duo.md.

    .venv/bin/python -m tests.emulator.record_duo out/milkv_duo/images/duo-storyteller-milkv_duo.img

The emulator is built already: ./doit run board=milkv_duo does it.
"""

import re
import sys
import tempfile
from pathlib import Path

from image.emulator import qemu, stand_in
from tests.conftest import load_project
from tests.emulator.duo.board import Duo
from tests.emulator.machine import STORY
from tests.emulator.record import DIM, TARGET, draw, shorten

SENTENCES = 3


def record(emulator: Path, image: Path) -> str:
    """What the console says from the ROM's first letter to the third sentence, and of memory."""
    with tempfile.TemporaryDirectory() as folder:
        card = qemu.make_card(image, Path(folder) / "card.img", 256)
        with Duo(emulator, card, is_heard=False) as board:
            board.expect(STORY)
            for _ in range(SENTENCES):
                board.expect(r"[a-z][.!?]")
            board.console.sendintr()
            board.expect(r"~ # ")
            board.send("head -3 /proc/meminfo")
            board.expect(r"MemAvailable: +\d+ kB")
            board.power_off()
        whole = card.with_suffix(".log").read_bytes().decode(errors="replace")
    return re.split(r"(?:~ # )?poweroff", whole)[0].removesuffix("~ # ")


def main() -> None:
    """Write the recording and its picture."""
    emulator = stand_in.program(stand_in.plan(load_project("milkv_duo")))
    terminal = shorten(record(emulator, Path(sys.argv[1])))
    (TARGET / "duo.txt").write_text(terminal.replace(DIM, ""))
    (TARGET / "duo.svg").write_text(draw(terminal))


if __name__ == "__main__":
    main()
