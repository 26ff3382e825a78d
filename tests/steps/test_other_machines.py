# SPDX-License-Identifier: MIT
"""What another user builds, elsewhere and with other habits, is the same to the bit."""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from image.key import hash_tree
from image.steps import runner
from image.store.statement import LOG
from image.store.store import OURS
from tests.steps.test_sharing import checkout, plan_of

NOBODY = 65534
STEPS = ("host:bell", "host:toy")


@dataclass(frozen=True)
class Habits:
    """Where and how somebody works; `user` counts only for tests that are root."""

    folder: str
    user: int
    umask: int
    settings: dict[str, str]


ADA = Habits("ada/work", 0, 0o022, {"TZ": "UTC", "LANG": "C"})
BOB = Habits(
    "home/bob/a-much-longer-path/of/his", NOBODY, 0o077,
    {"TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "USER": "bob"},
)  # fmt: skip


@pytest.fixture
def everyone() -> Iterator[Path]:
    """A folder that every user can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def built(place: Path, habits: Habits) -> dict[str, str]:
    """The files of all steps, by their hashes, and the steps' keys."""
    root = checkout(place / habits.folder)
    others = [root, *root.rglob("*")]
    if os.geteuid() == 0:
        for path in others:
            os.chown(path, habits.user, habits.user)
    context = multiprocessing.get_context("fork")
    child = context.Process(target=_build, args=(root, habits))
    child.start()
    child.join()
    assert child.exitcode == 0
    plan, found = plan_of(root), dict[str, str]()
    for name in STEPS:
        folder = plan.folder(plan.step(name))
        found[f"{name} key"] = folder.name
        hashes = hash_tree(folder).items()
        found |= {f"{name} {file}": hashed for file, hashed in hashes if file not in (*OURS, LOG)}
    return found


def _build(root: Path, habits: Habits) -> None:
    os.umask(habits.umask)
    os.environ |= {**habits.settings, "HOME": str(root)}
    time.tzset()
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(habits.user)
        os.setuid(habits.user)
    plan = plan_of(root)
    for step in plan.steps.values():
        runner.run_step(plan, step)


def test_results_are_the_same(compiler: None, everyone: Path) -> None:
    first, second = built(everyone, ADA), built(everyone, BOB)
    assert len(first) > 2 * len(STEPS)
    assert first == second
