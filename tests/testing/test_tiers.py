# SPDX-License-Identifier: MIT
"""The tiers of ./doit test: which tests each runs, told apart by the fixtures that they use."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from image import run
from image.errors import UserError
from image.host import install
from image.testing import suite
from tests.conftest import ROOT

OURS = ROOT / "packages/datapart/src/mbr.h"
TESTS = f"""
import subprocess
import pytest

@pytest.fixture
def program(compiler):
    pass

def test_fast(): pass
def test_of_a_compiler(program): pass
def test_of_a_card(compiler, card): pass
def test_of_an_sdk(card, sdk_dir): pass
def test_in_no_tier(compiler, by_name): pass
def test_named(): subprocess.run(["gcc", "--version"], check=True)
def test_compiles_a_toy(): subprocess.run(["gcc", "-E", "-"], stdin=subprocess.DEVNULL, check=True)
def test_compiles_ours(): subprocess.run(["gcc", "-E", "{OURS}"], check=True)
def test_may_compile(program): subprocess.run(["gcc", "-E", "{OURS}"], check=True)
"""
OWN_CARD = """
import pytest

@pytest.fixture
def card():
    pass

def test_of_another_card(card): pass
"""


# Collects or runs the same tests with each of several options of pytest, in one process.
DRIVER = """
import sys, pytest
for marks in sys.argv[1].split("|"):
    print("+++ next")
    pytest.main([*sys.argv[2:], "-m", marks])
"""


def pytest_says(folder: Path, tiers: Sequence[suite.Tier], *options: str) -> list[str]:
    """What pytest prints of the tests in a folder, for each tier."""
    words = [sys.executable, "-c", DRIVER, "|".join(tier.marks for tier in tiers)]
    words += ["-p", "tests.conftest", "-p", "no:cacheprovider", "-c", str(folder / "pytest.ini")]
    words += ["--rootdir", str(folder), "--basetemp", str(folder / "tmp"), *options, str(folder)]
    env = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return run.output(words, env=env, merge=True).split("+++ next")[1:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tests")
    (path / "pytest.ini").write_text("[pytest]\n")
    (path / "test_some.py").write_text(TESTS)
    (path / "test_own.py").write_text(OWN_CARD)
    return path


@pytest.fixture(scope="module")
def collected(folder: Path) -> dict[suite.Tier, str]:
    """What pytest collects for each tier."""
    tiers = (suite.FAST, suite.C, suite.IMAGE, suite.SDK, suite.ALL)
    return dict(zip(tiers, pytest_says(folder, tiers, "--collect-only"), strict=True))


@pytest.mark.parametrize(
    ("tier", "names"),
    [
        (suite.FAST, "another_card fast named compiles_a_toy compiles_ours"),
        (suite.C, "a_compiler may_compile"),
        (suite.IMAGE, "a_card"),
        (suite.SDK, "an_sdk"),
        (
            suite.ALL,
            "an_sdk a_card a_compiler may_compile another_card fast named compiles_a_toy"
            " compiles_ours",
        ),
    ],
)
def test_fixtures_decide(collected: dict[suite.Tier, str], tier: suite.Tier, names: str) -> None:
    found = re.findall(r"<Function test_(?:of_)?(\w+)>", collected[tier])
    assert found == names.split(), collected[tier]


def test_the_fast_tier_compiles_nothing(folder: Path) -> None:
    (said,) = pytest_says(folder, [suite.FAST])
    assert "1 failed, 4 passed" in said
    assert (
        "test_compiles_ours" in said and "starts gcc: use the fixture `compiler` or `card`" in said
    )


@pytest.mark.parametrize(
    ("tier", "given", "files", "asked"),
    [
        (
            suite.FAST,
            {"jobs": "1"},
            [],
            ["pytest -m not c and not image and not sdk and not setup and not by_name"],
        ),
        (suite.C, {"jobs": "3"}, [], ["pytest -n 3 --dist=loadfile --no-loadscope-reorder -m c"]),
        (suite.ALL, {"jobs": "1"}, [], ["image image board=qemu_virt", "pytest -m not by_name"]),
        (
            suite.IMAGE,
            {"jobs": "2"},
            [],
            [
                "image image board=qemu_virt",
                "pytest -n 2 --dist=loadfile --no-loadscope-reorder -m image and not quiet",
                "pytest -m image and quiet",
            ],
        ),
        (suite.FAST, {"jobs": "3"}, ["tests/test_key.py"], ["pytest tests/test_key.py"]),
    ],
)
def test_what_is_run(
    monkeypatch: pytest.MonkeyPatch,
    tier: suite.Tier,
    given: dict[str, str],
    files: Sequence[str],
    asked: list[str],
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(install, "provide", lambda *extras: None)
    monkeypatch.setattr(suite, "_check", lambda words, env: ran.append(" ".join(words)))
    suite.run_tier(tier, given, files)
    assert ran == asked


def test_an_sdk_has_to_be_named() -> None:
    with pytest.raises(UserError, match="SDK_DIR="):
        suite.run_tier(suite.SDK, {})
