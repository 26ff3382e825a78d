# SPDX-License-Identifier: MIT
"""The storyteller's voices: one entry each, for program, recipes, menu and greeting."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from image import yamlfile
from image.recipes.check import Checked, check
from image.recipes.keys import MADE, NAME, PACKAGE
from image.recipes.kinds import Flag, Key, List, Map, Record, Text, Whole
from image.recipes.package import variable

FOLDER = "storyteller/voices"  # in packages/
TABLE = "storyteller/src/voice/voices.c"  # the same, for the program
REMEDY = "after a change of voices.yaml run: .venv/bin/python -m image.generate"

LINES = Text("text", r"[^\t]+")  # in several lines
ENGINE = Text("the name of a file voice/speech_NAME.c", r"[a-z][a-z0-9]*")
SPEAKER = Text("letters, digits, _ + -", r"[A-Za-z][\w+-]*")
VOICE = Record(
    (
        Key("title", Text(), "who speaks, for the menu", required=True),
        Key("about", LINES, "how it sounds and what it costs, for the menu", required=True),
        Key("size", LINES, "what building it in adds to the card, for the menu", required=True),
        Key("fallback", Flag(),
            "whether the usual voice comes with it, for processors that are too slow for it"),
        Key("note", Text(), "what the menu shows in parentheses"),
        Key("words_per_minute", Whole(50, 500),
            "how fast it tells stories at its natural speed, pauses included", required=True),
        Key("engine", ENGINE, "its synthesiser, which file voice/speech_NAME.c drives",
            required=True),
        Key("speaker", SPEAKER, "the engine's own name of the voice", required=True),
        Key("needs", List(PACKAGE), "packages that it is linked with", required=True),
        Key("libraries", List(NAME), "libraries of these packages, in link order", required=True),
        Key("data", List(PACKAGE), "packages whose files it reads while it speaks"),
        Key("env", Map(Text("the name of a variable", r"[A-Z_]+"), MADE),
            "variables that lead it to these files on the build machine"),
    )
)  # fmt: skip
VOICES = Map(Text("a name of small letters and digits", r"[a-z][a-z0-9]*"), VOICE)


@dataclass(frozen=True)
class Voice:
    """One voice, as voices.yaml has it."""

    name: str
    title: str
    about: str
    size: str
    words_per_minute: int
    engine: str
    speaker: str
    needs: Sequence[str]
    libraries: Sequence[str]
    fallback: bool = False
    note: str = ""
    data: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def symbol(self) -> str:
        """The Kconfig symbol that builds it in."""
        return f"STORYTELLER_VOICE_{variable(self.name)}"

    @property
    def chooser(self) -> str:
        """The Kconfig symbol that makes it the one that speaks."""
        return f"STORYTELLER_USE_{variable(self.name)}"

    @property
    def flag(self) -> str:
        """The macro that is defined where it is built in."""
        return f"VOICE_{variable(self.name)}"


def read(packages: Path) -> tuple[tuple[Voice, ...], Checked]:
    """All voices, the usual one first, and the file. Raises UserError for a bad entry."""
    path = packages / FOLDER / "voices.yaml"
    checked = check(yamlfile.read(path, f"{packages.name}/{FOLDER}/voices.yaml"), VOICES)
    voices = tuple(Voice(name=name, **entry) for name, entry in checked.file.value.items())
    return voices, checked


def engines(packages: Path) -> dict[str, Path]:
    """The synthesisers that the storyteller can drive, each with its source file."""
    files = sorted((packages / TABLE).parent.glob("speech_*.c"))
    return {path.stem.removeprefix("speech_"): path for path in files}


def choices(voices: Sequence[Voice], uses: Mapping[str, Any]) -> dict[str, Any]:
    """What each voice that is built in adds to a recipe, as its `choices`."""
    found = {voice.symbol: _added(voice, uses) for voice in voices}
    return {symbol: added for symbol, added in found.items() if added}


def _added(voice: Voice, uses: Mapping[str, Any]) -> dict[str, Any]:
    program = uses.get("link")
    has_data = uses.get("data") or uses.get("env")
    needs = [*(voice.needs if program else ()), *(voice.data if has_data else ())]
    added: dict[str, Any] = {"needs": needs} if needs else {}
    if program:
        added["cflags"] = [f"-D{voice.flag}", f"-DSPEECH_{variable(voice.engine)}"]
        added["programs"] = {program: {"libraries": list(voice.libraries)}}
    if uses.get("env") and voice.env:
        added["env"] = dict(voice.env)
    return added


def kconfig(voices: Sequence[Voice]) -> str:
    """The menu's part about voices: who speaks, and which are built in."""
    usual = voices[0]
    blocks = [
        f"# SPDX-License-Identifier: MIT\n# Made from voices.yaml; {REMEDY}\n",
        f'choice\n\tprompt "Voice"\n\tdefault {usual.chooser}\n{_help(CHOICE_HELP)}',
        *map(_chooser, voices),
        "endchoice\n",
        "config STORYTELLER_VOICE\n\tstring\n" + "".join(_defaults(voices)),
        *(_builder(voice, usual) for voice in voices),
    ]
    return "\n".join(blocks)


CHOICE_HELP = """\
The voice that tells the stories. The greeting at power-on is rendered with it
while the image is built. More voices can be built in below, for the settings
file to choose from.
"""


def _chooser(voice: Voice) -> str:
    prompt = f'\tbool "{voice.name}, {voice.title}"\n'
    return f"config {voice.chooser}\n{prompt}\tselect {voice.symbol}\n{_help(voice.about)}"


def _defaults(voices: Sequence[Voice]) -> Iterator[str]:
    usual, *others = voices
    for voice in others:
        yield f'\tdefault "{voice.name}" if {voice.chooser}\n'
    yield f'\tdefault "{usual.name}"\n'


def _builder(voice: Voice, usual: Voice) -> str:
    note = f" ({voice.note})" if voice.note else ""
    needs = [f"PACKAGE_{variable(name)}" for name in (*voice.needs, *voice.data)]
    needs += [usual.symbol] if voice.fallback else []
    selected = "".join(f"\tselect {name}\n" for name in needs)
    prompt = f'\tbool "Build in the voice {voice.name}{note}"\n'
    return f"config {voice.symbol}\n{prompt}{selected}{_help(voice.size)}"


def table(voices: Sequence[Voice]) -> str:
    """The program's table of the voices that are built in."""
    return TABLE_TEXT.format(
        remedy=REMEDY,
        none=" && ".join(f"!defined({voice.flag})" for voice in voices),
        symbols=", ".join(voice.symbol for voice in voices),
        definitions="\n".join(map(_definition, voices)),
        rows="".join(map(_row, voices)),
    )


TABLE_TEXT = """\
/* SPDX-License-Identifier: MIT */
/* Made from voices.yaml; {remedy} */
/* A speaker's name is not an expression: */
/* clang-format off */
#include "voice/speech.h"

#if {none}
#error "no voice is built in: switch on one of {symbols}"
#endif

{definitions}
const struct voice VOICES[] = {{
{rows}    {{NULL, NULL, 0}},
}};
"""


def _definition(voice: Voice) -> str:
    macro = f"{variable(voice.engine)}_VOICE({voice.name}, {voice.speaker})"
    return f'#ifdef {voice.flag}\n#include "voice/speech_{voice.engine}.h"\n{macro}\n#endif\n'


def _row(voice: Voice) -> str:
    row = f'{{"{voice.name}", open_{voice.name}, {voice.words_per_minute}}}'
    return f"#ifdef {voice.flag}\n    {row},\n#endif\n"


def _help(text: str) -> str:
    lines = (f"\t  {line}" if line else "" for line in text.splitlines())
    return "\thelp\n" + "".join(f"{line}\n" for line in lines)
