# SPDX-License-Identifier: MIT
"""What parents write on the card's first partition holds, and what was told is known afterwards."""

import re
from pathlib import Path

from image import run
from image.emulator import qemu
from tests.emulator.machine import LINE_END, PROMPT, STORY, Machine

# Where the first partition begins, as mtools names it.
PARTITION = "@@1M"
WORD = "[a-z]+"
SETTINGS = b"# ours\r\nVOLUME = loud\r\nsteps = 60\r\npause = 1\r\n"


def write_to_card(card: Path, name: str, content: bytes, folder: Path) -> None:
    """Put a file onto the first partition, as any computer does."""
    file = folder / Path(name).name
    file.write_bytes(content)
    run.output(["mcopy", "-o", "-i", f"{card}{PARTITION}", file, f"::{name}"])


def seed_and_hero(machine: Machine) -> tuple[str, str]:
    """Of the next story."""
    said = machine.expect(STORY) + machine.expect(rf"there\s+was\s+an?\s+{WORD}\s+{WORD}\b.")
    found = re.search(rf"seed (\d+)\s.*\s({WORD})\W$", said, re.S)
    assert found, said
    return found[1], found[2]


def test_card_of_parents(card: Path, tmp_path: Path) -> None:
    image = qemu.make_card(card, tmp_path / "card.img", 256)
    shipped = run.output(["mtype", "-i", f"{image}{PARTITION}", "::storyteller.txt"])
    assert "#volume = 100" in shipped
    write_to_card(image, "storyteller.txt", SETTINGS, tmp_path)
    run.output(["mmd", "-i", f"{image}{PARTITION}", "::words"])
    write_to_card(image, "words/heroes.txt", b"walrus\r\n", tmp_path)
    with Machine(image) as machine:
        machine.expect(r"/boot/storyteller.txt:2: volume must be a number from 0 to 100")
        machine.expect(rf"Line 2 of the settings is not clear\.{LINE_END}")
        machine.expect(STORY)
        told = seed_and_hero(machine)
        assert told[1] == "walrus"
        machine.expect(r"The\s+end\.")
        machine.cut_power()
    with Machine(image) as machine:
        machine.expect(STORY)
        machine.send("again")
        assert seed_and_hero(machine) == told
        machine.console.sendintr()
        machine.expect(PROMPT)
        said = machine.command("touch /boot/x 2> /dev/null || echo never")
        assert said.endswith("never\n")
        assert "story 1" in machine.command("cat /data/stories.txt")
        # Enough for today: the board switches itself off.
        machine.command("printf 'stories = 1\\nswitch_off = yes\\n' > /tmp/settings")
        machine.command("mount -o bind /tmp/settings /etc/storyteller.conf")
        machine.send("exit")
        machine.expect(r"That was the last story for today\. Good bye!")
        machine.await_off()
