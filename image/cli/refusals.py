# SPDX-License-Identifier: MIT
"""What makes a task impossible, looked at before anything is downloaded or built for it."""

import socket
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from image import device
from image.boards import board as boards
from image.boards.board import Board
from image.cli.call import Call
from image.cli.manual import PARTED
from image.errors import UserError
from image.host import install
from image.plan import graph, inputs
from image.project import FIP, SDK_DIR, Project, load
from image.trouble import check_writable


def refuse(tasks: Iterable[str], call: Call) -> None:
    """Raise UserError if a task of a call cannot be done, whatever would be built for it."""
    for task in tasks:
        name, _, part = task.partition(":")
        check_task = CHECKS.get(task) or CHECKS.get(name)
        if check_task:
            check_task(call)
        if name in PARTED and part:
            _check_part(call, name, part.partition(":")[0])


def _building(call: Call) -> None:
    """For all that is built first."""
    plan = call.plan
    loaded = plan.project
    _check_typed_sources(call)
    inputs.check_trees(loaded, plan.packages)
    if loaded.boot_files:
        _check_loaders(loaded)
    for folder in (loaded.work, loaded.out):
        check_writable(folder)
    if not all(plan.is_done(step) for step in plan.steps.values() if step.kind == "fetch"):
        check_writable(loaded.fetch.dl)


def _check_typed_sources(call: Call) -> None:
    """A source that is named is meant to be used."""
    board = call.project.board
    typed = {name for name in call.options if name not in call.inherited}
    for option in (FIP, SDK_DIR):
        if option.name in typed and board.sdk is None:
            other = _vendors(call).name
            hint = f"without {option.name}=, or with board={other}"
            raise UserError(f"{option.name}= is for {other}; this builds {board.name}", hint)


def _vendors(call: Call) -> Board:
    """A board that is built from a vendor's SDK."""
    return boards.first(call.root, lambda board: board.sdk)


def _check_loaders(loaded: Project) -> None:
    """The boot loaders of FIP=, by themselves and against the memory map."""
    from image.boards import verify

    for path in loaded.boot_files.values():
        found = verify.verify_fip(path.read_bytes(), verify.expected(loaded.memory_map))
        wrong = [f"\n  {finding}" for finding in found if not finding.ok]
        if wrong:
            hint = "name a fip.bin for this board, or omit FIP= to build it from the SDK"
            raise UserError(f"FIP={path} cannot start this card:{''.join(wrong)}", hint)


def _check_part(call: Call, task: str, package: str) -> None:
    plan = call.plan
    kind = "build" if task == "package" else "fetch"
    steps = [step for step in plan.steps.values() if step.kind == kind and step.package]
    if package not in [step.package.name for step in steps if step.package]:
        plan.check_chosen(package)
        board = plan.project.config.board
        lacks = "is not in the configuration of" if kind == "build" else "needs no download for"
        raise UserError(f"{package} {lacks} {board}", hint="choose it: ./doit menuconfig")


def _run(call: Call) -> None:
    from image.card import imagefile
    from image.emulator import stand_in, story_page

    board = call.project.board
    if not board.is_emulated and not board.stand_in:
        other = boards.first(call.root, lambda one: one.is_emulated).name
        raise UserError(
            f"board {board.name} is not emulated: write its card and put it into the board",
            hint=f"./doit run board={other}",
        )
    stand_in.check_call(board, call.options)
    story_page.is_wanted(call.options, story_page.is_in(call.project))
    if board.stand_in:
        install.provide(stand_in.EXTRA)
    else:
        _check_emulator(call)
    if "SSH_PORT" in call.options:
        _check_free(int(call.options["SSH_PORT"]))
    if "file" in call.options:
        imagefile.check(Path(call.options["file"]))
    else:
        _building(call)


def _check_emulator(call: Call) -> None:
    from image.emulator import qemu

    qemu.find_emulator()
    qemu.choose_audio(call.options.get("SOUND"), call.root, has_page=True)


def _check_free(port: int) -> None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as QEMU does
            probe.bind(("127.0.0.1", port))
    except OSError as error:
        message = f"SSH_PORT={port}: this machine's port cannot be used: {error.strerror}"
        raise UserError(message, hint=f"use another one: SSH_PORT={port + 1}") from None


def _flash(call: Call) -> None:
    from image.card import check
    from image.device import flash
    from image.device.flash import source

    flash.check_call(call.options)
    if check.FILE.name in call.options:
        source.load(Path(call.options[check.FILE.name]))
    else:
        _building(call)


def _shell(call: Call) -> None:
    from image.device import shell

    shell.check_terminal()
    if device.is_emulated(call.project.board, call.options):
        _check_emulator(call)
        _building(call)


def _deploy(call: Call) -> None:
    from image.device import deploy

    _building(call)
    deploy.check_reachable(call.options)


def _bench(call: Call) -> None:
    from image.bench import protocol
    from image.emulator import qemu

    protocol.read(call.options)
    if call.project.board.is_emulated:
        qemu.find_emulator()
        _building(call)


def _cycles(call: Call) -> None:
    from image.cycles import bench

    bench.check_call(call.options)
    assert call.project  # that the configuration can be read


def _stories(call: Call) -> None:
    from image.report import stories

    stories.number(call.words)
    stories.trained(call.options)


def _tell(call: Call) -> None:
    from image import tell

    tell.check_call(call.options)
    assert call.project  # the configuration can be read


def _compare(call: Call) -> None:
    from image.bench import compare

    compare.check_count(call.words)


def _submission(call: Call) -> None:
    from image import submission

    plan = call.plan
    lacking = sorted(set(submission.NEEDED) - {package.name for package in plan.packages})
    if lacking:
        message = f"a submission needs {', '.join(lacking)}, which the configuration leaves out"
        raise UserError(message, hint="choose it: ./doit menuconfig")
    _building(call)


def _test(call: Call) -> None:
    """The tree of the board's SDK, which the last tests are about."""
    if SDK_DIR.name in call.options:
        loaded = load(call.root, {**call.options, "board": _vendors(call).name})
        inputs.check_trees(loaded, graph.make(loaded).packages)


CHECKS: Mapping[str, Callable[[Call], object]] = {
    "image": _building,
    "fetch": lambda call: call.plan,
    "package": lambda call: call.plan,
    "report": _building,
    "legal-info": _building,
    "run": _run,
    "flash": _flash,
    "shell": _shell,
    "deploy": _deploy,
    "bench": _bench,
    "cycles": _cycles,
    "stories": _stories,
    "tell": _tell,
    "bench:compare": _compare,
    "submission": _submission,
    "test": _test,
}
