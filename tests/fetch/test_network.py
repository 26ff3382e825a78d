# SPDX-License-Identifier: MIT
"""A proxy, or a company's certificates, are told once and reach Python, git and apt alike."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from image import surroundings
from image.errors import UserError
from image.fetch import Settings, debian, fetch, git
from image.fetch.http import Patience
from image.recipes.source import Repository, Source, Unavailable
from tests.fetch.apt import host_with
from tests.fetch.authority import certificate, guarded
from tests.web import Answer, running

FILE = "toy-1.0.tar.gz"
SITE = "http://storyteller.invalid"  # which only the proxy knows
QUICK = Patience(connect_s=5, silence_s=5, attempts=1, delay_s=0.01)
NO = Answer(status=404)
COMMIT = "0" * 40
# What each way asks for.
OF_HTTP = f"/{FILE}"
OF_GIT = "/toy.git/info/refs?service=git-upload-pack"
OF_APT = "/debian/dists/bookworm/InRelease"
PATHS = (OF_HTTP, OF_GIT, OF_APT)


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without a word about the network, and a home without settings of git."""
    names = (*surroundings.PROXIES, *map(str.upper, surroundings.PROXIES))
    for name in (*names, *surroundings.CERTIFICATES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(surroundings, "SYSTEM_CERTIFICATES", tmp_path / "none")
    monkeypatch.setenv("HOME", str(tmp_path))


def by_http(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Ask for a source file; returns what is asked of the server."""
    source = Source(FILE, (f"{site}/{FILE}",), "0" * 64)
    with pytest.raises(UserError):
        fetch(source, Settings(tmp_path / "dl", patience=QUICK))
    return OF_HTTP


def by_git(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"{site}/toy.git"
    repository = Repository("toy", (url,), COMMIT, ("a",), ("a/b",), "TOY_DIR")
    with pytest.raises(UserError):
        git.fetch(repository, tmp_path / "dl", None, False, QUICK)
    return OF_GIT


def by_apt(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if shutil.which("apt-get") is None:
        pytest.skip("no apt on this machine")
    host_with(tmp_path / "apt", f"deb {site}/debian bookworm main\n", monkeypatch)
    with pytest.raises(Unavailable):
        debian.source_archive("toy", "0" * 64, tmp_path / "state")
    return OF_APT


Way = Callable[[str, Path, pytest.MonkeyPatch], str]
WAYS = (by_http, by_git, by_apt)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])
def test_a_proxy(name: str, way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as web:
        monkeypatch.setenv(name, web.url)
        pages = {path: web.page(SITE + path, b"", NO) for path in PATHS}
        assert pages[way(SITE, tmp_path, monkeypatch)].asked


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls") / "company.pem")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", surroundings.CERTIFICATES)
def test_certificates(
    name: str, way: Way, authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with guarded(authority) as web:
        for folder, is_trusted in (("before", False), ("after", True)):
            asked = [web.page(path, b"", NO).asked for path in PATHS]
            if is_trusted:
                monkeypatch.setenv(name, str(authority))
            (tmp_path / folder).mkdir()
            way(web.url, tmp_path / folder, monkeypatch)
            assert any(asked) == is_trusted


def test_those_of_the_system(
    authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """update-ca-certificates has added a company's; Python's requests has a list of its own."""
    monkeypatch.setattr(surroundings, "SYSTEM_CERTIFICATES", authority)
    with guarded(authority) as web:
        asked = web.page(f"/{FILE}", b"", NO).asked
        by_http(web.url, tmp_path, monkeypatch)
        assert asked
