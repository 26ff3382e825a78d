# SPDX-License-Identifier: MIT
"""Builder `musl`: the C library, its gcc wrapper, and the kernel's headers for programs."""

import re
import shutil
from pathlib import Path

from image.builders.job import Job
from image.errors import UserError
from image.recipes.keys import WORD
from image.recipes.kinds import Key, List

KEYS = (Key("configure", List(WORD), "options of configure"),)

STANDARD = "-std=c99"  # as musl's makefile says, too early to count: no fused multiply-add

# The distribution's cross C library brings the kernel's headers. Only these folders are taken:
# its own headers must never be found by a program that is linked with musl.
KERNEL_HEADERS = Path("/usr/riscv64-linux-gnu/include")
HEADER_FOLDERS = ("asm", "asm-generic", "linux", "mtd")
SPECS = "lib/musl-gcc.specs"
WRAPPER = """\
#!/bin/sh
MUSL=${{0%/bin/*}}
export MUSL
exec {compiler} "$@" -specs "$MUSL/{specs}"
"""


def build(job: Job) -> None:
    """Build and install musl so that usr/bin/musl-gcc makes static programs for the board.

    The wrapper finds headers and libraries next to itself, wherever the checkout is moved.
    """
    prefix = job.staging / "usr"
    cflags = " ".join([*job.cflags, STANDARD])
    tools = {"CC": job.cc, "CROSS_COMPILE": job.target.prefix, "CFLAGS": cflags}
    options = [f"--prefix={prefix}", f"--target={job.target.host_triple}", "--enable-wrapper=gcc"]
    job.run("./configure", *options, *job.option("configure"), env=tools)
    job.run("make")
    job.run("make", "install")
    _make_movable(prefix, job.target.prefix + "gcc")
    _add_kernel_headers(prefix / "include")


def _add_kernel_headers(include: Path) -> None:
    for name in HEADER_FOLDERS:
        folder = KERNEL_HEADERS / name
        if not folder.is_dir():
            raise UserError(f"{folder} is missing", hint="run: ./doit doctor")
        # With what its links lead to: newer releases keep one set of headers for all machines.
        shutil.copytree(folder, include / name)


def _make_movable(prefix: Path, compiler: str) -> None:
    """Let the wrapper pass its own place to gcc in a variable; its specs name a fixed one."""
    specs = prefix / SPECS
    named = re.sub(
        rf"{re.escape(str(prefix))}(/[^ }}\n]*)", r"%:getenv(MUSL \1)", specs.read_text()
    )
    specs.write_text(named)
    (prefix / "bin/musl-gcc").write_text(WRAPPER.format(compiler=compiler, specs=SPECS))
