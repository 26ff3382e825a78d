# SPDX-License-Identifier: MIT
"""Somebody who speaks: sentences by espeak-ng, made noisy or high, as files to listen to."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from image import run

RATE = 16000
SILENCE_S = 0.4
LEVEL = 0.3  # of full scale, at the loudest
ROOM = 0.0003  # of full scale: no room, and no microphone, is silent
Samples = npt.NDArray[np.float64]


def speak(text: str, voice: str, folder: Path, cents: int = 0) -> Samples:
    """A sentence. cents: how much higher than the voice is by itself, formants and all."""
    file = folder / "spoken.wav"
    factor = 2 ** (cents / 1200)
    # Played faster it gets higher; so it is spoken slower.
    pace = str(round(140 / factor))
    run.output(["espeak-ng", "-v", voice, "-s", pace, "-w", file, text])
    with wave.open(str(file)) as recording:
        rate = recording.getframerate()
        data = np.frombuffer(recording.readframes(recording.getnframes()), dtype="<i2")
    spoken = resample(data.astype(np.float64), RATE / (rate * factor))
    around = silence(SILENCE_S)
    heard = join(around, spoken * (LEVEL / np.abs(spoken).max()), around)
    return heard + np.random.default_rng(0).normal(0, ROOM, len(heard))


def silence(seconds: float) -> Samples:
    """Nothing at all."""
    return np.zeros(int(seconds * RATE))


def join(*parts: Samples) -> Samples:
    """One after the other."""
    return np.concatenate(parts)


def resample(data: Samples, ratio: float) -> Samples:
    """Another number of samples, for the same sound; what the new rate cannot hold is cut off."""
    spectrum = np.fft.rfft(data)
    count = round(len(data) * ratio)
    kept = np.zeros(count // 2 + 1, dtype=complex)
    most = min(len(kept), len(spectrum))
    kept[:most] = spectrum[:most]
    return np.fft.irfft(kept, count) * ratio


def add_noise(data: Samples, ratio_db: float, seed: int) -> Samples:
    """White noise, so much below the speech (its average where it is not silent)."""
    loud = data[np.abs(data) > 0.02]
    level = np.sqrt(np.mean(loud**2)) / 10 ** (ratio_db / 20)
    noise: Samples = np.random.default_rng(seed).normal(0, level, len(data))
    return data + noise


def write(path: Path, data: Samples) -> Path:
    """A WAV file, 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        limited = np.clip(data, -1, 1) * 32767
        file.writeframes(limited.astype("<i2").tobytes())
    return path
