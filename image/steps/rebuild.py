# SPDX-License-Identifier: MIT
"""Whether others told the truth: steps that they built, built again here, bit for bit."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from image.errors import UserError
from image.key import hash_tree
from image.options import Option, Whole
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import Step
from image.steps import runner, sharing
from image.store.statement import LOG
from image.store.store import OURS, Store

STEPS = Option("steps", "how many steps to build again, chosen by lot", Whole(1, 1000), default="3")
OPTIONS = (STEPS,)
SHOWN = 5  # files that differ


@dataclass(frozen=True)
class Finding:
    """A step that was built again, and the files that were not the same before."""

    step: str
    builder: str
    different: tuple[str, ...]
    is_compared: bool = True  # not where its source is no more to be had

    def __str__(self) -> str:
        if not self.is_compared:
            return f"{self.step}: not compared: {self.builder} built it from another source"
        if not self.different:
            return f"{self.step}: as {self.builder} built it"
        some = ", ".join(self.different[:SHOWN])
        return f"{self.step}: not as {self.builder} built it: {some} ({len(self.different)} in all)"


def check(plan: Plan, store: Store | None, count: int) -> Iterator[Finding]:
    """Build `count` of the steps that came from a store again; the new result takes its place.

    Raises UserError where none did.
    """
    taken = [(step, by) for step in plan.steps.values() if (by := _builder(plan, step))]
    if not taken:
        hint = "build with CACHE=; manifest.json says who built what"
        raise UserError("no result here came from a store", hint)
    chosen = random.sample(taken, min(count, len(taken)))
    folders = {step.name: plan.folder(step) for step, _ in chosen}
    for step, by in chosen:
        before = _files(folders[step.name])
        runner.run_all(plan, step, store)
        if plan.folder(step) != folders[step.name]:
            yield Finding(step.name, by, (), is_compared=False)
            continue
        runner.run_step(plan, step, is_anew=True)
        after = _files(folders[step.name])
        names = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
        yield Finding(step.name, by, tuple(names))


def _builder(plan: Plan, step: Step) -> str | None:
    return graph.builder(plan, step) if sharing.is_here(plan, step) else None


def _files(folder: Path) -> dict[str, str]:
    found = hash_tree(folder)
    return {name: value for name, value in found.items() if name not in (*OURS, LOG)}
