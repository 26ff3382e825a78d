# SPDX-License-Identifier: MIT
"""Whether others told the truth: steps that they built, built again here, bit for bit."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

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

    def __str__(self) -> str:
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
    for step, by in random.sample(taken, min(count, len(taken))):
        before = _files(plan, step)
        for name in plan.steps_before(step):
            runner.run_step(plan, plan.steps[name], store)
        runner.run_step(plan, step, is_anew=True)
        after = _files(plan, step)
        names = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
        yield Finding(step.name, by, tuple(names))


def _builder(plan: Plan, step: Step) -> str | None:
    return graph.builder(plan, step) if sharing.is_here(plan, step) else None


def _files(plan: Plan, step: Step) -> dict[str, str]:
    found = hash_tree(plan.folder(step))
    return {name: value for name, value in found.items() if name not in (*OURS, LOG)}
