# SPDX-License-Identifier: MIT
"""Builder `files`: nothing to compile; the recipe's `install` takes files as they are."""

from image.builders.job import Job

KEYS = ()


def build(job: Job) -> None:
    """Do nothing: installing is common to all builders."""
