# SPDX-License-Identifier: MIT
"""This call of ./doit: its settings, and the project and plan that follow from them."""

import functools
import os
import re
import sys
from pathlib import Path

from image import project
from image.cli.line import Line, read
from image.jobs import SETTING, chosen
from image.plan import graph
from image.plan.graph import Plan
from image.project import Project

ROOT = Path(__file__).resolve().parents[2]
# -j4, -j 4, --jobs=4 or --jobs 4, between other words.
JOBS = re.compile("(\0)(?:-j\0?|--jobs[=\0])([^\0]*)")
CALLED_FROM = "CALLED_FROM"  # variable: the folder that ./doit was called in


def folder() -> Path:
    """The folder that ./doit was called in."""
    return Path(os.environ.get(CALLED_FROM, ROOT))


def named(arguments: list[str]) -> list[str]:
    """The same arguments, with make's -j N as the setting that it is here."""
    return JOBS.sub(rf"\1{SETTING}=\2", "\0".join(["", *arguments])).split("\0")[1:]


@functools.cache
def line() -> Line:
    """This call as a person typed it. Raises UserError for words that cannot be."""
    return read(sys.argv[1:], os.environ, folder(), ROOT)


def given() -> dict[str, str]:
    """Settings of this call, each checked: of the command line, else of the environment."""
    return dict(line().settings)


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
    return graph.make(current_project())
