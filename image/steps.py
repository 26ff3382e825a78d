# SPDX-License-Identifier: MIT
"""Doing a step: a fresh folder, the work, and a stamp when all went well."""

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from image import build, card, fetch, plan, release, rootfs
from image.lock import locked
from image.plan import STAMP, Plan
from image.step import Step

PROGRAMS = f"{build.STAGING}/usr/bin"
KEPT_BUILDS = 4  # finished folders of each step that stay: going back to one costs nothing

ACTIONS: Mapping[str, Callable[[Plan, Step], None]] = {
    "build": build.build,
    "rootfs": rootfs.build,
    "card": card.build,
    "release": release.build,
}


def perform(made: Plan, step: Step) -> None:
    """Do a step, whatever is there already. Raises UserError; a failed step has no stamp."""
    if step.kind == "fetch":
        _fetch(made, step)
        return
    was_done = made.is_done(step)
    folder = made.folder(step)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent / "lock", f"another ./doit, which builds {step.name}"):
        if made.is_done(step) and not was_done:
            return  # another ./doit did it meanwhile
        start = time.monotonic()
        _make_room(folder.parent)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        ACTIONS[step.kind](made, step)
        plan.stamp(made, step, time.monotonic() - start)


def _fetch(made: Plan, step: Step) -> None:
    package = step.package
    assert package is not None
    for source in package.sources:
        fetch.fetch(source, made.project.fetch)
    if package.repository:
        fetch.fetch_repository(package.repository, made.project.fetch)


def _make_room(folder: Path) -> None:
    """Remove what was never finished, and all but the newest of what was."""
    builds = [path for path in folder.iterdir() if path.is_dir()]
    finished = [path for path in builds if (path / STAMP).is_file()]
    finished.sort(key=lambda path: (path / STAMP).stat().st_mtime_ns)
    kept = finished[-(KEPT_BUILDS - 1) :]
    for path in builds:
        if path not in kept:
            shutil.rmtree(path)
