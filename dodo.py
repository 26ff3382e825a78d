# SPDX-License-Identifier: MIT
"""Front desk: the tasks of ./doit, their one-line docs and their order. No logic."""

from collections.abc import Iterator

from image import commands, config, doctor, tasks, testing
from image.call import ROOT, given, jobs
from image.screen import Reporter
from image.tasks import Task, reported

DOIT_CONFIG = {
    "default_tasks": ["image"],
    "reporter": Reporter,
    "dep_file": str(ROOT / "work" / "doit.json"),
    "backend": "json",
    "num_process": jobs(),
    "par_type": "thread",
    "verbosity": 2,
}


@reported
def task_image() -> Iterator[Task]:
    """build the card image (out/BOARD/images), for the board of .config or board=NAME"""
    yield from tasks.image()


@reported
def task_fetch() -> Iterator[Task]:
    """download all sources that the configuration needs, into dl/"""
    yield from tasks.fetch_all()


@reported
def task_package() -> Iterator[Task]:
    """build packages; package:NAME builds one, package:NAME:rebuild builds it anew"""
    yield from tasks.packages()


@reported
def task_engine() -> Iterator[Task]:
    """build the llama engine alone: run and llama-pack in out/host/bin and out/riscv64/bin"""
    yield from tasks.engine()


@reported
def task_stories() -> Iterator[Task]:
    """invent N stories on this machine: stories N; how fit they are: out/BOARD/stories"""
    yield from tasks.story_report()


def task_run() -> Task:
    """boot the card image in QEMU (board=qemu_virt); Ctrl-A X quits"""
    return tasks.foreground(commands.boot, needs=["image"])


@reported
def task_ram() -> Iterator[Task]:
    """say who owns each of the board's 64 MB, beside the stock and the contest image"""
    yield {"basename": "ram", **tasks.ram()}


def task_check() -> Task:
    """open a card image and check every part of it: the built one, or file=IMAGE"""
    return tasks.foreground(commands.check_image)


def task_report() -> Task:
    """show where memory, card and build time go, and what changed: out/BOARD/report"""
    return tasks.foreground(commands.show_report, needs=["image"])


def task_submission() -> Task:
    """bundle programs, sources, model, environment and results for a contest's judges"""
    return tasks.foreground(commands.make_submission, needs=["image"])


def task_legal_info() -> Task:
    """collect licence texts and sources to offer with a card, in out/BOARD/legal-info"""
    task = tasks.foreground(commands.legal_info, needs=["image"])
    return {"basename": "legal-info", **task}


def task_flash() -> Task:
    """write the card image, or file=IMAGE, to a card: device=/dev/NAME, or asked"""
    return tasks.foreground(commands.flash_card, needs=tasks.built_unless_given())


def task_shell() -> Task:
    """open a console on the board: its serial port, host=ADDRESS by ssh, or board=qemu_virt"""
    return tasks.foreground(commands.open_shell, needs=tasks.built_if_emulated())


@reported
def task_deploy() -> Iterator[Task]:
    """bring changed files to a board that runs (host=ADDRESS), until its next start"""
    yield from tasks.deployment()


def task_diagnose() -> Task:
    """ask a board, by its serial port or host=ADDRESS, for a report to attach to a question"""
    return tasks.foreground(commands.diagnosis)


@reported
def task_bench() -> Iterator[Task]:
    """measure a board, or the emulated one, as the contest did; bench:compare A B: what changed"""
    yield from tasks.measurements()


def task_cycles() -> Task:
    """model the engine's speed on the board; or program=FILE args="..." by_symbol=1"""
    return tasks.foreground(commands.cycles)


def task_explain() -> Task:
    """say why a step would run: explain NAME, or all of them"""
    return {**tasks.foreground(commands.explain), "pos_arg": "names"}


def task_configure() -> Task:
    """start .config from a board's defaults: configure board=NAME"""
    return tasks.foreground(commands.configure)


def task_menuconfig() -> Task:
    """change .config in a menu"""
    return tasks.foreground(lambda: config.menuconfig(ROOT))


def task_savedefconfig() -> Task:
    """write .config back to the board's defconfig, as short as it gets"""
    return tasks.foreground(lambda: config.savedefconfig(ROOT))


def task_doctor() -> Task:
    """list the host programs that the work needs, and how to install what is missing"""
    return tasks.foreground(doctor.check)


def task_fresh() -> Task:
    """try README's first lines in new Debian systems: releases=bookworm,trixie,sid; needs root"""
    return {"basename": "test:fresh", **tasks.foreground(commands.try_fresh)}


def task_test() -> Task:
    """check everything: linters, types, tests, whole builds, boots in QEMU; test FILE: only that"""
    task = tasks.foreground(lambda files: testing.check_all(given(), files))
    return {**task, "pos_arg": "files"}
