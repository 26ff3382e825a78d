# SPDX-License-Identifier: MIT
"""Which image the card holds, and the stories of its model by this machine's engine."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from image import run
from image.bench.protocol import Case, Protocol
from image.bench.target import Target, ask
from image.builders.toolchain import HOST
from image.card import manifest_file, release, rootfs
from image.errors import UserError
from image.key import hash_file
from image.model import MODEL_PATH
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import ROOT, step_name
from image.steps import runner

HASH_S = 600.0  # the Duo reads its card at 20 MB/s
ROOT_NAME = "basename $(readlink -f /sys/dev/block/$(mountpoint -d /))"


@dataclass(frozen=True)
class CardImage:
    """The image that this checkout has built; None where it has not, or the card holds another."""

    is_on_card: bool
    manifest_sha256: str | None = None
    image_bytes: int | None = None
    compressed_bytes: int | None = None

    def as_json(self) -> dict[str, Any]:
        """For results."""
        return asdict(self)


def identify(target: Target, plan: Plan) -> CardImage:
    """Compare the card's root with the one built here, byte for byte, by their sums."""
    root = built_root(plan)
    image = release.image_path(plan)
    if root is None or not image.is_file():
        return CardImage(is_on_card=False)
    size = root.stat().st_size
    name = ask(target, ROOT_NAME).strip()
    said = target.command(f"head -c {size} /dev/{name} | sha256sum", HASH_S)
    if said.status != 0 or said.text.split()[:1] != [hash_file(root)]:
        return CardImage(is_on_card=False)
    return CardImage(
        is_on_card=True,
        manifest_sha256=manifest_file.identity(image),
        image_bytes=image.stat().st_size,
        compressed_bytes=release.packed_path(image).stat().st_size,
    )


def built_root(plan: Plan) -> Path | None:
    """The root image of this configuration; None while it is not built."""
    step = plan.step("rootfs")
    try:
        return plan.folder(step) / rootfs.IMAGE if plan.is_done(step) else None
    except UserError:
        return None  # a source that its key rests on is not even fetched


def reference_stories(plan: Plan, protocol: Protocol) -> dict[Case, str]:
    """What the engine, built for this machine, tells in float32 of the model in the built root."""
    engine = graph.make(plan.project, ["llama"], HOST)
    for step in engine.steps.values():
        if not engine.is_done(step):
            runner.run_step(engine, step)
    program = engine.folder(engine.step(step_name("llama", HOST))) / runner.PROGRAMS / "run"
    model = plan.folder(plan.step("rootfs")) / ROOT / MODEL_PATH

    def told(case: Case) -> str:
        words: list[str | Path] = [program, model, *protocol.options(case)]
        return run.output(words, env={"LLAMA_MODE": "fp32"}).rstrip("\n")

    return {case: told(case) for case in protocol.cases()}
