# SPDX-License-Identifier: MIT
"""The engines that are compared, and how each is come by. A new one is one row of ENGINES."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from image import fetch, model, run
from image.builders.toolchain import HOST, RISCV64, Target
from image.cycles import models, q80
from image.cycles.emulator import DUO, Measured, Memory, measure
from image.key import hash_file, key_of
from image.output import whole
from image.plan import graph
from image.plan.step import step_name
from image.project import Project
from image.recipes.source import Source
from image.steps import runner

LLAMA2_C = "350e04fe35433e6d2941dce5a1f53308f87058eb"
CONTEST = "432323c3f130878d8be4243391ea400181ae4919"  # plctlab/rvspoc-s2311-llama2, pull request 4
RUN_C = Source(
    file="llama2.c-350e04f-run.c",
    urls=(f"https://raw.githubusercontent.com/karpathy/llama2.c/{LLAMA2_C}/run.c",),
    sha256="9c4f2d5c6ae01b71726d1cc37530d71e60bff0ec7cc012565f16a43c1ca658bd",
)
RUNQ_C = Source(
    file="llama2.c-350e04f-runq.c",
    urls=(f"https://raw.githubusercontent.com/karpathy/llama2.c/{LLAMA2_C}/runq.c",),
    sha256="ba9cc681afca79f994f815dfeffc4a61c5b3ca8c5d4d4dcb75c8d375856ba548",
)
WINNER = Source(
    file="rvspoc-s2311-pr4-runq-fast-gcc",
    urls=(
        "https://raw.githubusercontent.com/plctlab/rvspoc-s2311-llama2/"
        f"{CONTEST}/prebuilt/runq-fast-gcc",
    ),
    sha256="90059237200bde552433a2acd901191a711819bee3f4dbce65e33b82d3a5186c",
)
ENGINE = "llama"  # the package
# The contest's prompt and seed.
STORY = ("-t", "1.0", "-p", "0.9", "-s", "123", "-i", "Once upon a time")


@dataclass(frozen=True)
class Bench:
    """What all engines need: the project, where to build, and the model."""

    project: Project
    work: Path
    checkpoint: Path
    tokenizer: Path
    model: str = ""  # what reports call it
    memories: Sequence[Memory] = DUO
    results: "dict[Engine, Measured]" = field(default_factory=dict)

    @property
    def q80_checkpoint(self) -> Path:
        """The model as Q8_0; kept by the content of the original."""
        target = self.work / f"model-{hash_file(self.checkpoint)[:12]}-q80.bin"
        if not target.is_file():
            with whole(target) as partial:
                q80.export(self.checkpoint, partial)
        return target


@dataclass(frozen=True)
class Engine:
    """A program that tells a story. `steps` is how far: the slow ones are asked for less."""

    name: str
    mode: str
    program: Callable[[Bench], Path]
    model: Callable[[Bench], Path]
    steps: int = 200
    env: tuple[tuple[str, str], ...] = ()

    def command(self, bench: Bench) -> list[str | Path]:
        """The words that run it. Raises UserError when something is not available."""
        length = ("-n", str(self.steps))
        return [self.program(bench), self.model(bench), "-z", bench.tokenizer, *length, *STORY]

    def measured(self, bench: Bench) -> Measured:
        """A story under the model, with each of the memories; run once per bench."""
        if self not in bench.results:
            log = bench.work / "engines.log"
            env = dict(self.env)
            bench.results[self] = measure(self.command(bench), bench.work, bench.memories, env, log)
        return bench.results[self]


def open_bench(project: Project, work: Path, memories: Sequence[Memory] = DUO) -> Bench:
    """The model to tell with, and room to build in. Raises UserError."""
    work.mkdir(parents=True, exist_ok=True)
    model = models.chosen(project, work)
    print(f"model: {model.name}", flush=True)
    return Bench(project, work, model.checkpoint, model.tokenizer, model.name, memories)


def compiled(source: Path, work: Path, *flags: str) -> Path:
    """A C or assembly file as a static riscv64 program; kept by content and flags."""
    words = (*flags, "-static", "-no-pie")
    beside = {path.name: hash_file(path) for path in source.parent.glob("*.h")}
    inputs = {"source": hash_file(source), "beside": beside, "flags": words}
    program = work / f"{source.stem}-{key_of({**inputs, **RISCV64.identity()})}"
    if not program.is_file():
        log = work / "compile.log"
        compiler = RISCV64.prefix + "gcc"
        with whole(program) as partial:
            files = ("-o", partial, "-x", _language(source), source, "-x", "none")
            run.run([compiler, *words, *files, "-lm"], log=log)
    return program


def _language(source: Path) -> str:
    return "assembler-with-cpp" if source.suffix == ".S" else "c"


def _stock(source: Source, *flags: str) -> Callable[[Bench], Path]:
    return lambda bench: compiled(fetch.fetch(source, bench.project.fetch).path, bench.work, *flags)


def _winner(bench: Bench) -> Path:
    program = fetch.fetch(WINNER, bench.project.fetch).path
    program.chmod(program.stat().st_mode | 0o111)
    return program


def programs(bench: Bench, package: str, target: Target = RISCV64) -> Path:
    """The folder of a package's programs, as the project's recipe builds them for a target."""
    plan = graph.make(bench.project, [package], target)
    for step in plan.steps.values():
        if not plan.is_done(step):
            runner.run_step(plan, step)
    return plan.folder(plan.step(step_name(package, target))) / runner.PROGRAMS


def _ours(bench: Bench) -> Path:
    return programs(bench, ENGINE) / "run"


def _float32(bench: Bench) -> Path:
    return bench.checkpoint


def packed(bench: Bench) -> Path:
    """The model as our own packer, built for this machine, packs it; kept by the packer's key."""
    tools = programs(bench, ENGINE, HOST)
    key = tools.parents[2].name
    target = bench.work / f"model-{hash_file(bench.checkpoint)[:12]}-{key}.packed"
    if not target.is_file():
        packer = tools / model.PACKER_PROGRAM
        model.pack(packer, bench.checkpoint, bench.tokenizer, target, bench.work / "pack.log")
    return target


def _q80(bench: Bench) -> Path:
    return bench.q80_checkpoint


STOCK = Engine("llama2.c run.c", "float32", _stock(RUN_C, "-Ofast"), _float32, steps=24)
CONTEST_WINNER = Engine("contest winner", "Q8_0", _winner, _q80)
OURS = (
    Engine("ours", "legacy file", _ours, _float32, steps=24),
    Engine("ours", "fp32", _ours, packed, env=(("LLAMA_MODE", "fp32"),)),
    Engine("ours", "q16", _ours, packed, env=(("LLAMA_MODE", "q16"),)),
)
ENGINES = (
    STOCK,
    Engine("llama2.c runq.c", "Q8_0", _stock(RUNQ_C, "-Ofast"), _q80, steps=24),
    CONTEST_WINNER,
    *OURS,
)
