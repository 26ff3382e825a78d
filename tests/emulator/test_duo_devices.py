# SPDX-License-Identifier: MIT
"""The emulated Duo's ROM and devices, used by a program that stands on a card as BL2 does."""

import itertools
import re
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.duo import build
from tests.emulator.duo.board import BUTTON, LED, Duo
from tests.emulator.machine import LINE_END

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
    "gated": 0,
    "button": 1,
}


@pytest.fixture(scope="module")
def checks(duo_emulator: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card with the program of duo/check.c."""
    folder = tmp_path_factory.mktemp("checks")
    bl2 = build.program(folder / "check", "check.c", "sd.c", "sound.c")
    return build.card(folder / "card.img", {"fip.bin": build.fip_bin(bl2)})


@pytest.fixture
def board(duo_emulator: Path, checks: Path) -> Iterator[Duo]:
    with Duo(duo_emulator, checks) as board:
        yield board


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
