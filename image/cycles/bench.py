# SPDX-License-Identifier: MIT
"""`doit cycles`: the engines with the model's errors, the voices, or one program of the user's."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from image.cycles import engines, report, speech
from image.cycles.emulator import DUO, find_emulator, measure
from image.cycles.engines import Bench
from image.cycles.hardware import CHECKS, Check, Checked
from image.cycles.symbols import by_function
from image.errors import UserError
from image.project import Project
from image.run import CommandFailed

SHOWN = 1  # of DUO: the memory that the table of functions is for


def perform(project: Project, given: Mapping[str, str]) -> None:
    """Measure what the call asks for. Raises UserError."""
    work = project.work / "cycles"
    work.mkdir(parents=True, exist_ok=True)
    if "program" in given:
        measure_program(work, given)
        return
    for name in ("args", "env", "by_symbol"):
        if name in given:
            raise UserError(f"{name}= is for a program", hint="./doit cycles program=FILE ...")
    opened = engines.open_bench(project, work)
    if given.get("speech", "0") not in ("", "0"):
        measure_speech(opened, project.root / "out")
    else:
        compare_engines(opened, project.root / "out")


def measure_program(work: Path, given: Mapping[str, str]) -> None:
    """Print what one program costs; it writes to the terminal as ever."""
    program = Path(given["program"]).absolute()
    variables = words(given, "env")
    if not all("=" in word for word in variables):
        raise UserError(f"env={given['env']} is not a list of NAME=VALUE words")
    env = dict(word.split("=", 1) for word in variables)
    found = measure([program, *words(given, "args")], work, DUO, env)
    print(f"\n{report.totals(found)}")
    if given.get("by_symbol", "0") not in ("", "0"):
        functions = by_function(program, found.blocks, SHOWN)
        memory = DUO[SHOWN].bandwidth_mb_s / 1000
        print(f"\nBy function, at {memory:g} GB/s:\n")
        print(report.functions(functions, found.intervals))


def measure_speech(bench: Bench, out: Path) -> None:
    """What the storyteller's start and its voices cost; write out/speech.md."""
    print("the storyteller's start, and two sentences of each voice ...", flush=True)
    text = speech.as_markdown(speech.costs(bench))
    out.mkdir(exist_ok=True)
    (out / "speech.md").write_text(text)
    print(f"\n{text}\nout/speech.md")


def words(given: Mapping[str, str], name: str) -> list[str]:
    """A setting as a shell would split it. Raises UserError for quotes that do not close."""
    try:
        return shlex.split(given.get(name, ""))
    except ValueError as error:
        raise UserError(f"{name}={given[name]}: {error}") from None


def compare_engines(bench: Bench, out: Path) -> None:
    """Measure all engines, then the model itself; write out/engine.{json,md,svg}."""
    find_emulator()
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
    (out / "engine.json").write_text(report.as_json(rows, missing, checks))
    (out / "engine.md").write_text(report.as_markdown(rows, missing, checks))
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
