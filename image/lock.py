# SPDX-License-Identifier: MIT
"""Locks between processes: files that one of them holds while the others wait."""

import contextlib
import fcntl
import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm


@contextlib.contextmanager
def locked_at_once(path: Path) -> Iterator[bool]:
    """Hold a lock file alone, if nobody else holds it; gives whether that is so."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextlib.contextmanager
def locked(
    path: Path, holder: str = "another process", *, is_shared: bool = False
) -> Iterator[None]:
    """Hold a lock file: a second process that wants it waits, and says for what.

    `is_shared`: only together with others that want it so, too.
    """
    kind = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            tqdm.write(f"waiting for {holder}", file=sys.stderr)
            fcntl.flock(lock, kind)
        yield
