# SPDX-License-Identifier: MIT
"""`doit test`: the same checks at home and in CI."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from image import run
from image.host import install
from image.project import DOWNLOADS, JOBS, SDK_DIR

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = (*DOWNLOADS, JOBS, SDK_DIR)
EXTRAS = ("test", "measure")
CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("image", "image", "board=qemu_virt"),  # here, where its progress can be seen
    ("pytest",),
)


def check_all(given: Mapping[str, str], files: Sequence[str] = ()) -> None:
    """Run linters, type checks and all tests, or only those of `files`.

    With SDK_DIR the real board's card is built from that tree and looked at, too. Raises
    CommandFailed at the first that fails.
    """
    install.provide(*EXTRAS)
    env = {option.name: given[option.name] for option in OPTIONS if option.name in given}
    for check in [("pytest", *files)] if files else CHECKS:
        print(f"== {' '.join(check)}", flush=True)
        run.run([sys.executable, "-m", *check], cwd=ROOT, env=env)
