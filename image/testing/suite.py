# SPDX-License-Identifier: MIT
"""`./doit test` and its tiers: the same checks at home and in CI."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from image import jobs, run
from image.errors import UserError
from image.host import install
from image.project import DOWNLOADS, JOBS, SDK_DIR

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = (*DOWNLOADS, JOBS)
WITH_SDK = (*OPTIONS, SDK_DIR)
EXTRAS = ("test", "measure")
EMULATOR = ("emulator",)  # some tests build the emulator of a board of hardware
BROWSER = ("browser",)  # some open the story page


@dataclass(frozen=True)
class Tier:
    """A share of the tests. `marks` is pytest's -m, of the marks that tests/conftest.py sets."""

    marks: str
    needs_card: bool = False
    has_quiet: bool = False  # some of its tests are marked `quiet`: they run one at a time
    extras: tuple[str, ...] = ()  # what it needs beside EXTRAS


FAST = Tier("not c and not image and not sdk and not setup and not by_name")
C = Tier("c", extras=BROWSER)
IMAGE = Tier("image", needs_card=True, has_quiet=True, extras=EMULATOR)
SDK = Tier("sdk", needs_card=True, extras=EMULATOR)
ALL = Tier("not by_name", needs_card=True, has_quiet=True, extras=(*EMULATOR, *BROWSER))


def run_tier(tier: Tier, options: Mapping[str, str], files: Sequence[str] = ()) -> None:
    """Run a tier, or all tests of `files` whatever their tier. Raises CommandFailed."""
    if tier is SDK and SDK_DIR.name not in options:
        raise UserError("test:sdk needs SDK_DIR=", hint=SDK_DIR.hint)
    install.provide(*EXTRAS, *tier.extras)
    env = {option.name: options[option.name] for option in WITH_SDK if option.name in options}
    if files:
        _check(["pytest", *files], env)
        return
    if tier.needs_card:
        _check(["image", "image", "board=qemu_virt"], env)  # here, where its progress can be seen
    at_once = _at_once(jobs.chosen(options.get(jobs.SETTING)))
    if not (at_once and tier.has_quiet):
        _check(["pytest", *at_once, "-m", tier.marks], env)
        return
    marks = f"{tier.marks} and " if tier.marks else ""
    _check(["pytest", *at_once, "-m", f"{marks}not quiet"], env)
    _check(["pytest", "-m", f"{marks}quiet"], env)


def _at_once(count: int) -> list[str]:
    """pytest's options to run `count` tests at once, but those of one file in order."""
    return ["-n", str(count), "--dist=loadfile", "--no-loadscope-reorder"] if count > 1 else []


def _check(words: Sequence[str], env: Mapping[str, str]) -> None:
    print(f"== {' '.join(words)}", flush=True)
    run.run([sys.executable, "-m", *words], cwd=ROOT, env=env)
