# SPDX-License-Identifier: MIT
"""How many programs run at once: one number for the steps, and for the makes inside them.

Each program that a step starts takes one place. A make hands out the places that are left to the
compilers that it starts, by GNU make's jobserver protocol, and so do the makes that those start:
https://www.gnu.org/software/make/manual/html_node/POSIX-Jobserver.html
"""

import contextlib
import os
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from image.errors import UserError

SETTING = "jobs"
STOPPED = "stopped"
CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")  # of a container: microseconds of each period


def chosen(given: str | None) -> int:
    """How many programs may run at once: `given`, or one for each processor that is ours to use."""
    if given is None:
        return processors()
    if not given.isdecimal() or int(given) < 1:
        hint = f"a number from 1 up; without it, {processors()}"
        raise UserError(f"{SETTING}={given} is not a number of jobs", hint)
    return int(given)


def processors(limit: Path = CPU_LIMIT) -> int:
    """Processors that this process may use, which can be fewer than the machine has."""
    ours = len(os.sched_getaffinity(0))
    with contextlib.suppress(OSError, ValueError):
        quota, period = map(int, limit.read_text().split())
        ours = min(ours, -(-quota // period))
    return max(ours, 1)


_rooms = dict[int, "Places"]()
_rooms_lock = threading.Lock()


class Places:
    """Room for `count` programs at once, in this process and in the makes that it starts.

    Makes take places from one pipe and give them back into another. What comes back goes to a step
    that waits before it goes to a make, or a kernel would keep all others waiting until its end.
    """

    def __init__(self, count: int) -> None:
        self._free, self._feed = os.pipe()
        self._returned, self._back = os.pipe()
        self.pipe = (self._free, self._back)
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()
        self._is_over = False
        os.write(self._feed, b"+" * count)
        threading.Thread(target=self._hand_on, daemon=True).start()

    @contextlib.contextmanager
    def one(self) -> Iterator[dict[str, str]]:
        """Hold a place, once there is one; gives the variables that let a make share the rest."""
        self._take()
        try:
            yield {"MAKEFLAGS": f"-j --jobserver-auth={self._free},{self._back}"}
        finally:
            os.write(self._back, b"+")

    def stop(self) -> None:
        """From now on nobody gets a place; anyone who waits for one is told so at once."""
        with self._lock:
            self._is_over = True
            while self._waiting:
                self._waiting.popleft().set()

    def _take(self) -> None:
        given = threading.Event()
        with self._lock:
            if self._is_over:
                raise UserError(STOPPED)
            # Not to wait here, where some makes would not either: the pipe is theirs too.
            os.set_blocking(self._free, False)
            with contextlib.suppress(BlockingIOError):
                os.read(self._free, 1)
                return
            self._waiting.append(given)
        given.wait()
        if self._is_over:
            raise UserError(STOPPED)

    def _hand_on(self) -> None:
        while token := os.read(self._returned, 1):
            with self._lock:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    os.write(self._feed, token)


_over = threading.Event()


def pause(seconds: float) -> None:
    """Let some time pass. Raises UserError once the call ends."""
    if _over.wait(seconds):
        raise UserError(STOPPED)


def stop() -> None:
    """From now on no step starts a program, and none waits."""
    _over.set()
    for room in [*_rooms.values()]:
        room.stop()


def places(count: int) -> Places:
    """The room that all steps of this process share."""
    with _rooms_lock:
        if count not in _rooms:
            _rooms[count] = Places(count)
        return _rooms[count]
