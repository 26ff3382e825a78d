# SPDX-License-Identifier: MIT
"""Room in work/: what goes first, and what never goes."""

import os
from pathlib import Path

import pytest

from image.cli import commands
from image.cli.call import Call
from image.errors import UserError
from image.lock import locked
from image.plan.graph import STAMP
from image.steps import runner, tidy
from tests.steps.test_sharing import checkout, plan_of


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """The folder work/ of a checkout."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def result(work: Path, name: str, key: str, used: int, size: int = 100_000) -> Path:
    folder = work / name / key
    folder.mkdir(parents=True)
    (folder / "file").write_bytes(b"x" * size)
    (folder / STAMP).write_text("{}")
    os.utime(folder / STAMP, (used, used))
    (work / name / "lock").touch()
    return folder


def test_what_was_used_least_recently_goes_first(tmp_path: Path) -> None:
    old, new, newest = (result(tmp_path, "toy", f"key{n}", n) for n in (1, 2, 3))
    freed = tidy.limit(tmp_path, 250_000, [])
    assert 100_000 <= freed < 110_000
    assert [old.exists(), new.exists(), newest.exists()] == [False, True, True]


def test_enough_room_is_left_alone(tmp_path: Path) -> None:
    result(tmp_path, "toy", "key", 1)
    assert tidy.limit(tmp_path, 1_000_000, []) == 0


def test_what_is_read_or_built_now_stays(tmp_path: Path) -> None:
    busy, idle = result(tmp_path, "busy", "key", 1), result(tmp_path, "idle", "key", 2)
    with locked(tmp_path / "busy/lock", is_shared=True):
        tidy.limit(tmp_path, 0, [])
    assert busy.exists() and not idle.exists()


def test_while_another_call_is_at_work_nothing_goes(tmp_path: Path) -> None:
    """It may have found what it needs and not read it yet."""
    old = result(tmp_path, "toy", "key", 1)
    with tidy.using(tmp_path), tidy.using(tmp_path):
        assert tidy.limit(tmp_path, 0, []) == 0
        with pytest.raises(UserError, match="another ./doit is at work"):
            tidy.sweep(tmp_path, [])
        with pytest.raises(UserError, match="another ./doit is at work"):
            commands.clean(Call(tmp_path.parent, {"all": "1"}))
    assert old.exists()
    tidy.sweep(tmp_path, [])
    assert not old.exists()


def test_what_killed_calls_had_on_the_way_goes(tmp_path: Path) -> None:
    left = tmp_path / ".store/tmp0/result.tar.zst"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    with tidy.using(tmp_path):
        tidy.limit(tmp_path, 1_000_000, [])
        assert left.exists()
    tidy.limit(tmp_path, 1_000_000, [])
    assert not left.exists()


def test_what_a_plan_needs_stays(tmp_path: Path) -> None:
    plan = plan_of(checkout(tmp_path))
    for step in plan.steps.values():
        runner.run_step(plan, step)
    stale = result(plan.project.work, "host-toy", "stale", 1)
    tidy.sweep(plan.project.work, [plan])
    assert not stale.exists()
    assert all(plan.is_done(step) for step in plan.steps.values())


def test_use_makes_a_result_young(tmp_path: Path) -> None:
    plan = plan_of(checkout(tmp_path))
    for step in plan.steps.values():
        runner.run_step(plan, step)
    stamps = [plan.folder(step) / STAMP for step in plan.steps.values()]
    for stamp in stamps:
        os.utime(stamp, (1, 1))
    tidy.touch([plan])
    assert all(stamp.stat().st_mtime > 1 for stamp in stamps)


def test_what_is_no_result_of_a_step_stays(tmp_path: Path) -> None:
    """Such as a model that only ./doit cycles reads."""
    (tmp_path / "cycles/models").mkdir(parents=True)
    (tmp_path / "cycles/models/file").write_bytes(b"x" * 5000)
    tidy.sweep(tmp_path, [])
    assert (tmp_path / "cycles/models/file").exists()


def test_a_result_without_a_stamp_goes_too(tmp_path: Path) -> None:
    folder = result(tmp_path, "toy", "key", 1)
    (folder / STAMP).unlink()
    tidy.limit(tmp_path, 0, [])
    assert not folder.exists()


@pytest.mark.parametrize("size", [0, 10_000_000])
def test_holes_do_not_count(tmp_path: Path, size: int) -> None:
    folder = result(tmp_path, "toy", "key", 1, 0)
    os.truncate(folder / "file", size)
    assert next(tidy._results(tmp_path)).size < 100_000
