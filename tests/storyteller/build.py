# SPDX-License-Identifier: MIT
"""Builds of the storyteller for tests: with sanitizers, and with stand-ins for engine and card."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from image import builders, run
from image.builders.toolchain import HOST
from image.plan import graph
from image.plan.step import STAGING, step_name
from image.project import Project
from image.recipes.loading import configured, load_all
from image.steps import runner
from tests.conftest import load_project, once

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
SOURCES = ROOT / "packages/storyteller/src"
COMMON = ROOT / "packages/common/src"
ENGINE = ROOT / "packages/llama/src"
HIBARI = ROOT / "packages/hibari/src"
POCKET = ROOT / "packages/pocket/src"
WORDS = ROOT / "packages/storyteller/words"

WARNINGS = ("-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wshadow")
CARD = ("sound_alsa.c", "sound_cards.c", "sound_none.c", "sound_format.c", "mixer.c")
STRICT = ("-std=c11", "-D_DEFAULT_SOURCE", *WARNINGS, "-g", "-O1")
VOICES = ("-DVOICE_SLT", "-DVOICE_KAL16", "-DSPEECH_FLITE")
ADDRESSES = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
INCLUDES = (f"-I{SOURCES}", f"-I{COMMON}", f"-I{ENGINE}")
THREADS = ("-fsanitize=thread",)
TIMED = HERE / "timed"
# What core.c and costs.c stand in front of.
WRAPPED = (
    "clock_gettime",
    "hibari_speak",
    "llama_next",
    "nanosleep",
    "net_durations",
    "net_encode",
    "poll",
    "pthread_cond_broadcast",
    "pthread_cond_signal",
    "pthread_cond_timedwait",
    "pthread_cond_wait",
    "pthread_create",
    "pthread_join",
    "ring_write",
    "setpriority",
)


def host_package(name: str) -> Path:
    """A package and what it needs, built for this machine; returns its install tree."""
    plan = graph.make(load_project(), [name], HOST)
    for step in plan.steps.values():
        if not plan.is_done(step):
            runner.run_step(plan, step)
    return plan.folder(plan.step(step_name(name, HOST))) / STAGING


def with_symbols(symbols: Mapping[str, str | int | bool]) -> Project:
    """The emulated board's project, with other choices."""
    found = load_project()
    config = replace(found.config, symbols={**found.config.symbols, **symbols})
    recipes = load_all(ROOT / "packages", builders.keys())
    packages = {name: configured(one, config.symbols) for name, one in recipes.items()}
    return replace(found, config=config, packages=packages)


def source(name: str) -> Path:
    """One of the storyteller's files, whatever its folder, or of those it shares."""
    (found,) = (*SOURCES.rglob(name), *COMMON.glob(name))
    return found


def compile_driver(
    program: Path,
    *parts: str,
    main: str = "",
    more: Sequence[str] = (),
    flags: Sequence[str] = ADDRESSES,
) -> Path:
    """Some of the storyteller's files (or libraries) and a test's own: `main`, named like the
    program unless told, and `more` of this folder."""
    own = [HERE / f"{main or program.name}.c", *(HERE / name for name in more)]
    files = [part if part.startswith("-l") else source(part) for part in parts]
    words: list[str | Path] = ["gcc", *STRICT, *flags, *INCLUDES, *own, *files, "-o"]
    return once(program, lambda partial: run.output([*words, partial]))


def compile_voice(
    program: Path, voice: str, engine: str, *files: Path, checks: Sequence[str] = ADDRESSES
) -> Path:
    """`files` with a voice whose engine is a package: its kind is the package's first word."""
    tree, kind = host_package(engine) / "usr", engine.partition("-")[0]
    own = [
        source(name)
        for name in ("speech.c", "speech_find.c", f"speech_{kind}.c", "spoken.c", "voices.c")
    ]
    choices = (f"-DVOICE_{voice.upper()}", f"-DSPEECH_{kind.upper()}")
    headers = ("-isystem", tree / "include")
    libraries = (f"-L{tree / 'lib'}", f"-l{engine}", "-lm")
    flags = (*STRICT, *checks, *choices, *INCLUDES)
    run.output(["gcc", *flags, *headers, *own, *files, *libraries, "-o", program])
    return program


def compile_say(program: Path, voice: str, engine: str) -> Path:
    """A voice as a program."""
    files = [SOURCES / name for name in ("say/main.c", "sound/sound_wav.c")]
    return compile_voice(program, voice, engine, *files, source("wav.c"))


def _without_card() -> list[Path]:
    """The program's files, but for sound cards."""
    own = [path for path in sorted(SOURCES.rglob("*.c")) if path.name not in CARD]
    own.remove(SOURCES / "say/main.c")
    return [*own, *sorted(COMMON.glob("*.c"))]


def compile_with_stand_ins(
    program: Path, flags: Sequence[str], compiler: str = "gcc", voices: Path | None = None
) -> Path:
    """The storyteller with fake_llama.c and fake_sound.c; voice and all else are the real ones.

    `voices` takes the place of voices.c.
    """
    own = _without_card()
    if voices is not None:
        own[own.index(SOURCES / "voice/voices.c")] = voices
    flite = host_package("flite") / "usr"
    words: list[str | Path] = [
        *(compiler, *STRICT, *flags, *VOICES, *INCLUDES),
        *("-isystem", flite / "include/flite"),
        *(*own, HERE / "fake_llama.c", HERE / "fake_sound.c"),
        *(f"-L{flite / 'lib'}", "-lflite_slt", "-lflite_kal16", "-lflite"),
        *("-lm", "-lpthread", "-o"),
    ]
    return once(program, lambda partial: run.output([*words, partial]))


def compile_timed(program: Path) -> Path:
    """The storyteller with its own engine and voices, on a core whose clock is timed/core.c.

    Only the sound card is a fake one, which looks at the same clock.
    """
    own = _without_card()
    trees = {name: host_package(name) / "usr" for name in ("flite", "hibari", "llama")}
    words: list[str | Path] = [
        *("gcc", *STRICT, "-O2", "-DVOICE_SLT", "-DVOICE_HEART"),
        *("-DSPEECH_FLITE", "-DSPEECH_HIBARI", *INCLUDES),
        *("-isystem", trees["flite"] / "include/flite", "-isystem", trees["hibari"] / "include"),
        f"-I{HIBARI}",
        *(f"-Wl,--wrap={name}" for name in WRAPPED),
        *(*own, *sorted(TIMED.glob("*.c")), HERE / "fake_sound.c"),
        *(f"-L{tree / 'lib'}" for tree in trees.values()),
        *("-lllama", "-lhibari", "-lflite_slt", "-lflite", "-lm", "-lpthread", "-o"),
    ]
    return once(program, lambda partial: run.output([*words, partial]))
