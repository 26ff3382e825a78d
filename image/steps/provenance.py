# SPDX-License-Identifier: MIT
"""Who built what: each step of a result, whether it was built here or came from a store."""

from collections.abc import Mapping
from typing import Any

from image.plan import graph
from image.plan.graph import BUILDER, BUILDERS, Plan
from image.plan.step import Step
from image.store.store import Entry

HERE = "this machine"


def of(plan: Plan, step: Step) -> dict[str, str | None]:
    """Who built a step and those that its result was made from, by their names; None: we did.

    Of a result that came from a store its signer says it. Steps that nobody knows of are left out.
    """
    found = dict[str, str | None]()
    seen, todo = set[str](), [step.name]
    while todo:
        name = todo.pop()
        stamp = None if name in seen else graph.read_stamp(plan.folder(plan.step(name)))
        seen.add(name)
        if stamp:
            said = {**stamp.get(BUILDERS, {}), name: stamp.get(BUILDER)}
            found |= {one: builder or found.get(one) for one, builder in said.items()}
            todo += [] if BUILDER in stamp else plan.builds_before(plan.step(name))
    return found


def to_say(plan: Plan, step: Step) -> dict[str, Any]:
    """What a signer says of the steps before one that they built."""
    builders = of(plan, step)
    del builders[step.name]
    return {BUILDERS: builders}


def heard(entry: Entry) -> dict[str, str]:
    """What the signer of an entry said of the steps before it: those they built, they signed."""
    said = entry.statement.says.get(BUILDERS)
    pairs = said.items() if isinstance(said, Mapping) else ()
    return {str(name): str(builder or entry.signer) for name, builder in pairs}
