# SPDX-License-Identifier: MIT
"""`./doit` ends up here: the real doit, with Ctrl-C that leaves nothing running."""

import os
import sys
from pathlib import Path

from doit.cmd_base import ModuleTaskLoader
from doit.doit_cmd import DoitMain

from image import run

ROOT = Path(__file__).resolve().parent.parent
INTERRUPTED = 130  # what shells report for Ctrl-C


def main(arguments: list[str]) -> int:
    """Run doit on dodo.py with these arguments; returns its exit status."""
    sys.path.insert(0, str(ROOT))
    import dodo

    (ROOT / "work").mkdir(exist_ok=True)
    try:
        return int(DoitMain(ModuleTaskLoader(dodo)).run(arguments))
    except KeyboardInterrupt:
        run.stop_all()
        print("\nstopped; the next run goes on from here", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    os.chdir(ROOT)
    DoitMain.BIN_NAME = "./doit"
    sys.exit(main(sys.argv[1:]))
