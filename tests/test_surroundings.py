# SPDX-License-Identifier: MIT
"""What programs that we start see of the caller's environment, through every door."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from image import run, surroundings
from image.card import disk_image
from image.errors import UserError
from image.host import doctor

BARE = "/usr/bin:/bin"  # all that an ordinary user of Debian has
NOBODY = 65534
PROXY = "http://proxy.invalid:3128"


def by_run(tmp_path: Path) -> str:
    run.run(["sh", "-c", "umask; env -0"], log=tmp_path / "log")
    return (tmp_path / "log").read_text()


def by_output(tmp_path: Path) -> str:
    return run.output(["sh", "-c", "umask; env -0"])


def by_interactive(tmp_path: Path) -> str:
    run.interactive(["sh", "-c", f"(umask; env -0) >{tmp_path}/seen"])
    return (tmp_path / "seen").read_text()


def by_on_terminal(tmp_path: Path) -> str:
    words = ["sh", "-c", f"(umask; env -0) >{tmp_path}/seen; echo ended"]
    with run.on_terminal(words, tmp_path / "log") as fd:
        assert os.read(fd, 100)
    return (tmp_path / "seen").read_text()


DOORS = (by_run, by_output, by_interactive, by_on_terminal)
Door = Callable[[Path], str]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's environment without proxies and certificates."""
    names = (*surroundings.PROXIES, *map(str.upper, surroundings.PROXIES))
    for name in (*names, *surroundings.CERTIFICATES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", BARE)


def seen(door: Door, folder: Path) -> dict[str, str]:
    """The variables of a program behind a door."""
    words = [line for part in door(folder).split("\0") for line in part.splitlines()]
    return dict(word.split("=", 1) for word in words if "=" in word)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("path", [BARE, "/usr/bin:/bin:", "/opt/x:/usr/sbin:/usr/bin:/bin"])
def test_system_programs_are_found(
    door: Door, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """genimage starts mkdosfs; make and apt-get start whatever they like."""
    monkeypatch.setenv("PATH", path)
    folders = seen(door, tmp_path)["PATH"].split(":")
    assert {"/usr/sbin", "/sbin", "/usr/bin", "/bin"} <= set(folders)
    assert "" not in folders and len(folders) == len(set(folders))


@pytest.mark.parametrize("door", DOORS)
def test_files_get_the_same_modes(door: Door, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        assert "\n0022\n" in f"\n{door(tmp_path)}"
    finally:
        os.umask(before)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("given", ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])
def test_a_proxy_reaches_every_program(
    door: Door, given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(given, PROXY)
    found = seen(door, tmp_path)
    assert found["http_proxy"] == found["HTTP_PROXY"] == PROXY
    is_for_all = given.lower() == "all_proxy"
    assert (found.get("https_proxy") == PROXY) == is_for_all


def test_the_proxy_of_a_kind_counts_more_than_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://other.invalid:1")
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    found = run.environment()
    assert (found["https_proxy"], found["http_proxy"]) == (PROXY, "http://other.invalid:1")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("given", surroundings.CERTIFICATES)
def test_certificates_reach_every_program(
    door: Door, given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "company.pem"
    file.touch()
    monkeypatch.setenv(given, str(file))
    found = seen(door, tmp_path)
    assert {found[name] for name in surroundings.CERTIFICATES} == {str(file)}


def test_certificates_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/where.pem")
    with pytest.raises(UserError, match="SSL_CERT_FILE=/no/where.pem: there is no such file"):
        run.environment()


@pytest.mark.parametrize("door", [by_run, by_output, by_on_terminal])
def test_a_build_sees_little(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CFLAGS", "-O0")
    monkeypatch.setenv("PYTHONPATH", "/opt/ros")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    found = seen(door, tmp_path)
    assert found["LANG"] == "C.UTF-8" and not {"CFLAGS", "PYTHONPATH"} & set(found)


def test_a_person_keeps_their_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU finds their speakers, ssh their keys, apt-get their language."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    found = seen(by_interactive, tmp_path)
    assert (found["LANG"], found["XDG_RUNTIME_DIR"]) == ("de_DE.UTF-8", "/run/user/1000")


def test_the_doctor_finds_what_programs_find() -> None:
    tool = next(tool for tool in doctor.TOOLS if tool.name == "mkdosfs")
    assert doctor.examine(tool).is_there


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_card_is_written_by_an_ordinary_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the PATH that Debian gives them; genimage needs mkdosfs, which is elsewhere."""
    genimage = run.find_tool("genimage")
    become = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups"
    stand_in = tmp_path / "genimage"
    stand_in.write_text(f'#!/bin/sh\nexec {become} {genimage} "$@"\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{BARE}")
    with tempfile.TemporaryDirectory() as name:  # pytest's own are root's alone
        folder = Path(name)
        boot, root = folder / "boot", folder / "root.img"
        boot.mkdir()
        (boot / "Image").write_bytes(b"kernel")
        root.write_bytes(bytes(disk_image.MIB))
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        parts = (disk_image.Part("boot", 4, 0, ""), disk_image.Part("root", 1, 0, ""))
        disk_image._write(folder, boot, root, parts, "D0057081")
        assert (folder / disk_image.IMAGE).stat().st_uid == NOBODY
