# SPDX-License-Identifier: MIT
"""`doit voices`: the same sentences by several voices, on a page with players."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from image import output, page, run, tell
from image.builders.toolchain import HOST
from image.options import Option, Text
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import STAGING, step_name
from image.project import Project
from image.recipes.voices import Voice

FOLDER = "out/host/voices"
SAY = "say"  # the package, and its program, that is the voices
DEFAULT = ("heart", "slt")
OPTIONS = (
    Option("voices", "which, separated by commas", Text("NAME,NAME"), default=",".join(DEFAULT)),
)
# A beginning, a question, sounds and a number, a long one, an end.
SENTENCES = (
    "Once upon a time, there was a shy penguin named Lily who lived near the pond.",
    '"What was that?" asked the princess. Nobody answered.',
    "Shh! The 12 bears are asleep, Mr. Fox!",
    "The dragon flew over the mountains, and the moon was as bright as a lamp, so she could see"
    " her own house, the garden, and even the cat on the roof.",
    "They laughed, and danced, and were friends ever after. The end.",
)


@dataclass(frozen=True)
class Speaker:
    """What speaks: the program, the variables that lead it to the voices' data, how it speaks."""

    program: Path
    variables: Mapping[str, str]
    speed: int  # percent
    pitch: int


def names(options: Mapping[str, str]) -> list[str]:
    """The voices that are wanted, each once."""
    given = options.get("voices", ",".join(DEFAULT)).split(",")
    return list(dict.fromkeys(name.strip() for name in given if name.strip()))


def plan(project: Project) -> Plan:
    """What the voices that are built in need on this machine."""
    data = dict.fromkeys(name for voice in tell.built_in(project) for name in voice.data)
    return graph.make(project, [SAY, *data], HOST)


def speaker(made: Plan) -> Speaker:
    """The program of a plan whose steps are done."""
    symbols = made.project.config.symbols
    program = made.folder(made.step(step_name(SAY, HOST))) / STAGING / "usr/bin" / SAY
    speed, pitch = (int(symbols[f"STORYTELLER_{what}"]) for what in ("SPEED", "PITCH"))
    return Speaker(program, tell.variables(made), speed, pitch)


def record(speaker: Speaker, wanted: Sequence[Voice], folder: Path) -> Path:
    """Let each voice say all sentences; returns the page, next to which their files are."""
    folder.mkdir(parents=True, exist_ok=True)
    for voice in wanted:
        print(f"{voice.name} ...", flush=True)
        for number, sentence in enumerate(SENTENCES):
            how = (str(speaker.speed), str(speaker.pitch))
            file = folder / sound(voice, number)
            run.output([speaker.program, voice.name, *how, file, sentence], env=speaker.variables)
    target = folder / "index.html"
    output.write(target, html(wanted))
    return target


def sound(voice: Voice, number: int) -> str:
    """The file of a sentence."""
    return f"{voice.name}-{number + 1}.wav"


def html(wanted: Sequence[Voice]) -> str:
    """The page: a row for each sentence, a player for each voice."""
    rows = [
        (sentence, [(voice.name, sound(voice, number)) for voice in wanted])
        for number, sentence in enumerate(SENTENCES)
    ]
    return page.render("audition/page.html", title="Voices", voices=wanted, rows=rows)
