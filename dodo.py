# SPDX-License-Identifier: MIT
"""Front desk: the tasks of ./doit, their one-line docs and their order. No logic."""

from collections.abc import Iterator
from functools import partial

from image.cli import commands, listening, tasks
from image.cli.bending import CONFIG, Task, foreground, reported
from image.cli.call import Call
from image.testing import suite

DOIT_CONFIG = CONFIG


@reported
def task_image(call: Call) -> Iterator[Task]:
    """build the card image, into out/BOARD/images"""
    yield from tasks.image(call)


@reported
def task_fetch(call: Call) -> Iterator[Task]:
    """download all sources that the configuration needs into dl/"""
    yield from tasks.fetch_all(call)


@reported
def task_package(call: Call) -> Iterator[Task]:
    """build packages: package:NAME, or again package:NAME:rebuild"""
    yield from tasks.packages(call)


@reported
def task_engine(call: Call) -> Iterator[Task]:
    """build the llama engine alone, for this machine and for riscv64"""
    yield from tasks.engine(call)


@reported
def task_stories(call: Call) -> Iterator[Task]:
    """generate N stories here, and report how suitable they are"""
    yield from listening.story_report(call)


@reported
def task_tell(call: Call) -> Iterator[Task]:
    """tell stories on this machine: no board, no emulator"""
    yield from listening.telling(call)


@reported
def task_voices(call: Call) -> Iterator[Task]:
    """let several voices say the same, on a page with players"""
    yield from listening.voices(call)


@reported
def task_run(call: Call) -> Iterator[Task]:
    """boot the card image in QEMU and hear a story; Ctrl-A X quits"""
    yield from tasks.emulation(call)


@reported
def task_ram(call: Call) -> Iterator[Task]:
    """show how the board's 64 MB are allocated"""
    yield {"basename": "ram", **tasks.ram(call)}


def task_check() -> Task:
    """open a card image and check every part of it"""
    return foreground(commands.check_image)


def task_check_rebuild() -> Task:
    """build some steps of others again, and compare bit for bit"""
    return {"basename": "check:rebuild", **foreground(commands.check_rebuild)}


def task_report() -> Task:
    """show where memory, card and build time go, and what changed"""
    return foreground(commands.show_report, needs=["image"])


def task_submission() -> Task:
    """bundle programs, sources, model and results for contest judges"""
    return foreground(commands.make_submission, needs=["image", "fetch"])


def task_legal_info() -> Task:
    """collect licence texts and sources to offer with a card"""
    task = foreground(commands.legal_info, needs=["image", "fetch"])
    return {"basename": "legal-info", **task}


@reported
def task_flash(call: Call) -> Iterator[Task]:
    """write the card image to a card, asking first"""
    yield {"basename": "flash", **tasks.flashing(call)}


@reported
def task_shell(call: Call) -> Iterator[Task]:
    """open a console on the board: serial port, ssh, or emulated"""
    yield {"basename": "shell", **tasks.console(call)}


@reported
def task_deploy(call: Call) -> Iterator[Task]:
    """copy changed files to a running board, until its next start"""
    yield from tasks.deployment(call)


def task_diagnose() -> Task:
    """collect a report from a board, for a question or bug report"""
    return foreground(commands.diagnosis)


@reported
def task_bench(call: Call) -> Iterator[Task]:
    """measure a board, or the emulated one, as the contest did"""
    yield from tasks.measurements(call)


def task_bench_compare() -> Task:
    """say what changed from one result of bench to another"""
    compared = foreground(commands.compare_results)
    return {"basename": "bench:compare", "pos_arg": "words", **compared}


def task_cycles() -> Task:
    """model the engines' speed on the board, or one program's"""
    return foreground(commands.cycles)


def task_train() -> Task:
    """train pocket, the small model, or resume its training"""
    return foreground(commands.train)


def task_explain() -> Task:
    """say why a step would run, or that it is up to date"""
    return {**foreground(commands.explain), "pos_arg": "words"}


def task_cache() -> Task:
    """list which step results are here, and which a shared store has"""
    return foreground(commands.list_results)


def task_configure() -> Task:
    """create .config from a board's defaults"""
    return foreground(commands.configure)


def task_menuconfig() -> Task:
    """change .config in a menu"""
    return foreground(commands.menuconfig)


def task_savedefconfig() -> Task:
    """write .config back to the board's defconfig, kept short"""
    return foreground(commands.savedefconfig)


def task_clean() -> Task:
    """remove what was built and is not needed any more"""
    return foreground(commands.clean)


def task_doctor() -> Task:
    """list the host programs needed, and how to install missing ones"""
    return foreground(commands.check_host)


def task_test() -> Task:
    """run linters, type checks, and the tests of the Python code"""
    return {**foreground(partial(commands.run_tests, suite.FAST)), "pos_arg": "words"}


def task_test_c() -> Task:
    """check engine, storyteller and listener under sanitizers"""
    return {"basename": "test:c", **foreground(partial(commands.run_tests, suite.C))}


def task_test_image() -> Task:
    """build the emulated board's card twice, boot it, and check it"""
    return {"basename": "test:image", **foreground(partial(commands.run_tests, suite.IMAGE))}


def task_test_sdk() -> Task:
    """build the Duo's card from the SDK of SDK_DIR=, and check it"""
    return {"basename": "test:sdk", **foreground(partial(commands.run_tests, suite.SDK))}


def task_test_all() -> Task:
    """check all that CI does: neither test:fresh nor tests by name"""
    return {"basename": "test:all", **foreground(partial(commands.run_tests, suite.ALL))}


def task_test_fresh() -> Task:
    """try the README's first commands in new Debian systems, as root"""
    return {"basename": "test:fresh", **foreground(commands.try_fresh)}
