# SPDX-License-Identifier: MIT
"""Builder `make`: a plain Makefile that honours CC, CFLAGS, LDFLAGS, PREFIX and DESTDIR."""

from image.builders.job import Job
from image.recipes.keys import ARGUMENTS, CFLAGS, JOBS, WORD
from image.recipes.kinds import Key, List

KEYS = (
    ARGUMENTS,
    JOBS,
    CFLAGS,
    Key("targets", List(WORD), "what make makes, one after the other; all and install if left out"),
)


def build(job: Job) -> None:
    """Run the recipe's make targets (default: all, install)."""
    variables = [
        f"CC={job.cc}",
        f"AR={job.target.prefix}ar",
        f"CFLAGS={' '.join(job.cflags)}",
        f"LDFLAGS={' '.join(job.ldflags)}",
        "PREFIX=/usr",
        f"DESTDIR={job.staging}",
    ]
    for target in job.option("targets", ["all", "install"]):
        job.run("make", *job.make_jobs, *variables, *job.option("make"), target)
