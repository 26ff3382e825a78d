# SPDX-License-Identifier: MIT
"""Builder `autotools`: configure, make, make install."""

from image.builders.job import Job
from image.recipes.keys import ARGUMENTS, CFLAGS, JOBS, WORD
from image.recipes.kinds import Key, List

KEYS = (
    Key("configure", List(WORD), "options of configure"),
    ARGUMENTS,
    JOBS,
    CFLAGS,
)


def build(job: Job) -> None:
    """Run the source's own configure with the recipe's options, then make and make install."""
    options = [str(option) for option in job.option("configure")]
    if job.target.host_triple:
        options.append(f"--host={job.target.host_triple}")
    tools = {
        "CC": job.cc,
        "AR": job.target.prefix + "ar",
        "RANLIB": job.target.prefix + "ranlib",
        "STRIP": job.target.prefix + "strip",
        "CFLAGS": " ".join(job.cflags),
        "LDFLAGS": " ".join(job.ldflags),
    }
    job.run("./configure", "--prefix=/usr", "--sysconfdir=/etc", *options, env=tools)
    job.run("make", *job.make_jobs, *job.option("make"))
    job.run("make", *job.option("make"), f"DESTDIR={job.staging}", "install")
    # They hold absolute paths that lead libtool of other packages to the host's libraries.
    for archive in job.staging.rglob("*.la"):
        archive.unlink()
