# SPDX-License-Identifier: MIT
"""From a finished release in work/ to out/BOARD/images, where people find it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from image import output, run
from image.card import manifest_file
from image.card.release import image_path
from image.key import hash_file
from image.plan.graph import Plan
from image.plan.step import Step
from image.steps import provenance, runner

SUMS = "sha256sums"


def publish(plan: Plan) -> Path:
    """Bring the finished release of a plan to out/BOARD/images; returns the image's path."""
    step = plan.step("release")
    target = image_path(plan).parent
    made = plan.folder(step) / "images"
    with runner.reading(plan, step), output.alone(target):
        ours = _telling_builders(plan, step, made)
        if not _is_published(made, target, ours):
            with output.renewed(target) as fresh:
                words = ["cp", "--recursive", "--sparse=always", "--preserve=timestamps"]
                run.output([*words, f"{made}/.", fresh])
                for name, text in ours.items():
                    (fresh / name).write_text(text)
    return image_path(plan)


def _telling_builders(plan: Plan, step: Step, made: Path) -> dict[str, str]:
    """The files that differ from the release's: they say who built what, if it was not always we.

    The release itself does not, so that all builders make the same one.
    """
    builders = provenance.of(plan, step)
    if not any(builders.values()):
        return {}
    named = {name: builder or provenance.HERE for name, builder in builders.items()}
    manifest = made / manifest_file.NAME
    described = manifest_file.with_builders(manifest, named)
    before, after = hash_file(manifest), hashlib.sha256(described.encode()).hexdigest()
    return {
        manifest_file.NAME: described,
        SUMS: (made / SUMS).read_text().replace(before, after),
    }


def _is_published(made: Path, target: Path, ours: Mapping[str, str]) -> bool:
    """Whether out/ holds these very files, and nobody wrote to them since."""

    def states(folder: Path) -> dict[str, tuple[int, int]]:
        found = {path.name: path.stat() for path in folder.glob("*") if path.name not in ours}
        return {name: (one.st_size, one.st_mtime_ns) for name, one in found.items()}

    texts = ours or {SUMS: (made / SUMS).read_text()}
    return states(made) == states(target) and all(
        (target / name).is_file() and (target / name).read_bytes() == text.encode()
        for name, text in texts.items()
    )
