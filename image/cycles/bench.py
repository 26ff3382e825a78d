# SPDX-License-Identifier: MIT
"""`doit cycles`: the engines with the model's errors, the voices, or one program of the user's."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from image import output
from image.cycles import engines, report, speech
from image.cycles.emulator import (
    DUO,
    MOST_MEMORIES,
    Memory,
    check_program,
    find_emulator,
    measure,
    shown,
)
from image.cycles.engines import Bench
from image.cycles.hardware import CHECKS, Check, Checked
from image.cycles.symbols import by_function
from image.errors import UserError
from image.options import File, Flag, Number, Numbers, Option, ShellWords, is_on
from image.project import Project
from image.run import CommandFailed

OPTIONS = (
    Option("program", "a static riscv64 program to measure instead of the engines", File()),
    Option("args", "its arguments", ShellWords()),
    Option("env", "NAME=VALUE words for its environment", ShellWords()),
    Option("by_symbol", "show what each of its functions costs", Flag(), default="0"),
    Option("speech", "measure the voices instead of the engines", Flag(), default="0"),
    Option("bandwidth", "of memory, in GB/s: what to model side by side",
           Numbers(Number(0.05, 50), MOST_MEMORIES), default="1.0,1.3,1.8"),
)  # fmt: skip


def estimate(project: Project, options: Mapping[str, str]) -> None:
    """Measure what the call asks for. Raises UserError."""
    find_emulator()
    work = project.work / "cycles"
    with output.alone(work):
        work.mkdir(exist_ok=True)
        _estimate(project, work, options)


def _estimate(project: Project, work: Path, options: Mapping[str, str]) -> None:
    if "program" in options:
        measure_program(work, options)
        return
    opened = engines.open_bench(project, work, chosen_memories(options))
    if is_on(options, "speech"):
        measure_speech(opened, project.root / "out")
    else:
        compare_engines(opened, project.root / "out")


def check_call(options: Mapping[str, str]) -> None:
    """Raise UserError for a call that cannot be done, before anything is installed or built."""
    variables(options.get("env", ""))
    if "program" in options:
        check_program(Path(options["program"]))
        return
    for name in ("args", "env", "by_symbol"):
        if name in options:
            raise UserError(f"{name}= is for a program", hint="./doit cycles program=FILE ...")


def chosen_memories(options: Mapping[str, str]) -> Sequence[Memory]:
    """Those whose bandwidths were asked for, else what the Duo's may be."""
    given = options.get("bandwidth", "")
    return tuple(Memory(round(float(one) * 1000)) for one in given.split(",") if one) or DUO


def measure_program(work: Path, options: Mapping[str, str]) -> None:
    """Print what one program costs; it writes to the terminal as ever."""
    memories = chosen_memories(options)
    program = Path(options["program"]).absolute()
    args = shlex.split(options.get("args", ""))
    found = measure([program, *args], work, memories, variables(options.get("env", "")))
    print(f"\n{report.totals(found)}")
    if is_on(options, "by_symbol"):
        index = shown(memories)
        functions = by_function(program, found.blocks, index)
        print(f"\nBy function, at {memories[index].name}:\n")
        print(report.functions(functions, found.intervals))


def variables(text: str) -> dict[str, str]:
    """The variables that NAME=VALUE words set. Raises UserError."""
    words = shlex.split(text)
    if not all("=" in word for word in words):
        raise UserError(f"env={text} is not a list of NAME=VALUE words")
    return dict(word.split("=", 1) for word in words)


def measure_speech(bench: Bench, out: Path) -> None:
    """What the storyteller's start and its voices cost; write out/speech.md."""
    print("the storyteller's start, and a sentence by each voice ...", flush=True)
    found = []
    for cost in speech.costs(bench):
        print(f"{cost.name}: {cost.seconds[shown(bench.memories)]:.3f} s", flush=True)
        found.append(cost)
    text = speech.as_markdown(found, bench.memories)
    out.mkdir(exist_ok=True)
    output.write(out / "speech.md", text)
    print(f"\n{text}\nout/speech.md")


def compare_engines(bench: Bench, out: Path) -> None:
    """Measure all engines, then the model itself; write out/engine.{json,md,svg}."""
    rows: list[report.Row] = []
    missing = []
    for engine in engines.ENGINES:
        print(f"{engine.name} ({engine.mode}): up to {engine.steps} tokens ...", flush=True)
        try:
            rows += report.rows_of(engine.name, engine.mode, engine.measured(bench))
        except UserError as error:
            missing.append(report.Missing(engine.name, engine.mode, reason(error)))
    checks = []
    for check in CHECKS:
        print(f"against hardware: {check.name} ...", flush=True)
        checks.append(checked(check, bench))
    out.mkdir(exist_ok=True)
    output.write(out / "engine.json", report.as_json(rows, missing, checks, bench.model))
    output.write(out / "engine.md", report.as_markdown(rows, missing, checks, bench.model))
    if rows:
        report.draw(rows, out / "engine.svg")
    print(f"\n{report.figures(rows, missing)}\n\n{report.errors(checks)}\n")
    print("out/engine.md, out/engine.json, out/engine.svg")
    unknown = [one.name for one in missing] + [c.check.name for c in checks if c.modelled is None]
    if unknown:
        print(f"not measured: {', '.join(unknown)}; the tables say why")


def checked(check: Check, bench: Bench) -> Checked:
    """What the model says of something that was timed on a chip."""
    try:
        return Checked(check, check.modelled(bench))
    except UserError as error:
        return Checked(check, None, reason(error))


def reason(error: UserError) -> str:
    """An error in one line, for a table."""
    where = f", see {error.log}" if isinstance(error, CommandFailed) and error.log else ""
    return " ".join(error.message.split()) + where
