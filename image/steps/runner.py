# SPDX-License-Identifier: MIT
"""Doing a step: a fresh folder, the work, and a stamp when all went well."""

import contextlib
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from image import fetch, jobs
from image.card import disk_image, release, rootfs
from image.lock import locked
from image.plan import graph
from image.plan.graph import BUILDER, BUILDERS, STAMP, Plan
from image.plan.step import STAGING, Step
from image.steps import build, provenance, sharing
from image.store import lease
from image.store.statement import Question
from image.store.store import Entry, Store

PROGRAMS = f"{STAGING}/usr/bin"
LOCK = "lock"  # in work/NAME: who builds one of its results, or reads it
KEPT_BUILDS = 4  # finished folders of each step that stay: going back to one costs nothing

ACTIONS: Mapping[str, Callable[[Plan, Step], None]] = {
    "build": build.build,
    "rootfs": rootfs.build,
    "card": disk_image.build,
    "release": release.build,
}


def run_step(plan: Plan, step: Step, store: Store | None = None, *, is_anew: bool = False) -> None:
    """Do a step, unless it is done, perhaps by another ./doit meanwhile; `is_anew`: in any case.

    What a shared `store` has is not built, and what is built goes there if that is wanted.
    Raises UserError; a failed step has no stamp. Who built it, the stamp says.
    """
    if step.kind == "fetch":
        _fetch(plan, step)
        return
    folder = plan.folder(step)
    with contextlib.ExitStack() as held:
        # What it rests on stays meanwhile. Steps do not need each other in a circle, so nobody
        # waits in one.
        for need in plan.builds_before(step):
            held.enter_context(reading(plan, plan.step(need)))
        held.enter_context(locked(_lock(folder), f"another ./doit, which builds {step.name}"))
        if plan.is_done(step) and not is_anew:
            return
        _make_room(folder.parent)
        shutil.rmtree(folder, ignore_errors=True)
        question = sharing.question(plan, step) if store else None
        if store and question and not is_anew:
            entry = store.find(question) or _from_another(store, question)
            if entry and _take(plan, step, store, entry):
                return
        with _leased(store, question):
            _do(plan, step)
            if store and question:
                stamp = graph.read_stamp(folder) or {}
                said = provenance.to_say(plan, step)
                store.put(question, folder, stamp.get("seconds", 0.0), said)
                sharing.tell_names(plan, step, store)
                sharing.tell_latest(plan, step, store)


def _do(plan: Plan, step: Step) -> None:
    start = time.monotonic()
    plan.folder(step).mkdir()
    ACTIONS[step.kind](plan, step)
    graph.stamp(plan, step, time.monotonic() - start)


def _from_another(store: Store, question: Question) -> Entry | None:
    """What another machine that fills the store, too, is building at this moment."""
    return lease.awaited(store, question, jobs.pause) if store.signer else None


def _leased(
    store: Store | None, question: Question | None
) -> contextlib.AbstractContextManager[None]:
    if store and store.signer and question:
        return lease.held(store, question)
    return contextlib.nullcontext()


def take_step(plan: Plan, step: Step, store: Store, entry: Entry) -> None:
    """Take a step's result from a store; should that fail, do the step, and all before it.

    Raises UserError as `run_step`.
    """
    folder = plan.folder(step)
    with locked(_lock(folder), f"another ./doit, which builds {step.name}"):
        if plan.is_done(step):
            return
        _make_room(folder.parent)
        shutil.rmtree(folder, ignore_errors=True)
        if _take(plan, step, store, entry):
            return
    run_all(plan, step, store)


def run_all(plan: Plan, step: Step, store: Store | None) -> None:
    """Do a step, and before it all that it rests on. Raises UserError as `run_step`."""
    for name in (*plan.steps_before(step), step.name):
        run_step(plan, plan.steps[name], store)


def _take(plan: Plan, step: Step, store: Store, entry: Entry) -> bool:
    if not store.take(entry, plan.folder(step)):
        return False
    origin = {BUILDER: entry.signer, BUILDERS: provenance.heard(entry)}
    graph.stamp(plan, step, entry.statement.seconds, origin)
    return True


def reading(plan: Plan, step: Step) -> contextlib.AbstractContextManager[None]:
    """While this lasts, no ./doit builds the step again or removes what it left."""
    holder = f"another ./doit, which builds {step.name}"
    return locked(_lock(plan.folder(step)), holder, is_shared=True)


def _lock(folder: Path) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder.parent / LOCK


def _fetch(plan: Plan, step: Step) -> None:
    package = step.package
    assert package is not None
    for source in package.sources:
        fetch.fetch(source, plan.project.fetch)
    if package.repository:
        fetch.fetch_repository(package.repository, plan.project.fetch)
    plan.renew()


def _make_room(folder: Path) -> None:
    """Remove what was never finished, and all but the newest of what was."""
    builds = [path for path in folder.iterdir() if path.is_dir()]
    finished = [path for path in builds if graph.read_stamp(path)]
    finished.sort(key=lambda path: (path / STAMP).stat().st_mtime_ns)
    kept = finished[-(KEPT_BUILDS - 1) :]
    for path in builds:
        if path not in kept:
            shutil.rmtree(path)
