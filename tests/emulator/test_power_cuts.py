# SPDX-License-Identifier: MIT
"""Power goes at random moments: the next boot comes up, and finished files are whole."""

import random
import re
import time
from pathlib import Path

import pytest

from image import run
from image.emulator import qemu
from tests.emulator import machine
from tests.emulator.machine import Machine

CARD_MIB = 256
EARLY_CUTS = 2  # from power-on until /data is being made
MAKING_CUTS = 6  # from then until the first story
PREPARING = "preparing /data"
WRITING_CUTS = 12
# The writer runs this long at most before the power goes, seconds; a file takes a few ms.
WRITING_S = 4.0
# A file is finished when it was written, fsync'ed, renamed, and its folder fsync'ed: only then is
# its name printed. Sizes differ, from 1 to 60 kB.
WRITER = r"""n=FIRST; while :; do n=$((n+1)); f=/data/story-$n;
dd if=/dev/urandom of=$f.part bs=1k count=$((n*37%60+1)) 2>/dev/null; fsync $f.part;
sum=$(sha256sum < $f.part); mv $f.part $f; fsync /data; echo "finished story-$n ${sum%  -} .";
done"""
FINISHED = re.compile(r"finished (story-\d+) ([0-9a-f]{64}) \.")


@pytest.fixture(scope="module")
def chance() -> random.Random:
    """The moments of the cuts; the printed seed repeats them as far as timing can be repeated."""
    seed = random.randrange(1 << 32)
    print(f"seed of the power cuts: {seed}")
    return random.Random(seed)


@pytest.fixture(scope="module")
def moments_s(
    card: Path, chance: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> list[float]:
    """When to cut first boots, in seconds from power-on, by how long one takes here and now."""
    new_card = qemu.make_card(card, tmp_path_factory.mktemp("timing") / "card.img", CARD_MIB)
    with Machine(new_card) as board:
        board.expect(PREPARING)
        making_s = time.monotonic() - board.begun
        board.expect(machine.STORY)
        ready_s = time.monotonic() - board.begun
    return spread(chance, 0.0, making_s, EARLY_CUTS) + spread(
        chance, making_s, ready_s, MAKING_CUTS
    )


def spread(chance: random.Random, begin: float, end: float, count: int) -> list[float]:
    """One random moment in each equal part of a time, so that no part is left out by chance."""
    return [begin + (end - begin) * (part + chance.random()) / count for part in range(count)]


@pytest.mark.parametrize("cut", range(EARLY_CUTS + MAKING_CUTS))
def test_first_boot(card: Path, tmp_path: Path, moments_s: list[float], cut: int) -> None:
    new_card = qemu.make_card(card, tmp_path / "card.img", CARD_MIB)
    with Machine(new_card) as board:
        time.sleep(moments_s[cut])
        said = board.cut_power()
    print(f"cut after {moments_s[cut]:.3f} s, last words: {said.strip().splitlines()[-1:]}")
    with Machine(new_card) as board:
        board.open_shell()
        assert " ext4 rw" in board.command("grep ' /data ' /proc/mounts")
        board.command("echo alive > /data/alive; sync")
        board.power_off()
    check_file_system(new_card)


def test_writing(card: Path, tmp_path: Path, chance: random.Random) -> None:
    used_card = qemu.make_card(card, tmp_path / "card.img", CARD_MIB)
    finished: dict[str, str] = {}
    for cut in range(WRITING_CUTS):
        moment_s = WRITING_S * chance.random()
        with Machine(used_card) as board:
            board.open_shell()
            check_files(board, finished)
            count = len(finished)
            said = write_until_cut(board, count, moment_s)
        found = FINISHED.findall(said)
        finished.update(found)
        print(f"cut {cut} after {moment_s:.3f} s of writing: {len(found)} more files finished")
    with Machine(used_card) as board:
        board.open_shell()
        check_files(board, finished)
        assert len(finished) > WRITING_CUTS
        board.power_off()
    check_file_system(used_card)


def write_until_cut(board: Machine, first: int, moment_s: float) -> str:
    """Let the board write files, and cut its power; returns all it said about them."""
    board.send(WRITER.replace("\n", " ").replace("FIRST", str(first)))
    said = board.expect(FINISHED.pattern)
    time.sleep(moment_s)
    return said + board.cut_power()


def check_files(board: Machine, finished: dict[str, str]) -> None:
    """Every finished file is on the card, with the content it was announced with."""
    assert " ext4 rw" in board.command("grep ' /data ' /proc/mounts")
    listing = board.command("cd /data; sha256sum story-*; rm -f *.part; cd")
    found = {line[66:]: line[:64] for line in listing.splitlines()}
    for name, digest in finished.items():
        assert found.get(name) == digest, f"{name} is {found.get(name, 'missing')}"


def check_file_system(card: Path) -> None:
    """e2fsck of the host finds nothing at all to complain about in a card at rest."""
    run.output(["e2fsck", "-f", "-n", f"{card}?offset={data_start(card)}"])


def data_start(card: Path) -> int:
    """Where /data's partition begins, bytes; 0 while there is none."""
    with card.open("rb") as file:
        table = file.read(512)
    # Entry 3 of the MBR: 16 bytes at 446 + 2 * 16; its bytes 8 to 11 are the first sector.
    return int.from_bytes(table[486:490], "little") * 512
