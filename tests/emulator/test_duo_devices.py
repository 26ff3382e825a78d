# SPDX-License-Identifier: MIT
"""The emulated Duo's ROM and devices, used by a program that stands on a card as BL2 does."""

import itertools
import re
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from image import run
from tests.emulator.duo import build
from tests.emulator.duo.board import BUTTON, LED, Duo
from tests.emulator.machine import LINE_END

# What the microphone hears: a square wave, shorter than what is recorded.
RATE_HZ, TONE_HZ, SPOKEN_MS, HEIGHT = 16000, 400, 400, 8000
# Each line that the program says, in order, and what stands there on the chip.
BEFORE_THE_BUTTON = {
    "boot source": 0xCEA0,  # BOOT_SRC_SD
    "PARAM1": int.from_bytes(b"CVBL01\n\0", "little"),
    "chip_conf": 0xA0000002,  # the last of the writes that fip.bin asks for
    "crc": 0xCAFE31C3,  # CRC-16/XMODEM of 123456789 is 31c3 in its catalogue
    "loaded": 0,
    "same": 512,
    "beyond": 1,
    "timer early": 0,
    "timer late": 1,
    "last word": 0x0123456789ABCDEF,
    "shadow": 1,
    "thermometer": (35 + 273) * 2048 // 716,
    "card": 0x1AA,  # voltage and pattern, as a card repeats them
    "signature": 0xAA55,
    "sound": 0,
    "without a clock": 0,
    "recorded": 0,
    "in time": 1,
    "crossings": 2 * TONE_HZ * SPOKEN_MS // 1000 - 1,
    "level": round(HEIGHT / 4 * 10 ** (12 / 20)),  # a quarter of it is at the pad
    "crossings again": 2 * TONE_HZ * SPOKEN_MS // 1000 - 1,
    "louder": round(HEIGHT / 4 * 10 ** (24 / 20)),
    "muted": 0,
    "gated": 0,
    "button": 1,
}


@pytest.fixture(scope="module")
def checks(duo_emulator: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card with the program of duo/check.c."""
    folder = tmp_path_factory.mktemp("checks")
    sources = ("check.c", "dma.c", "microphone.c", "sd.c", "sound.c")
    bl2 = build.program(folder / "check", *sources)
    return build.card(folder / "card.img", {"fip.bin": build.fip_bin(bl2)})


@pytest.fixture
def board(duo_emulator: Path, checks: Path, tmp_path: Path) -> Iterator[Duo]:
    spoken = write_tone(tmp_path / "spoken.wav")
    with Duo(duo_emulator, checks, machine=f"microphone={spoken}") as board:
        yield board


def write_tone(path: Path) -> Path:
    half = RATE_HZ // TONE_HZ // 2
    period = [HEIGHT] * half + [-HEIGHT] * half
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        sound.writeframes(struct.pack(f"<{2 * half}h", *period) * (TONE_HZ * SPOKEN_MS // 1000))
    return path


def test_rom_and_devices(board: Duo) -> None:
    assert board.expect(f"check{LINE_END}").startswith(
        "C.SCS/0/0.WD.URPL.SDI/25000000/6000000.BS/SD.PS."
    )
    for name, number in BEFORE_THE_BUTTON.items():
        assert board.expect(f"=[0-9a-f]+{LINE_END}").endswith(f"{name}={number:x}\n")
    board.await_pin(LED, 1)
    board.await_pin(LED, 0)
    board.pull(BUTTON, 0)
    board.expect("pressed=1")
    board.expect("watchdog")
    board.expect(re.escape("C.SCS/0/0.WD."))  # the chip begins anew
    board.switch_off()
    assert board.misuses() == ["milkv-duo: 041c001c is used while clk_apb_uart4 is off"]
    check_tone(board.speech)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff\1"])
def test_a_microphone_wants_a_wav_file(duo_emulator: Path, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "spoken.wav"
    path.write_bytes(data)
    said = f"microphone: {path} is not a WAV file of 16 bits"
    with pytest.raises(run.CommandFailed, match=said):
        run.output([duo_emulator, "-M", f"milkv-duo,microphone={path}", "-display", "none"])


def test_a_usb_device_that_lies(duo_emulator: Path, tmp_path: Path) -> None:
    """Whatever a board's descriptors and packets are, QEMU neither stops nor hangs."""
    bl2 = build.program(tmp_path / "noise", "noise.c")
    card = build.card(tmp_path / "card.img", {"fip.bin": build.fip_bin(bl2)})
    with Duo(duo_emulator, card, nic="user,restrict=on") as board:
        assert board.expect(f"selected=[0-9a-f]+{LINE_END}").endswith("configured=1\nselected=1\n")
        board.expect("the computer is alive")


def check_tone(path: Path) -> None:
    """400 Hz of the height that was asked for, without a gap.

    A second, but for its end: what QEMU has not written yet is lost when it is switched off.
    """
    with wave.open(str(path)) as sound:
        assert sound.getframerate() == 16000
        frames = sound.readframes(sound.getnframes())
    left = [int.from_bytes(frames[i : i + 2], "little", signed=True)
            for i in range(0, len(frames), 4)]  # fmt: skip
    halves = [(level, len(list(same))) for level, same in itertools.groupby(left) if level]
    assert {(10000, 20), (-10000, 20)} == set(halves[:-1])
    assert 0.9 * 800 < len(halves) < 1.1 * 800
