# SPDX-License-Identifier: MIT
"""The distribution's archive: the host's apt configuration, asked in private folders."""

import shutil
from pathlib import Path

import pytest
import yaml

from image import fetch
from image.fetch import debian
from image.key import hash_file
from image.recipes.source import Unavailable
from tests.conftest import DL_DIR, ROOT
from tests.fetch.apt import host_with


def test_private_sources_of_both_formats(tmp_path: Path) -> None:
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text(
        "# deb http://old.example.org/debian no main\n"
        "deb cdrom:[Debian 12 _Bookworm_ - Official]/ bookworm main\n"
        "deb [arch=amd64,arm64 signed-by=/k.gpg] http://one.example.org/debian stable main extra\n"
        "deb-src http://two.example.org/debian stable main\n"
        "  deb\t[ trusted=yes ]  http://flat.example.org/x ./ # comment\n"
        "deb http://no-suite.example.org #\n"
        "deb\n"
    )
    (parts / "new.sources").write_text(
        "# a comment\nTypes: deb\nURIs: http://three.example.org/debian\nSuites: a b\n"
        "Components: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n aGVsbG8=\n\n"
        "Types: deb-src\nURIs: http://four.example.org\nSuites: c\nComponents: main\n\n\n"
        "types: deb-src deb\nEnabled: no\nURIs: http://six.example.org/debian\nSuites: a\n\n"
        "Types: deb\nURIs: cdrom:[x]/\nSuites: a\n"
    )
    (parts / "new.sources.disabled").write_text("Types: deb\nURIs: http://five.example.org\n")
    (parts / "old.list.save").write_text("deb http://seven.example.org/debian stable main\n")
    (parts / "latin1.list").write_bytes(b"# gr\xfc\xdf dich\n")
    (parts / "folder.list").mkdir()
    assert [stanza.strip() for stanza in debian.private_sources(tmp_path).split("\n\n")] == [
        "Types: deb deb-src\nURIs: http://one.example.org/debian\nSuites: stable\n"
        "Components: main extra\nArchitectures: amd64 arm64\nSigned-By: /k.gpg",
        "Types: deb deb-src\nURIs: http://flat.example.org/x\nSuites: ./\nTrusted: yes",
        "Types: deb deb-src\nURIs: http://three.example.org/debian\nSuites: a b\n"
        "Components: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n aGVsbG8=",
        "Types: deb deb-src\nEnabled: no\nURIs: http://six.example.org/debian\nSuites: a",
    ]
    assert [one.strip() for one in debian.private_sources(tmp_path, "next").split("\n\n")] == [
        "Types: deb-src\nURIs: http://one.example.org/debian\nSuites: next\n"
        "Components: main extra\nArchitectures: amd64 arm64\nSigned-By: /k.gpg",
        "Types: deb-src\nURIs: http://three.example.org/debian\nSuites: next\n"
        "Components: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n aGVsbG8=",
        "Types: deb-src\nEnabled: no\nURIs: http://six.example.org/debian\nSuites: next",
    ]


def test_without_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="this machine has no apt"):
        debian.source_archive("musl", "0" * 64, tmp_path / "state")


@pytest.fixture(scope="module")
def state() -> Path:
    """Private apt folders, those of all builds: the archive's lists are read once a day.

    Skipped where the host has no apt or its archive is out of reach.
    """
    if shutil.which("apt-get") is None:
        pytest.skip("no apt on this machine")
    folder = DL_DIR / fetch.APT
    try:
        debian.source_archive("no-such-package", "0" * 64, folder)
    except Unavailable as reason:
        if "no source package" not in str(reason):
            pytest.skip(f"the distribution's archive is out of reach: {reason}")
    return folder


def test_finds_the_very_file(state: Path) -> None:
    recipe = yaml.safe_load((ROOT / "packages/musl/package.yaml").read_text())
    sha256 = recipe["source"]["sha256"]
    try:
        path = debian.source_archive("musl", sha256, state)
    except Unavailable as reason:
        pytest.skip(f"this distribution has another musl: {reason}")
    assert hash_file(path) == sha256


def test_another_version_is_said(state: Path) -> None:
    with pytest.raises(Unavailable, match=r"has musl \S+.*, not this archive"):
        debian.source_archive("musl", "0" * 64, state)


def test_host_out_of_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed update is not remembered: the next call tries again."""
    if shutil.which("apt-get") is None:
        pytest.skip("no apt on this machine")
    host_with(tmp_path / "apt", "deb http://deb.invalid/debian stable main\n", monkeypatch)
    for _ in range(2):
        with pytest.raises(Unavailable, match="apt cannot get it: "):
            debian.source_archive("musl", "0" * 64, tmp_path / "state")
