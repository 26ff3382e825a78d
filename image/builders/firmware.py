# SPDX-License-Identifier: MIT
"""Builder `firmware`: programs without a system below them, by a makefile of their own."""

from image.builders.job import Job
from image.recipes.keys import DIRECTORY, JOBS, VARIABLES, WORD
from image.recipes.kinds import Key, List

KEYS = (
    DIRECTORY,
    VARIABLES,
    JOBS,
    Key("targets", List(WORD), "what make makes", required=True),
)


def build(job: Job) -> None:
    """Run the recipe's make targets with the cross compiler's prefix and the recipe's variables."""
    make = ["make", f"--directory={job.directory}", *job.make_jobs]
    make += [f"CROSS_COMPILE={job.target.prefix}", *job.variables]
    job.run(*make, *job.option("targets"))
