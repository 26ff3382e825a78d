# SPDX-License-Identifier: MIT
"""The work as doit tasks: what dodo.py hands over to the task runner."""

import functools
import shlex
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from image import output
from image.builders.toolchain import HOST, RISCV64
from image.cli import commands
from image.cli.bending import Task, foreground, told
from image.cli.call import ROOT, Call, current_plan, current_project, given, line
from image.device import shell
from image.errors import UserError
from image.model import MODEL_PATH, PACKER, PACKER_PROGRAM, TOKENIZER_PATH
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import ROOT as TREE
from image.plan.step import Step, step_name
from image.report import stories
from image.steps import publish, runner


def image() -> Iterator[Task]:
    """Everything up to the published card image."""
    plan = current_plan()
    last = plan.step("release")
    yield {
        "basename": "image",
        "actions": [told(_publish)],
        "task_dep": [_task_name(last)],
        "io": {"capture": False},
    }
    engines = graph.make(current_project(), [PACKER], HOST).steps  # tasks of engine()
    for step in plan.steps.values():
        is_host = step.kind == "build" and step.target is HOST and step.name not in engines
        if step.kind in ("rootfs", "card", "release") or is_host:
            yield _step_task(plan, step, basename=_task_name(step))


def fetch_all() -> Iterator[Task]:
    """One task per package with sources."""
    plan = current_plan()
    for step in plan.steps.values():
        if step.kind == "fetch" and step.package:
            yield _step_task(plan, step, name=step.package.name)


def packages() -> Iterator[Task]:
    """For each package of the configuration: build it, and build it again."""
    plan = current_plan()
    for step in plan.steps.values():
        if step.kind == "build" and step.target is RISCV64:
            yield _step_task(plan, step, name=step.name)
            again = _step_task(plan, step, basename=f"_package:{step.name}:rebuild")
            anew = functools.partial(runner.run_step, plan, step, is_anew=True)
            yield {**again, "uptodate": [False], "actions": [told(anew)]}


def engine() -> Iterator[Task]:
    """The engine and its packer for the host and, static, for riscv64."""
    copies: list[Any] = []
    needs = []
    for target in (HOST, RISCV64):
        plan = graph.make(current_project(), ["llama"], target)
        last = plan.step(step_name("llama", target))
        copies.append((told(_copy_programs), [plan, last, ROOT / "out" / target.name / "bin"]))
        needs.append(_task_name(last))
        if target is HOST:
            yield from (_step_task(plan, s, basename=_task_name(s)) for s in plan.steps.values())
    yield {
        "basename": "engine",
        "actions": copies,
        "task_dep": needs,
        "io": {"capture": False},
    }


def story_report() -> Iterator[Task]:
    """The storyteller for this machine and the board's model, then many stories."""
    host = graph.make(current_project(), ["storyteller"], HOST)
    plan = current_plan()
    others = {*plan.steps, *graph.make(current_project(), [PACKER], HOST).steps}
    for name, step in host.steps.items():
        if name not in others:
            yield _step_task(host, step, basename=_task_name(step))
    last = host.step(step_name("storyteller", HOST))
    models = [] if plan.project.model_files else [_model_step(plan)]  # one given is there already
    needs = [_task_name(step) for step in (last, *models)]

    def tell(call: Call, words: Sequence[str]) -> None:
        wanted = stories.number(words)
        program = host.folder(last) / runner.PROGRAMS / "storyteller"
        target = plan.project.out / stories.FOLDER
        page = stories.tell(program, _model(plan), ROOT, target, wanted, plan.project.jobs)
        print(page.read_text().partition("\n## ")[0])
        print(page.relative_to(ROOT))

    yield {"basename": "stories", **foreground(tell, needs), "pos_arg": "words"}


def _model_step(plan: Plan) -> Step:
    """What brings the board's model."""
    found = next((package for package in plan.packages if package.build == "packed"), None)
    if found is None:
        raise UserError("the configuration has no model", hint="choose one: ./doit menuconfig")
    return plan.step(found.name)


def _model(plan: Plan) -> stories.Model:
    """The model of MODEL=, or the board's."""
    files = plan.project.model_files
    if files:
        return stories.Model(files[MODEL_PATH].name, files[MODEL_PATH], files[TOKENIZER_PATH])
    step = _model_step(plan)
    root = plan.folder(step) / TREE
    return stories.Model(step.name, root / MODEL_PATH, root / TOKENIZER_PATH)


def builds_image(names: Sequence[str]) -> bool:
    """Whether a whole image is built for one of these tasks."""
    return bool({"image", "run", "report", "legal-info", "submission"} & set(names))


def built_unless_given() -> list[str]:
    """What a task needs that works on the built card image, or on file=IMAGE."""
    return [] if "file" in given() else ["image"]


def deployment() -> Iterator[Task]:
    """Changed files onto a board that runs, once the root is built."""
    step = current_plan().step("rootfs")
    yield {"basename": "deploy", **foreground(commands.deploy_changes, needs=[_task_name(step)])}


def built_if_emulated() -> list[str]:
    """What `open_shell` needs. A configuration that cannot be read is told when it is done."""
    try:
        return ["image"] if shell.is_emulated(current_project().board, given()) else []
    except UserError:
        return []


def ram() -> Task:
    """Who owns the board's memory, told once kernel and device tree are built."""
    plan = current_plan()
    board = plan.project.board
    needs = [name for name in (board.kernel, board.device_tree) if name] if board.memory_map else []
    return foreground(commands.show_ram, needs=[_task_name(plan.step(name)) for name in needs])


def measurements() -> Iterator[Task]:
    """The bench, which in the emulator needs a card image."""
    is_emulated = current_project().board.is_emulated
    measured = foreground(commands.measure_board, needs=["image"] if is_emulated else [])
    yield {"basename": "bench", **measured}


def _step_task(plan: Plan, step: Step, **more: Any) -> Task:
    """One step as a task: skipped when the result of its key is there."""
    name = _task_name(step)
    again = [name] if is_named(name) else [*line().tasks, *line().words]
    again += [f"{setting}={value}" for setting, value in given().items()]
    meta: dict[str, Any] = {"step": step.name, "again": shlex.join(["./doit", *again])}
    meta["is_done"] = lambda: _is_done(plan, step)

    def is_done(*_: Any) -> bool:
        try:
            done = plan.is_done(step)
            meta["why"] = "" if done else plan.why(step)
        except UserError:
            return False  # doing it meets the same trouble, where it can be told
        return done

    return {
        "actions": [(told(runner.run_step), [plan, step])],
        "uptodate": [is_done],
        "task_dep": [_task_name(plan.steps[need]) for need in step.needs],
        "io": {"capture": False},
        "meta": meta,
        "doc": step.package.summary if step.package else None,
        **more,
    }


def _is_done(plan: Plan, step: Step) -> bool:
    """As the plan says; where it cannot, doing the step meets the same trouble and tells it."""
    try:
        return plan.is_done(step)
    except UserError:
        return False


def _task_name(step: Step) -> str:
    """The name under which doit knows a step."""
    if step.kind == "fetch":
        return step.name
    if step.kind == "build" and step.target is RISCV64:
        return f"package:{step.name}"
    return f"_{step.name}"


def is_named(task: str) -> bool:
    """Whether a person can name a task; some names begin with _, and stand for parts of others."""
    return not task.startswith("_")


def _publish() -> None:
    path = publish.publish(current_plan())
    size_mib = path.stat().st_size / (1 << 20)
    print(f"{path.relative_to(ROOT)}  {size_mib:.0f} MiB; ./doit flash writes it, or balenaEtcher")


def _copy_programs(plan: Plan, step: Step, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for program in ("run", PACKER_PROGRAM):
        with output.whole(target / program) as partial:
            shutil.copy2(plan.folder(step) / runner.PROGRAMS / program, partial)
        print((target / program).relative_to(ROOT))
