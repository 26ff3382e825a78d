# SPDX-License-Identifier: MIT
"""What the first build costs, told before it begins."""

from image.plan.graph import Plan


def told(plan: Plan) -> str | None:
    """What a person is told before a first build; None where something was built before."""
    cost = plan.project.board.first_build
    steps = plan.steps.values()
    if cost is None or any(plan.is_done(step) for step in steps if step.kind != "fetch"):
        return None
    is_loaded = all(plan.is_done(step) for step in steps if step.kind == "fetch")
    parts = [] if is_loaded else [f"{cost.download_mb} MB of sources to download"]
    minutes = max(1, round(cost.processor_minutes / plan.project.jobs))
    parts += [f"{cost.disk_mb / 1000:g} GB of disk while it builds"]
    parts += [f"about {minutes} minutes with {plan.project.jobs} processors"]
    return f"First build: {', '.join(parts)}. The next one builds only what changed."
