# SPDX-License-Identifier: MIT
"""`doit tell`: the storyteller on this machine, on this terminal and this machine's sound."""

import contextlib
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from image import browser, fetch, output, run
from image.builders.toolchain import HOST
from image.errors import UserError
from image.options import AnyPath, Flag, Option, Whole, is_on
from image.plan.graph import Plan
from image.plan.step import STAGING, step_name
from image.project import Project
from image.recipes import voices
from image.recipes.voices import Voice
from image.steps import build
from image.tell import page, sound

PACKAGE = "tell"
VOICE = "heart"  # who tells where nothing is configured
FOLDER = "out/host/tell"
SOURCE = "packages/storyteller"
PARENTS = "storyteller.txt"
DATA = "data"
OPTIONS = (
    Option("wav", "write the speech to this file instead of playing it", AnyPath(sign="FILE")),
    Option("count", "number of stories", Whole(1, 1000),
           default="1 with wav=, else until Ctrl-C"),
    Option("seed", "of the first story: the same seed and request tell the same story",
           Whole(1, 10**18 - 1), default="another one each time"),
    Option("page", f"show it in the browser, too, at {browser.URL}", Flag(), default="0"),
    Option("figures", "show each story's number, seed and what it cost", Flag(), default="0"),
)  # fmt: skip


@dataclass(frozen=True)
class Teller:
    """What tells: program, model, tokenizer, settings file, and what the voices need to know."""

    program: Path
    model: Path
    tokenizer: Path
    settings: str
    variables: Mapping[str, str]
    shown: page.Page | None = None  # the page that is to be served meanwhile


def check_call(options: Mapping[str, str]) -> None:
    """Raise UserError for a file that cannot be written, before anything is built for it."""
    if "wav" not in options:
        return
    path = Path(options["wav"])
    if path.is_dir() or not path.parent.is_dir():
        what = "is a folder" if path.is_dir() else f"cannot be written: no folder {path.parent}"
        raise UserError(f"wav={path} {what}", hint="./doit tell wav=story.wav")


def settings(project: Project) -> str:
    """The settings file that the configuration asks for."""
    recipe = project.packages["storyteller"]
    return build.settings_text(recipe.settings(project.config.symbols)["etc/storyteller.conf"])


def can_speak(project: Project) -> bool:
    """Whether the files of VOICE are here, or could be fetched just now; else says why not."""
    known, _ = voices.read(project.root / "packages")
    (voice,) = (one for one in known if one.name == VOICE)
    sources = [source for name in voice.data for source in project.packages[name].sources]
    try:
        for source in sources:
            fetch.fetch(source, project.fetch)
    except UserError as error:
        usual = known[0].name
        print(f"{error.message}\nThe voice is {usual}, not {VOICE}.", file=sys.stderr)
        return False
    return True


def built_in(project: Project) -> list[Voice]:
    """The voices of a project, the usual one first."""
    known, _ = voices.read(project.root / "packages")
    return [voice for voice in known if project.config.symbols[voice.symbol]]


def variables(plan: Plan) -> dict[str, str]:
    """What leads the voices that are built in to their data; `plan` is that of this machine."""
    found = built_in(plan.project)
    steps = {name: plan.step(step_name(name, HOST)) for voice in found for name in voice.data}
    needs = {name: plan.folder(step) / STAGING for name, step in steps.items()}
    given = dict(item for voice in found for item in voice.env.items())
    return {name: text.format_map({"needs": needs}) for name, text in given.items()}


def tell(teller: Teller, root: Path, options: Mapping[str, str]) -> None:
    """Tell stories on this terminal, until as many were told as wanted, or Ctrl-C.

    What parents may set is in out/host/tell/storyteller.txt, which stays from call to call.
    """
    folder = root / FOLDER
    with output.alone(folder):
        (folder / DATA).mkdir(parents=True, exist_ok=True)
        if not (folder / PARENTS).exists():
            shutil.copyfile(root / SOURCE / PARENTS, folder / PARENTS)
        output.write(folder / "settings", teller.settings)
        words = [*_command(teller, root / SOURCE, folder)]
        words += manner(options, has_page=teller.shown is not None)
        with _followed(teller, folder) as more:
            status = run.interactive([*words, *more], has_interrupt=True, env=teller.variables)
    if status != 0:
        raise UserError(f"the storyteller ended with status {status}; its messages are above")
    if "wav" in options:
        print(options["wav"])


@contextlib.contextmanager
def _followed(teller: Teller, folder: Path) -> Iterator[list[str | Path]]:
    """Serve the page if it is wanted; gives the storyteller's options for that."""
    if teller.shown is None:
        yield []
        return
    with page.served(teller.shown, folder / DATA, folder / "page.log") as socket:
        print(browser.URL)
        yield ["--socket", socket]


def _command(teller: Teller, source: Path, folder: Path) -> list[str | Path]:
    files: list[str | Path] = ["--model", teller.model, "--tokenizer", teller.tokenizer]
    files += ["--settings", folder / "settings", "--words", source / "words"]
    return [teller.program, *files, "--card", folder, "--data", folder / DATA]


def manner(options: Mapping[str, str], has_page: bool) -> list[str]:
    """The storyteller's options for how it is told: what is heard, what is shown, how many."""
    words = ["--in-step", "--colour"]
    words += ["--json"] if is_on(options, "figures") else ["--no-figures"]
    stories = options.get("count", "1" if "wav" in options else None)
    words += ["--stories", stories] if stories else []
    words += ["--seed", options["seed"]] if "seed" in options else []
    if "wav" in options:
        return [*words, "--wav", options["wav"]]
    player = sound.find()
    if player.command is None and has_page:
        print("This machine plays no sound: the browser does.", file=sys.stderr)
        return [*words, "--device", sound.BROWSER]
    if player.command is None:
        print(player.note, file=sys.stderr)
        return [*words, "--no-sound"]
    return [*words, "--player", player.command]
