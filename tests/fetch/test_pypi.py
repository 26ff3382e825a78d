# SPDX-License-Identifier: MIT
"""The Python package index as a source, with an index of one toy package on this machine."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from image.fetch import pypi
from image.key import hash_file
from image.recipes.source import Unavailable

FILE = "toy_sounds-1.0.tar.gz"
WHEEL = "toy_sounds-1.0-py3-none-any.whl"
# A build back end of the package's own: pip asks it for the metadata, and nothing else is needed.
BACK_END = """
import os
def prepare_metadata_for_build_wheel(folder, settings=None):
    name = "toy_sounds-1.0.dist-info"
    os.mkdir(os.path.join(folder, name))
    with open(os.path.join(folder, name, "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: toy-sounds\\nVersion: 1.0\\n")
    return name
def build_wheel(*words, **more):
    raise SystemExit("nothing is built")
"""
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "back"\nbackend-path = ["."]\n'


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip looks for packages in, and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    with tarfile.open(folder / FILE, "w:gz") as archive:
        for name, text in (("pyproject.toml", PROJECT), ("back.py", BACK_END), ("PKG-INFO", "")):
            entry = tarfile.TarInfo(f"toy_sounds-1.0/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        name = "toy_sounds-1.0.dist-info"
        wheel.writestr(
            f"{name}/METADATA", "Metadata-Version: 2.1\nName: toy-sounds\nVersion: 1.0\n"
        )
        wheel.writestr(f"{name}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return folder


@pytest.mark.parametrize("file", [FILE, WHEEL])
def test_a_source_distribution_and_a_wheel(index: Path, tmp_path: Path, file: str) -> None:
    sha256 = hash_file(index / file)
    path = pypi.distribution("toy-sounds==1.0", file, sha256, tmp_path / "state")
    assert path.name == file and hash_file(path) == sha256
    # A second time too, over what lies there.
    assert pypi.distribution("toy-sounds==1.0", file, sha256, tmp_path / "state") == path


@pytest.mark.parametrize(
    ("requirement", "file", "sha256", "complaint"),
    [
        ("toy-sounds==1.0", FILE, lambda _: "0" * 64, "pip cannot get it: "),
        ("toy-sounds==2.0", FILE, hash_file, "No matching distribution found for toy-sounds==2.0"),
        ("toy-sounds==1.0", "other.tar.gz", hash_file, "pip got toy-sounds==1.0, but not as other"),
    ],
)
def test_what_cannot_be_had(
    index: Path,
    tmp_path: Path,
    requirement: str,
    file: str,
    sha256: Callable[[Path], str],
    complaint: str,
) -> None:
    with pytest.raises(Unavailable, match=complaint):
        pypi.distribution(requirement, file, sha256(index / FILE), tmp_path / "state")
