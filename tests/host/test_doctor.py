# SPDX-License-Identifier: MIT
"""The doctor: what is missing or too old is said, with one install line."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from image import run
from image.errors import UserError
from image.host import doctor
from image.host.doctor import (
    TOOLS,
    Finding,
    Tool,
    as_numbers,
    examine,
    install_line,
    offered_by_apt,
    packages,
    report,
)

MAKE = Tool("make", "make", "makes", minimum=(4,))


def test_finds_what_is_there() -> None:
    found = examine(MAKE)
    assert found.is_good and found.version and as_numbers(found.version) >= (4,)


def test_missing_and_old() -> None:
    missing = examine(Tool("no-such-tool", "no-such-package", "nothing"))
    old = Finding(Tool("make", "make", "makes", minimum=(4,)), True, "3.81")
    line = install_line([missing, old])
    assert line.endswith("apt-get install --no-install-recommends make no-such-package")
    assert "missing" in report([missing, old]) and "3.81" in report([missing, old])


def test_nothing_to_do() -> None:
    good = Finding(MAKE, True, "4.3")
    assert install_line([good]) == "" and "Everything is there." in report([good])


def test_each_tool_says_what_for() -> None:
    assert all(tool.purpose and tool.package for tool in TOOLS)


POLICY = """\
qemu-system-riscv:
  Installed: (none)
  Candidate: {riscv}
  Version table:
qemu-system-misc:
  Installed: 1:7.2
  Candidate: 1:7.2
"""


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (POLICY.format(riscv="1:10.0"), "qemu-system-riscv"),
        (POLICY.format(riscv="(none)"), "qemu-system-misc"),
        (POLICY[POLICY.index("qemu-system-misc") :], "qemu-system-misc"),
        ("", "qemu-system-riscv"),  # no lists yet: what newer releases call it
    ],
)
def test_the_package_that_this_release_has(
    said: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = tmp_path / "apt-cache"
    stand_in.write_text(f"#!/bin/sh\ncat <<'.'\n{said}.\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    emulator = next(tool for tool in TOOLS if tool.name == "qemu-system-riscv64")
    assert packages([emulator]) == [named]
    assert install_line([Finding(emulator, False, None)]).endswith(f" {named}")


def test_packages_are_there() -> None:
    """On this machine, as far as its apt has lists."""
    wanted = packages(TOOLS)
    offered = offered_by_apt(wanted)
    if not offered:
        pytest.skip("apt has no lists on this machine")
    assert {*wanted} <= offered


def test_what_only_tests_need_is_not_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first call installs what an image needs; the rest comes with the task that needs it."""
    asked: list[Sequence[str | Path]] = []

    def apt_get(words: Sequence[str | Path]) -> int:
        asked.append(words)
        return 0

    missing = [Tool("no-such-tool", name, "", extra=name) for name in ("", "test")]
    monkeypatch.setattr(doctor, "TOOLS", (MAKE, replace(missing[0], package="x"), missing[1]))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(run, "interactive", apt_get)
    doctor.install()
    doctor.install("test")
    installed = [list(words) for words in asked if "install" in words]
    assert [words[words.index("-y") - 1] for words in installed] == ["x", "test"]
    # Another apt may be at work just now: it is waited for.
    assert all("DPkg::Lock::Timeout" in str(words[-1]) for words in installed)
    with pytest.raises(UserError, match="host programs are missing") as caught:
        doctor.check()
    assert caught.value.hint and caught.value.hint.endswith(" x")
    assert "install" in capsys.readouterr().out
