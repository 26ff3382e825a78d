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
LOUD = 500  # of 32,767: above the noise of a silent line
# A low-pass before taking each third sample: without it, high sounds fold into the speech.
FILTER_TAPS = 63


@dataclass(frozen=True)
class Sound:
    """A recording, as mono samples at RATE."""

    samples: NDArray[np.int16]

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / RATE

    @property
    def loud_seconds(self) -> float:
        """How much of it is more than silence, in pieces of 20 ms."""
        piece = RATE // 50
        whole = self.samples[: len(self.samples) // piece * piece].astype(np.float64)
        rms = np.sqrt(np.mean(whole.reshape(-1, piece) ** 2, axis=1))
        return float(np.sum(rms > LOUD)) / 50


def load(path: Path) -> Sound:
    """Read a 16-bit WAV file of RATE or three times RATE; QEMU's may lack its final length."""
    data = path.read_bytes()
    with wave.open(str(path)) as file:
        channels, rate = file.getnchannels(), file.getframerate()
    start = data.index(b"data") + 8
    usable = (len(data) - start) // (2 * channels) * 2 * channels
    samples = np.frombuffer(data[start : start + usable], np.int16).reshape(-1, channels)
    mono = samples.astype(np.float64).mean(axis=1)
    assert rate in (RATE, 3 * RATE), f"{rate} samples per second"
    if rate == 3 * RATE:
        taps = np.sinc((np.arange(FILTER_TAPS) - FILTER_TAPS // 2) / 3) * np.hamming(FILTER_TAPS)
        mono = np.convolve(mono, taps / taps.sum(), "same")[::3]
    return Sound(mono.astype(np.int16))


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
