# SPDX-License-Identifier: MIT
"""Checkpoints: all that training needs to go on as if it had not been interrupted."""

import os
from pathlib import Path
from typing import Any

import torch

from image import output
from image.errors import UserError


def save(state: dict[str, Any], target: Path) -> None:
    """Replace a checkpoint at once: a kill at any moment leaves the old one or the new one."""
    with output.whole(target) as partial, partial.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())


def load(path: Path) -> dict[str, Any]:
    """The saved state. Raises UserError for a file that is none."""
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True)
    except Exception as error:  # torch raises a different one for each kind of damage
        raise UserError(
            f"{path}: not a checkpoint: {error}", "remove it to begin from the start"
        ) from error
    return state
