# SPDX-License-Identifier: MIT
"""Locks between processes: files that one of them holds while the others wait."""

import contextlib
import fcntl
import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm


@contextlib.contextmanager
def locked(path: Path, holder: str = "another process") -> Iterator[None]:
    """Hold a lock file: a second process that wants it waits, and says for what."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tqdm.write(f"waiting for {holder}", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
