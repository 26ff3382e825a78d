# SPDX-License-Identifier: MIT
"""Which steps of a plan a shared store can have, and which of those a call needs."""

import platform
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from image import fetch
from image.errors import UserError
from image.plan.graph import Plan
from image.plan.step import Step
from image.project import Project
from image.recipes.source import Named, Source
from image.store.statement import Question
from image.store.store import Entry, Store

AT_ONCE = 8  # questions to the store


def question(plan: Plan, step: Step) -> Question | None:
    """What to ask a store for a step's result.

    None for what no other builder can have: from a folder given by hand, which is known by the
    times of its files, or from a source of which only fetching it can tell what it is.
    """
    if step.kind == "fetch" or _is_local(plan, step):
        return None
    try:
        return Question(step.name, plan.inputs(step))
    except UserError:
        return None


def naming(source: Source) -> Question:
    """What to ask a store about a source of which only fetching it could tell what it is."""
    asked = {"sha256": source.sha256, "fallback": source.fallback, "host": _release()}
    return Question(f"source:{source.file}", asked)


def named(project: Project, store: Store) -> dict[str, Named]:
    """What others found such sources to be, where dl/ does not say."""
    sources = [source for package in project.packages.values() for source in package.sources]
    unknown = [source for source in sources if fetch.named(source, project.fetch) is None]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        entries = list(pool.map(lambda source: store.find(naming(source)), unknown))
    pairs = zip(unknown, entries, strict=True)
    return {source.sha256: _name(entry) for source, entry in pairs if entry}


def tell_name(project: Project, source: Source, store: Store) -> None:
    """Tell others what such a source is, once it was fetched. Raises UserError as Store.say."""
    found = fetch.known(source, project.fetch)
    if found and found.version:
        said = {"file": found.path.name, "sha256": found.sha256, "version": found.version}
        store.say(naming(source), said)


def _release() -> str:
    """The distribution, whose archive a fallback comes from: debian 12."""
    try:
        found = platform.freedesktop_os_release()
    except OSError:
        return ""
    return " ".join(found.get(name, "") for name in ("ID", "VERSION_ID"))


def _name(entry: Entry) -> Named:
    says = entry.statement.says
    return Named(str(says.get("file")), str(says.get("sha256")), str(says.get("version")))


def wanted(plan: Plan, goals: Iterable[Step], store: Store) -> Mapping[str, Entry]:
    """What the store has of all that the goals need, by the names of the steps.

    What is before a step that is there, here or in the store, is not needed.
    """
    found = dict[str, Entry]()
    seen = set[str]()
    wave = list(goals)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while wave:
            seen |= {step.name for step in wave}
            missing = [step for step in wave if not _is_here(plan, step)]
            entries = list(pool.map(lambda step: _ask(plan, step, store), missing))
            found |= {s.name: e for s, e in zip(missing, entries, strict=True) if e}
            names = [name for step in missing if step.name not in found for name in step.needs]
            wave = [plan.steps[name] for name in dict.fromkeys(names) if name not in seen]
    return found


def _ask(plan: Plan, step: Step, store: Store) -> Entry | None:
    asked = question(plan, step)
    return store.find(asked) if asked else None


def _is_here(plan: Plan, step: Step) -> bool:
    try:
        return step.kind == "fetch" or plan.is_done(step)
    except UserError:
        return False


def _is_local(plan: Plan, step: Step) -> bool:
    """Whether a folder given by hand is in a step, itself or through others."""
    local = set(plan.project.local_sources)
    before = [step, *(plan.steps[name] for name in plan.steps_before(step))]
    packages = [one.package for one in before if one.package]
    return any(package.name in local or local & set(package.tree) for package in packages)
