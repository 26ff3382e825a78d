# SPDX-License-Identifier: MIT
"""The distribution's archive: the host's apt configuration, asked in private folders."""

import shutil
from pathlib import Path

import pytest
import yaml

from image import debian
from image.key import hash_file

ROOT = Path(__file__).resolve().parent.parent


def test_private_sources_of_both_formats(tmp_path: Path) -> None:
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text(
        "# deb http://old.example.org/debian no main\n"
        "deb [arch=amd64,arm64 signed-by=/k.gpg] http://one.example.org/debian stable main extra\n"
        "deb-src http://two.example.org/debian stable main\n"
        "deb http://flat.example.org/x ./ # comment\n"
    )
    (parts / "new.sources").write_text(
        "# a comment\nTypes: deb\nURIs: http://three.example.org/debian\nSuites: a b\n"
        "Components: main\nSigned-By: /k2.gpg\n\nTypes: deb-src\nURIs: http://four.example.org\n"
        "Suites: c\nComponents: main\n"
    )
    (parts / "new.sources.disabled").write_text("Types: deb\nURIs: http://five.example.org\n")
    text = debian.private_sources(tmp_path)
    assert text.split("\n\n") == [
        "Types: deb deb-src\nURIs: http://one.example.org/debian\nSuites: stable\n"
        "Components: main extra\nArchitectures: amd64 arm64\nSigned-By: /k.gpg",
        "Types: deb deb-src\nURIs: http://flat.example.org/x\nSuites: ./",
        "Types: deb deb-src\nURIs: http://three.example.org/debian\nSuites: a b\n"
        "Components: main\nSigned-By: /k2.gpg\n",
    ]


def test_without_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(debian.Unavailable, match="this machine has no apt"):
        debian.source_archive("musl", "0" * 64, tmp_path / "state")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Private apt folders; skipped where the host has no apt or its archive is out of reach."""
    if shutil.which("apt-get") is None:
        pytest.skip("no apt on this machine")
    folder = tmp_path_factory.mktemp("apt") / "state"
    try:
        debian.source_archive("no-such-package", "0" * 64, folder)
    except debian.Unavailable as reason:
        if "no source package" not in str(reason):
            pytest.skip(f"the distribution's archive is out of reach: {reason}")
    return folder


def test_finds_the_very_file(state: Path) -> None:
    recipe = yaml.safe_load((ROOT / "packages/musl/package.yaml").read_text())
    sha256 = recipe["source"]["sha256"]
    try:
        path = debian.source_archive("musl", sha256, state)
    except debian.Unavailable as reason:
        pytest.skip(f"this distribution has another musl: {reason}")
    assert hash_file(path) == sha256


def test_another_version_is_said(state: Path) -> None:
    with pytest.raises(debian.Unavailable, match=r"musl is another version \(musl_"):
        debian.source_archive("musl", "0" * 64, state)
