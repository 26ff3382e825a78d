# SPDX-License-Identifier: MIT
"""Front desk: the tasks of ./doit, their one-line docs and their order. No logic."""

from collections.abc import Iterator

from image import config
from image.cli import commands, tasks
from image.cli.call import ROOT, given
from image.cli.screen import Reporter
from image.cli.tasks import Task, reported
from image.host import doctor
from image.testing import suite

DOIT_CONFIG = {
    "default_tasks": ["image"],
    "reporter": Reporter,
    # Nothing is remembered from call to call: what is done, the folders below work/ tell.
    "dep_file": ":memory:",
    "backend": "sqlite3",
    "par_type": "thread",
    "verbosity": 2,
}


@reported
def task_image() -> Iterator[Task]:
    """build the card image, into out/BOARD/images"""
    yield from tasks.image()


@reported
def task_fetch() -> Iterator[Task]:
    """download all sources that the configuration needs into dl/"""
    yield from tasks.fetch_all()


@reported
def task_package() -> Iterator[Task]:
    """build packages: package:NAME, or again package:NAME:rebuild"""
    yield from tasks.packages()


@reported
def task_engine() -> Iterator[Task]:
    """build the llama engine alone, for this machine and for riscv64"""
    yield from tasks.engine()


@reported
def task_stories() -> Iterator[Task]:
    """generate N stories here, and report how suitable they are"""
    yield from tasks.story_report()


def task_run() -> Task:
    """boot the card image in QEMU and hear a story; Ctrl-A X quits"""
    return tasks.foreground(commands.boot, needs=["image"])


@reported
def task_ram() -> Iterator[Task]:
    """show how the board's 64 MB are allocated"""
    yield {"basename": "ram", **tasks.ram()}


def task_check() -> Task:
    """open a card image and check every part of it"""
    return tasks.foreground(commands.check_image)


def task_report() -> Task:
    """show where memory, card and build time go, and what changed"""
    return tasks.foreground(commands.show_report, needs=["image"])


def task_submission() -> Task:
    """bundle programs, sources, model and results for contest judges"""
    return tasks.foreground(commands.make_submission, needs=["image"])


def task_legal_info() -> Task:
    """collect licence texts and sources to offer with a card"""
    task = tasks.foreground(commands.legal_info, needs=["image"])
    return {"basename": "legal-info", **task}


def task_flash() -> Task:
    """write the card image to a card, asking first"""
    return tasks.foreground(commands.flash_card, needs=tasks.built_unless_given())


def task_shell() -> Task:
    """open a console on the board: serial port, ssh, or emulated"""
    return tasks.foreground(commands.open_shell, needs=tasks.built_if_emulated())


@reported
def task_deploy() -> Iterator[Task]:
    """copy changed files to a running board, until its next start"""
    yield from tasks.deployment()


def task_diagnose() -> Task:
    """collect a report from a board, for a question or bug report"""
    return tasks.foreground(commands.diagnosis)


@reported
def task_bench() -> Iterator[Task]:
    """measure a board, or the emulated one, as the contest did"""
    yield from tasks.measurements()


def task_bench_compare() -> Task:
    """say what changed from one result of bench to another"""
    compared = tasks.foreground(commands.compare_results)
    return {"basename": "bench:compare", "pos_arg": "files", **compared}


def task_cycles() -> Task:
    """model the engines' speed on the board, or one program's"""
    return tasks.foreground(commands.cycles)


def task_explain() -> Task:
    """say why a step would run, or that it is up to date"""
    return {**tasks.foreground(commands.explain), "pos_arg": "names"}


def task_configure() -> Task:
    """create .config from a board's defaults"""
    return tasks.foreground(commands.configure)


def task_menuconfig() -> Task:
    """change .config in a menu"""
    return tasks.foreground(lambda: config.menuconfig(ROOT))


def task_savedefconfig() -> Task:
    """write .config back to the board's defconfig, kept short"""
    return tasks.foreground(lambda: config.savedefconfig(ROOT))


def task_clean() -> Task:
    """remove everything that was built; keep downloads"""
    return tasks.foreground(commands.clean)


def task_doctor() -> Task:
    """list the host programs needed, and how to install missing ones"""
    return tasks.foreground(doctor.check)


def task_test_fresh() -> Task:
    """try the README's first commands in new Debian systems, as root"""
    return {"basename": "test:fresh", **tasks.foreground(commands.try_fresh)}


def task_test() -> Task:
    """check everything: code, unit tests, whole builds, boots in QEMU"""
    task = tasks.foreground(lambda files: suite.check_all(given(), files))
    return {**task, "pos_arg": "files"}
