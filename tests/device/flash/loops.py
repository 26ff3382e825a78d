# SPDX-License-Identifier: MIT
"""Loop devices that stand for cards: what the kernel says of them is real, errors included."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from image import run

MIB = 1 << 20


@contextlib.contextmanager
def loop(file: Path) -> Iterator[Path]:
    """A loop device over a file. Skips the test where the machine has none to give."""
    try:
        device = Path(run.output(["losetup", "--find", "--show", file]).strip())
    except run.CommandFailed as error:
        pytest.skip(f"no loop device: {error.message}")
    try:
        yield device
    finally:
        run.output(["losetup", "--detach", device])


@contextlib.contextmanager
def worn(folder: Path, size: int, bad: int) -> Iterator[Path]:
    """A loop device on which the page at byte `bad` cannot be written.

    Its file lies in memory that is full, and lacks that one page.
    """
    try:
        run.output(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder])
    except run.CommandFailed as error:
        pytest.skip(f"no file system to fill: {error.message}")
    try:
        file = folder / "card"
        page = os.sysconf("SC_PAGE_SIZE")
        file.write_bytes(bytes(size - page))
        run.output(["fallocate", "--punch-hole", "-o", str(bad), "-l", str(page), file])
        (folder / "rest").write_bytes(bytes(2 * page))
        with loop(file) as device:
            yield device
    finally:
        run.output(["umount", folder])


@pytest.fixture
def card_file(tmp_path: Path) -> Path:
    """What is behind `card_device`: 64 MiB of a byte that no image begins a block with."""
    file = tmp_path / "card.bin"
    with file.open("wb") as out:
        for _ in range(64):
            out.write(b"\xa5" * MIB)
    return file


@pytest.fixture
def card_device(card_file: Path) -> Iterator[Path]:
    """A loop device that stands for a card."""
    with loop(card_file) as device:
        yield device
