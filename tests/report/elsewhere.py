# SPDX-License-Identifier: MIT
"""Plans of this checkout whose results go elsewhere."""

import dataclasses
from pathlib import Path

from image import project
from image.plan import graph
from image.plan.graph import Plan
from tests.conftest import ROOT, load_project


def plan_for(out: Path, **given: str) -> Plan:
    """The emulated board's plan; what is made of the built image goes to a folder of the test's."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "images").symlink_to(ROOT / "out/qemu_virt/images")
    loaded = load_project(**given)
    plan = graph.make(loaded)
    for step in plan.steps.values():
        if step.kind != "fetch":
            plan.key(step)  # as the checkout has them, before its root is another
    fields = {field.name: getattr(loaded, field.name) for field in dataclasses.fields(loaded)}
    return dataclasses.replace(plan, project=_Elsewhere(**fields, elsewhere=out))


@dataclasses.dataclass(frozen=True)
class _Elsewhere(project.Project):
    elsewhere: Path = Path()

    @property
    def out(self) -> Path:
        return self.elsewhere
