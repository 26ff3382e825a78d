# SPDX-License-Identifier: MIT
"""What several tests share: a checkout to play with, compiled programs, the card, an ssh to fake.

The fixtures say which tier of ./doit test a test belongs to: nobody marks one by hand.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from image import fetch, project, run
from image.boards import board as boards
from image.emulator import stand_in
from image.host import install
from image.lock import locked
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import Step
from image.project import Project
from image.recipes.package import Package
from image.recipes.source import Fetched, Source
from image.steps import runner

# No test has a stop-watch: the machine may be busy.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent
WORK_PRODUCTS = (".git", ".venv", ".config", "dl", "work", "out", "*.egg-info", ".*_cache",
                 ".hypothesis")  # fmt: skip
DL_DIR = Path(os.environ.get("DL_DIR", ROOT / "dl"))  # of all checkouts that tests build in


def doit(checkout: Path, *arguments: str, merge: bool = False, **environ: str) -> str:
    """What ./doit prints in a checkout; raises CommandFailed as it would end."""
    words = [sys.executable, "-m", "image", *arguments]
    return run.output(words, cwd=checkout, env={"DL_DIR": str(DL_DIR), **environ}, merge=merge)


def load_project(board: str = "qemu_virt", **given: str) -> Project:
    """This checkout's project, with the sources that all checkouts of tests share."""
    return project.load(ROOT, {"board": board, "DL_DIR": str(DL_DIR), **given})


def build(checkout: Path, name: str, **options: str) -> Path:
    """Build a step of a checkout and all before it, as ./doit would, but in this process.

    Returns its folder. Raises UserError.
    """
    plan = graph.make(project.load(checkout, {"DL_DIR": str(DL_DIR), **options}))

    def do(step: Step) -> None:
        for need in step.needs:
            do(plan.step(need))
        runner.run_step(plan, step)

    do(plan.step(name))
    return plan.folder(plan.step(name))


def copy_checkout(target: Path) -> Path:
    """The project's files, without anything that was built, and without tests."""
    left_out = (*WORK_PRODUCTS, "tests")
    copied = [path for path in ROOT.iterdir() if not any(map(path.match, left_out))]
    target.mkdir(parents=True)
    # A third of what Python's copytree takes, which counts: many tests begin so.
    run.output(["cp", "--recursive", "--preserve=mode,timestamps", *copied, target])
    return target


# The choices of a configuration: the defaults of boards, and what the menu offers.
CHOICES = ("defconfigs/*", "packages/**/Kconfig", "overlays/boards/*/Kconfig")
# What a plan is made from: those, recipes, boards, and the names of speech engines.
FACTS = (*CHOICES, "packages/**/*.yaml", "packages/**/speech_*.c", "overlays/boards/**/*")


def copy_files(target: Path, *patterns: str) -> Path:
    """The files of this checkout that match, for a test that needs no more of it."""
    for path in {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}:
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    return target


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout that a test may change."""
    return copy_checkout(tmp_path / "checkout")


# The first fixture that a test uses, of itself or by another, decides its tier.
QUIET = "quiet"
TIERS = {
    "by_name": "by_name",
    "sdk_dir": "sdk",
    "card": "image",
    "duo_emulator": "image",
    "compiler": "c",
    "environments": "setup",
}
COMPILERS = ("clang", "gcc", "riscv64-linux-gnu-gcc")
EMULATOR = "qemu-system-riscv64"
LINTERS = "test_linters.py"  # the longest of the fast tier
_started: list[str] = []  # programs, since the test began


def tier(item: pytest.Item) -> str:
    """The tier's mark; "" for tests that need neither a compiler nor a card."""
    ours = our_fixtures(item)
    return next((mark for name, mark in TIERS.items() if name in ours), "")


def our_fixtures(item: pytest.Item) -> set[str]:
    """The fixtures of this file that a test uses; others have a `card`, too."""
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return {name for name, found in known.items() if found[-1].func.__module__ == __name__}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its tier. The slowest begin first: the last seconds use all workers.

    Those are the tiers in order, and in the fast one the linters and the type checker.
    """
    for item in items:
        if mark := tier(item):
            item.add_marker(mark)
        if QUIET in our_fixtures(item):
            item.add_marker(QUIET)
    order = [*TIERS.values(), ""]
    items.sort(key=lambda item: (order.index(tier(item)), item.path.name != LINTERS))


def _note_program(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        _started.append(" ".join(map(os.fsdecode, arguments[1])))


sys.addaudithook(_note_program)


def pytest_runtest_setup() -> None:
    """Forget what earlier tests started."""
    _started.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Whoever compiles our C, not a toy of the test's own, or boots, uses the fixture for it."""
    yield
    if not tier(item):
        names = {Path(line.split()[0]).name for line in _started if line and _is_slow(line)}
        assert not names, f"starts {', '.join(names)}: use the fixture `compiler` or `card`"


def _is_slow(line: str) -> bool:
    """Whether a command line compiles sources of packages/, or boots the emulated board."""
    name = Path(line.split()[0]).name
    return (name in COMPILERS and f"{ROOT}/packages/" in line) or (
        name == EMULATOR and "version" not in line
    )


@pytest.fixture(scope="session")
def compiler() -> None:
    """Whoever compiles uses this, which is how its tests get into the tier `c`."""


@pytest.fixture(scope="session")
def quiet() -> None:
    """Whoever records, plays or waits in real time uses this: nothing else runs meanwhile."""


@pytest.fixture(scope="session")
def by_name() -> None:
    """Whoever makes Debian systems, or one more kernel, uses this: only `./doit test FILE` does."""


@pytest.fixture(scope="session")
def environments() -> None:
    """Whoever makes Python environments, of seconds each, uses this: for the tier `setup`."""


@pytest.fixture(scope="session")
def compiled(compiler: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of compiled programs, the same for all workers of a session."""
    folder = of_all_workers(tmp_path_factory) / "compiled"
    folder.mkdir(exist_ok=True)
    return folder


def of_all_workers(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run of the tests have, and no other run."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def once(target: Path, make: Callable[[Path], object]) -> Path:
    """`target`, made by the first worker that wants it; others wait. `make` gets where to write."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target.with_name(f"{target.name}.lock")):
        if not target.exists():
            partial = target.with_name(f"{target.name}.partial")
            make(partial)
            partial.rename(target)
    return target


@pytest.fixture(scope="session")
def failing_pread(compiled: Path) -> Path:
    """The library, for LD_PRELOAD, with which reading a model fails; its source says when."""
    words = ["gcc", "-shared", "-fPIC", "-O1", str(ROOT / "tests/failing_pread.c"), "-o"]
    return once(compiled / "failing_pread.so", lambda partial: run.output([*words, partial]))


@pytest.fixture(scope="session")
def sdk_dir() -> Path:
    """The tree of the Duo's SDK that SDK_DIR= names; skips without."""
    if "SDK_DIR" not in os.environ:
        pytest.skip("needs SDK_DIR=, a tree of the board's SDK: ./doit test:sdk")
    return Path(os.environ["SDK_DIR"])


@pytest.fixture(scope="session")
def card(pytestconfig: pytest.Config) -> Path:
    """The card image of the emulated board, as ./doit image board=qemu_virt builds it.

    Takes minutes unless it is built already; its steps are shown. Its tests are those of the
    tier `image`.
    """
    with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        words = [sys.executable, "-m", "image", "image", "board=qemu_virt"]
        run.run(words, cwd=ROOT, env={"DL_DIR": str(DL_DIR)})
    return ROOT / "out/qemu_virt/images/duo-storyteller-qemu_virt.img"


@pytest.fixture(scope="session")
def duo_emulator() -> Path:
    """The QEMU that runs the Duo's card, as ./doit run board=milkv_duo builds it, once.

    Its tests are those of the tier `image`, but for those that need the card itself.
    """
    install.provide(stand_in.EXTRA)
    emulator = stand_in.plan(load_project("milkv_duo"))
    build_all(emulator)
    return stand_in.program(emulator)


def judges(packages: Mapping[str, Package]) -> set[str]:
    """The packages that only tests build: by them they judge a machine that stands in."""
    stand_ins = [board.stand_in for board in boards.load_all(ROOT) if board.stand_in]
    names = {name for one in stand_ins for name in one.judges}
    return {*names, *(need for name in names for need in packages[name].needs)}


def build_all(plan: Plan) -> None:
    """Do what is not done yet of a plan's steps."""
    for step in plan.steps.values():
        if not plan.is_done(step):
            runner.run_step(plan, step)


@pytest.fixture
def all_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every source counts as fetched: plans have all their keys, whatever is in dl/."""

    def known(source: Source, settings: fetch.Settings) -> Fetched:
        return Fetched(settings.dl / source.file, source.sha256, None, "a test")

    monkeypatch.setattr(fetch, "known", known)


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program `ssh` that is found first; the test writes what it does."""
    program = tmp_path / "ssh"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return program
