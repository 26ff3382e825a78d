# SPDX-License-Identifier: MIT
"""`./doit` ends up here: the real doit, with Ctrl-C that leaves nothing running."""

import importlib
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

from doit.cmd_base import ModuleTaskLoader
from doit.cmd_run import Run
from doit.doit_cmd import DoitMain
from doit.plugin import PluginDict

from image import install, run, tasks
from image.call import CALLED_FROM, named
from image.errors import UserError
from image.screen import explain
from image.surroundings import UMASK

ROOT = Path(__file__).resolve().parent.parent
FAILED = 1
INTERRUPTED = 130  # what shells report for Ctrl-C
STOPPED = "stopped; the next run goes on from here"
REBUILD = re.compile(r"(?=package:[^:]+:rebuild$)")


class Commands(PluginDict):  # type: ignore[misc]
    """doit's commands, without the name of the default one, `run`: it is a task of ours."""

    def get_plugin(self, key: str) -> Any:
        """The command of that name; `run` is still what runs tasks when no command is named."""
        return Run if key == "run" else super().get_plugin(key)


class Doit(DoitMain):  # type: ignore[misc]
    """doit, such that `./doit run` boots the board."""

    BIN_NAME = "./doit"
    DOIT_CMDS = tuple(command for command in DoitMain.DOIT_CMDS if command is not Run)

    def get_cmds(self) -> Commands:
        """The commands that a first argument may name."""
        return Commands(super().get_cmds())


def interrupt(number: int, frame: object) -> None:
    """Being told to end, or losing the terminal, is like Ctrl-C: no program is left running."""
    raise KeyboardInterrupt


def give_back() -> None:
    """Leave nothing of root's in a person's checkout, where `sudo ./doit flash` was called."""
    owner = ROOT.stat()
    for path in (ROOT / "work", ROOT / "work/doit.json"):
        if os.geteuid() == 0 and path.exists():
            os.chown(path, owner.st_uid, owner.st_gid)


def main(arguments: list[str]) -> int:
    """Run doit on dodo.py with these arguments; returns its exit status."""
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    os.umask(UMASK)
    sys.path.insert(0, str(ROOT))
    try:
        install.check_place(ROOT)
        dodo = importlib.import_module("dodo")
        (ROOT / "work").mkdir(exist_ok=True)
        # Tasks that rebuild are hidden, so that `./doit list` and `./doit package` leave them out.
        status = int(Doit(ModuleTaskLoader(dodo)).run([REBUILD.sub("_", a) for a in arguments]))
        if status == 0:
            tasks.finish()
        return status
    except UserError as error:
        print(explain(error, None), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt as stopped:
        run.stop_all()
        print(f"\n{stopped}" if stopped.args else f"\n{STOPPED}", file=sys.stderr)
        return INTERRUPTED
    finally:
        give_back()


if __name__ == "__main__":
    os.environ.setdefault(CALLED_FROM, str(Path.cwd()))
    os.chdir(ROOT)
    sys.argv[1:] = named(sys.argv[1:])
    sys.exit(main(sys.argv[1:]))
