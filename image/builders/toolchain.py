# SPDX-License-Identifier: MIT
"""Compilers: the distribution's cross gcc with our own musl for the board, gcc for the host."""

import functools
import platform
from dataclasses import dataclass
from pathlib import Path

from image import run

# The machine code of both boards: the C906 is rv64gc, and so is QEMU's default CPU. The vector
# unit is used by kernels written for it, never by the compiler.
RISCV64_FLAGS = ("-march=rv64gc", "-mabi=lp64d")
# Static programs need no loader, no shared pages and no relocation at start.
STATIC_FLAGS = ("-static", "-no-pie")
# What other people's sources are written in: the default of gcc 8 to 14. That of gcc 15 and newer,
# C23, takes bool, and functions declared without parameters, for something else.
STANDARD = "-std=gnu17"


@dataclass(frozen=True)
class Target:
    """What machine a package is built for. `prefix` starts the names of the binutils."""

    name: str
    prefix: str
    compiler: str
    cflags: tuple[str, ...]
    ldflags: tuple[str, ...]
    host_triple: str | None  # for configure --host; None: the machine we build on

    def identity(self) -> dict[str, str | list[str]]:
        """What of the toolchain a result depends on."""
        found: dict[str, str | list[str]] = {
            "compiler": _version(self.prefix + "gcc"),
            "binutils": _version(self.prefix + "ld"),
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
