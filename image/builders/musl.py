# SPDX-License-Identifier: MIT
"""Builder `musl`: the C library, its gcc wrapper, and the kernel's headers for programs."""

import shutil
from pathlib import Path

from image.builders.job import Job
from image.errors import UserError

STANDARD = "-std=c99"  # as musl's makefile says, too early to count: no fused multiply-add

# The distribution's cross C library brings the kernel's headers. Only these folders are taken:
# its own headers must never be found by a program that is linked with musl.
KERNEL_HEADERS = Path("/usr/riscv64-linux-gnu/include")
HEADER_FOLDERS = ("asm", "asm-generic", "linux", "mtd")


def build(job: Job) -> None:
    """Build and install musl so that usr/bin/musl-gcc makes static programs for the board.

    The wrapper and its specs file name the staging folder by its full path, which is final.
    """
    prefix = job.staging / "usr"
    cflags = " ".join([*job.cflags, STANDARD])
    tools = {"CC": job.cc, "CROSS_COMPILE": job.target.prefix, "CFLAGS": cflags}
    options = [f"--prefix={prefix}", f"--target={job.target.host_triple}", "--enable-wrapper=gcc"]
    job.run("./configure", *options, *job.option("configure"), env=tools)
    job.run("make")
    job.run("make", "install")
    for name in HEADER_FOLDERS:
        folder = KERNEL_HEADERS / name
        if not folder.is_dir():
            raise UserError(f"{folder} is missing", hint="run: ./doit doctor")
        shutil.copytree(folder, prefix / "include" / name)
