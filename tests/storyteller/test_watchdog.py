# SPDX-License-Identifier: MIT
"""A thread that hangs ends the program, which its starter then starts anew; tests/emulator too."""

import signal
from pathlib import Path

import pexpect

from tests.storyteller import started
from tests.storyteller.test_program import Bench

HOUR_MS = 3_600_000


def test_a_thread_that_hangs_ends_the_program(teller: Path, tmp_path: Path) -> None:
    """Either of the two; both at once, because it takes a while."""
    benches = {}
    for name in ("inventing", "speaking"):
        (tmp_path / name).mkdir()
        benches[name] = Bench(teller, tmp_path / name)
    benches["inventing"].write(word_ms=HOUR_MS)
    benches["speaking"].write()
    children = [
        benches["inventing"].spawn("--no-sound"),
        benches["speaking"].spawn(*benches["speaking"].card("stuck")),
    ]
    for child in children:
        child.expect(pexpect.EOF)
        child.wait()
        assert child.signalstatus == signal.SIGALRM, child.before


def test_a_long_pause_is_no_hang(teller: Path, tmp_path: Path) -> None:
    """Longer than a thread may be silent, shorter than patience."""
    bench = Bench(teller, tmp_path)
    bench.write(settings="pause=24\n")
    child = bench.spawn("--no-sound")
    child.expect("story 2 ")
    started.interrupted(child)
