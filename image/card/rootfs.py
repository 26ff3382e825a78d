# SPDX-License-Identifier: MIT
"""The root file system: packages and overlay merged into one tree, made a read-only image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from image import model, run
from image.builders.job import copy_file, reproducible
from image.builders.toolchain import HOST
from image.card import line_ends
from image.errors import UserError
from image.plan.step import ROOT, STAGING, Step, step_name

if TYPE_CHECKING:
    from image.plan.graph import Plan

IMAGE = "root.img"
LOG = "log"
# Mount points and working folders: git keeps no empty folders, so they are named here.
FOLDERS = ("boot", "data", "dev", "proc", "root", "run", "sys", "tmp")
# File systems carry an id; a constant one keeps equal content equal to the bit.
UUID = "7c2f3f5e-53f4-4f1d-9d5e-0d0a5d5a6b01"


def make_erofs(tree: Path, target: Path, log: Path) -> None:
    """Write a compressed EROFS image: all files owned by root, all times the epoch."""
    options = ["-zlz4hc,12", "-T0", f"-U{UUID}", "--all-root", "-x-1"]
    run.run(["mkfs.erofs", *options, target, tree], env=reproducible(), log=log)


FORMATS: Mapping[str, Callable[[Path, Path, Path], None]] = {"erofs": make_erofs}


def build(plan: Plan, step: Step) -> None:
    """Merge the packages' root files and the overlay, and write the root image."""
    folder = plan.folder(step)
    tree = folder / ROOT
    project = plan.project
    sources = [(p.name, plan.folder(plan.step(p.name)) / ROOT) for p in plan.packages]
    merge(tree, [*sources, *((str(o.relative_to(project.root)), o) for o in project.root_overlays)])
    if project.model_files:
        _pack_given(plan, tree, folder / LOG)
    FORMATS["erofs"](tree, folder / IMAGE, folder / LOG)


def _pack_given(plan: Plan, tree: Path, log: Path) -> None:
    """The model that was given by hand, packed as those of the packages are."""
    project = plan.project
    files = project.model_files
    step = plan.step(step_name(model.PACKER, HOST))
    packer = plan.folder(step) / STAGING / "usr/bin" / model.PACKER_PROGRAM
    checkpoint, tokenizer = files[model.MODEL_PATH], files[model.TOKENIZER_PATH]
    model.pack(packer, checkpoint, tokenizer, tree / model.MODEL_PATH, log)
    copy_file(tokenizer, tree / model.TOKENIZER_PATH)
    if project.config.symbols.get("PACKAGE_LLAMA2C"):
        copy_file(files[model.FLOAT32_PATH], tree / model.FLOAT32_PATH)


def merge(tree: Path, sources: Iterable[tuple[str, Path]]) -> dict[str, str]:
    """Copy several trees into one; returns which source each path came from.

    Raises UserError when two sources bring the same file.
    """
    for name in FOLDERS:
        (tree / name).mkdir(parents=True)
    owners: dict[str, str] = {}
    for owner, source in sources:
        for file in sorted(path for path in source.rglob("*") if not path.is_dir()):
            path = str(file.relative_to(source))
            if path in owners:
                raise UserError(f"/{path} comes from both {owners[path]} and {owner}")
            owners[path] = owner
            if not file.is_symlink() and line_ends.is_foreign(file, path):
                raise UserError(
                    f"{owner}: /{path} has Windows line endings (CR LF)", line_ends.HINT
                )
            _place(file, tree / path)
    return owners


def _place(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.is_symlink():
        target.symlink_to(file.readlink())
    else:
        copy_file(file, target)
