# SPDX-License-Identifier: MIT
"""Trains `pocket` again, with the program in packages/pocket/training, which needs torch."""

import sys
from collections.abc import Mapping
from pathlib import Path

from image import run
from image.options import Flag, Number, Option, is_on

PROGRAM = "packages.pocket.training.train"
TOKENS = "80"  # millions
SHIPPED = Option(
    "shipped", "begin with the shipped model, to teach it more plots", Flag(), default="0"
)
OPTIONS = (
    Option("tokens", "millions of tokens to learn from, over all calls", Number(0.01, 1e6), TOKENS),
    SHIPPED,
)
# Threads that wait must not spin: beside other work, they would take the time of those that run.
ENVIRONMENT = {"OMP_WAIT_POLICY": "passive"}


def train(root: Path, options: Mapping[str, str]) -> None:
    """Train, or resume what an earlier call began. Raises CommandFailed."""
    folder = root / "out/training"
    words: list[str | Path] = [
        sys.executable,
        "-m",
        PROGRAM,
        folder,
        "--tokens",
        options.get("tokens", TOKENS),
    ]
    if is_on(options, SHIPPED.name):
        words.append("--shipped")
    run.run(words, cwd=root, env=ENVIRONMENT)
    files = f"MODEL={folder}/model.bin TOKENIZER={folder}/tokenizer.bin"
    print(f"read some of its stories: ./doit stories 20 {files}")
