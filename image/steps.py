# SPDX-License-Identifier: MIT
"""Doing a step: a fresh folder, the work, and a stamp when all went well."""

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from image import build, card, fetch, plan, release, rootfs
from image.plan import STAMP, Plan, Step

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
        for source in step.package.sources if step.package else ():
            fetch.fetch(source, made.project.fetch)
        return
    start = time.monotonic()
    folder = made.folder(step)
    _remove_oldest(folder.parent)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ACTIONS[step.kind](made, step)
    plan.stamp(made, step, time.monotonic() - start)


def _remove_oldest(folder: Path) -> None:
    finished = sorted(folder.glob(f"*/{STAMP}"), key=lambda path: path.stat().st_mtime_ns)
    for old in finished[: -(KEPT_BUILDS - 1)]:
        shutil.rmtree(old.parent)
