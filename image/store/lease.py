# SPDX-License-Identifier: MIT
"""Leases: several machines with one store divide a build among them, without anyone in charge.

Who begins a step says so in the store, and repeats it while it lasts; the others do something else
meanwhile, or wait for the result. A cache server does not know who was first: should two begin at
the same moment, both build, and their results are equal.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from image.errors import UserError
from image.store.statement import Question
from image.store.store import Entry, Store

BEAT_S = 15.0  # between two signs of life
DEAD_S = 50.0  # without one, by the clock of who waits: others' clocks may differ
OVER = -1  # the beat of a lease that is given back
LOOK_S = 1.0  # between two looks at a result that another machine is building


@dataclass(frozen=True)
class Sign:
    """A sign of life: whose it is, and how many there were before it."""

    owner: str
    beat: int


@contextlib.contextmanager
def held(store: Store, asked: Question) -> Iterator[None]:
    """While this lasts, others see that we build the step."""
    over = threading.Event()
    _tell(store, asked, 0)
    thread = threading.Thread(target=_beat, args=(store, asked, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def awaited(store: Store, asked: Question, pause: Callable[[float], None]) -> Entry | None:
    """The result that another machine is building; None where nobody is, or is any more.

    `pause` waits some seconds, or raises what ends the call.
    """
    last, seen = _sign(store, asked), time.monotonic()
    owners = {last.owner} if last else set()
    while last and last.owner != store.owner and time.monotonic() - seen < DEAD_S:
        pause(LOOK_S)
        if entry := store.find(asked, is_free=True):
            return entry
        sign = _sign(store, asked)
        if sign is None or _is_news(sign, last, owners):
            last, seen = sign, time.monotonic()
            owners |= {sign.owner} if sign else set()
    return None


def _is_news(sign: Sign, last: Sign, owners: set[str]) -> bool:
    """Whether it is a new sign of life: a store might repeat old ones for ever."""
    return sign.beat > last.beat if sign.owner == last.owner else sign.owner not in owners


def _beat(store: Store, asked: Question, over: threading.Event) -> None:
    beat = 0
    while not over.wait(BEAT_S):
        beat += 1
        _tell(store, asked, beat)
    _tell(store, asked, OVER)


def _tell(store: Store, asked: Question, beat: int) -> None:
    with contextlib.suppress(UserError):  # the result itself meets the same trouble, and tells it
        store.say(_lease(asked), {"owner": store.owner, "beat": beat})


def _sign(store: Store, asked: Question) -> Sign | None:
    """The last one of the machine that has the step; None where none has it, or it is over."""
    entry = store.find(_lease(asked), is_free=True)
    if entry is None:
        return None
    owner, beat = entry.statement.says.get("owner"), entry.statement.says.get("beat")
    if not isinstance(owner, str) or not isinstance(beat, int) or beat == OVER:
        return None
    return Sign(owner, beat)


def _lease(asked: Question) -> Question:
    return Question("lease", {"key": asked.key})
