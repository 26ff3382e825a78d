# SPDX-License-Identifier: MIT
"""The door to other programs."""

import subprocess
from typing import Any

import pytest

from image import run


def test_an_interrupt_ends_what_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs have sessions of their own, which Ctrl-C does not reach."""
    started: list[subprocess.Popen[bytes]] = []
    wait = subprocess.Popen.wait

    def interrupted(process: subprocess.Popen[bytes], *_: Any) -> int:
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.run(["sleep", "1000"])
    assert wait(started[0], 30) == -15
