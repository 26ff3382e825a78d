# SPDX-License-Identifier: MIT
"""How many programs run at once: one number for the steps, and for the makes inside them.

Each program that a step starts takes one place. A make hands out the places that are left to the
compilers that it starts, by GNU make's jobserver protocol, and so do the makes that those start:
https://www.gnu.org/software/make/manual/html_node/POSIX-Jobserver.html
"""

import contextlib
import functools
import os
import select
from collections.abc import Iterator
from pathlib import Path

from image.errors import UserError

SETTING = "jobs"
CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")  # of a container: microseconds of each period


def chosen(given: str | None) -> int:
    """How many programs may run at once: `given`, or one for each processor that is ours to use."""
    if given is None:
        return processors()
    if not given.isdecimal() or int(given) < 1:
        hint = f"a number from 1 on; without it, {processors()}"
        raise UserError(f"{SETTING}={given} is no number of jobs", hint)
    return int(given)


def processors(limit: Path = CPU_LIMIT) -> int:
    """Processors that this process may use, which can be fewer than the machine has."""
    ours = len(os.sched_getaffinity(0))
    with contextlib.suppress(OSError, ValueError):
        quota, period = map(int, limit.read_text().split())
        ours = min(ours, -(-quota // period))
    return max(ours, 1)


class Places:
    """Room for `count` programs at once, in this process and in the makes that it starts."""

    def __init__(self, count: int) -> None:
        self._taken, self._given = self.pipe = os.pipe()
        os.write(self._given, b"+" * count)

    @contextlib.contextmanager
    def one(self) -> Iterator[dict[str, str]]:
        """Hold a place, once there is one; gives the variables that let a make share the rest."""
        token = self._take()
        try:
            yield {"MAKEFLAGS": f"-j --jobserver-auth={self._taken},{self._given}"}
        finally:
            os.write(self._given, token)

    def _take(self) -> bytes:
        # Some versions of make set the pipe, which is theirs too, to non-blocking.
        os.set_blocking(self._taken, False)
        while True:
            select.select([self._taken], [], [])
            with contextlib.suppress(BlockingIOError):
                return os.read(self._taken, 1)


@functools.cache
def places(count: int) -> Places:
    """The room that all steps of this process share."""
    return Places(count)
