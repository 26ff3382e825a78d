# SPDX-License-Identifier: MIT
"""The emulator on a person's terminal."""

from pathlib import Path

import pytest

from image import browser
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


def test_the_page_is_forwarded_from_this_machine_only() -> None:
    assert qemu.network(None) == ()
    _, ends, *device = qemu.network(None, browser.PORT)
    assert "restrict=on" in ends and ends.endswith(
        "hostfwd=tcp:127.0.0.1:8064-192.168.42.1:80,id=net"
    )
    assert device == ["-device", qemu.NETWORK_CARD]
    assert qemu.cable("2222", 8064).count("hostfwd=tcp:127.0.0.1:") == 2


def test_the_browser_plays_where_there_are_no_speakers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qemu, "HOST_SOUND", ())
    wav = tmp_path / "speech.wav"
    assert qemu.choose_audio(None, wav, "true", has_page=True) is None
    assert (qemu.choose_audio(None, wav, "true") or "").startswith("wav,")
    assert qemu.choose_audio("page", wav, has_page=True) is None
    assert (qemu.choose_audio("wav", wav, has_page=True) or "").startswith("wav,")
    with pytest.raises(UserError, match="SOUND=page: no browser is led"):
        qemu.choose_audio("page", wav)


def test_the_page_that_is_wanted_is_led_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    led: list[object] = []

    def prepare(*words: object) -> list[str]:
        led.append(words[-1])
        return ["true"]

    monkeypatch.setattr(qemu, "prepare", prepare)
    for is_free in (True, False):
        monkeypatch.setattr(browser, "is_port_free", lambda is_free=is_free: is_free)
        qemu.run(tmp_path / "image", tmp_path / "out", 64, {}, has_page=True)
    assert led == [True, False]
    assert browser.URL in capsys.readouterr().out
