# SPDX-License-Identifier: MIT
"""The tasks as a person sees them: what each does, which settings it reads, examples."""

import importlib
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from image import project
from image.options import Option
from image.steps import tidy
from image.store import settings

BUILD = (*project.OPTIONS, *settings.OPTIONS, tidy.WORK_GB)

HEAR, CARD, BOARD = "Hear it", "Make a card", "Work on a board"
MEASURE, DEVELOP = "Measure and report", "Develop"
GROUPS = (HEAR, CARD, BOARD, MEASURE, DEVELOP)


@dataclass(frozen=True)
class Entry:
    """One task. `more` follows its one line; `words` may follow its name.

    `module` declares, as OPTIONS, what the task reads. It is named, not imported: a call loads no
    other tasks' modules.
    """

    name: str
    group: str
    more: str = ""
    module: str = ""
    also: tuple[Option, ...] = ()  # read beside those of `module`
    examples: tuple[str, ...] = ()
    words: str = ""
    is_built: bool = False  # reads what a whole build reads, too

    @property
    def options(self) -> tuple[Option, ...]:
        """The settings that are not those of a build."""
        own = importlib.import_module(self.module).OPTIONS if self.module else ()
        return (*own, *self.also)

    @property
    def reads(self) -> tuple[Option, ...]:
        """All settings that it reads, but NAME_SRC=."""
        return (*self.options, *(BUILD if self.is_built else ()))


ENTRIES = (
    Entry("tell", HEAR, is_built=True, module="image.tell",
          more="Type what the next story is about, `again`, `keep` or `pause`; Ctrl-C ends it."
          " The voice goes to this machine's sound, and each word is shown when it is heard."
          " Without board= and .config it tells with the small model and the voice heart, or slt if"
          " heart cannot be downloaded. out/host/tell has the parents' storyteller.txt, and what"
          " was kept.",
          examples=("tell", "tell wav=story.wav", "tell seed=7 figures=1",
                    "tell page=1", "tell voice=slt",
                    "tell MODEL=my.bin TOKENIZER=my_tokenizer.bin")),
    Entry("voices", HEAR, is_built=True, module="image.audition",
          more="Writes out/host/voices/index.html, for a browser.",
          examples=("voices", "voices voices=heart,slt,kal16")),
    Entry("run", HEAR, is_built=True, module="image.emulator.stand_in",
          more="Type what the next story is about, `again`, `keep` or `pause`. Ctrl-C opens a shell"
          " on the board, `exit` returns to the stories. Its card keeps /data from run to run.",
          examples=("run board=qemu_virt", "run board=qemu_virt open=1",
                    "run board=qemu_virt SOUND=wav",
                    "run board=milkv_duo file=some.img.xz")),
    Entry("image", HEAR, is_built=True,
          more="For the board of .config or board=NAME. What ./doit does when no task is named."
          " Only what changed is built again.",
          examples=("image board=qemu_virt",
                    "image board=qemu_virt MODEL=my.bin TOKENIZER=my_tokenizer.bin",
                    "image SDK_DIR=~/duo-buildroot-sdk")),
    Entry("stories", HEAR, is_built=True, module="image.report.stories", words="N",
          more="Writes out/BOARD/stories/report.md. trained= is a text file of stories that begin"
          " with Once upon a time, and a blank line between two. Ctrl-C ends it early; the report"
          " is then about what was told until then.",
          examples=("stories 1000 board=qemu_virt", "stories 1000 trained=stories.txt",
                    "stories 100 MODEL=my.bin TOKENIZER=my_tokenizer.bin")),
    Entry("flash", CARD, is_built=True, module="image.device.flash",
          more="Checks the image first, asks, writes, and compares afterwards.",
          examples=("flash", "flash file=some.img.xz", "flash device=/dev/sdb yes=1")),
    Entry("check", CARD, module="image.card.check", also=(project.BOARD,),
          more="The one that was built, or file=IMAGE. The exit status is 0 only if all is"
          " in order.",
          examples=("check board=qemu_virt", "check file=some.img.xz")),
    Entry("check:rebuild", DEVELOP, is_built=True, module="image.steps.rebuild",
          more="Of those that came from a shared store. What is built takes their place. The exit"
          " status is 0 only if all are the same.",
          examples=("check:rebuild board=qemu_virt steps=5",)),
    Entry("shell", BOARD, is_built=True, module="image.device.shell",
          more="Ctrl-] or Ctrl-A X quits; all other keys go to the board.",
          examples=("shell", "shell port=/dev/ttyACM0", "shell board=qemu_virt")),
    Entry("deploy", BOARD, is_built=True, module="image.device.deploy",
          more="The image on the board must have ssh (docs/working-on-a-board.md).",
          examples=("deploy host=192.168.42.1", "deploy board=qemu_virt SSH_PORT=2222")),
    Entry("diagnose", BOARD, module="image.device.diagnose", also=(project.BOARD,),
          examples=("diagnose", "diagnose port=/dev/ttyUSB0")),
    Entry("bench", MEASURE, is_built=True, module="image.bench.measure",
          more="What was measured before a Ctrl-C is kept: the same command resumes.",
          examples=("bench", "bench board=qemu_virt runs=5", "bench engines=q16,fp32 seeds=1,2")),
    Entry("bench:compare", MEASURE, words="OLD.json NEW.json",
          more="The exit status is 3 if something got worse.",
          examples=("bench:compare OLD.json NEW.json",)),
    Entry("cycles", MEASURE, is_built=True, module="image.cycles.bench",
          more="Writes all tables to out/engine.md.",
          examples=("cycles", "cycles speech=1 bandwidth=0.8,1.0",
                    'cycles program=a.out args="-n 3" by_symbol=1')),
    Entry("ram", MEASURE, is_built=True, examples=("ram board=milkv_duo",)),
    Entry("report", MEASURE, is_built=True, more="Writes out/BOARD/report/index.html.",
          examples=("report board=qemu_virt",)),
    Entry("submission", MEASURE, is_built=True, more="Writes out/BOARD/submission.tar.gz.",
          examples=("submission",)),
    Entry("legal-info", CARD, is_built=True, more="Writes out/BOARD/legal-info.",
          examples=("legal-info",)),
    Entry("configure", DEVELOP, also=(project.BOARD,), examples=("configure board=qemu_virt",)),
    Entry("menuconfig", DEVELOP),
    Entry("savedefconfig", DEVELOP),
    Entry("fetch", DEVELOP, is_built=True, more="fetch:NAME downloads one package's sources.",
          examples=("fetch board=qemu_virt",)),
    Entry("package", DEVELOP, is_built=True,
          examples=("package:llama", "package:llama:rebuild", "package:llama LLAMA_SRC=~/llama")),
    Entry("engine", DEVELOP, is_built=True,
          more="Writes run and llama-pack to out/host/bin and out/riscv64/bin.",
          examples=("engine",)),
    Entry("train", DEVELOP, module="image.training",
          more="Takes hours. After a Ctrl-C the same command resumes. Writes to out/training.",
          examples=("train", "train tokens=120", "train shipped=1 tokens=10")),
    Entry("explain", DEVELOP, is_built=True, words="[STEP ...]",
          examples=("explain board=qemu_virt", "explain musl llama")),
    Entry("cache", DEVELOP, is_built=True,
          more="Sizes are those of the folders in work/, and of what a store would send.",
          examples=("cache board=qemu_virt", "cache CACHE=https://cache.example.org")),
    Entry("test", DEVELOP, words="[FILE ...]",
          module="image.testing.suite", also=(project.SDK_DIR,),
          more="With FILE, runs all tests in that file.",
          examples=("test", "test tests/test_key.py")),
    Entry("test:c", DEVELOP, module="image.testing.suite",
          more="Every test that compiles our C, but needs no card.", examples=("test:c",)),
    Entry("test:image", DEVELOP, module="image.testing.suite",
          more="Boots it in QEMU many times, and also builds the Duo's from a simulated SDK.",
          examples=("test:image",)),
    Entry("test:sdk", DEVELOP, module="image.testing.suite", also=(project.SDK_DIR,),
          more="Builds it twice, and boots its kernel in QEMU.",
          examples=("test:sdk SDK_DIR=~/duo-buildroot-sdk",)),
    Entry("test:all", DEVELOP, module="image.testing.suite", also=(project.SDK_DIR,),
          more="Without SDK_DIR= it skips what test:sdk does. docs/testing.md names the tests that"
               " run by name only.", examples=("test:all",)),
    Entry("test:fresh", DEVELOP,
          module="image.testing.fresh", also=(*project.DOWNLOADS, project.BOARD),
          examples=("test:fresh releases=bookworm",)),
    Entry("clean", DEVELOP, is_built=True, module="image.steps.tidy",
          more="What the defaults of all boards need stays, and what .config needs; all=1 removes"
          " all of work/ and out/. Downloads stay. While another ./doit is at work, it is refused.",
          examples=("clean", "clean all=1")),
    Entry("doctor", DEVELOP),
)  # fmt: skip
BY_NAME = {entry.name: entry for entry in ENTRIES}
# Tasks with one part for each package.
PARTED = ("package", "fetch")

HEAD = """\
./doit TASK [NAME=value ...]     without a task: image
"""
FOOT = """\
./doit help TASK lists a task's options, ./doit help NAME explains an option.
Options in capitals, and BOARD, may come from the environment; then it says so.
NAME= counts as not given. Yes: 1, yes, true, on. No: 0, no, false, off.

New here? This ends in a story, without a board:
  ./doit tell
"""
WIDE = 80  # columns
LEFT = 24  # of a setting's row


def readers(name: str) -> list[str]:
    """The tasks that read a setting."""
    if name.endswith(project.SOURCE_SUFFIX):
        return [entry.name for entry in ENTRIES if entry.is_built]
    return [entry.name for entry in ENTRIES if any(o.name == name for o in entry.reads)]


def all_options(root: Path) -> dict[str, Option]:
    """Every setting there is, by name."""
    own = [option for entry in ENTRIES for option in entry.reads]
    return {option.name: option for option in (*own, *project.source_options(root))}


def overview(lines: Mapping[str, str]) -> str:
    """All tasks, by group; `lines` has the one line of each."""
    text = [HEAD]
    for group in GROUPS:
        rows = [(entry.name, lines[entry.name]) for entry in ENTRIES if entry.group == group]
        text += [f"{group}:", *(f"  {name:<13} {line}" for name, line in rows), ""]
    return "\n".join([*text, FOOT])


def of_task(entry: Entry, line: str) -> str:
    """What a task does, the settings that it reads, and examples."""
    words = [entry.words, "[NAME=value ...]" if entry.reads else ""]
    text = [" ".join(filter(None, ["./doit", entry.name, *words])), ""]
    text += textwrap.wrap(f"{line[0].upper()}{line[1:]}. {entry.more}".strip(), WIDE)
    if entry.options:
        text += ["", "Settings:", *_rows(entry.options)]
    if entry.is_built:
        text += ["", "Settings of the build:", *_rows(BUILD)]
        text += _row("NAME_SRC=FOLDER", "build the package NAME from this folder, as in LLAMA_SRC=")
    if entry.examples:
        text += ["", "Examples:", *(f"  ./doit {example}" for example in entry.examples)]
    return "\n".join(text) + "\n"


def of_option(option: Option) -> str:
    """What a setting is, and which tasks read it."""
    read_by = textwrap.wrap(f"Read by: {', '.join(readers(option.name))}", WIDE)
    return "\n".join([f"{option.name}={option.kind.sign}: {_meaning(option)}", *read_by]) + "\n"


def _rows(options: Iterable[Option]) -> list[str]:
    rows = [_row(f"{one.name}={one.kind.sign}", _meaning(one)) for one in options]
    return [line for row in rows for line in row]


def _row(left: str, right: str) -> list[str]:
    """Two columns; what is too wide for the first has a line of its own."""
    lines = textwrap.wrap(right, WIDE - LEFT - 3)
    fits = len(left) <= LEFT
    first = (
        [f"  {left:<{LEFT}} {lines[0]}"] if fits else [f"  {left}", f"{'':{LEFT + 3}}{lines[0]}"]
    )
    return [*first, *(f"{'':{LEFT + 3}}{line}" for line in lines[1:])]


def _meaning(option: Option) -> str:
    return option.meaning + (f" (default: {option.default})" if option.default else "")
