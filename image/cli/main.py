# SPDX-License-Identifier: MIT
"""A call of ./doit: its words, then doit; Ctrl-C leaves nothing running."""

import contextlib
import importlib
import os
import re
import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from doit.cmd_base import ModuleTaskLoader
from doit.cmd_run import Run

from image import jobs, run, trouble
from image.cli import bending, call, manual, refusals, tasks
from image.cli.line import LISTS, Line
from image.cli.ownership import give_back
from image.cli.screen import explain
from image.errors import UserError, unknown
from image.host import install
from image.plan import costs
from image.steps import tidy
from image.surroundings import UMASK

ROOT = Path(__file__).resolve().parents[2]
FAILED = 1
INTERRUPTED = 130  # what shells report for Ctrl-C
UNREAD = 128 + signal.SIGPIPE  # as of a program that writes to `head` for longer than that reads
STOPPED = "stopped; the next run continues from here"
REBUILD = re.compile(r"(?=package:[^:]+:rebuild$)")
CREATOR = "task_"
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt(number: int, frame: object) -> None:
    """Being told to end, or losing the terminal, is like Ctrl-C: no program is left running.

    The next one finds this at work, and must not break it off.
    """
    for each in ENDS:
        signal.signal(each, lambda number, frame: None)  # not ignored: that would be inherited
    raise KeyboardInterrupt


def unread(number: int, frame: object) -> None:
    """Nobody reads any more what a step's thread wants to print."""
    raise BrokenPipeError


def end_all() -> None:
    """End what runs, and let nothing take its place."""
    jobs.stop()
    run.stop_all()


def main() -> int:
    """Do what this call asks for; returns the exit status."""
    for each in ENDS:
        signal.signal(each, interrupt)
    signal.signal(signal.SIGUSR1, unread)
    os.umask(UMASK)
    sys.path.insert(0, str(ROOT))
    try:
        _check_checkout()
        install.check_place(ROOT)
        status = _obey(call.line())
        sys.stdout.flush()  # here, where it is known what to do when nobody reads
        return status
    except UserError as error:
        end_all()
        print(explain(error, None), file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        end_all()
        # What is still to be written at the end would fail again, with a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except OSError as error:
        end_all()
        print(explain(trouble.told(error), None), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt as stopped:
        end_all()
        print(f"\n{stopped}" if stopped.args else f"\n{STOPPED}", file=sys.stderr)
        return INTERRUPTED
    finally:
        give_back(ROOT)


def _check_checkout() -> None:
    """Recipes and dodo.py are next to this package: without them it builds nothing."""
    if not (ROOT / "dodo.py").is_file():
        hint = "git clone the project, and run its ./doit"
        raise UserError(f"{ROOT} is not a checkout; an installed package builds nothing", hint)


def _obey(line: Line) -> int:
    dodo = importlib.import_module("dodo")
    if line.help is not None:
        print(_help(line.help, _one_liners(dodo)), end="")
        return 0
    if line.tasks == (LISTS,):
        print(manual.overview(_one_liners(dodo)), end="")
        return 0
    _say_what_counts(line)
    this = call.this_call()
    refusals.refuse(line.tasks, this)
    is_shared = this.demand and this.demand.wanted.shared
    if tasks.builds_image(this) and not is_shared and (cost := costs.told(this.plan)):
        print(cost, file=sys.stderr)
    # Tasks that rebuild are hidden, so that `./doit package` leaves them out.
    named = [REBUILD.sub("_", task) for task in line.tasks]
    command: Any = Run(task_loader=ModuleTaskLoader(dodo), bin_name="./doit")
    # What it removes, others may use.
    removes = "clean" in line.tasks
    with contextlib.nullcontext() if removes else tidy.using(ROOT / "work"):
        status = int(command.parse_execute([f"--process={this.threads}", *named, *line.words]))
    if status == 0:
        if tasks.builds_image(this):
            tidy.touch([this.plan])
            if freed := tidy.limit(this.project.work, this.most_work, [this.plan]):
                said = f"{freed / 1e9:.1f} GB of old results removed from work/"
                print(f"{said}, which {tidy.WORK_GB.name}= limits", file=sys.stderr)
        bending.finish()
    return status


def _say_what_counts(line: Line) -> None:
    """What the environment has to do with this call, which nobody sees on the command line."""
    for name in line.inherited:
        print(f"{name}={line.settings[name]} (from the environment)", file=sys.stderr)
    for name in line.passed_over:
        print(f"{name}= in the environment is ignored: type it here", file=sys.stderr)


def _one_liners(dodo: ModuleType) -> dict[str, str]:
    """What each task of dodo.py says of itself."""
    creators = {name: CREATOR + re.sub(r"\W", "_", name) for name in manual.BY_NAME}
    return {name: str(getattr(dodo, creator).__doc__) for name, creator in creators.items()}


def _help(words: tuple[str, ...], lines: dict[str, str]) -> str:
    """Help about tasks and settings, or about all of them."""
    if not words:
        return manual.overview(lines)
    return "\n".join(_help_of(word, lines) for word in words)


def _help_of(word: str, lines: dict[str, str]) -> str:
    options = manual.all_options(ROOT)
    name = word.partition("=")[0]
    task = name if name in manual.BY_NAME else name.partition(":")[0]
    if task in manual.BY_NAME:
        return manual.of_task(manual.BY_NAME[task], lines[task])
    if name in options:
        return manual.of_option(options[name])
    raise unknown("there is no task or option", name, [*manual.BY_NAME, *options], "./doit help")


def start() -> int:
    """Begin a call where a person typed it; returns the exit status."""
    os.environ.setdefault(call.CALLED_FROM, str(Path.cwd()))
    os.chdir(ROOT)
    sys.argv[1:] = call.named(sys.argv[1:])
    return main()
