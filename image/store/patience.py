# SPDX-License-Identifier: MIT
"""Waiting for a store that may never answer: for names, bytes and disks, and never for long.

The time limit of a socket is one for the next byte, and the disk of another machine has none. So a
thread does what can hang. If that is late it is left alone, and ends with the call at the latest.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from typing import TypeVar

from image import jobs
from image.store.places import Place, Trouble

AHEAD = 8  # pieces that are read before anyone asks for them
LATE = "no answer in time"
LOOK_S = 0.2  # between two looks whether the call ends

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns or raises. Raises Trouble if it takes longer, UserError if we stop."""
    future = Future[T]()

    def do() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    _start(do)
    end = time.monotonic() + seconds
    while not wait([future], min(seconds, LOOK_S)).done:
        jobs.pause(0)
        if time.monotonic() >= end:
            raise Trouble(LATE)
    return future.result()


@contextlib.contextmanager
def opened(place: Place, name: str, seconds: float) -> Iterator[Iterator[bytes] | None]:
    """As Place.get. Raises Trouble, too, if the answer or a piece of it takes longer."""
    read: queue.Queue[bytes | None | Exception] = queue.Queue(AHEAD)
    is_over = threading.Event()
    _start(lambda: _read(place, name, read, is_over))

    def piece() -> bytes | None:
        try:
            got = read.get(timeout=seconds)
        except queue.Empty:
            raise Trouble(LATE) from None
        if isinstance(got, Exception):
            raise got
        return got

    try:
        # The first tells whether there is any content, the last that it is whole.
        yield None if piece() is None else iter(piece, None)
    finally:
        is_over.set()
        with contextlib.suppress(queue.Empty):
            while True:
                read.get_nowait()


def _read(
    place: Place,
    name: str,
    read: "queue.Queue[bytes | None | Exception]",
    is_over: threading.Event,
) -> None:
    """Read until nobody wants more."""
    try:
        with place.get(name) as pieces:
            if pieces is not None:
                read.put(b"")
                for piece in pieces:
                    if is_over.is_set():
                        return
                    read.put(piece)
        read.put(None)
    except Exception as error:
        read.put(error)


def _start(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()
