# SPDX-License-Identifier: MIT
"""A step: one thing that a plan does."""

from dataclasses import dataclass

from image.builders.toolchain import RISCV64, Target
from image.recipes.package import Package

# Folders that a package's step leaves.
STAGING = "staging"  # its install tree: headers, libraries, programs
ROOT = "root"  # what of it lies in the root file system
BOOT = "boot"  # what of it lies on the boot partition


@dataclass(frozen=True)
class Step:
    """One thing to do. Steps of kind `fetch` end in dl/, all others in a folder of their own."""

    name: str
    kind: str  # fetch, build, rootfs, card, release
    needs: tuple[str, ...]
    package: Package | None = None
    target: Target = RISCV64


def step_name(package: str, target: Target) -> str:
    """Name of the step that builds a package: its own name, marked when it is for the host."""
    return package if target is RISCV64 else f"{target.name}:{package}"
