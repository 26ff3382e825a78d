# SPDX-License-Identifier: MIT
"""What is packed for pip: the whole package, with what its modules read beside themselves."""

import sys
from pathlib import Path

import pytest

from image import run
from tests.conftest import ROOT

BUILD = """
import sys, setuptools
setuptools.setup(script_args=["--quiet", "build", "--build-base", sys.argv[1]])
"""


def files(folder: Path) -> set[str]:
    """All files of the package below a folder."""
    return {
        str(path.relative_to(folder))
        for path in (folder / "image").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_all_files_of_the_package_are_packed(checkout: Path, tmp_path: Path) -> None:
    pytest.importorskip("setuptools", reason="pip brings its own when it packs")
    build = tmp_path / "build"
    run.output([sys.executable, "-W", "ignore", "-c", BUILD, build], cwd=checkout)
    packed = build / "lib"
    assert files(packed) == files(ROOT)
    with pytest.raises(run.CommandFailed) as caught:
        run.output([sys.executable, "-m", "image", "list"], cwd=packed)
    assert "is not a checkout" in caught.value.message and "git clone" in caught.value.message
    assert "Traceback" not in caught.value.message
