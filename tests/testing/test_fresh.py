# SPDX-License-Identifier: MIT
"""What tries README's lines in new systems: it answers, notes, and leaves nothing behind."""

import os
import re
from pathlib import Path

import pytest

from image import run
from image.testing import fresh
from image.testing.fresh import Step
from tests.conftest import ROOT

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="name spaces are root's to make")
ASKING = 'printf "Run it now? [y/N] "; read answer; echo "fresh: status $((answer != 1))"'


@needs_root
@pytest.mark.parametrize(("keys", "is_well"), [(b"1\n", True), (b"2\n", False)])
def test_it_answers_as_a_user_does(keys: bytes, is_well: bool, tmp_path: Path) -> None:
    step = Step("asks", "", ((re.compile(rb"\[y/N\] $"), keys),))
    log = tmp_path / "log"
    assert fresh._converse(fresh._apart(ASKING), step, log) == is_well
    assert "Run it now?" in log.read_text()


@needs_root
def test_what_ends_early_is_no_success(tmp_path: Path) -> None:
    words = fresh._apart("exit 0")
    assert not fresh._converse(words, Step("ends", ""), tmp_path / "log")


@needs_root
def test_mounts_and_programs_end_with_it(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    script = f"mount -t tmpfs none {place} && touch {place}/here && ls {place}; sleep 1000"
    with run.on_terminal(fresh._apart(script), tmp_path / "log") as fd:
        assert b"here" in os.read(fd, 100)
    assert not any(place.iterdir())
    assert str(place) not in Path("/proc/mounts").read_text()


def test_what_it_types_is_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text()
    for step in fresh.QUICK_START:
        if "./doit" in step.command:
            assert step.command.partition(" && ")[2] in readme, step.name
