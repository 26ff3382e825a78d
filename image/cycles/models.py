# SPDX-License-Identifier: MIT
"""The models that engines are measured with: named by hand, downloaded, or stood in for."""

from dataclasses import dataclass
from pathlib import Path

from image import fetch
from image.errors import UserError
from image.model import MODEL_PATH, TOKENIZER_PATH
from image.project import Project

LARGE, SMALL = "stories15m", "stories260k"  # packages


@dataclass(frozen=True)
class Model:
    """A checkpoint, its tokenizer, and what reports call it."""

    name: str
    checkpoint: Path
    tokenizer: Path


def chosen(project: Project, work: Path) -> Model:
    """What MODEL= and TOKENIZER= name, else stories15M, else a stand-in of its shape."""
    given = project.model_files
    if given:
        return Model(given[MODEL_PATH].name, given[MODEL_PATH], given[TOKENIZER_PATH])
    try:
        return Model("stories15M", *of_package(project, LARGE))
    except UserError as error:
        # With numpy, which comes with the task: every other does without.
        from image.cycles import stand_in

        print(f"{error.message}\nA stand-in of the same shape is used instead.", flush=True)
    return Model(stand_in.NAME, *stand_in.files(work))


def of_package(project: Project, name: str) -> tuple[Path, Path]:
    """Checkpoint and tokenizer as a recipe names them, fetched. Raises UserError."""
    sources = project.packages[name].sources
    checkpoint, tokenizer = (fetch.fetch(source, project.fetch).path for source in sources)
    return checkpoint, tokenizer
