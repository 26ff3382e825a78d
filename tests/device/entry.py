# SPDX-License-Identifier: MIT
"""A person's way into an emulated board: a key for ssh, and a card that knows it."""

import os
import shutil
from pathlib import Path

import pytest

from image import run

BOOT_PARTITION = 1 << 20  # where it begins


def make_key(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's key, which every ssh of this test uses."""
    path, programs = folder / "key", folder / "bin"
    run.output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path])
    programs.mkdir()
    real = shutil.which("ssh")
    (programs / "ssh").write_text(f'#!/bin/sh\nexec {real} -F none -i {path} "$@"\n')
    (programs / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    return path


def let_in(card: Path, key: Path) -> None:
    """Put onto a card who may come in, and that somebody may."""
    asked = key.with_name("ssh")
    asked.touch()
    partition = f"{card}@@{BOOT_PARTITION}"
    run.output(["mcopy", "-i", partition, f"{key}.pub", "::/authorized_keys"])
    run.output(["mcopy", "-i", partition, asked, "::/ssh"])
