# SPDX-License-Identifier: MIT
"""`doit test`: the same checks at home and in CI."""

import sys
from pathlib import Path

from image import run

ROOT = Path(__file__).resolve().parent.parent
CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("image", "image", "board=qemu_virt"),  # here, where its progress can be seen
    ("pytest",),
)


def check_all() -> None:
    """Run linters, type checks and all tests. Raises CommandFailed at the first that fails."""
    for check in CHECKS:
        print(f"== {' '.join(check)}", flush=True)
        run.run([sys.executable, "-m", *check], cwd=ROOT)
