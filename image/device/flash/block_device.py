# SPDX-License-Identifier: MIT
"""The card as a block device: read and written past the page cache, ours alone while it is open.

Past the cache (O_DIRECT) an error belongs to the very call that met it, so its place is known; what
is read comes from the card and not from memory; and the progress that is shown is the card's.
"""

import contextlib
import errno
import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from image.errors import UserError

# linux/fs.h
BLKRRPART = 0x125F
BLKGETSIZE64 = 0x80081272
BLKSSZGET = 0x1268

BUFFER = 1 << 20  # bytes per call; cards are no faster with more
BLOCK = 4096  # bytes; how exactly the place of an error is told
GONE = (errno.ENODEV, errno.ENXIO, errno.ENOMEDIUM)
WORN = "reinsert the card, try another reader; if it persists, the card is worn out: use another"


class Target(Protocol):
    """What an image is written to. Offsets and sizes are in bytes; `buffer` is for both ways."""

    path: Path
    buffer: memoryview

    def write(self, offset: int, size: int) -> None:
        """Write the buffer's first `size` bytes. Raises UserError with the place of the fault."""

    def read(self, offset: int, size: int) -> None:
        """Fill the buffer's first `size` bytes. Raises UserError with the place of the fault."""

    def flush(self) -> None:
        """Return when all that was written is on the card. Raises UserError."""


class Device:
    """An open block device. Sizes that end within a sector are rounded up to it."""

    def __init__(self, fd: int, path: Path) -> None:
        self.path = path
        # A mapping begins at a page, as O_DIRECT demands of buffers.
        self.buffer = memoryview(mmap.mmap(-1, BUFFER))
        self._fd = fd
        self._sector = _ask(fd, BLKSSZGET, "I")

    def write(self, offset: int, size: int) -> None:
        """See Target."""
        whole = self._whole(size)
        self.buffer[size:whole] = bytes(whole - size)
        try:
            self._write(offset, 0, whole)
        except OSError:
            self._write_blocks(offset, whole)

    def read(self, offset: int, size: int) -> None:
        """See Target."""
        whole = self._whole(size)
        done = 0
        while done < whole:
            try:
                count = os.preadv(self._fd, [self.buffer[done:whole]], offset + done)
            except OSError as error:
                raise self._failed("read", offset + done, error) from None
            if count == 0:
                raise UserError(f"{self.path} ends at byte {offset + done}: did it shrink?", WORN)
            done += count

    def flush(self) -> None:
        """See Target."""
        try:
            os.fsync(self._fd)
        except OSError as error:
            message = f"{self.path} did not store what was written: {error.strerror}"
            raise UserError(message, WORN) from None

    def _write(self, offset: int, begin: int, end: int) -> None:
        while begin < end:
            begin += os.pwritev(self._fd, [self.buffer[begin:end]], offset + begin)

    def _write_blocks(self, offset: int, size: int) -> None:
        """Once more in small steps, to learn where the card fails; or it works this time."""
        for begin in range(0, size, BLOCK):
            try:
                self._write(offset, begin, min(begin + BLOCK, size))
            except OSError as error:
                raise self._failed("written", offset + begin, error) from None

    def _failed(self, what: str, offset: int, error: OSError) -> UserError:
        if error.errno in GONE:
            return UserError(
                f"{self.path} is gone: was the card taken out?", "insert it and try again"
            )
        place = f"at byte {offset} (block {offset // BLOCK} of {BLOCK} bytes)"
        return UserError(f"{self.path} cannot be {what} {place}: {error.strerror}", WORN)

    def _whole(self, size: int) -> int:
        return -(-size // self._sector) * self._sector


@contextlib.contextmanager
def open_device(path: Path, size: int) -> Iterator[Device]:
    """A card of `size` bytes, for writing, as its only user. Raises UserError with the remedy."""
    try:
        # On a block device, O_EXCL asks the kernel: nobody has mounted or claimed it or a part.
        fd = os.open(path, os.O_RDWR | os.O_EXCL | os.O_DIRECT | os.O_CLOEXEC)
    except OSError as error:
        raise _not_opened(path, error) from None
    try:
        now = _ask(fd, BLKGETSIZE64, "Q")
        if now != size:
            raise UserError(f"{path} has {now} bytes now, not {size}: was the card replaced?")
        yield Device(fd, path)
        # So that the new partitions are known. Where there is nothing to look for, it refuses.
        with contextlib.suppress(OSError):
            fcntl.ioctl(fd, BLKRRPART)
    finally:
        os.close(fd)


def check_rights(path: Path, again: str) -> None:
    """Raise UserError, with what to type, for a person who may not write to the card."""
    if not os.access(path, os.R_OK | os.W_OK):
        raise UserError(f"{path}: permission denied", hint=f"as root: sudo {again}")


def _not_opened(path: Path, error: OSError) -> UserError:
    if error.errno == errno.EBUSY:
        hint = f"see: lsblk {path}; unmount its partitions, also those of other users"
        return UserError(f"{path} is in use", hint)
    if error.errno == errno.EROFS:
        return UserError(f"{path} is write-protected", "move the switch on the card's edge")
    if error.errno in GONE:
        return UserError(f"{path}: there is no card in it", "put the card into the reader")
    return UserError(f"{path} cannot be opened: {error.strerror}", "see: lsblk")


def _ask(fd: int, request: int, form: str) -> int:
    answer = fcntl.ioctl(fd, request, bytes(struct.calcsize(form)))
    return int(struct.unpack(form, answer)[0])
