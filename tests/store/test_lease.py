# SPDX-License-Identifier: MIT
"""Machines that build for one store: who begins, who waits, and what a dead one costs."""

import threading
from pathlib import Path

import pytest

from image.errors import UserError
from image.store import lease
from tests.store.conftest import Maker
from tests.store.test_store import QUESTION, leave


def never(seconds: float) -> None:
    pytest.fail("nobody has to wait")


def test_without_another_nobody_waits(make_store: Maker) -> None:
    assert lease.awaited(make_store(), QUESTION, never) is None


def test_nobody_waits_for_oneself(make_store: Maker) -> None:
    store = make_store()
    with lease.held(store, QUESTION):
        assert lease.awaited(store, QUESTION, never) is None


def test_what_another_builds_is_waited_for(make_store: Maker, tmp_path: Path) -> None:
    other, ours = make_store(), make_store()
    looks = []

    def pause(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            other.put(QUESTION, leave(tmp_path / "made"), 1.0)

    with lease.held(other, QUESTION):
        entry = lease.awaited(ours, QUESTION, pause)
    assert entry and entry.signer == "ada" and len(looks) == 3
    assert ours.is_on, "waiting is no reason to lose patience"


def test_a_lease_that_is_given_back_without_a_result_is_over(make_store: Maker) -> None:
    """Its builder failed: others try."""
    other = make_store()
    held = lease.held(other, QUESTION)
    held.__enter__()

    def pause(seconds: float) -> None:
        held.__exit__(None, None, None)

    assert lease.awaited(make_store(), QUESTION, pause) is None


def test_a_machine_that_says_nothing_more_is_not_waited_for(
    make_store: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("image.store.lease.time.monotonic", lambda: clock[0])
    lease._tell(make_store(), QUESTION, 0)  # and then the power fails

    def pause(seconds: float) -> None:
        clock[0] += seconds

    assert lease.awaited(make_store(), QUESTION, pause) is None
    assert clock[0] == pytest.approx(lease.DEAD_S, abs=lease.LOOK_S)


def test_signs_of_life_are_waited_for(make_store: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long step, longer than a machine may be silent."""
    clock = [0.0]
    monkeypatch.setattr("image.store.lease.time.monotonic", lambda: clock[0])
    other = make_store()
    lease._tell(other, QUESTION, 0)

    def pause(seconds: float) -> None:
        clock[0] += 20
        lease._tell(other, QUESTION, int(clock[0]) if clock[0] < 200 else lease.OVER)

    assert lease.awaited(make_store(), QUESTION, pause) is None
    assert clock[0] >= 200


def test_it_beats_while_it_is_held(make_store: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "BEAT_S", 0.001)
    store, told = make_store(), threading.Event()
    beats: list[int] = []

    def tell(_: object, __: object, beat: int) -> None:
        beats.append(beat)
        if beat == 3:
            told.set()

    monkeypatch.setattr(lease, "_tell", tell)
    with lease.held(store, QUESTION):
        assert told.wait(60)
    assert beats[:4] == [0, 1, 2, 3] and beats[-1] == lease.OVER


def test_a_stranger_cannot_make_us_wait(make_store: Maker) -> None:
    lease._tell(make_store(who="eve"), QUESTION, 0)
    assert lease.awaited(make_store(), QUESTION, never) is None


@pytest.mark.parametrize("old", [(3, 4), (9, 3, 4)])
def test_old_signs_of_life_are_none(
    make_store: Maker, monkeypatch: pytest.MonkeyPatch, old: tuple[int, ...]
) -> None:
    """A store that repeats what it once was told, in turns, does not make us wait for ever."""
    clock = [0.0]
    monkeypatch.setattr("image.store.lease.time.monotonic", lambda: clock[0])
    monkeypatch.setattr(lease, "DEAD_S", 10.0)
    others = [make_store(), make_store()]
    lease._tell(others[0], QUESTION, 4)

    def pause(seconds: float) -> None:
        clock[0] += seconds
        turn = int(clock[0])
        lease._tell(others[turn // 5 % 2], QUESTION, old[turn % len(old)])
        assert clock[0] < 10 * lease.DEAD_S

    assert lease.awaited(make_store(), QUESTION, pause) is None


def test_ctrl_c_ends_the_wait(make_store: Maker) -> None:
    def stopped(seconds: float) -> None:
        raise UserError("stopped")

    with lease.held(make_store(), QUESTION), pytest.raises(UserError):
        lease.awaited(make_store(), QUESTION, stopped)
