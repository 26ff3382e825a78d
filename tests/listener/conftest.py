# SPDX-License-Identifier: MIT
"""The recogniser for this machine: as the recipes build it, and its own files under sanitizers."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from image import run
from tests.conftest import once
from tests.storyteller import build

SOURCES = build.ROOT / "packages/listener/src"


@dataclass(frozen=True)
class Listener:
    """A built recogniser and its model."""

    program: Path
    model: Path

    def words(self, *options: str | Path, lists: Path = build.WORDS) -> list[str]:
        """A command line."""
        return [str(self.program), "--model", str(self.model), "--words", str(lists)] + [
            str(option) for option in options
        ]


@pytest.fixture(scope="session")
def listener(compiler: None) -> Listener:
    """The product."""
    program = build.host_package("listener") / "usr/bin/listen"
    sounds = build.host_package("pocketsphinx").parent / "root/usr/share/pocketsphinx"
    return Listener(program, sounds)


@pytest.fixture(scope="session")
def checked_listener(listener: Listener, compiled: Path) -> Listener:
    """Stops at the first bad access or undefined step of our own files."""
    folders = [build.host_package(name) / "usr" for name in ("pocketsphinx", "alsa-lib")]
    includes = [f"-isystem{folder / 'include'}" for folder in folders]
    includes.append(f"-isystem{folders[0] / 'include/pocketsphinx'}")
    libraries = [f"-L{folder / 'lib'}" for folder in folders]
    files = sorted([*SOURCES.glob("*.c"), *build.COMMON.glob("*.c")])
    flags = [*build.STRICT, *build.ADDRESSES, f"-I{build.COMMON}", *includes]
    libraries += ["-lpocketsphinx", "-lasound", "-lm"]
    words = ["gcc", *flags, *map(str, files), *libraries, "-o"]
    program = once(compiled / "listen", lambda partial: run.output([*words, partial]))
    return Listener(program, listener.model)
