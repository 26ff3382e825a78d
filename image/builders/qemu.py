# SPDX-License-Identifier: MIT
"""Builder `qemu`: QEMU with devices of ours, for a board that no other emulator knows."""

import sys
from pathlib import Path

from image.builders.job import Job, copy_file, copy_tree
from image.config import Config
from image.recipes.keys import PATH, WORD
from image.recipes.kinds import Key, List, Map
from image.recipes.package import Package

KEYS = (
    Key("configure", List(WORD), "options of configure"),
    Key("programs", List(WORD), "what is built", required=True),
    Key("add", Map(PATH, PATH), "folders of ours for the source: path there: path here"),
)
FOLDER = "build"


def build(job: Job) -> None:
    """Put our folders into the source and build the recipe's programs.

    QEMU's own build needs meson and pycotap in the Python environment: pyproject.toml's extra
    `emulator` has them, and host programs of that name.
    """
    for place, name in dict(job.option("add", {})).items():
        copy_tree(job.package.folder / name, job.source / place)
    flags = f"--extra-cflags={' '.join(job.path_maps)}"
    options = [f"--python={sys.executable}", flags, *job.option("configure")]
    job.run("./configure", "--prefix=/usr", *options)
    programs = list(job.option("programs"))
    job.run("ninja", "-C", FOLDER, f"-j{job.jobs}", *programs)
    for name in programs:
        target = job.staging / "usr/bin" / name
        copy_file(job.source / FOLDER / name, target)
        job.run("strip", target)


def files(package: Package, project: Path, config: Config) -> list[Path]:
    """Our files that are added to the source."""
    folders = [package.folder / name for name in dict(package.recipe.get("add", {})).values()]
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]
