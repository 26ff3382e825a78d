# SPDX-License-Identifier: MIT
"""Which steps of a plan a shared store can have, and what it is asked about them."""

import platform
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from image import fetch
from image.errors import UserError
from image.plan import graph
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
    times of its files, or from a source that is not known before it is fetched.
    """
    if step.kind == "fetch" or _is_local(plan, step):
        return None
    try:
        return Question(step.name, plan.inputs(step))
    except UserError:
        return None


@dataclass(frozen=True)
class Found:
    """Where the result of a step is."""

    step: str
    here: int | None  # bytes of its folder; None: it is not here
    shared: Entry | None


def survey(plan: Plan, store: Store | None) -> list[Found]:
    """Where the result of each step of a plan is."""
    steps = [step for step in plan.steps.values() if step.kind != "fetch"]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        entries = [*pool.map(lambda step: ask(plan, step, store), steps)]
    return [
        Found(step.name, _size(plan.folder(step)) if is_here(plan, step) else None, entry)
        for step, entry in zip(steps, entries, strict=True)
    ]


def listed(found: Iterable[Found]) -> str:
    """A survey as a table for the terminal, in MB."""
    rows = [(one.step, *_shown(one)) for one in found]
    return "\n".join(f"{step:<22} {here:>9}  {shared}" for step, here, shared in rows)


def _shown(one: Found) -> tuple[str, str]:
    here = "-" if one.here is None else f"{one.here / 1e6:.1f} MB"
    if one.shared is None:
        return here, "-"
    return here, f"{one.shared.parcel.size / 1e6:.1f} MB by {one.shared.signer}"


def _size(folder: Path) -> int:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(path.stat().st_size for path in files)


def naming(source: Source) -> Question:
    """What to ask a store about a source that is not known before it is fetched."""
    asked = {"sha256": source.sha256, "fallback": source.fallback, "host": _release()}
    return Question(f"source:{source.file}", asked)


def named(project: Project, store: Store) -> dict[Source, Named]:
    """What others found such sources to be, where they are not in dl/."""
    sources = [source for package in project.packages.values() for source in package.sources]
    unsure = [source for source in sources if source.fallback]
    unknown = [source for source in unsure if fetch.known(source, project.fetch) is None]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        entries = list(pool.map(lambda source: store.find(naming(source)), unknown))
    pairs = zip(unknown, entries, strict=True)
    return {source: _name(entry) for source, entry in pairs if entry}


def latest(step: Step) -> Question:
    """What to ask a store about the inputs with which a step was built last, by anyone."""
    return Question(f"latest:{step.name}", {"host": _release()})


def tell_latest(plan: Plan, step: Step, store: Store) -> None:
    """Tell others the inputs of a step that we built. Raises UserError as Store.say."""
    store.say(latest(step), {"inputs": plan.inputs(step)})


def why(plan: Plan, step: Step, store: Store) -> str:
    """In words, whether a store has the result of a step that is not here, and why it has not."""
    asked = question(plan, step)
    if asked is None:
        return "not shared: it uses a folder of yours, or a source that is not known yet"
    if entry := store.find(asked, is_free=True):
        return f"{store.name} has it, by {entry.signer}"
    last = store.find(latest(step), is_free=True)
    if not store.is_on:
        return f"{store.name} was not asked"
    if last is None or not isinstance(last.statement.says.get("inputs"), dict):
        return f"{store.name} has none"
    said = [*graph.differences(last.statement.says["inputs"], plan.inputs(step))]
    return f"{store.name} has one of other inputs: {'; '.join(graph.few(said, 'more changes'))}"


def tell_names(plan: Plan, step: Step, store: Store) -> None:
    """Tell others what such sources before a step are, even if the steps between are not ours.

    Without that nobody knows the key of its result. Raises UserError as Store.say.
    """
    packages = [plan.steps[name].package for name in plan.steps_before(step)]
    for source in [source for package in packages if package for source in package.sources]:
        found = fetch.named(source, plan.project.fetch)
        if found and source.fallback:
            said = {"file": found.file, "sha256": found.sha256, "version": found.version}
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
    version = says.get("version")
    told = None if version is None else str(version)
    return Named(str(says.get("file")), str(says.get("sha256")), told)


def ask(plan: Plan, step: Step, store: Store | None) -> Entry | None:
    """What a store has of a step's result."""
    asked = question(plan, step) if store else None
    return store.find(asked) if store and asked else None


def is_here(plan: Plan, step: Step) -> bool:
    """Whether a step's result is there; that of a fetching step is looked for when it is run."""
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
