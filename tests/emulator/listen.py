# SPDX-License-Identifier: MIT
"""Listens to recorded speech: how long it is, how loud, and which words are in it."""

import difflib
import re
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pocketsphinx import Decoder

RATE = 16_000  # samples per second that the recogniser wants
# A voice of RATE has nothing above half of it, so what a card of 48 kHz plays there is a click, or
# an image that its resampling left.
BEYOND_HZ = 9_600
LATE_S = 0.5  # by which QEMU's recording may lag behind the board
QUIET = 100  # of 32,767: the silence between words
LOUD = 500  # of 32,767: above the noise of a silent line
# A low-pass before taking each third sample: without it, high sounds fold into the speech.
FILTER_TAPS = 63


@dataclass(frozen=True)
class Sound:
    """A recording, as mono samples at RATE."""

    samples: NDArray[np.int16]
    beyond: int = 0  # loudest of what lies above BEYOND_HZ, where the recording can hold it

    @property
    def peak(self) -> int:
        """The loudest sample, of 32,767."""
        return int(np.abs(self.samples.astype(np.int32)).max())

    @property
    def clipped(self) -> int:
        """Samples at the end of the range."""
        return int(np.sum(np.abs(self.samples.astype(np.int32)) >= 32_767))

    @property
    def pauses_s(self) -> list[float]:
        """Silences between sounds, in steps of 20 ms, longest first."""
        loud = np.flatnonzero(self._levels() > QUIET)
        gaps = np.diff(loud) - 1
        return sorted((float(gap) / 50 for gap in gaps if gap > 0), reverse=True)

    def trimmed(self, until_s: float) -> "Sound":
        """What was heard until then, with half a second of the silence around it."""
        samples = self.samples[: round(until_s * RATE)]
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > QUIET)
        first, last = (int(loud[0]), int(loud[-1])) if len(loud) else (0, 0)
        margin = RATE // 2
        return Sound(samples[max(first - margin, 0) : last + margin], self.beyond)

    def _levels(self) -> NDArray[np.float64]:
        piece = RATE // 50
        whole = self.samples[: len(self.samples) // piece * piece].astype(np.float64)
        levels: NDArray[np.float64] = np.sqrt(np.mean(whole.reshape(-1, piece) ** 2, axis=1))
        return levels

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / RATE

    @property
    def loud_seconds(self) -> float:
        """How much of it is more than silence, in pieces of 20 ms."""
        return float(np.sum(self._levels() > LOUD)) / 50


def load(path: Path, since_s: float = 0.0) -> Sound:
    """Read a 16-bit WAV file of RATE or three times RATE; QEMU's may lack its final length.

    Of its first `since_s` seconds nothing is taken; an end of sound that QEMU's buffers bring after
    them is no click.
    """
    data = path.read_bytes()
    with wave.open(str(path)) as file:
        channels, rate = file.getnchannels(), file.getframerate()
    start = data.index(b"data") + 8
    usable = (len(data) - start) // (2 * channels) * 2 * channels
    samples = np.frombuffer(data[start : start + usable], np.int16).reshape(-1, channels)
    mono = samples.astype(np.float64).mean(axis=1)
    assert rate in (RATE, 3 * RATE), f"{rate} samples per second"
    beyond = 0
    if rate == 3 * RATE:
        spectrum = np.fft.rfft(mono)
        spectrum[np.fft.rfftfreq(len(mono), 1 / rate) < BEYOND_HZ] = 0
        first = round((since_s + LATE_S) * rate) if since_s else 0
        beyond = int(np.abs(np.fft.irfft(spectrum, len(mono)))[first:].max())
        taps = np.sinc((np.arange(FILTER_TAPS) - FILTER_TAPS // 2) / 3) * np.hamming(FILTER_TAPS)
        mono = np.convolve(mono, taps / taps.sum(), "same")[::3]
    return Sound(mono.astype(np.int16)[round(since_s * RATE) :], beyond)


def show(sound: Sound, picture: Path) -> None:
    """Draw the spectrogram as a PNG file."""
    from matplotlib.figure import Figure  # slow to load, and few tests draw

    figure = Figure(figsize=(14, 4), layout="constrained")
    axes = figure.add_subplot()
    with np.errstate(divide="ignore"):
        axes.specgram(sound.samples.astype(np.float64) + 1e-3, NFFT=512, Fs=RATE, noverlap=384)
    axes.set(xlabel="seconds", ylabel="Hz")
    figure.savefig(picture, dpi=80)


def save(sound: Sound, path: Path) -> None:
    """Write a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.samples.tobytes())


def hear(sound: Sound) -> str:
    """What a recogniser of general American English understands; it is told nothing else."""
    decoder = Decoder(samprate=RATE, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(sound.samples.tobytes(), full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp()
    return heard.hypstr if heard else ""


def words_found(heard: str, text: str) -> float:
    """Share of the words of `text` that were heard, in its order: 0 to 1."""
    wanted, found = _words(text), _words(heard)
    matches = difflib.SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches) / len(wanted)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())
