# SPDX-License-Identifier: MIT
"""`doit test`: the same checks at home and in CI."""

import sys
from collections.abc import Mapping
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


def check_all(given: Mapping[str, str]) -> None:
    """Run linters, type checks and all tests. Raises CommandFailed at the first that fails.

    With SDK_DIR the real board's card is built from that tree and looked at, too.
    """
    env = {"SDK_DIR": given["SDK_DIR"]} if "SDK_DIR" in given else {}
    for check in CHECKS:
        print(f"== {' '.join(check)}", flush=True)
        run.run([sys.executable, "-m", *check], cwd=ROOT, env=env)
