# SPDX-License-Identifier: MIT
"""The work as doit tasks: what dodo.py hands over to the task runner."""

import functools
import shlex
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from image import device, output
from image.builders.toolchain import HOST, RISCV64
from image.cli import commands
from image.cli.bending import Task, foreground, told
from image.cli.call import Call
from image.errors import UserError
from image.model import MODEL_PATH, PACKER, PACKER_PROGRAM, TOKENIZER_PATH
from image.options import is_on
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import ROOT as TREE
from image.plan.step import Step, step_name
from image.steps import publish, runner

READING = {"report", "legal-info", "submission"}  # read what the steps before the card left


def image(call: Call) -> Iterator[Task]:
    """Everything up to the published card image."""
    plan = call.plan
    last = plan.step("release")
    yield {
        "basename": "image",
        "actions": [(told(_publish), [call])],
        "task_dep": [*_telling(call, last), _task_name(last)],
        "io": {"capture": False},
    }
    engines = graph.make(call.project, [PACKER], HOST).steps  # tasks of engine()
    for step in plan.steps.values():
        is_host = step.kind == "build" and step.target is HOST and step.name not in engines
        if step.kind in ("rootfs", "card", "release") or is_host:
            yield _step_task(call, plan, step, basename=_task_name(step))


def fetch_all(call: Call) -> Iterator[Task]:
    """One task per package with sources."""
    plan = call.plan
    for step in plan.steps.values():
        if step.kind == "fetch" and step.package:
            yield _step_task(call, plan, step, name=step.package.name)


def packages(call: Call) -> Iterator[Task]:
    """For each package of the configuration: build it, and build it again."""
    plan = call.plan
    for step in plan.steps.values():
        if step.kind == "build" and step.target is RISCV64:
            yield _step_task(call, plan, step, name=step.name)
            again = _step_task(call, plan, step, basename=f"_package:{step.name}:rebuild")
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
        needs.append(_task_name(last))
        if target is HOST:
            for step in plan.steps.values():
                yield _step_task(call, plan, step, basename=_task_name(step))
    yield {
        "basename": "engine",
        "actions": copies,
        "task_dep": needs,
        "io": {"capture": False},
    }


def story_report(call: Call) -> Iterator[Task]:
    """The storyteller for this machine and the board's model, then many stories."""
    host = graph.make(call.project, ["storyteller"], HOST)
    plan = call.plan
    others = {*plan.steps, *graph.make(call.project, [PACKER], HOST).steps}
    for name, step in host.steps.items():
        if name not in others:
            yield _step_task(call, host, step, basename=_task_name(step))
    last = host.step(step_name("storyteller", HOST))
    models = [] if plan.project.model_files else [_model_step(plan)]  # one given is there already
    needs = [_task_name(step) for step in (last, *models)]

    def tell(call: Call, words: Sequence[str]) -> None:
        from image.report import stories
        from image.tell import settings

        wanted = stories.number(words)
        program = host.folder(last) / runner.PROGRAMS / "storyteller"
        target = plan.project.out / stories.FOLDER
        trained, how = stories.trained(call.options), settings(plan.project)
        model = stories.Model(*_model(plan), trained, how)
        page = stories.tell(program, model, call.root, target, wanted, plan.project.jobs)
        print(page.read_text().partition("\n## Mistakes")[0])
        print(page.relative_to(call.root))

    yield {"basename": "stories", **foreground(tell, needs), "pos_arg": "words"}


def telling(call: Call) -> Iterator[Task]:
    """The storyteller for this machine, and the model that it tells with.

    Its steps are tasks of their own: they need not be those of the call's configuration.
    """
    if "tell" not in call.tasks:  # each call of ./doit comes here, whatever its task
        yield {"basename": "tell", **foreground(lambda call: None)}
        return
    from image import tell

    plan = commands.plan_to_tell(call)
    wanted = [tell.PACKAGE, *([tell.page.PACKAGE] if is_on(call.options, "page") else [])]
    host = graph.make(plan.project, wanted, HOST)
    programs = [host.step(step_name(name, HOST)) for name in wanted]
    models = [] if plan.project.model_files else [_model_step(plan)]
    of_model = [plan.steps[name] for model in models for name in plan.steps_before(model)]
    both = {step.name: plan for step in (*of_model, *models)} | dict.fromkeys(host.steps, host)
    yield from (_own_task(call, made, made.steps[name]) for name, made in both.items())

    def speak(call: Call) -> None:
        _, model, tokenizer = _model(plan)
        tells = host.folder(programs[0]) / runner.PROGRAMS / "storyteller"
        settings, variables = tell.settings(plan.project), tell.variables(host)
        shown = [
            tell.page.Page(
                host.folder(one) / runner.PROGRAMS / "story-page", call.root / tell.page.FILES
            )
            for one in programs[1:]
        ]
        teller = tell.Teller(tells, model, tokenizer, settings, variables, *shown)
        tell.tell(teller, call.root, call.options)

    needs = [_own_name(step) for step in (*programs, *models)]
    yield {"basename": "tell", **foreground(speak, needs)}


def voices(call: Call) -> Iterator[Task]:
    """The voices as a program for this machine, then the page on which they are heard."""
    if "voices" not in call.tasks:  # each call of ./doit comes here, whatever its task
        yield {"basename": "voices", **foreground(lambda call: None)}
        return
    from image import audition, project, tell

    wanted = audition.names(call.options)
    made = audition.plan(project.load(call.root, call.options, wanted))
    yield from (_own_task(call, made, step) for step in made.steps.values())

    def speak(call: Call) -> None:
        known = {voice.name: voice for voice in tell.built_in(made.project)}
        folder = call.root / audition.FOLDER
        with output.alone(folder):
            chosen = [known[name] for name in wanted]
            print(audition.record(audition.speaker(made), chosen, folder).relative_to(call.root))

    yield {"basename": "voices", **foreground(speak, [_own_name(s) for s in made.steps.values()])}


def _own_task(call: Call, plan: Plan, step: Step) -> Task:
    """A step by a name that no other task's steps have."""
    needs = [_own_name(plan.steps[need]) for need in step.needs]
    return _step_task(call, plan, step, basename=_own_name(step), task_dep=needs)


def _own_name(step: Step) -> str:
    return f"_tell:{step.name}"


def _model_step(plan: Plan) -> Step:
    """What brings the board's model."""
    found = next((package for package in plan.packages if package.build == "packed"), None)
    if found is None:
        raise UserError("the configuration has no model", hint="choose one: ./doit menuconfig")
    return plan.step(found.name)


def _model(plan: Plan) -> tuple[str, Path, Path]:
    """Name, file and tokenizer of the model of MODEL=, or of the board's."""
    files = plan.project.model_files
    if files:
        return files[MODEL_PATH].name, files[MODEL_PATH], files[TOKENIZER_PATH]
    step = _model_step(plan)
    root = plan.folder(step) / TREE
    return step.name, root / MODEL_PATH, root / TOKENIZER_PATH


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
        needs.append(_task_name(stand_in.last_step(emulator)))
        for step in emulator.steps.values():
            yield _step_task(call, emulator, step, basename=_task_name(step))
    yield {"basename": "run", **foreground(commands.boot, needs)}


def deployment(call: Call) -> Iterator[Task]:
    """Changed files onto a board that runs, once the root is built."""
    step = call.plan.step("rootfs")
    yield {"basename": "deploy", **foreground(commands.deploy_changes, needs=[_task_name(step)])}


def ram(call: Call) -> Task:
    """Who owns the board's memory, told once kernel and device tree are built."""
    plan = call.plan
    board = plan.project.board
    needs = [name for name in (board.kernel, board.device_tree) if name] if board.memory_map else []
    return foreground(commands.show_ram, needs=[_task_name(plan.step(name)) for name in needs])


def measurements(call: Call) -> Iterator[Task]:
    """The bench, which in the emulator needs a card image."""
    is_emulated = call.project.board.is_emulated
    measured = foreground(commands.measure_board, needs=["image"] if is_emulated else [])
    yield {"basename": "bench", **measured}


def _step_task(call: Call, plan: Plan, step: Step, **more: Any) -> Task:
    """One step as a task: skipped when the result of its key is there."""
    name = _task_name(step)
    again = [name] if is_named(name) else [*call.tasks, *call.words]
    again += [f"{setting}={value}" for setting, value in call.options.items()]
    meta: dict[str, Any] = {"step": step.name, "again": shlex.join(["./doit", *again])}
    meta["is_done"] = lambda: _is_done(plan, step)

    def is_done(*_: Any) -> bool:
        try:
            done = plan.is_done(step)
            meta["why"] = "" if done else plan.why(step)
        except UserError:
            return False  # doing it meets the same trouble, where it can be told
        return done

    demand = call.demand if call.demand and step in call.demand else None
    entry = demand.wanted.shared.get(step.name) if demand else None

    def do() -> None:
        wanted = demand.wanted if demand else None
        if wanted and step.name not in wanted.steps:
            meta["why"] = "not needed: the store has what is made from it"
            return
        if wanted and call.store and (found := wanted.shared.get(step.name)):
            runner.take_step(plan, step, call.store, found)
        elif needs:
            runner.run_step(plan, step, call.store)
        else:
            runner.run_all(plan, step, call.store)
        if by := graph.builder(plan, step):
            meta["why"] = f"built by {by}, from the store"

    needs = () if entry or _is_complete(call, plan, step) else step.needs
    return {
        "actions": [told(do)],
        "uptodate": [is_done],
        "task_dep": [_task_name(plan.steps[need]) for need in needs],
        "io": {"capture": False},
        "meta": meta,
        "doc": step.package.summary if step.package else None,
        **more,
    }


def _telling(call: Call, last: Step) -> list[str]:
    """What is fetched first, since it tells for which results the store can be asked."""
    before = [call.plan.steps[name] for name in call.plan.steps_before(last)]
    loads = [one for one in before if one.kind == "fetch" and one.package]
    return [_task_name(load) for load in loads if call.demand and not call.plan.is_named(load)]


def _is_complete(call: Call, plan: Plan, step: Step) -> bool:
    """Whether a step needs nothing before it, as what came from a store does not."""
    if READING & {*call.tasks} or not _is_done(plan, step):
        return False
    return call.store is not None or graph.builder(plan, step) is not None


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
