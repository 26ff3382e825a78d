# SPDX-License-Identifier: MIT
"""From a finished release in work/ to out/BOARD/images, where people find it."""

import json
from pathlib import Path

from image import output, run
from image.card.release import image_path
from image.plan import graph
from image.plan.graph import Plan
from image.steps import runner, sharing

SUMS = "sha256sums"
PROVENANCE = "provenance.json"  # beside them, not one of them: it differs where they do not
HERE = "this machine"


def publish(plan: Plan) -> Path:
    """Bring the finished release of a plan to out/BOARD/images; returns the image's path."""
    step = plan.step("release")
    target = image_path(plan).parent
    made = plan.folder(step) / "images"
    with runner.reading(plan, step), output.alone(target):
        if not _is_published(made, target):
            with output.renewed(target) as fresh:
                words = ["cp", "--recursive", "--sparse=always", "--preserve=timestamps"]
                run.output([*words, f"{made}/.", fresh])
                _write_provenance(plan, fresh / PROVENANCE)
    return image_path(plan)


def _write_provenance(plan: Plan, file: Path) -> None:
    """Who built each step of which there is a result here, if it was not always we."""
    stamps = {
        step.name: graph.read_stamp(plan.folder(step))
        for step in plan.steps.values()
        if step.kind != "fetch" and sharing.is_here(plan, step)
    }
    steps = {
        name: {"key": plan.key(plan.step(name)), "builder": stamp.get("builder", HERE)}
        for name, stamp in stamps.items()
        if stamp
    }
    if any(stamp and "builder" in stamp for stamp in stamps.values()):
        file.write_text(json.dumps(steps, indent=2, sort_keys=True) + "\n")


def _is_published(made: Path, target: Path) -> bool:
    """Whether out/ holds these very files, and nobody wrote to them since."""

    def states(folder: Path) -> dict[str, tuple[int, int]]:
        found = {path.name: path.stat() for path in folder.glob("*") if path.name != PROVENANCE}
        return {name: (one.st_size, one.st_mtime_ns) for name, one in found.items()}

    return states(made) == states(target) and (
        (made / SUMS).read_bytes() == (target / SUMS).read_bytes()
    )
