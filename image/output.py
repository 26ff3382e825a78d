# SPDX-License-Identifier: MIT
"""Results that people and other programs may be reading: one writer at a time, always whole."""

import contextlib
import ctypes
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from image.lock import locked

# linux/fs.h, fcntl.h
RENAME_EXCHANGE = 2
AT_FDCWD = -100
# What a kernel or a file system says that does not know how to exchange.
UNKNOWN = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


@contextlib.contextmanager
def alone(target: Path) -> Iterator[None]:
    """The only ./doit that writes `target`; a second one waits here."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target.with_name(f".{target.name}.lock"), f"another ./doit, which writes {target}"):
        yield


@contextlib.contextmanager
def renewed(target: Path) -> Iterator[Path]:
    """A new folder to fill; where all goes well it takes the place of the folder `target`, at once.

    To be used `alone`. What was there before stays next to it until the next time, for those
    still reading it.
    """
    fresh, before = (target.with_name(f".{target.name}.{name}") for name in ("new", "before"))
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    yield fresh
    shutil.rmtree(before, ignore_errors=True)
    if target.exists():
        _exchange(fresh, target)
        fresh.rename(before)
    else:
        fresh.rename(target)


@contextlib.contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Where to write a file that appears as `target` whole or not at all, whatever others write."""
    name = target.name.removeprefix(".")
    # Chance, since writers on two machines may share a folder.
    partial = target.with_name(f".{name}.{os.urandom(8).hex()}")
    try:
        yield partial
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def write(target: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    with whole(target) as partial:
        partial.write_text(text)


def _exchange(one: Path, other: Path) -> None:
    """Each gets the other's name, without a moment in between where the file system can do that."""
    names = [os.fsencode(path) for path in (one, other)]
    libc = ctypes.CDLL(None, use_errno=True)
    rename = getattr(libc, "renameat2", None)
    if rename and rename(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0:
        return
    number = ctypes.get_errno() if rename else errno.ENOSYS
    if number not in UNKNOWN:
        raise OSError(number, os.strerror(number), str(other))
    aside = one.with_name(f"{one.name}.aside")
    shutil.rmtree(aside, ignore_errors=True)
    other.rename(aside)
    one.rename(other)
    aside.rename(one)
