# SPDX-License-Identifier: MIT
"""A machine of ours that stands in for a board of hardware: what is built and run for it."""

import lzma
import shlex
from pathlib import Path

import pytest

from image import project
from image.bench import links
from image.boards import board as boards
from image.emulator import qemu, stand_in
from image.errors import UserError
from image.project import Project
from tests.conftest import ROOT

PROGRAM = Path("/nowhere/qemu")


@pytest.fixture(scope="module")
def duo() -> Project:
    return project.load(ROOT, {"board": "milkv_duo"})


def image(tmp_path: Path) -> Path:
    """A card image, packed as a release is."""
    path = tmp_path / "card.img.xz"
    path.write_bytes(lzma.compress(b"a card" * 1000))
    return path


def test_the_emulator_is_built_for_this_machine_and_nothing_else_is(duo: Project) -> None:
    emulator = stand_in.plan(duo)
    assert list(emulator.steps) == ["fetch:qemu-duo", "host:qemu-duo"]
    assert stand_in.last_step(emulator).name == "host:qemu-duo"


def test_a_card_is_made_and_kept(
    duo: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Project, "out", tmp_path / "out")
    options = {"SOUND": "wav", "CARD_SIZE_MIB": "2"}
    words = stand_in.prepare(duo, PROGRAM, image(tmp_path), options)
    card, recording = tmp_path / "out/run/card.img", tmp_path / "out/run/speech.wav"
    assert shlex.join(words) == (
        f"{PROGRAM} -M milkv-duo,audiodev=speaker -nographic"
        f" -audiodev wav,id=speaker,path={recording},out.frequency=16000"
        f" -drive if=sd,format=raw,file={card} -nic none"
    )
    assert card.stat().st_size == 2 * qemu.MIB and card.read_bytes().startswith(b"a card" * 1000)
    with card.open("r+b") as file:
        file.write(b"kept")
    stand_in.prepare(duo, PROGRAM, image(tmp_path), options)
    assert card.read_bytes().startswith(b"kept")


def test_a_card_without_a_driver_for_sound(tmp_path: Path) -> None:
    machine = boards.StandIn("a", "toy", 8000, "b")
    words = stand_in.command(PROGRAM, machine, tmp_path / "card.img", qemu.Devices(audio=None))
    assert words[1:4] == ["-M", "toy", "-nographic"] and "-audiodev" not in words


def test_a_microphone_that_hears_a_file(tmp_path: Path) -> None:
    machine = boards.StandIn("a", "toy", 8000, "b")
    card, devices = tmp_path / "card.img", qemu.Devices(audio=None)
    words = stand_in.command(PROGRAM, machine, card, devices, microphone="/a,b.wav")
    assert words[1:3] == ["-M", "toy,microphone=/a,,b.wav"]


def test_a_console_that_others_reach(
    duo: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Project, "out", tmp_path / "out")
    console = tmp_path / "console"
    console.symlink_to("/dev/pts/9999")  # of an emulator that ended without a word
    options = {"SOUND": "none", "CARD_SIZE_MIB": "2", "console": str(console)}
    words = stand_in.prepare(duo, PROGRAM, image(tmp_path), options)
    assert f"pty,id=console,path={console}" in words and "-nographic" not in words
    assert not console.is_symlink()
    assert links.serial(Path("/dev/pts/0")).is_emulated
    assert not links.serial(Path("/dev/ttyUSB0")).is_emulated


def test_its_network_leads_to_this_machine_alone() -> None:
    assert stand_in.network("2222") == (
        "-nic",
        "user,restrict=on,net=192.168.42.0/24,host=192.168.42.2,"
        "hostfwd=tcp:127.0.0.1:2222-192.168.42.1:22",
    )
    assert stand_in.network(None) == ("-nic", "none")


def test_browsers_are_led_to_its_page(
    duo: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Project, "out", tmp_path / "out")
    options = {"SOUND": "page", "CARD_SIZE_MIB": "2"}
    words = stand_in.prepare(duo, PROGRAM, image(tmp_path), options, is_shown=True)
    assert words[-1].endswith("hostfwd=tcp:127.0.0.1:8064-192.168.42.1:80")
    assert "-audiodev" not in words


def test_settings_that_cannot_be(duo: Project, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="CARD_SIZE_MIB=300: .* power of two") as caught:
        stand_in.prepare(duo, PROGRAM, image(tmp_path), {"CARD_SIZE_MIB": "300"})
    assert caught.value.hint == "CARD_SIZE_MIB=512"
    with pytest.raises(UserError, match="console=.*card.img.xz is there already"):
        stand_in.check_call(duo.board, {"console": str(image(tmp_path))})
