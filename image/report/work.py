# SPDX-License-Identifier: MIT
"""How the image came about: each step, what it needs, and how long it took when it was made."""

from dataclasses import dataclass

from image.plan.graph import STAMP, Plan
from image.reading import json_object

AGAIN = "./doit image builds it again"


@dataclass(frozen=True)
class Made:
    """A step that was done. Fetching leaves no time: it is the network's."""

    name: str
    kind: str
    version: str
    seconds: float
    needs: tuple[str, ...]


def steps(plan: Plan) -> list[Made]:
    """All steps but the fetching ones, each after what it needs."""
    built = {name: step for name, step in plan.steps.items() if step.kind != "fetch"}
    return [
        Made(
            name=name,
            kind=step.kind,
            version=step.package.version if step.package else "",
            seconds=json_object(plan.folder(step) / STAMP, AGAIN)["seconds"],
            needs=tuple(need for need in step.needs if need in built),
        )
        for name, step in built.items()
    ]
