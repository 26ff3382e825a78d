# SPDX-License-Identifier: MIT
"""This call of ./doit: its settings, and the project and plan that follow from them."""

import functools
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from image import fetch, project
from image.cli.line import Line, read
from image.jobs import SETTING, chosen
from image.plan import graph
from image.plan.graph import Plan
from image.project import Project
from image.steps import sharing, tidy
from image.steps.demand import Demand
from image.store import settings
from image.store.store import Store

ROOT = Path(__file__).resolve().parents[2]
# -j4, -j 4, --jobs=4 or --jobs 4, between other words.
JOBS = re.compile("(\0)(?:-j\0?|--jobs[=\0])([^\0]*)")
WHOLE = ("image", "run", "flash")  # need the finished card alone
LISTING = ("cache", "explain")  # ask the store about all steps
WAITING = 4  # steps for each place, with a store
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


@functools.cache
def this_call() -> "Call":
    """The call that a person typed. Raises UserError for words that cannot be."""
    typed = line()
    return Call(ROOT, typed.settings, folder(), typed.tasks, typed.words, typed.inherited)


@dataclass(frozen=True)
class Call:
    """What tasks and actions are handed: the checkout, the options, and what follows from them.

    Project and plan are made when they are first asked for, and once: a file that is edited
    meanwhile counts from the next call on.
    """

    root: Path
    options: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()  # what paths among the words are relative to
    tasks: tuple[str, ...] = ()  # those that were named
    words: tuple[str, ...] = ()  # what follows them
    inherited: tuple[str, ...] = ()  # of the options, those of the environment

    @property
    def jobs(self) -> int:
        """How many programs may run at once. Raises UserError."""
        return chosen(self.options.get(SETTING))

    @property
    def most_work(self) -> int:
        """Bytes that work/ may have after a build."""
        return int(self.options.get(tidy.WORK_GB.name, tidy.WORK_GB.default)) * 1_000_000_000

    @property
    def threads(self) -> int:
        """How many steps may be on their way at once. Raises UserError.

        Programs wait for one of the `jobs` places. More steps than that are begun where some
        download or wait for another machine.
        """
        return self.jobs * (WAITING if self.store else 1)

    @functools.cached_property
    def project(self) -> Project:
        """What is built. Raises UserError."""
        loaded = project.load(self.root, self.options)
        if self.store is None or not (self._goals or {*self.tasks} <= {*LISTING}):
            return loaded
        named = sharing.named(loaded, self.store)
        return replace(loaded, fetch=fetch.hear(named, loaded.fetch))

    @functools.cached_property
    def plan(self) -> Plan:
        """The steps of the board. Raises UserError."""
        return graph.make(self.project)

    @functools.cached_property
    def store(self) -> Store | None:
        """Results that others share with us; None without. Raises UserError."""
        return settings.load(self.root, self.options)

    @functools.cached_property
    def demand(self) -> Demand | None:
        """What the named tasks need; None where all steps that they name are to be done.

        That is so without a store, and for tasks that read the results of steps in between.
        """
        if self.store is None or not self._goals:
            return None
        if not all(name in self.plan.steps for name in self._goals):
            return None
        return Demand(self.plan, tuple(self.plan.steps[name] for name in self._goals), self.store)

    @property
    def _goals(self) -> list[str]:
        """The steps that the named tasks end in, if none of them reads anything of those before."""
        found = []
        for task in self.tasks:
            kind, _, name = task.partition(":")
            if task in WHOLE and "file" not in self.options:
                found.append("release")
            elif kind == "package" and name:
                found.append(name)
            else:
                return []
        return found
