# SPDX-License-Identifier: MIT
"""Recorded speech: samples of a WAV file, its pitch, and the same sound for the recogniser."""

import math
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.emulator import listen


@dataclass(frozen=True)
class Recording:
    """Samples of a mono 16-bit sound, and how many a second has."""

    rate: int
    samples: NDArray[np.float64]

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @property
    def level(self) -> float:
        """Root mean square of the parts in which somebody speaks."""
        size = self.rate // 50
        parts = self.samples[: len(self.samples) // size * size].reshape(-1, size)
        levels = (parts**2).mean(1)
        return float(np.sqrt(levels[levels > levels.max() / 20].mean()))

    @property
    def pitch_hz(self) -> float:
        """The median over all vowels: after how much time the sound repeats itself.

        NaN: there is none.
        """
        found = []
        size, shortest, longest = self.rate // 12, self.rate // 450, self.rate // 80
        for start in range(0, len(self.samples) - size, size // 2):
            piece = self.samples[start : start + size]
            piece = piece - piece.mean()
            likeness = np.correlate(piece, piece, "full")[size - 1 :]
            period = shortest + int(np.argmax(likeness[shortest:longest]))
            if likeness[period] > max(0.6 * likeness[0], size * 800.0**2):
                found.append(self.rate / period)
        return float(np.median(found)) if found else math.nan

    @property
    def sound(self) -> listen.Sound:
        """The same at the recogniser's rate; what lies above half of that is cut off."""
        count = len(self.samples) * listen.RATE // self.rate
        spectrum = np.fft.rfft(self.samples)[: count // 2 + 1]
        resampled = np.fft.irfft(spectrum, count) * count / len(self.samples)
        return listen.Sound(np.clip(resampled, -32768, 32767).astype(np.int16))


def load(path: Path) -> Recording:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return Recording(file.getframerate(), samples.astype(np.float64))
