# SPDX-License-Identifier: MIT
"""The storyteller as a process: run to its end, or on a terminal until it is interrupted."""

import subprocess
from collections.abc import Sequence

import pexpect

from image import run

# Only ends a hung test: every wait is for something that the program does.
HUNG_S = 60
WIDE = 5000  # columns


def run_to_end(words: Sequence[str], typed: bytes, status: int, **environment: str) -> str:
    """All that it says, complaints last. It must end with that status."""
    env = {**run.environment(), **environment}
    done = subprocess.run(words, input=typed, capture_output=True, timeout=HUNG_S, env=env)
    assert done.returncode == status, done.stderr.decode()
    return (done.stdout + done.stderr).decode()


def on_terminal(
    words: Sequence[str], columns: int = WIDE, **environment: str
) -> "pexpect.spawn[str]":
    """Start it on a terminal, which is too wide for lines to be broken."""
    return pexpect.spawn(
        words[0],
        list(words[1:]),
        encoding="utf-8",
        timeout=HUNG_S,
        env={**run.environment(), **environment},
        dimensions=(24, columns),
    )


def interrupted(child: "pexpect.spawn[str]") -> str:
    """Interrupt it; all that it still says. It must end well."""
    child.sendintr()
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0, child.before
    return str(child.before)
