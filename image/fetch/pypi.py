# SPDX-License-Identifier: MIT
"""The Python package index as a source of sources, through the pip that this program runs with.

Some upstreams publish there, as a source distribution or a wheel, and nowhere else in a form whose
bytes stay the same.
"""

import sys
from pathlib import Path

from image import run
from image.archive import WHEEL
from image.errors import UserError
from image.lock import locked
from image.recipes.source import Unavailable
from image.surroundings import for_pip


def distribution(requirement: str, file: str, sha256: str, state: Path) -> Path:
    """Download `file` of a release (`name==version`); returns its path in `state`.

    It is a wheel where its name ends in .whl, else the source distribution.
    pip checks the hash before it opens the archive. Raises Unavailable.
    """
    state.mkdir(parents=True, exist_ok=True)
    with locked(state / "lock"):
        wanted = state / "wanted.txt"
        wanted.write_text(f"{requirement} --hash=sha256:{sha256}\n")
        target = state / "files" / file
        target.unlink(missing_ok=True)
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        kind = "--only-binary" if file.endswith(WHEEL) else "--no-binary"
        options += [f"{kind}={requirement.partition('=')[0]}", f"--dest={target.parent}"]
        command = [sys.executable, "-m", "pip", "download", *options, f"--requirement={wanted}"]
        try:
            run.output(command, env=for_pip(), merge=True)
        except UserError as error:
            reason = error.message.splitlines()[-1].removeprefix("ERROR: ")
            raise Unavailable(f"pip cannot get it: {reason}") from None
        if not target.is_file():
            raise Unavailable(f"pip got {requirement}, but not as {file}")
        return target
