# SPDX-License-Identifier: MIT
"""What several tests share: a copy of the checkout to play with, the built card, an ssh to fake."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from image import project, run
from image.project import Project

ROOT = Path(__file__).resolve().parent.parent
WORK_PRODUCTS = (".git", ".venv", ".config", "dl", "work", "out", "*.egg-info", ".*_cache")
DL_DIR = Path(os.environ.get("DL_DIR", ROOT / "dl"))  # of all checkouts that tests build in


def doit(checkout: Path, *arguments: str, merge: bool = False, **environ: str) -> str:
    """What ./doit prints in a checkout; raises CommandFailed as it would end."""
    words = [sys.executable, "-m", "image", *arguments]
    return run.output(words, cwd=checkout, env={"DL_DIR": str(DL_DIR), **environ}, merge=merge)


def load_project(board: str = "qemu_virt", **given: str) -> Project:
    """This checkout's project, with the sources that all checkouts of tests share."""
    return project.load(ROOT, {"board": board, "DL_DIR": str(DL_DIR), **given})


def copy_checkout(target: Path) -> Path:
    """The project's files, without anything that was built."""
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*WORK_PRODUCTS), symlinks=True)
    return target


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout that a test may change."""
    return copy_checkout(tmp_path / "checkout")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need a built card are marked: `-m "not image"` builds none."""
    for item in items:
        known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
        if any(found.func.__module__ == __name__ for found in known.get("card", ())[-1:]):
            item.add_marker(pytest.mark.image)


@pytest.fixture(scope="session")
def card(pytestconfig: pytest.Config) -> Path:
    """The card image of the emulated board, as ./doit image board=qemu_virt builds it.

    Minutes, where it was not built before; its steps are shown. Only for tests marked `image`.
    """
    with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        words = [sys.executable, "-m", "image", "image", "board=qemu_virt"]
        run.run(words, cwd=ROOT, env={"DL_DIR": str(DL_DIR)})
    return ROOT / "out/qemu_virt/images/duo-storyteller-qemu_virt.img"


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program `ssh` that is found first; the test writes what it does."""
    program = tmp_path / "ssh"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return program
