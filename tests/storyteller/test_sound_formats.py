# SPDX-License-Identifier: MIT
"""Samples as each kind of sound card wants them, by value."""

import math
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.storyteller import build

SAMPLES = (0, 1, -1, 2, 100, -100, 127, 128, 129, -128, 255, 256, 8191, 12345, -12345, 32639, 32640,
           32766, 32767, -32767, -32768)  # fmt: skip


@dataclass(frozen=True)
class Format:
    """A format of ALSA's: its number in the kernel's interface, and what it is."""

    number: int
    bits: int
    size: int
    signed: bool = True
    big: bool = False

    def read(self, data: bytes) -> int:
        """The sample, whose value lies in the lower bits; above them is its sign."""
        return int.from_bytes(data, "big" if self.big else "little", signed=self.signed)

    def wanted(self, sample: int) -> int:
        """What a sample of 16 bits is to be: the same part of the whole range."""
        exact = sample / 65536 * (1 << self.bits)
        half = 1 << (self.bits - 1)
        value = min(math.floor(exact + 0.5), half - 1)  # the nearest, where it has fewer bits
        return value if self.signed else value + half


FORMATS = {
    "S8": Format(0, 8, 1),
    "U8": Format(1, 8, 1, signed=False),
    "S16_LE": Format(2, 16, 2),
    "S16_BE": Format(3, 16, 2, big=True),
    "U16_LE": Format(4, 16, 2, signed=False),
    "U16_BE": Format(5, 16, 2, signed=False, big=True),
    "S24_LE": Format(6, 24, 4),
    "S24_BE": Format(7, 24, 4, big=True),
    "U24_LE": Format(8, 24, 4, signed=False),
    "U24_BE": Format(9, 24, 4, signed=False, big=True),
    "S32_LE": Format(10, 32, 4),
    "S32_BE": Format(11, 32, 4, big=True),
    "U32_LE": Format(12, 32, 4, signed=False),
    "U32_BE": Format(13, 32, 4, signed=False, big=True),
    "S20_LE": Format(25, 20, 4),
    "S20_BE": Format(26, 20, 4, big=True),
    "U20_LE": Format(27, 20, 4, signed=False),
    "U20_BE": Format(28, 20, 4, signed=False, big=True),
    "S24_3LE": Format(32, 24, 3),
    "S24_3BE": Format(33, 24, 3, big=True),
    "U24_3LE": Format(34, 24, 3, signed=False),
    "U24_3BE": Format(35, 24, 3, signed=False, big=True),
    "S20_3LE": Format(36, 20, 3),
    "S20_3BE": Format(37, 20, 3, big=True),
    "U20_3LE": Format(38, 20, 3, signed=False),
    "U20_3BE": Format(39, 20, 3, signed=False, big=True),
    "S18_3LE": Format(40, 18, 3),
    "S18_3BE": Format(41, 18, 3, big=True),
    "U18_3LE": Format(42, 18, 3, signed=False),
    "U18_3BE": Format(43, 18, 3, signed=False, big=True),
}
FLOAT_LE = 14


@pytest.fixture(scope="module")
def program(programs: Path) -> Path:
    """The conversion, as a program."""
    flags = (*build.ADDRESSES, "-isystem", str(build.host_package("alsa-lib") / "usr/include"))
    return build.compile_driver(programs / "format_driver", "sound_format.c", flags=flags)


def frames(program: Path, number: int, channels: int) -> bytes:
    wave = b"".join(sample.to_bytes(2, "little", signed=True) for sample in SAMPLES)
    words = [str(program), str(number), str(channels)]
    return subprocess.run(words, input=wave, capture_output=True, check=True).stdout


@pytest.mark.parametrize("channels", [1, 2, 6, 64])
@pytest.mark.parametrize("name", FORMATS)
def test_values(program: Path, name: str, channels: int) -> None:
    kind = FORMATS[name]
    sound = frames(program, kind.number, channels)
    assert len(sound) == len(SAMPLES) * channels * kind.size
    heard = [kind.read(sound[at : at + kind.size]) for at in range(0, len(sound), kind.size)]
    assert heard == [kind.wanted(sample) for sample in SAMPLES for _ in range(channels)]


def test_format_that_is_none_of_ours(program: Path) -> None:
    assert subprocess.run([program, str(FLOAT_LE), "2"]).returncode == 2
