# SPDX-License-Identifier: MIT
"""The story page: served next to the storyteller, to browsers on this machine only."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from image import run
from image.browser import HOST, PORT
from image.errors import UserError

PACKAGE = "story-page"
FILES = "packages/story-page/page"


@dataclass(frozen=True)
class Page:
    """What serves it, and the folder with its files."""

    program: Path
    files: Path


@contextlib.contextmanager
def served(page: Page, data: Path, log: Path, port: int = PORT) -> Iterator[Path]:
    """Serve the page; gives the path where the storyteller is to listen (--socket).

    `data`: where the storyteller keeps stories (--data), which the page for parents shows.
    A folder of its own keeps that path short: the system takes 107 characters at most.
    """
    log.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="storyteller-") as folder:
        socket = Path(folder) / "socket"
        words: list[str | Path] = [page.program, HOST, str(port), socket, page.files, data]
        with run.beside(words, log) as said:
            if not said:
                problem = run.tail(log).removeprefix("story-page: ")
                raise UserError(
                    f"the story page: {problem}",
                    hint="does another ./doit tell page=1 run? End that one, or leave out page=1",
                )
            yield socket
