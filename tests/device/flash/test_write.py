# SPDX-License-Identifier: MIT
"""Writing and comparing, on loop devices whose faults the kernel reports itself."""

import errno
import hashlib
import os
import signal
from pathlib import Path

import pytest

from image import run
from image.card.bmap import Range
from image.device import flash
from image.device.flash import block_device, cards, source, write
from image.device.flash.block_device import Device, open_device
from image.device.flash.cards import Allowed, Disk
from image.device.flash.source import Source
from image.errors import UserError
from tests.device.flash.loops import MIB, card_device, card_file, loop, worn

__all__ = ["card_device", "card_file"]
CARD = 64 * MIB
# Not in whole buffers, and with holes between.
PARTS = (Range(0, 4096), Range(MIB, 5 * MIB + 4096), Range(11 * MIB, 2 * MIB + 512))


@pytest.fixture
def image(tmp_path: Path) -> Source:
    """An image of 13 MiB and a sector, of which PARTS count."""
    path = tmp_path / "some.img"
    path.write_bytes(os.urandom(13 * MIB + 512))
    return Source(path, 13 * MIB + 512, PARTS)


def test_what_the_map_names_arrives(image: Source, card_device: Path, card_file: Path) -> None:
    with open_device(card_device, CARD) as target:
        written = write.write(image, target)
        write.verify(image, target, written)
    expected = bytearray(b"\xa5" * CARD)
    data = image.path.read_bytes()
    for part in PARTS:
        expected[part.start : part.start + part.size] = data[part.start : part.start + part.size]
    # Compared as a whole: nothing else was touched.
    assert hashlib.sha256(card_file.read_bytes()).digest() == hashlib.sha256(expected).digest()


@pytest.mark.parametrize("size", [1, 511, 513, 3 * MIB + 100])
def test_an_image_that_ends_within_a_sector(tmp_path: Path, card_device: Path, size: int) -> None:
    path = tmp_path / "odd.img"
    path.write_bytes(os.urandom(size))
    image = source.load(path)
    with open_device(card_device, CARD) as target:
        write.verify(image, target, write.write(image, target))


def test_a_difference_is_found_and_placed(
    image: Source, card_device: Path, card_file: Path
) -> None:
    with open_device(card_device, CARD) as target:
        written = write.write(image, target)
        place = 3 * MIB + 5 * 4096 + 77
        with card_file.open("r+b") as file:
            for offset in (place, place + 90_000):
                file.seek(offset)
                file.write(bytes([image.path.read_bytes()[offset] ^ 1]))
        with pytest.raises(UserError) as caught:
            write.verify(image, target, written)
    block = place // 4096
    assert f"differs from the image at byte {block * 4096} (block {block} " in caught.value.message
    assert "another card" in str(caught.value.hint)


def test_a_card_that_reads_differently_each_time(
    image: Source, card_device: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, count = Device.read, 0

    def read(self: Device, offset: int, size: int) -> None:
        nonlocal count
        real(self, offset, size)
        count += 1
        if count == 3:
            self.buffer[9] ^= 1

    monkeypatch.setattr(Device, "read", read)
    with open_device(card_device, CARD) as target:
        written = write.write(image, target)
        with pytest.raises(UserError, match="reads differently each time"):
            write.verify(image, target, written)


WORN = 16 * MIB - os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a file system can be mounted."""
    path = tmp_path / "here"
    path.mkdir()
    return path


@pytest.mark.parametrize("bad", [0, 3 * MIB])
def test_a_block_that_cannot_be_written(image: Source, folder: Path, bad: int) -> None:
    with (
        worn(folder, 16 * MIB, bad) as path,
        open_device(path, WORN) as target,
        pytest.raises(UserError) as caught,
    ):
        write.write(image, target)
    place = f"cannot be written at byte {bad} (block {bad // 4096} of 4096 bytes)"
    assert place in caught.value.message
    assert "another reader" in str(caught.value.hint)


def test_a_fault_that_the_driver_keeps_to_itself(image: Source, folder: Path) -> None:
    """Linux's loop driver tells of a fault at the beginning of a request only."""
    bad = 2 * MIB + 7 * 4096
    with worn(folder, 16 * MIB, bad) as path, open_device(path, WORN) as target:
        written = write.write(image, target)
        with pytest.raises(UserError, match=f"differs from the image at byte {bad} "):
            write.verify(image, target, written)


def test_a_fault_within_a_piece_is_placed(
    image: Source, card_device: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, bad = os.pwritev, 3 * MIB + 9 * 4096 + 1000

    def pwritev(fd: int, buffers: list[memoryview], offset: int) -> int:
        if offset <= bad < offset + len(buffers[0]):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(fd, buffers, offset)

    monkeypatch.setattr(os, "pwritev", pwritev)
    with open_device(card_device, CARD) as target, pytest.raises(UserError) as caught:
        write.write(image, target)
    block = bad // 4096
    place = f"cannot be written at byte {block * 4096} (block {block} of 4096 bytes): Input"
    assert place in caught.value.message


def test_a_card_that_is_pulled_out(
    image: Source, card_device: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pwritev(fd: int, buffers: list[memoryview], offset: int) -> int:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    monkeypatch.setattr(os, "pwritev", pwritev)
    with (
        open_device(card_device, CARD) as target,
        pytest.raises(UserError, match=f"{card_device} is gone: was the card taken out"),
    ):
        write.write(image, target)


def test_a_block_that_cannot_be_read(image: Source, card_device: Path, card_file: Path) -> None:
    with open_device(card_device, CARD) as target:
        written = write.write(image, target)
        os.truncate(card_file, 12 * MIB)
        with pytest.raises(UserError, match=rf"cannot be read at byte {12 * MIB} \(block 3072 "):
            write.verify(image, target, written)


def test_an_image_that_is_not_the_maps(image: Source, card_device: Path) -> None:
    wrong = Source(image.path, image.size, (Range(0, 4096, "0" * 64),))
    with (
        open_device(card_device, CARD) as target,
        pytest.raises(UserError, match="is not the image of its .bmap"),
    ):
        write.write(wrong, target)


def test_an_image_that_shrinks(image: Source, card_device: Path) -> None:
    os.truncate(image.path, 2 * MIB)
    with (
        open_device(card_device, CARD) as target,
        pytest.raises(UserError, match="ends too early"),
    ):
        write.write(image, target)


def test_a_card_has_one_user(card_device: Path) -> None:
    with (
        open_device(card_device, CARD),
        pytest.raises(UserError, match="is in use"),
        open_device(card_device, CARD),
    ):
        pass


def test_another_card_in_the_same_reader(card_device: Path) -> None:
    with pytest.raises(UserError, match="replaced"), open_device(card_device, CARD + 512):
        pass


def test_no_rights_gives_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UserError) as caught:
        block_device.check_rights(Path("/dev/sdb"), "/x/doit flash device=/dev/sdb file=/y/a.img")
    assert caught.value.hint == "as root: sudo /x/doit flash device=/dev/sdb file=/y/a.img"


@pytest.mark.parametrize(
    ("method", "words"), [("write", "is incomplete"), ("read", "was not compared")]
)
def test_interrupt_says_what_became_of_the_card(
    image: Source, card_device: Path, monkeypatch: pytest.MonkeyPatch, method: str, words: str
) -> None:
    real = getattr(Device, method)

    def interrupted(self: Device, offset: int, size: int) -> None:
        real(self, offset, size)
        if offset > 2 * MIB:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Device, method, interrupted)
    with pytest.raises(KeyboardInterrupt, match=rf"{card_device} .*{words}.*flash it again"):
        flash._flash(image, disk_at(card_device))
    # Let go of it.
    with open_device(card_device, CARD):
        pass


def disk_at(path: Path) -> Disk:
    return cards.named(path, 1, Allowed(loop=True))


def test_a_mounted_card_is_refused(card_device: Path, folder: Path) -> None:
    run.output(["mkfs.ext4", "-q", card_device])
    run.output(["mount", card_device, folder])
    try:
        with pytest.raises(UserError, match=f"mounted at {folder}"):
            disk_at(card_device)
        with pytest.raises(UserError, match="in use"), open_device(card_device, CARD):
            pass
    finally:
        run.output(["umount", folder])


def test_a_small_card_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "small"
    file.write_bytes(bytes(MIB))
    with loop(file) as path, pytest.raises(UserError, match="too small"):
        cards.named(path, 2 * MIB, Allowed(loop=True))
