# SPDX-License-Identifier: MIT
"""Builder `packed`: a llama2.c model, packed by the engine's own tool."""

from image import model
from image.builders.job import Job
from image.recipes.keys import PATH
from image.recipes.kinds import Key, Record

KEYS = (
    Key(
        "pack",
        Record(
            (
                Key("checkpoint", PATH, "the model, as llama2.c reads it", required=True),
                Key("tokenizer", PATH, "its tokenizer", required=True),
            )
        ),
        "the files in the source that are packed",
        required=True,
    ),
)


def build(job: Job) -> None:
    """Pack what the recipe names under `pack` (checkpoint, tokenizer) as staging/model.bin."""
    files = {kind: job.source / name for kind, name in dict(job.option("pack")).items()}
    packer = job.host[model.PACKER] / "usr/bin" / model.PACKER_PROGRAM
    model.pack(packer, files["checkpoint"], files["tokenizer"], job.staging / "model.bin", job.log)
