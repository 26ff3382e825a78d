# SPDX-License-Identifier: MIT
"""A card that loses, at a power cut, any of the writes it was not told to flush.

Killing QEMU loses no write that it had taken. Real cards have caches: so all writes of one board
are recorded, and cards are made from them as cuts at many moments would have left them.
"""

import hashlib
import os
import random
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from image import run
from image.emulator import qemu
from tests.emulator import machine
from tests.emulator.machine import Machine
from tests.emulator.test_power_cuts import CARD_MIB, FINISHED, WRITER, check_file_system, data_start

SECTOR = 512
# The log's format is dm-log-writes's (Linux, Documentation/admin-guide/device-mapper).
LOG_MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8
EARLY_CUTS = 60  # before the partition table names /data
LATE_CUTS = 140
BOOTED_EACH = 30  # every 30th is booted, too; the rest is only looked at


@dataclass(frozen=True)
class Write:
    """One request that the card got. `data` is empty for a bare flush."""

    sector: int
    flags: int
    data: bytes


@pytest.fixture(scope="module")
def chance() -> random.Random:
    """Which writes are lost: all of it is decided by the printed seed."""
    seed = random.randrange(1 << 32)
    print(f"seed of the lost writes: {seed}")
    return random.Random(seed)


def test_any_unflushed_write_may_be_lost(card: Path, tmp_path: Path, chance: random.Random) -> None:
    new_card = qemu.make_card(card, tmp_path / "card.img", CARD_MIB)
    writes, finished = record(new_card, tmp_path / "writes")
    table = next(number for number, write in enumerate(writes) if write.sector == 0 and write.data)
    # Few requests come before the table's; each cut loses others of them.
    cuts = chance.choices(range(table + 1), k=EARLY_CUTS)
    cuts += chance.choices(range(table + 1, len(writes) + 1), k=LATE_CUTS)
    made = 0
    for number, cut in enumerate(cuts):
        left = list(surviving(writes[:cut], chance))
        if number % BOOTED_EACH == 0:
            broken_card = qemu.make_card(card, tmp_path / "broken.img", CARD_MIB)
            apply(broken_card, left)
            check_by_booting(broken_card, finished)
        start = data_start(apply(make_blank(tmp_path / "written.img"), left))
        if start > 0:
            made += 1
            data = apply(make_blank(tmp_path / "data.img"), left, start // SECTOR)
            check_by_looking(data, finished, tmp_path / "found")
    print(f"{len(writes)} requests, {table} until the table's; {made} cards have /data")
    assert made >= 0.9 * LATE_CUTS  # right after it was written, the table may be lost


def record(card: Path, log: Path) -> tuple[list[Write], dict[str, str]]:
    """All that a first boot and some writing do to the card; and the files announced."""
    log.touch()
    with Machine(card, qemu.Devices(audio="none", writes=log)) as board:
        board.open_shell()
        board.send(WRITER.replace("\n", " ").replace("FIRST", "0"))
        said = "".join(board.expect(FINISHED.pattern) for _ in range(40))
        board.console.sendintr()
        board.expect(machine.PROMPT)
        board.power_off()
    return list(read_log(log)), dict(FINISHED.findall(said))


def read_log(log: Path) -> Iterator[Write]:
    """The requests in the order in which the card got them."""
    with log.open("rb") as file:
        magic, _, count, size = struct.unpack("<QQQI", file.read(28))
        assert (magic, size) == (LOG_MAGIC, SECTOR)
        file.seek(SECTOR)
        for _ in range(count):
            sector, sectors, flags, _ = struct.unpack("<QQQQ", file.read(SECTOR)[:32])
            is_data = not flags & (DISCARD | MARK)
            yield Write(sector, flags, file.read(sectors * SECTOR) if is_data else b"")


def surviving(writes: list[Write], chance: random.Random) -> Iterator[Write]:
    """What of these requests is on the card: all before the last flush, and some of the rest."""
    flushes = [number for number, write in enumerate(writes) if write.flags & FLUSH]
    safe = flushes[-1] if flushes else 0
    for number, write in enumerate(writes):
        if number < safe or write.flags & FUA or chance.random() < 0.5:
            yield write


def make_blank(disk: Path) -> Path:
    """A new disk of zeros."""
    disk.unlink(missing_ok=True)
    disk.touch()
    os.truncate(disk, CARD_MIB * qemu.MIB)
    return disk


def apply(disk: Path, writes: list[Write], first: int = 0) -> Path:
    """Write to a disk that is the card from sector `first` on."""
    with disk.open("r+b") as file:
        for write in writes:
            if write.sector >= first:
                file.seek((write.sector - first) * SECTOR)
                file.write(write.data)
    return disk


def check_by_booting(card: Path, finished: dict[str, str]) -> None:
    """The board makes /data writable again, and no file has lost its content."""
    with Machine(card) as board:
        board.open_shell()
        assert " ext4 rw" in board.command("grep ' /data ' /proc/mounts")
        listing = board.command("cd /data; sha256sum story-*; cd").splitlines()
        check_digests({line[66:]: line[:64] for line in listing}, finished)
        board.power_off()
    check_file_system(card)


def check_by_looking(data: Path, finished: dict[str, str], folder: Path) -> None:
    """The file system mends itself without a question, and no file has lost its content."""
    try:
        # What -p refuses to do (status 4 and above) would have needed a person.
        run.output(["e2fsck", "-f", "-p", data])
    except run.CommandFailed as error:
        assert error.status == 1, error  # "corrected", which replaying the journal counts as
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    run.output(["debugfs", "-R", f"rdump / {folder}", data])
    digests = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("story-*")
    }
    check_digests(digests, finished)


def check_digests(found: dict[str, str], finished: dict[str, str]) -> None:
    """A file that bears its final name was fsync'ed before: it must be whole."""
    for name, digest in found.items():
        if name in finished:
            assert digest == finished[name], name
