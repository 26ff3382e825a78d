# SPDX-License-Identifier: MIT
"""From the voice's sample rate to the card's: level, flatness and images, by FFT."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.storyteller import build

RATES = [
    (voice, rate)
    for voice in (16000, 22050, 24000)
    for rate in (
        8000,
        11025,
        12000,
        16000,
        22050,
        24000,
        32000,
        44100,
        48000,
        64000,
        88200,
        96000,
        176400,
        192000,
    )  # fmt: skip
]
AMPLITUDE = 20000
# Below 0.4 of the lower rate speech must pass as it is; from 0.54 on nothing may.
PASSED = (0.02, 0.1, 0.25, 0.4)
STOPPED = (0.54, 0.7)
FLAT_DB = 0.3
IMAGES_DB = -65


@pytest.fixture(scope="module")
def resample(programs: Path) -> Path:
    """The resampler, as a program."""
    parts = ("resample.c", "-lm")
    return build.compile_driver(programs / "resample_driver", *parts)


def spectrum(program: Path, tone: float, source: int, target: int) -> tuple[float, float, float]:
    """In dB of the tone put in: what came out of it, the strongest else, and the length's ratio."""
    wave = np.sin(2 * np.pi * tone * np.arange(2 * source) / source) * AMPLITUDE
    done = subprocess.run(
        [program, str(source), str(target)],
        input=wave.round().astype(np.int16).tobytes(),
        capture_output=True,
        check=True,
    )
    sound: NDArray[np.float64] = np.frombuffer(done.stdout, np.int16).astype(np.float64)
    middle = sound[target // 2 : target // 2 + target] * np.hanning(target)
    levels = np.abs(np.fft.rfft(middle)) / len(middle) * 4 / AMPLITUDE + 1e-9
    is_tone = np.abs(np.fft.rfftfreq(len(middle), 1 / target) - tone) < 8
    own = levels[is_tone].max(initial=1e-9)
    return 20 * np.log10(own), 20 * np.log10(levels[~is_tone].max()), len(sound) / target / 2


@pytest.mark.parametrize(("source", "target"), RATES)
def test_tones(resample: Path, source: int, target: int) -> None:
    lower = min(source, target)
    for part in PASSED:
        tone = round(part * lower)  # in the middle of a bin of 1 Hz
        own, other, length = spectrum(resample, tone, source, target)
        print(f"{source} -> {target}: {tone} Hz: {own:.2f} dB, else {other:.0f} dB")
        assert abs(own) < FLAT_DB and other < IMAGES_DB
        assert length == pytest.approx(1, abs=0.001)
    for part in STOPPED if target < source else ():
        if part * lower > source / 2:  # the voice has no such tone
            continue
        own, other, _ = spectrum(resample, round(part * lower), source, target)
        assert max(own, other) < IMAGES_DB


def test_rates_that_no_card_has(resample: Path) -> None:
    for source, target in ((16000, 8001), (16000, 384000), (16000, 1000), (0, 0)):
        assert subprocess.run([resample, str(source), str(target)]).returncode == 1
