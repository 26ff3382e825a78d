# SPDX-License-Identifier: MIT
"""The doctor: what is missing or too old is said, with one install line."""

from image.doctor import TOOLS, Finding, Tool, as_numbers, examine, install_line, report

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
