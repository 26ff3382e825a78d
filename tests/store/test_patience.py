# SPDX-License-Identifier: MIT
"""Stores that never answer, in each way that a socket's time limit does not see."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from image import jobs
from image.errors import UserError
from image.store import patience
from image.store.places import Folder, Place, Server, Trouble
from tests import web
from tests.store.conftest import Maker
from tests.store.test_store import QUESTION, leave


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """What does not come before the test has ended."""
    event = threading.Event()
    yield event
    event.set()


@dataclass
class Hanging(Place):
    """A folder on a server that is gone: whatever is asked of the operating system hangs."""

    never: threading.Event
    place: Place
    hangs: tuple[str, ...] = ("get", "put", "has")
    asked: list[str] = field(default_factory=list)

    def _hang(self, what: str) -> None:
        self.asked.append(what)
        if what in self.hangs:
            self.never.wait()

    @contextlib.contextmanager
    def get(self, name: str) -> Iterator[Iterator[bytes] | None]:
        self._hang("get")
        with self.place.get(name) as pieces:
            yield None if pieces is None else self._slowly(pieces)

    def _slowly(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            for place in range(len(piece)):
                self._hang("byte")
                yield piece[place : place + 1]

    def put(self, name: str, file: Path) -> None:
        self._hang("put")
        self.place.put(name, file)

    def has(self, name: str) -> bool:
        self._hang("has")
        return self.place.has(name)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person with little time; it is ended by force if that does not help."""
    monkeypatch.setattr("image.store.store.PATIENCE_S", 0.2)
    monkeypatch.setattr("image.store.store.PUT_S", 0.2)


@pytest.mark.usefixtures("hurried")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("what", ["get", "byte"])
def test_what_hangs_is_not_waited_for(
    tmp_path: Path, make_store: Maker, never: threading.Event,
    capsys: pytest.CaptureFixture[str], what: str,
) -> None:  # fmt: skip
    shared = Folder(tmp_path / "shared")
    make_store(shared).put(QUESTION, leave(tmp_path / "made"), 0.1)
    store = make_store(Hanging(never, shared, (what,)))
    assert store.find(QUESTION) is None and not store.is_on
    entry = make_store(shared).find(QUESTION)
    store.is_on = True
    assert entry and not store.take(entry, tmp_path / "taken") and not store.is_on
    assert capsys.readouterr().err.count("no answer in time") == 2
    assert not (tmp_path / "taken").exists() and not [*(tmp_path / "way").iterdir()]


@pytest.mark.usefixtures("hurried")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("what", ["put", "has"])
def test_nor_for_what_does_not_take(
    tmp_path: Path, make_store: Maker, never: threading.Event,
    capsys: pytest.CaptureFixture[str], what: str,
) -> None:  # fmt: skip
    place = Hanging(never, Folder(tmp_path / "shared"), (what,))
    store = make_store(place)
    store.put(QUESTION, leave(tmp_path / "made"), 0.1)
    store.say(QUESTION, {})
    assert "keeps nothing: no answer in time" in capsys.readouterr().err
    assert place.asked.count(what) == 1, "it is asked no more"


def test_what_fails_at_once_is_told_at_once() -> None:
    """Also by an error of the name that a wait of ours could have."""

    def fail() -> None:
        raise TimeoutError("of the operating system")

    with pytest.raises(TimeoutError, match="of the operating system"):
        patience.within(1000.0, fail)


@pytest.mark.timeout(60)
def test_ctrl_c_ends_an_upload(
    tmp_path: Path, make_store: Maker, never: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A result may take as long to put there as it took to build."""
    over = threading.Event()
    monkeypatch.setattr(jobs, "_over", over)
    threading.Timer(0.3, over.set).start()
    store = make_store(Hanging(never, Folder(tmp_path / "shared"), ("put",)))
    with pytest.raises(UserError, match="stopped"):
        store.put(QUESTION, leave(tmp_path / "made"), 1000.0)


@pytest.mark.usefixtures("hurried")
@pytest.mark.timeout(60)
def test_a_file_that_is_a_pipe(tmp_path: Path, make_store: Maker) -> None:
    entry = tmp_path / "shared/ac" / QUESTION.key
    entry.parent.mkdir(parents=True)
    os.mkfifo(entry)
    store = make_store()
    assert store.find(QUESTION) is None and not store.is_on
    with entry.open("wb"):
        pass  # whoever still waits to read it goes


@pytest.mark.usefixtures("hurried")
@pytest.mark.timeout(60)
def test_a_host_whose_name_nobody_tells(
    make_store: Maker, never: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-up of a name has no time limit of its own."""

    def ask(*_: object, **__: object) -> None:
        never.wait()
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    store = make_store(Server("http://cache.example"))
    assert store.find(QUESTION) is None and not store.is_on


def test_bytes_are_seen_as_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a server that sends a byte each moment would be waited for as long as it likes."""
    monkeypatch.setattr("image.store.places.SILENCE_S", 0.3)
    with web.running() as server:
        server.page("/cas/0", b"abcdef", web.Answer(stall_after=3))
        with Server(server.url).get("cas/0") as pieces:
            assert pieces and next(pieces) == b"abc"
            with pytest.raises(Trouble, match="no answer in time"):
                next(pieces)


def test_whoever_stops_reading_leaves_no_reader(tmp_path: Path) -> None:
    """A file of more pieces than are read ahead, of which one is taken."""
    (tmp_path / "cas").mkdir()
    (tmp_path / "cas/0").write_bytes(bytes(64 << 18))
    before = threading.active_count()
    with patience.opened(Folder(tmp_path), "cas/0", 60) as pieces:
        assert pieces and next(pieces)
    while threading.active_count() > before:
        time.sleep(0.01)


def test_what_several_threads_wait_for_at_once_counts_once(
    make_store: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("image.store.store.time.monotonic", lambda: clock[0])
    store = make_store()
    store._patience_s = 1.0
    clock[0] += 0.6
    for _ in range(8):
        store._lose_patience(100.0)
    assert store.is_on
    clock[0] += 0.5
    store._lose_patience(100.6)
    assert not store.is_on
