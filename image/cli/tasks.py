# SPDX-License-Identifier: MIT
"""The work for boards as doit tasks: what dodo.py hands over to the task runner."""

import functools
import shutil
from collections.abc import Iterator
from typing import Any

from image import device, output
from image.builders.toolchain import HOST, RISCV64
from image.cli import commands
from image.cli.bending import Task, foreground, told
from image.cli.call import Call
from image.cli.step_task import READING, step_task, task_name, tellers
from image.model import PACKER, PACKER_PROGRAM
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import Step, step_name
from image.steps import publish, runner


def image(call: Call) -> Iterator[Task]:
    """Everything up to the published card image."""
    plan = call.plan
    last = plan.step("release")
    yield {
        "basename": "image",
        "actions": [(told(_publish), [call])],
        "task_dep": [*tellers(call, last), task_name(last)],
        "io": {"capture": False},
    }
    engines = graph.make(call.project, [PACKER], HOST).steps  # tasks of engine()
    for step in plan.steps.values():
        is_host = step.kind == "build" and step.target is HOST and step.name not in engines
        if step.kind in ("rootfs", "card", "release") or is_host:
            yield step_task(call, plan, step, basename=task_name(step))


def fetch_all(call: Call) -> Iterator[Task]:
    """One task per package with sources."""
    plan = call.plan
    for step in plan.steps.values():
        if step.kind == "fetch" and step.package:
            yield step_task(call, plan, step, name=step.package.name)


def packages(call: Call) -> Iterator[Task]:
    """For each package of the configuration: build it, and build it again."""
    plan = call.plan
    for step in plan.steps.values():
        if step.kind == "build" and step.target is RISCV64:
            yield step_task(call, plan, step, name=step.name)
            again = step_task(call, plan, step, basename=f"_package:{step.name}:rebuild")
            anew = functools.partial(runner.run_step, plan, step, is_anew=True)
            yield {**again, "uptodate": [False], "actions": [told(anew)]}


def engine(call: Call) -> Iterator[Task]:
    """The engine and its packer for the host and, static, for riscv64."""
    copies: list[Any] = []
    needs = []
    for target in (HOST, RISCV64):
        plan = graph.make(call.project, ["llama"], target)
        last = plan.step(step_name("llama", target))
        copies.append((told(_copy_programs), [plan, last, f"out/{target.name}/bin"]))
        needs.append(task_name(last))
        if target is HOST:
            for step in plan.steps.values():
                yield step_task(call, plan, step, basename=task_name(step))
    yield {
        "basename": "engine",
        "actions": copies,
        "task_dep": needs,
        "io": {"capture": False},
    }


def builds_image(call: Call) -> bool:
    """Whether a whole image is built for one of the call's tasks."""
    return bool(
        {"image", *READING, *({"run"} if "file" not in call.options else ())} & set(call.tasks)
    )


def flashing(call: Call) -> Task:
    """The built card image, or file=IMAGE, onto a card."""
    return foreground(commands.flash_card, needs=[] if "file" in call.options else ["image"])


def console(call: Call) -> Task:
    """A console on a board; the emulated one needs a card image."""
    is_emulated = device.is_emulated(call.project.board, call.options)
    return foreground(commands.open_shell, needs=["image"] if is_emulated else [])


def emulation(call: Call) -> Iterator[Task]:
    """QEMU with a card image, once there are both: some boards need a QEMU of their own."""
    needs = [] if "file" in call.options else ["image"]
    if call.project.board.stand_in:
        from image.emulator import stand_in  # each call of ./doit comes here, whatever its task

        emulator = stand_in.plan(call.project)
        needs.append(task_name(stand_in.last_step(emulator)))
        for step in emulator.steps.values():
            yield step_task(call, emulator, step, basename=task_name(step))
    yield {"basename": "run", **foreground(commands.boot, needs)}


def deployment(call: Call) -> Iterator[Task]:
    """Changed files onto a board that runs, once the root is built."""
    step = call.plan.step("rootfs")
    yield {"basename": "deploy", **foreground(commands.deploy_changes, needs=[task_name(step)])}


def ram(call: Call) -> Task:
    """Who owns the board's memory, told once kernel and device tree are built."""
    plan = call.plan
    board = plan.project.board
    needs = [name for name in (board.kernel, board.device_tree) if name] if board.memory_map else []
    return foreground(commands.show_ram, needs=[task_name(plan.step(name)) for name in needs])


def measurements(call: Call) -> Iterator[Task]:
    """The bench, which in the emulator needs a card image."""
    is_emulated = call.project.board.is_emulated
    measured = foreground(commands.measure_board, needs=["image"] if is_emulated else [])
    yield {"basename": "bench", **measured}


def _publish(call: Call) -> None:
    path = publish.publish(call.plan)
    size_mib = path.stat().st_size / (1 << 20)
    name = path.relative_to(call.root)
    print(f"{name}  {size_mib:.0f} MiB; ./doit flash writes it, or balenaEtcher")


def _copy_programs(plan: Plan, step: Step, folder: str) -> None:
    target = plan.project.root / folder
    target.mkdir(parents=True, exist_ok=True)
    for program in ("run", PACKER_PROGRAM):
        with output.whole(target / program) as partial:
            shutil.copy2(plan.folder(step) / runner.PROGRAMS / program, partial)
        print(f"{folder}/{program}")
