# SPDX-License-Identifier: MIT
"""The plan: which steps a project needs, in which order, and the content key of each."""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from image import doctor, fetch, model
from image.builders import BUILDERS
from image.errors import UserError
from image.key import changes, hash_file, hash_tree, key_of, list_tree
from image.package import Package, in_order
from image.project import Project
from image.source import Repository
from image.toolchain import HOST, RISCV64, Target

STAMP = "step.json"  # written last into a step's folder: without it the step is not done
HERE = Path(__file__).parent
SHOWN_CHANGES = 8  # of the reasons why a step runs; a tree may differ in every file
# Host programs that write what ends up on the card: another version may write it otherwise.
WRITERS = {"rootfs": ("mkfs.erofs",), "card": ("genimage", "mkdosfs", "mcopy")}
# Files of a package's folder that its result does not depend on: the recipe is hashed as data.
NO_INPUTS = ("package.yaml", "Kconfig", "README.md")


@dataclass(frozen=True)
class Step:
    """One thing to do. Steps of kind `fetch` end in dl/, all others in a folder of their own."""

    name: str
    kind: str  # fetch, build, rootfs, card, release
    needs: tuple[str, ...]
    package: Package | None = None
    target: Target = RISCV64


@dataclass(frozen=True)
class Plan:
    """All steps by name, each after those it needs."""

    project: Project
    packages: tuple[Package, ...]
    steps: Mapping[str, Step]
    _inputs: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False, compare=False)

    def step(self, name: str) -> Step:
        """The step of that name. Raises UserError with the names there are."""
        if name not in self.steps:
            hint = f"steps: {', '.join(self.steps)}"
            raise UserError(f"there is no step '{name}' in this configuration", hint=hint)
        return self.steps[name]

    def folder(self, step: Step) -> Path:
        """Where a step works and leaves its results: work/NAME/KEY."""
        return self.project.work / step.name.replace(":", "-") / self.key(step)

    def key(self, step: Step) -> str:
        """Content key of a step. Raises UserError while a source it rests on is not in dl/."""
        return key_of(self.inputs(step))

    def inputs(self, step: Step) -> dict[str, Any]:
        """Everything that a step's result depends on, as JSON. Errors as `key`.

        Looked at once: a file that is edited during a build counts from the next one on.
        """
        if step.name not in self._inputs:
            needs = {name: self.key(self.steps[name]) for name in self._builds_before(step)}
            own = _build_inputs(self.project, step) if step.package else _image_inputs(self, step)
            self._inputs[step.name] = {**own, "needs": needs}
        return self._inputs[step.name]

    def is_done(self, step: Step) -> bool:
        """Whether the result is there already."""
        if step.kind == "fetch":
            return not _missing(self.project, step.package)
        return self._is_fetched(step) and (self.folder(step) / STAMP).is_file()

    def why(self, step: Step) -> str:
        """In words, why a step would run, or that it would not."""
        if step.kind == "fetch":
            missing = _missing(self.project, step.package)
            return f"not in dl/ yet: {', '.join(missing)}" if missing else "up to date"
        if not self._is_fetched(step):
            return "sources that it rests on are not in dl/ yet"
        if self.is_done(step):
            return "up to date"
        last = last_inputs(self.folder(step).parent)
        if last is None:
            return "never built"
        said = list(changes(last, self.inputs(step)))
        if len(said) > SHOWN_CHANGES:
            said = [*said[:SHOWN_CHANGES], f"and {len(said) - SHOWN_CHANGES} more changes"]
        return "; ".join(said) or "its result was removed"

    def _is_fetched(self, step: Step) -> bool:
        before = [self.steps[name] for name in step.needs]
        return all(
            self.is_done(one) if one.kind == "fetch" else self._is_fetched(one) for one in before
        )

    def _builds_before(self, step: Step) -> list[str]:
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


def stamp(plan: Plan, step: Step, seconds: float) -> None:
    """Mark a step as done, after `seconds` of work."""
    record = {"inputs": plan.inputs(step), "seconds": round(seconds, 1)}
    path = plan.folder(step) / STAMP
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(record, indent=1, sort_keys=True))
    partial.replace(path)


def last_inputs(folder: Path) -> dict[str, Any] | None:
    """Inputs of the newest finished build below work/NAME."""
    stamps = sorted(folder.glob(f"*/{STAMP}"), key=lambda path: path.stat().st_mtime_ns)
    inputs: dict[str, Any] | None = json.loads(stamps[-1].read_text())["inputs"] if stamps else None
    return inputs


def step_name(package: str, target: Target) -> str:
    """Name of the step that builds a package: its own name, marked when it is for the host."""
    return package if target is RISCV64 else f"{target.name}:{package}"


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


def _build_inputs(project: Project, step: Step) -> dict[str, Any]:
    package = step.package
    assert package is not None
    builder = BUILDERS[package.build]
    extra = builder.files(package, project.root, project.config)
    local = project.local_sources.get(package.name)
    inputs = {
        "recipe": dict(package.recipe),
        "builder": hash_file(builder.module),
        "toolchain": step.target.identity(),
        "source": list_tree(local) if local else _source_hashes(project, package),
        "files": hash_tree(project.root, [*_own_files(package), *extra]),
        "settings": settings(project, package),
    }
    if package.tree:
        inputs["tree"] = {name: _tree(project, package, name) for name in package.tree}
    if package.recipe.get("memmap"):
        inputs["memmap"] = project.memory_map.values()
    return inputs


def _source_hashes(project: Project, package: Package) -> dict[str, str]:
    fetched = {source.file: fetch.known(source, project.fetch) for source in package.sources}
    for file, found in fetched.items():
        if found is None:
            raise UserError(f"{file} is not in {project.fetch.dl}", hint="run: ./doit fetch")
    return {file: found.sha256 for file, found in fetched.items() if found}


def _tree(project: Project, package: Package, name: str) -> Any:
    """What a package's folders of another one's source are: a commit, or all files listed."""
    local = project.local_sources.get(name)
    repository = project.packages[name].repository
    assert repository is not None
    if local is None:
        return repository.commit
    _check_marks(local, package, repository)
    return {folder: list_tree(local / folder) for folder in package.tree[name]}


def _check_marks(tree: Path, package: Package, repository: Repository) -> None:
    """Raise UserError for a tree given by hand that lacks what the package is built from."""
    folders = package.tree[repository.name]
    marks = [mark for mark in repository.marks if mark.startswith(tuple(f"{f}/" for f in folders))]
    lacking = [mark for mark in marks if not (tree / mark).is_file()]
    lacking += [folder for folder in folders if not (tree / folder).is_dir()]
    if lacking:
        others = f", and {len(lacking) - 1} more" if lacking[1:] else ""
        raise UserError(
            f"{tree} is no whole tree of {repository.name}: {package.name} is built from"
            f" {', '.join(folders)}, and {lacking[0]} is missing{others}",
            hint=f"get it whole from {repository.urls[0]}, commit {repository.commit[:12]}",
        )


def _own_files(package: Package) -> list[Path]:
    """Our files that go into a package: its source when it is ours, patches, files to install."""
    own = package.own_source
    code = [path for path in own.rglob("*") if path.is_file()] if own else []
    beside = [p for p in package.folder.iterdir() if p.is_file() and p.name not in NO_INPUTS]
    named = {n for key in ("install", "boot") for n in dict(package.recipe.get(key, {})).values()}
    folders = [package.folder / name for name in named if (package.folder / name).is_dir()]
    inside = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sorted({*code, *beside, *inside, *package.patches})


def settings(project: Project, package: Package) -> dict[str, dict[str, Any]]:
    """Settings files that a recipe asks for: path -> key -> value of its Kconfig symbol."""
    symbols = project.config.symbols
    return {
        path: {key: symbols[symbol] for key, symbol in keys.items()}
        for path, keys in package.recipe.get("settings", {}).items()
    }


def _image_inputs(plan: Plan, step: Step) -> dict[str, Any]:
    project = plan.project
    own: dict[str, Any] = {"builder": hash_file(HERE / f"{step.kind}.py")}
    own["tools"] = {name: doctor.version(name) for name in WRITERS.get(step.kind, ())}
    if step.kind == "rootfs":
        own["overlay"] = {folder.name: hash_tree(folder) for folder in project.root_overlays}
        own["model"] = {path: hash_file(file) for path, file in project.model_files.items()}
    if step.kind == "card":
        own["overlay"] = hash_tree(project.overlays / "boot" / project.config.board)
        own["given"] = {path: hash_file(file) for path, file in project.boot_files.items()}
        own["settings"] = {k: v for k, v in project.config.symbols.items() if k.startswith("CARD_")}
    if step.kind == "release":
        own["board"] = project.config.board
        own["bill"] = hash_tree(HERE / "sbom")
        own["bmap"] = hash_file(HERE / "bmap.py")
    return own
