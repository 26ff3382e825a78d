# SPDX-License-Identifier: MIT
"""Compilers: the distribution's cross gcc with our own musl for the board, gcc for the host."""

import functools
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from image import run
from image.host import programs

# The machine code of both boards: the C906 is rv64gc, and so is QEMU's default CPU. The vector
# unit is used by kernels written for it, never by the compiler.
RISCV64_FLAGS = ("-march=rv64gc", "-mabi=lp64d")
# Static programs need no loader, no shared pages and no relocation at start.
STATIC_FLAGS = ("-static", "-no-pie")
# What other people's sources are written in: the default of gcc 8 to 14. That of gcc 15 and newer,
# C23, takes bool, and functions declared without parameters, for something else.
STANDARD = "-std=gnu17"

# Programs that gcc starts, wherever they are installed, and those that are started beside it.
OF_GCC = ("cc1", "as", "ld")
OTHERS = ("gcc", "ar", "objcopy", "strip")


@dataclass(frozen=True)
class Target:
    """What machine a package is built for. `prefix` starts the names of the binutils."""

    name: str
    prefix: str
    compiler: str
    cflags: tuple[str, ...]
    ldflags: tuple[str, ...]
    host_triple: str | None  # for configure --host; None: the machine we build on

    def identity(self) -> dict[str, Any]:
        """What of the toolchain a result depends on.

        The versions are for people: a distribution may build one version twice.
        """
        found = {
            "compiler": _version(self.prefix + "gcc"),
            "binutils": _version(self.prefix + "ld"),
            "programs": _programs(self.prefix),
            "cflags": list(self.cflags),
            "ldflags": list(self.ldflags),
        }
        if self.host_triple is None:
            # A distribution's gcc says the same of itself on each kind of processor.
            found["machine"] = platform.machine()
        return found


RISCV64 = Target(
    name="riscv64",
    prefix="riscv64-linux-gnu-",
    compiler="musl-gcc",
    cflags=("-O2", "-fno-pie", *RISCV64_FLAGS),
    ldflags=STATIC_FLAGS,
    host_triple="riscv64-linux-musl",
)
# What is rendered on the host must not depend on its kind: no fused multiply-add.
HOST_FLAGS = ("-O2", "-ffp-contract=off")
HOST = Target(
    name="host", prefix="", compiler="gcc", cflags=HOST_FLAGS, ldflags=(), host_triple=None
)


def compiler(target: Target, musl: Path | None) -> str:
    """The C compiler of a target; `musl` is where the musl package was installed."""
    return str(musl / "usr/bin" / target.compiler) if musl else target.prefix + "gcc"


@functools.cache
def _version(tool: str) -> str:
    return run.output([tool, "--version"]).splitlines()[0]


@functools.cache
def _programs(prefix: str) -> dict[str, str | None]:
    """The content of what turns sources into machine code."""
    of_gcc = {name: _program_of_gcc(prefix, name) for name in OF_GCC}
    others = {name: prefix + name for name in OTHERS}
    names = others | of_gcc
    contents = programs.contents(*names.values())
    shown = {path: name for name, path in names.items()}
    return {shown.get(name, name): content for name, content in contents.items()}


def _program_of_gcc(prefix: str, name: str) -> str:
    """A path, or a name in PATH."""
    return run.output([prefix + "gcc", f"-print-prog-name={name}"]).strip()
