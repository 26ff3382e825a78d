# SPDX-License-Identifier: MIT
"""One step of a plan as a doit task, and the names under which doit knows steps."""

import contextlib
import shlex
from typing import Any

from image.builders.toolchain import RISCV64
from image.cli.bending import Task, told
from image.cli.call import Call
from image.errors import UserError
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import Step
from image.steps import runner

READING = {"report", "legal-info", "submission"}  # read what the steps before the card left


def step_task(call: Call, plan: Plan, step: Step, **more: Any) -> Task:
    """One step as a task: skipped when the result of its key is there."""
    name = task_name(step)
    again = [name] if is_named(name) else [*call.tasks, *call.words]
    again += [f"{setting}={value}" for setting, value in call.options.items()]
    meta: dict[str, Any] = {"step": step.name, "again": shlex.join(["./doit", *again])}
    meta["is_done"] = lambda: _is_done(plan, step)

    def is_done(*_: Any) -> bool:
        done = _is_done(plan, step)
        with contextlib.suppress(UserError):  # as in _is_done
            meta["why"] = "" if done else plan.why(step)
        return done

    demand = call.demand if call.demand and step in call.demand else None
    entry = demand.wanted.shared.get(step.name) if demand else None

    def do() -> None:
        wanted = demand.wanted if demand else None
        if wanted and step.name not in wanted.steps:
            meta["why"] = "not needed: the store has what is made from it"
            return
        if wanted and call.store and (found := wanted.shared.get(step.name)):
            runner.take_step(plan, step, call.store, found)
        elif needs:
            runner.run_step(plan, step, call.store)
        else:
            runner.run_all(plan, step, call.store)
        if by := graph.builder(plan, step):
            meta["why"] = f"built by {by}, from the store"

    needs = () if entry or _is_complete(call, plan, step) else step.needs
    return {
        "actions": [told(do)],
        "uptodate": [is_done],
        "task_dep": [task_name(plan.steps[need]) for need in needs],
        "io": {"capture": False},
        "meta": meta,
        "doc": step.package.summary if step.package else None,
        **more,
    }


def tellers(call: Call, last: Step) -> list[str]:
    """What is fetched first, since it tells for which results the store can be asked."""
    before = [call.plan.steps[name] for name in call.plan.steps_before(last)]
    loads = [one for one in before if one.kind == "fetch" and one.package]
    return [task_name(load) for load in loads if call.demand and not call.plan.is_named(load)]


def _is_complete(call: Call, plan: Plan, step: Step) -> bool:
    """Whether a step needs nothing before it, as what came from a store does not."""
    if READING & {*call.tasks} or not _is_done(plan, step):
        return False
    return call.store is not None or graph.builder(plan, step) is not None


def _is_done(plan: Plan, step: Step) -> bool:
    """As the plan says; where it cannot, doing the step meets the same trouble and tells it."""
    try:
        return plan.is_done(step)
    except UserError:
        return False


def task_name(step: Step) -> str:
    """The name under which doit knows a step."""
    if step.kind == "fetch":
        return step.name
    if step.kind == "build" and step.target is RISCV64:
        return f"package:{step.name}"
    return f"_{step.name}"


def is_named(task: str) -> bool:
    """Whether a person can name a task; some names begin with _, and stand for parts of others."""
    return not task.startswith("_")


def own_task(call: Call, plan: Plan, step: Step) -> Task:
    """A step by a name that no other task's steps have."""
    needs = [own_name(plan.steps[need]) for need in step.needs]
    return step_task(call, plan, step, basename=own_name(step), task_dep=needs)


def own_name(step: Step) -> str:
    return f"_tell:{step.name}"
