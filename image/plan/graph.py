# SPDX-License-Identifier: MIT
"""The plan: which steps a project needs, in which order, and the content key of each."""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from image import fetch, model
from image.builders.toolchain import HOST, RISCV64, Target
from image.errors import unknown
from image.key import changes, key_of
from image.plan import inputs, unchosen
from image.plan.inputs import CODE
from image.plan.step import Step, step_name
from image.project import Project
from image.reading import json_object_or_none
from image.recipes.package import Package, in_order

STAMP = "step.json"  # written last into a step's folder: without it the step is not done
# In the stamp of a result that came from a store:
BUILDER = "builder"  # who signed it
BUILDERS = "builders"  # who built the steps before it, as they say
SHOWN_REASONS = 8  # why a step runs, or waits; a tree may differ in every file


@dataclass(frozen=True)
class Plan:
    """All steps by name, each after those it needs."""

    project: Project
    packages: tuple[Package, ...]
    steps: Mapping[str, Step]
    _inputs: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False, compare=False)
    _keys: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def step(self, name: str) -> Step:
        """The step of that name. Raises UserError that says why there is none."""
        if name not in self.steps:
            self.check_chosen(name.rpartition(":")[2])
            raise unknown("there is no step", name, self.steps)
        return self.steps[name]

    def check_chosen(self, package: str) -> None:
        """Raise UserError if there is a recipe of that name, but no step for it."""
        recipe = self.project.packages.get(package)
        names = {step.package.name for step in self.steps.values() if step.package}
        if recipe and package not in names:
            raise unchosen.error(recipe, self.project.config)

    def folder(self, step: Step) -> Path:
        """Where a step works and leaves its results: work/NAME/KEY."""
        return self.project.work / step.name.replace(":", "-") / self.key(step)

    def key(self, step: Step) -> str:
        """Content key of a step. Raises UserError if a source must be fetched to know it."""
        if step.name not in self._keys:
            self._keys[step.name] = key_of(self.inputs(step))
        return self._keys[step.name]

    def inputs(self, step: Step) -> dict[str, Any]:
        """Everything that a step's result depends on, as JSON. Errors as `key`.

        Looked at once: a file that is edited during a build counts from the next one on.
        """
        if step.name not in self._inputs:
            needs = {name: self.key(self.steps[name]) for name in self.builds_before(step)}
            self._inputs[step.name] = {
                **inputs.of(self.project, self.packages, step),
                "needs": needs,
            }
        return self._inputs[step.name]

    def is_done(self, step: Step) -> bool:
        """Whether the result is there already."""
        if step.kind == "fetch":
            return not _missing(self.project, step.package)
        return self.is_named(step) and read_stamp(self.folder(step)) is not None

    def why(self, step: Step) -> str:
        """In words, why a step would run, or that it would not."""
        if step.kind == "fetch":
            missing = _missing(self.project, step.package)
            return f"not in dl/ yet: {', '.join(missing)}" if missing else "up to date"
        if self.is_done(step):
            return "up to date"
        if waiting := self._unfetched(step):
            return f"waits for {', '.join(few(waiting, 'more'))}"
        last = last_inputs(self.folder(step).parent)
        if last is None:
            return "first build"
        said = list(differences(last, self.inputs(step)))
        return "; ".join(few(said, "more changes")) or "its result was removed"

    def is_named(self, step: Step) -> bool:
        """Whether it is known what all sources are that a step rests on, so that it has a key."""
        loads = [step, *(self.steps[name] for name in self.steps_before(step))]
        sources = [s for one in loads if one.package and one.kind == "fetch"
                   for s in one.package.sources]  # fmt: skip
        return all(fetch.named(source, self.project.fetch) for source in sources)

    def renew(self) -> None:
        """Forget the keys that rest on other sources than are there now.

        A fallback is of no fixed version: what it was here before, or what others were given for
        it, is only an expectation.
        """
        stale = {name for name in [*self._inputs] if self._is_stale(self.steps[name])}
        for name, step in self.steps.items():
            if name in stale or stale & {*self.steps_before(step)}:
                self._inputs.pop(name, None)
                self._keys.pop(name, None)

    def _is_stale(self, step: Step) -> bool:
        """Whether the key of a step is of other sources than it would be built from."""
        package = step.package
        if package is None or package.name in self.project.local_sources:
            return False
        return bool(self.inputs(step)["source"] != inputs.source_hashes(self.project, package))

    def _unfetched(self, step: Step) -> list[str]:
        """Names of the fetching steps that a step waits for, itself or through others."""
        before = [self.steps[name] for name in self.steps_before(step)]
        return [one.name for one in before if one.kind == "fetch" and not self.is_done(one)]

    def steps_before(self, step: Step) -> dict[str, None]:
        """Names of all steps before one, each once, in order."""
        found: dict[str, None] = {}
        for name in step.needs:
            if name not in found:
                found |= {**self.steps_before(self.steps[name]), name: None}
        return found

    def builds_before(self, step: Step) -> list[str]:
        """Names of the steps whose results a step needs: all but the fetching ones."""
        return [name for name in step.needs if self.steps[name].kind != "fetch"]


def make(project: Project, wanted: Iterable[str] | None = None, target: Target = RISCV64) -> Plan:
    """Plan the packages that the configuration asks for (or `wanted`), then root, card, release."""
    chosen = _configured(project) if wanted is None else tuple(wanted)
    packages = in_order(_for_target(project.packages, target), chosen)
    steps = [step for package in packages for step in _package_steps(project, package, target)]
    hosts = {name for package in packages for name in package.host_needs}
    given = {model.PACKER} if wanted is None and project.model_files else set()
    before = make(project, hosts | given, HOST).steps.values() if hosts | given else ()
    if wanted is None:
        builds = tuple(step.name for step in steps if step.kind == "build")
        packers = tuple(step_name(name, HOST) for name in given)
        steps += [
            Step("rootfs", "rootfs", (*builds, *packers)),
            Step("card", "card", ("rootfs", *builds)),
            Step("release", "release", ("card", "rootfs", *builds)),
        ]
    return Plan(project, packages, {step.name: step for step in (*before, *steps)})


def stamp(plan: Plan, step: Step, seconds: float, origin: Mapping[str, Any] | None = None) -> None:
    """Mark a step as done, after `seconds` of work; `origin`: BUILDER and BUILDERS, if not we."""
    record = {"inputs": plan.inputs(step), "seconds": round(seconds, 1), **(origin or {})}
    path = plan.folder(step) / STAMP
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(record, indent=1, sort_keys=True))
    partial.replace(path)


def builder(plan: Plan, step: Step) -> str | None:
    """Who made the result of a step that is done; None: this machine."""
    found = read_stamp(plan.folder(step)) if step.kind != "fetch" else None
    name = found.get(BUILDER) if found else None
    return None if name is None else str(name)


def last_inputs(folder: Path) -> dict[str, Any] | None:
    """Inputs of the newest finished build below work/NAME."""
    stamps = sorted(folder.glob(f"*/{STAMP}"), key=lambda path: path.stat().st_mtime_ns)
    found = (read_stamp(path.parent) for path in reversed(stamps))
    return next((stamp["inputs"] for stamp in found if stamp), None)


def read_stamp(folder: Path) -> dict[str, Any] | None:
    """What `stamp` wrote into a step's folder; None where it did not, or where that is damaged."""
    found = json_object_or_none(folder / STAMP)
    is_whole = found and isinstance(found.get("inputs"), dict) and "seconds" in found
    return found if is_whole else None


def differences(last: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """How two inputs differ, in words; the modules of ours that are others in one phrase."""
    old, new = last.get(CODE, {}), now[CODE]
    others = sorted(path for path in {*old, *new} if old.get(path) != new.get(path))
    if others:
        yield f"builder code changed: {', '.join(others)}"
    yield from changes({**last, CODE: new}, now)


def few(said: list[str], rest: str) -> list[str]:
    """The first of what is said, and how many are the rest."""
    shown = said[:SHOWN_REASONS]
    return shown if shown == said else [*shown, f"and {len(said) - len(shown)} {rest}"]


def _configured(project: Project) -> tuple[str, ...]:
    symbols = project.config.symbols
    chosen = [p for p in project.packages.values() if symbols.get(p.symbol)]
    # A file given by hand takes the place of the configured one, which need not be fetched then.
    given = {"install": set(project.model_files), "boot": set(project.boot_files)}
    return tuple(
        package.name
        for package in chosen
        if not any(paths & set(package.recipe.get(key, {})) for key, paths in given.items())
    )


def _for_target(packages: Mapping[str, Package], target: Target) -> dict[str, Package]:
    """The recipes as a target sees them: the host has a C library of its own."""
    if target is RISCV64:
        return dict(packages)
    return {
        name: dataclasses.replace(package, needs=tuple(n for n in package.needs if n != "musl"))
        for name, package in packages.items()
    }


def _package_steps(project: Project, package: Package, target: Target) -> list[Step]:
    name = step_name(package.name, target)
    needs = [step_name(need, target) for need in package.needs]
    needs += [step_name(need, HOST) for need in package.host_needs]
    loaded = [package] if package.sources else []
    loaded += [project.packages[tree] for tree in package.tree]
    loads = [
        Step(f"fetch:{one.name}", "fetch", (), one)
        for one in loaded
        if one.name not in project.local_sources
    ]
    needs += [load.name for load in loads]
    return [*loads, Step(name, "build", tuple(needs), package, target)]


def _missing(project: Project, package: Package | None) -> list[str]:
    assert package is not None
    missing = [s.file for s in package.sources if fetch.known(s, project.fetch) is None]
    repository = package.repository
    if repository and not fetch.has_repository(repository, project.fetch):
        missing.append(f"{repository.name}.git")
    return missing
