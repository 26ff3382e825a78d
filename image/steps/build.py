# SPDX-License-Identifier: MIT
"""Do one package: unpack, patch, build, collect what goes to the root and to the boot partition."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from image import archive, builders, fetch, run
from image.builders.job import Job, copy_file, copy_tree
from image.builders.toolchain import HOST, Target
from image.errors import UserError
from image.fetch import bare
from image.key import hash_file
from image.plan.step import BOOT, ROOT, STAGING, Step, step_name
from image.recipes.package import Package

if TYPE_CHECKING:
    from image.boards.memmap import MemoryMap
    from image.plan.graph import Plan

LOG = "log"


def build(plan: Plan, step: Step) -> None:
    """Build a step's package in its folder. Raises UserError; the log stays for reading."""
    package = step.package
    assert package is not None
    folder = plan.folder(step)
    job = Job(
        package=package,
        project=plan.project.root,
        config=plan.project.config,
        source=folder / "src",
        staging=folder / STAGING,
        log=folder / LOG,
        jobs=plan.project.jobs,
        target=step.target,
        needs={name: _staging(plan, name, step.target) for name in package.needs},
        host={name: _staging(plan, name, HOST) for name in package.host_needs},
        memory_map=plan.project.memory_map if package.recipe.get("memmap") else None,
    )
    job.staging.mkdir(parents=True)
    _provide_source(plan, step, job)
    builders.find(package.build).build(job)
    _check_licences(job)
    _collect(job, "stage", job.staging)
    for key, target in (("install", folder / ROOT), ("boot", folder / BOOT)):
        _collect(job, key, target)
        _strip(job, target)
    _write_settings(plan, package, folder / ROOT)
    shutil.rmtree(job.source)


def _staging(plan: Plan, name: str, target: Target) -> Path:
    return plan.folder(plan.step(step_name(name, target))) / STAGING


def _provide_source(plan: Plan, step: Step, job: Job) -> None:
    package = job.package
    local = plan.project.local_sources.get(package.name)
    if package.tree:
        _copy_folders(plan, job)
    elif local or package.own_source:
        tree = local or package.own_source
        assert tree is not None
        _copy_tree(tree, job.source)
    else:
        _unpack(plan, step, job)
    if not local:
        archive.apply_patches(job.source, package.patches, job.log)
    if job.memory_map:
        _write_map(job.memory_map, job.source / "memmap")


def _copy_folders(plan: Plan, job: Job) -> None:
    for name, folders in job.package.tree.items():
        local = plan.project.local_sources.get(name)
        repository = plan.project.packages[name].repository
        assert repository is not None
        if local is None:
            bare.checkout(repository, folders, plan.project.fetch.dl, job.source)
            continue
        for folder in folders:
            _copy_tree(local / folder, job.source / folder)


def _copy_tree(tree: Path, target: Path) -> None:
    shutil.copytree(tree, target, symlinks=True, ignore=shutil.ignore_patterns(".git"))


def _write_map(memory_map: MemoryMap, folder: Path) -> None:
    """The memory map as the SDK's sources want it: for C, for make and for the linker."""
    folder.mkdir()
    texts = {"h": memory_map.header(), "conf": memory_map.conf(), "ld": memory_map.linker()}
    for suffix, text in texts.items():
        (folder / f"cvi_board_memmap.{suffix}").write_text(text)


def _unpack(plan: Plan, step: Step, job: Job) -> None:
    if not job.package.sources:
        job.source.mkdir()
    keyed = plan.inputs(step)["source"]
    for source in job.package.sources:
        found = fetch.known(source, plan.project.fetch)
        if found is None:
            raise UserError(f"{source.file} is not in dl/", hint="run: ./doit fetch")
        if found.sha256 != keyed[source.file]:
            raise UserError(f"{found.path} was replaced during this build", hint="build again")
        if archive.is_archive(found.path):
            archive.unpack(found.path, job.source)
        else:
            copy_file(found.path, job.source / source.file)


def _check_licences(job: Job) -> None:
    """A licence that changed upstream must be read by a person before it is shipped."""
    if job.package.own_source:
        return
    for name, expected in job.package.licence.files.items():
        file = job.source / name
        found = hash_file(file) if file.is_file() else "no such file"
        if found != expected:
            raise UserError(
                f"{job.package.name}: licence file {name} is not the recipe's: {found}",
                hint="read it, then put its sha256 into the recipe",
            )


def _collect(job: Job, key: str, target: Path) -> None:
    """Copy the files and folders that a recipe names under `key`."""
    target.mkdir(parents=True, exist_ok=True)
    for path, name in dict(job.option(key, {})).items():
        if (job.source / name).exists() and (job.package.folder / name).exists():
            raise UserError(
                f"{job.package.name}/package.yaml: {key}: {path}: '{name}' is both in the source"
                " and next to the recipe",
                hint="rename the one next to the recipe",
            )
        places = (job.staging, job.staging / "usr/bin", job.source, job.package.folder)
        found = next((place / name for place in places if (place / name).exists()), None)
        if found is None:
            raise UserError(
                f"{job.package.name}/package.yaml: {key}: {path}: '{name}' was not built",
                hint=f"see {job.log}",
            )
        if found.is_dir():
            copy_tree(found, target / path)
        else:
            copy_file(found, target / path)


def _strip(job: Job, folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF":
            job.run(job.target.prefix + "strip", "--remove-section=.comment", path)


def _write_settings(plan: Plan, package: Package, root: Path) -> None:
    for path, values in package.settings(plan.project.config.symbols).items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(settings_text(values))


def settings_text(values: Mapping[str, str | int | bool]) -> str:
    """Settings as scripts and C read them: y and n are 1 and 0."""
    shown = {key: int(value) if isinstance(value, bool) else value for key, value in values.items()}
    return "".join(f"{key}={value}\n" for key, value in shown.items())


def tail(plan: Plan, step: Step) -> str:
    """The end of a step's log."""
    log = plan.folder(step) / LOG
    return run.tail(log) if log.is_file() else ""
