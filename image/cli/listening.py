# SPDX-License-Identifier: MIT
"""What tells on this machine as doit tasks: many stories, one to listen to, and the voices."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from image import output
from image.builders.toolchain import HOST
from image.cli import commands
from image.cli.bending import Task, foreground
from image.cli.call import Call
from image.cli.step_task import own_name, own_task, step_task, task_name
from image.errors import UserError
from image.model import MODEL_PATH, PACKER, TOKENIZER_PATH
from image.options import is_on
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import ROOT as TREE
from image.plan.step import Step, step_name
from image.steps import runner


def story_report(call: Call) -> Iterator[Task]:
    """The storyteller for this machine and the board's model, then many stories."""
    host = graph.make(call.project, ["storyteller"], HOST)
    plan = call.plan
    others = {*plan.steps, *graph.make(call.project, [PACKER], HOST).steps}
    for name, step in host.steps.items():
        if name not in others:
            yield step_task(call, host, step, basename=task_name(step))
    last = host.step(step_name("storyteller", HOST))
    models = [] if plan.project.model_files else [_model_step(plan)]  # one given is there already
    needs = [task_name(step) for step in (last, *models)]

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
    yield from (own_task(call, made, made.steps[name]) for name, made in both.items())

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

    needs = [own_name(step) for step in (*programs, *models)]
    yield {"basename": "tell", **foreground(speak, needs)}


def voices(call: Call) -> Iterator[Task]:
    """The voices as a program for this machine, then the page on which they are heard."""
    if "voices" not in call.tasks:  # each call of ./doit comes here, whatever its task
        yield {"basename": "voices", **foreground(lambda call: None)}
        return
    from image import audition, project, tell

    wanted = audition.names(call.options)
    made = audition.plan(project.load(call.root, call.options, wanted))
    yield from (own_task(call, made, step) for step in made.steps.values())

    def speak(call: Call) -> None:
        known = {voice.name: voice for voice in tell.built_in(made.project)}
        folder = call.root / audition.FOLDER
        with output.alone(folder):
            chosen = [known[name] for name in wanted]
            print(audition.record(audition.speaker(made), chosen, folder).relative_to(call.root))

    yield {"basename": "voices", **foreground(speak, [own_name(s) for s in made.steps.values()])}


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
