# SPDX-License-Identifier: MIT
"""Room in work/: what nobody needs any more goes, and never what a running call needs."""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from image.builders.toolchain import HOST
from image.errors import UserError
from image.lock import locked, locked_at_once
from image.options import Flag, Option, Whole
from image.plan import graph
from image.plan.graph import STAMP, Plan
from image.project import Project
from image.steps.runner import LOCK
from image.store.settings import ON_THE_WAY

IN_USE = ".calls/lock"  # in work/: calls that use results, or one that removes some
ALL = Option("all", "remove everything that was built", Flag(), default="0")
OPTIONS = (ALL,)
WORK_GB = Option(
    "WORK_GB", "largest size of work/; what was used least recently goes first",
    Whole(1, 100_000), default="20",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """A folder of work/NAME/KEY, with its size in bytes and the time of its last use."""

    folder: Path
    size: int
    used: float


@contextlib.contextmanager
def using(work: Path) -> Iterator[None]:
    """While this lasts, no other ./doit removes what a call has found in work/, or left there."""
    with contextlib.ExitStack() as held:
        # Where this cannot be written nobody builds or removes anything.
        with contextlib.suppress(OSError):
            holder = "another ./doit, which removes old results"
            held.enter_context(locked(_in_use(work), holder, is_shared=True))
        yield


@contextlib.contextmanager
def removing(work: Path) -> Iterator[bool]:
    """While this lasts, no other ./doit begins to use work/; gives whether none does already."""
    with locked_at_once(_in_use(work)) as is_free:
        yield is_free


def _in_use(work: Path) -> Path:
    lock = work / IN_USE
    lock.parent.mkdir(parents=True, exist_ok=True)
    return lock


def touch(plans: Iterable[Plan]) -> None:
    """Note that the results of these plans are used now."""
    for folder in _folders(plans):
        with contextlib.suppress(OSError):
            os.utime(folder / STAMP)


def limit(work: Path, most: int, plans: Iterable[Plan]) -> int:
    """Remove what was used least recently until work/ has `most` bytes; returns what is freed.

    What the `plans` need stays; while another ./doit is at work, everything.
    """
    with removing(work) as is_free:
        return _limit(work, most, plans) if is_free else 0


def sweep(work: Path, plans: Iterable[Plan]) -> int:
    """Remove all results that the `plans` do not need; returns the bytes that are freed.

    Raises UserError while another ./doit is at work.
    """
    with removing(work) as is_free:
        check_free(is_free)
        return _limit(work, 0, plans)


def check_free(is_free: bool) -> None:
    """Raise UserError if another ./doit is at work."""
    if not is_free:
        raise UserError("another ./doit is at work; nothing is removed", "wait until it ends")


def _limit(work: Path, most: int, plans: Iterable[Plan]) -> int:
    shutil.rmtree(work / ON_THE_WAY, ignore_errors=True)  # of calls that were killed
    kept = _folders(plans)
    found = sorted(_results(work), key=lambda one: one.used)
    excess, freed = sum(one.size for one in found) - most, 0
    for one in found:
        if freed < excess and one.folder not in kept and _remove(one.folder):
            freed += one.size
    return freed


def hosted(project: Project) -> Iterator[Plan]:
    """Plans of what was built for the build machine: the engine, the storyteller, an emulator."""
    for folder in sorted(project.work.glob(f"{HOST.name}-*")):
        if package := project.packages.get(folder.name.partition("-")[2]):
            yield graph.make(project, [package.name], HOST)


def _folders(plans: Iterable[Plan]) -> set[Path]:
    """Results that plans name; all of a step whose source is not known before it is fetched."""
    found = set[Path]()
    for plan in plans:
        for step in plan.steps.values():
            if step.kind == "fetch":
                continue
            try:
                found.add(plan.folder(step))
            except UserError:
                found |= {*(plan.project.work / step.name.replace(":", "-")).glob("*")}
    return found


def _results(work: Path) -> Iterator[Result]:
    for folder in work.glob("*/*"):
        if not folder.is_dir() or not (folder.parent / LOCK).is_file():
            continue  # not of a step
        stamp = folder / STAMP
        used = (stamp if stamp.is_file() else folder).stat().st_mtime
        yield Result(folder, _size(folder), used)


def _size(folder: Path) -> int:
    """What a folder takes on the disk: a card image has holes."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*"))


def _remove(folder: Path) -> bool:
    """Remove a result, unless somebody holds its lock; whether it is gone."""
    with locked_at_once(folder.parent / LOCK) as is_free:
        if is_free:
            shutil.rmtree(folder)
        return is_free
