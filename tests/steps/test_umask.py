# SPDX-License-Identifier: MIT
"""The umask of whoever cloned and of whoever builds is not seen in what is built."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from image.card import rootfs
from image.key import hash_file
from tests.conftest import copy_checkout

RECIPE = """\
# SPDX-License-Identifier: MIT
name: toy
version: "1"
summary: Files and folders
licence: {spdx: MIT}
build: files
stage: {usr/share/toy: folder}
install: {usr/share/toy: folder, usr/bin/toy: toy}
"""
KCONFIG = 'config PACKAGE_TOY\n\tbool "toy"\n\tdefault y\n'


def modes(folder: Path) -> dict[str, int]:
    """Mode of everything below a folder."""
    entries = [folder, *folder.rglob("*")]
    return {str(path.relative_to(folder)): path.lstat().st_mode for path in entries}


def with_toy(checkout: Path, umask: int) -> None:
    """A package, as git leaves it under a umask."""
    folder = checkout / "packages/toy"
    (folder / "src/folder/inner").mkdir(parents=True)
    (folder / "package.yaml").write_text(RECIPE)
    (folder / "Kconfig").write_text(KCONFIG)
    (folder / "src/folder/inner/text").write_text("text")
    (folder / "src/toy").write_text("#!/bin/sh\n")
    (folder / "src/toy").chmod(0o755)
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~umask | (0o020 if umask == 0o002 else 0))


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, int], str]:
    return built(copy_checkout(tmp_path_factory.mktemp("usual") / "checkout"), 0o022)


def built(checkout: Path, umask: int) -> tuple[dict[str, int], str]:
    """Modes of a package's results, and the hash of the root image made of them."""
    with_toy(checkout, umask)
    words = [sys.executable, "-m", "image", "package:toy", "board=qemu_virt"]
    done = subprocess.run(words, cwd=checkout, capture_output=True, text=True, umask=umask)
    assert done.returncode == 0, done.stdout + done.stderr
    (result,) = (path for path in (checkout / "work/toy").iterdir() if path.is_dir())
    found = modes(checkout / "work")
    tree, image = checkout / "tree", checkout / "root.img"
    before = os.umask(0o022)  # that of ./doit, whoever calls it
    try:
        rootfs.merge(tree, [("toy", result / "root")])
        rootfs.make_erofs(tree, image, checkout / "log")
    finally:
        os.umask(before)
    shutil.rmtree(checkout / "work")
    shutil.rmtree(checkout / "packages/toy")
    return found, hash_file(image)


@pytest.mark.parametrize("umask", [0o002, 0o027, 0o077])
def test_modes_do_not_depend_on_it(
    umask: int, usual: tuple[dict[str, int], str], checkout: Path
) -> None:
    assert built(checkout, umask) == usual
