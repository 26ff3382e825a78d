# SPDX-License-Identifier: MIT
"""From a finished release in work/ to out/BOARD/images, where people find it."""

from pathlib import Path

from image import output, run
from image.card.release import image_path
from image.plan.graph import Plan
from image.steps import runner

SUMS = "sha256sums"


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
    return image_path(plan)


def _is_published(made: Path, target: Path) -> bool:
    """Whether out/ holds these very files, and nobody wrote to them since."""

    def states(folder: Path) -> dict[str, tuple[int, int]]:
        found = {path.name: path.stat() for path in folder.glob("*")}
        return {name: (one.st_size, one.st_mtime_ns) for name, one in found.items()}

    return states(made) == states(target) and (
        (made / SUMS).read_bytes() == (target / SUMS).read_bytes()
    )
