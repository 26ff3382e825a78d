# SPDX-License-Identifier: MIT
"""This call of ./doit: its settings, and the project and plan that follow from them."""

import functools
import os
import re
import sys
from pathlib import Path

from image import plan, project
from image.jobs import SETTING, chosen
from image.plan import Plan
from image.project import Project

ROOT = Path(__file__).resolve().parent.parent
MEMORY_MAP = ROOT / "overlays/memmap/milkv_duo.yaml"
# -j4, -j 4, --jobs=4 or --jobs 4, between other words.
JOBS = re.compile("(\0)(?:-j\0?|--jobs[=\0])([^\0]*)")
CALLED_FROM = "CALLED_FROM"  # variable: the folder that ./doit was called in


def folder() -> Path:
    """The folder that ./doit was called in."""
    return Path(os.environ.get(CALLED_FROM, ROOT))


def named(arguments: list[str]) -> list[str]:
    """The same arguments, with make's -j N as the setting that it is here."""
    return JOBS.sub(rf"\1{SETTING}=\2", "\0".join(["", *arguments])).split("\0")[1:]


def given() -> dict[str, str]:
    """Settings of this call: NAME=value words of the command line, else of the environment.

    Paths are those of the folder that ./doit was called in.
    """
    words = [word.split("=", 1) for word in sys.argv[1:] if "=" in word and word[0] != "-"]
    inherited = {
        name: os.environ[name] for name in project.SETTINGS if name in os.environ and name.isupper()
    }
    return project.with_whole_paths({**inherited, **dict(words)}, folder())


def jobs() -> int:
    """How many programs may run at once. Raises UserError."""
    return chosen(given().get(SETTING))


@functools.cache
def current_project() -> Project:
    """The project of this call."""
    return project.load(ROOT, given())


@functools.cache
def current_plan() -> Plan:
    """The plan of this call's board."""
    return plan.make(current_project())
