# SPDX-License-Identifier: MIT
"""The emulator on a person's terminal."""

from pathlib import Path

import pytest

from image.emulator import qemu
from image.errors import UserError

PROGRAM = """#!/bin/sh
echo "Once upon a time"
echo "Resetting rate control (4096 samples)" >&2
echo "there was a fox."
exit {status}
"""


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """Run something that talks like the emulator."""
    program = tmp_path / "qemu"
    program.write_text(PROGRAM.format(status=status))
    program.chmod(0o755)
    monkeypatch.setattr(qemu, "prepare", lambda *_: [str(program)])
    qemu.run(tmp_path / "image", tmp_path / "out", 64, {})


def test_its_own_messages_stay_out_of_the_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, monkeypatch, 0)
    shown = capfd.readouterr()
    log = tmp_path / "out/run/qemu.log"
    assert "Once upon a time\nthere was a fox.\n" in shown.out and shown.err == ""
    assert str(log) in shown.out
    assert log.read_text() == "Resetting rate control (4096 samples)\n"


def test_its_failure_shows_what_it_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"status 3: Resetting rate control \(4096") as caught:
        run(tmp_path, monkeypatch, 3)
    assert "qemu.log" in (caught.value.hint or "")
