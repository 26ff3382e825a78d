# SPDX-License-Identifier: MIT
"""What the first build costs, told before it begins."""

from collections.abc import Mapping
from dataclasses import dataclass

from image.plan.graph import Plan

MB = 10**6


@dataclass(frozen=True)
class Cost:
    """Of a first build, as it was once measured."""

    download_mb: int  # of sources
    disk_gb: float  # at most, while the kernel is built
    processor_minutes: int  # of all processors together


KNOWN: Mapping[str, Cost] = {"qemu_virt": Cost(207, 2.0, 14)}


def told(made: Plan) -> str | None:
    """What a person is told before a first build; None where something was built before."""
    cost = KNOWN.get(made.project.config.board)
    steps = made.steps.values()
    if cost is None or any(made.is_done(step) for step in steps if step.kind == "build"):
        return None
    is_loaded = all(made.is_done(step) for step in steps if step.kind == "fetch")
    parts = [] if is_loaded else [f"{cost.download_mb} MB of sources to download"]
    minutes = max(1, round(cost.processor_minutes / made.project.jobs))
    parts += [f"{cost.disk_gb:g} GB of disk while it builds"]
    parts += [f"about {minutes} minutes with {made.project.jobs} processors"]
    return f"First build: {', '.join(parts)}. The next one builds only what changed."
