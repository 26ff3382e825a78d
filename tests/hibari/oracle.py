# SPDX-License-Identifier: MIT
"""The network and the vocoder once more, in numpy, on whole clauses: only what is encoded of a long
one comes in parts.

Written after the ONNX graph and the wheel's own vocoder; weights are those of a voice file.
"""

import zlib
from dataclasses import dataclass
from math import erf, sqrt
from typing import Any

import numpy as np

from image.builders import hibari

Array = Any  # numpy's own types say nothing about shapes
TILE = hibari.TILE
HOP, FFT, BINS, RATE = 300, 1200, 601, 24000
# Of a long clause so many phonemes are encoded at first, the last of which are not spoken; the tune
# is looked up for so many units at a time, and their sound when so many more have followed.
BEGINNING, MARGIN, PIECE, LATE = 84, 20, 42, 54
WINDOW = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)


@dataclass
class Reader:
    """A voice file's tensors, one after the other, with the numbers they stand for."""

    data: bytes
    at: int = hibari.HEADER.size

    def take(self, kind: str, count: int) -> Array:
        found = np.frombuffer(self.data, kind, count, self.at)
        self.at += -(-found.nbytes // 64) * 64
        return found

    def floats(self, count: int) -> Array:
        return self.take("<f4", count).astype(float)

    def norm(self, width: int) -> tuple[Array, Array]:
        return self.floats(width), self.floats(width)

    def matrix(self, rows: int, columns: int) -> tuple[Array, Array]:
        filled = -(-columns // TILE) * TILE
        tiles = self.take("i1", rows * filled).reshape(filled // TILE, rows, TILE)
        whole = tiles.transpose(1, 0, 2).reshape(rows, filled) * self.floats(filled)
        return whole[:, :columns], self.floats(filled)[:columns]

    def block(self, width: int, hidden: int, taps: int) -> tuple[Any, ...]:
        kernel = self.floats(taps * width).reshape(taps, width)
        parts = (kernel, self.floats(width), self.norm(width), self.matrix(width, hidden))
        return (*parts, self.matrix(hidden, width), self.floats(width))

    def encoder(self, width: int) -> dict[str, Any]:
        embedding = self.take("i1", 178 * width).reshape(178, width)
        found: dict[str, Any] = {"embedding": embedding * self.floats(178)[:, None]}
        found["blocks"] = [self.block(width, 2 * width, 5) for _ in range(2)]
        found["before"] = self.norm(width)
        found["project"], found["out"] = self.matrix(width, 3 * width), self.matrix(width, width)
        found["between"] = self.norm(width)
        found["first"] = self.matrix(width, 2 * width)
        found["second"] = self.matrix(2 * width, width)
        found["after"] = self.norm(width)
        return found


def linear(x: Array, matrix: tuple[Array, Array]) -> Array:
    return x @ matrix[0] + matrix[1]


def gelu(x: Array) -> Array:
    return 0.5 * x * (1 + np.vectorize(erf)(x / sqrt(2)))


def norm(x: Array, weights: tuple[Array, Array]) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * weights[0] + weights[1]


def taps_of(x: Array, taps: int, dilation: int = 1) -> list[Array]:
    reach = taps // 2 * dilation
    padded = np.pad(x, ((reach, reach), (0, 0)))
    return [padded[tap * dilation : tap * dilation + len(x)] for tap in range(taps)]


def convolution(x: Array, taps: int, matrix: tuple[Array, Array]) -> Array:
    return linear(np.concatenate(taps_of(x, taps), 1), matrix)


def block(x: Array, weights: tuple[Any, ...], dilation: int = 1) -> Array:
    kernel, bias, norms, first, second, gamma = weights
    y = sum(part * row for part, row in zip(taps_of(x, len(kernel), dilation), kernel, strict=True))
    return x + gamma * linear(gelu(linear(norm(y + bias, norms), first)), second)


def transformer(x: Array, weights: dict[str, Any]) -> Array:
    width = x.shape[1]
    size = width // 2
    projected = linear(norm(x, weights["before"]), weights["project"])
    heads = []
    for head in range(2):
        q, k, v = (projected[:, i * width + head * size :][:, :size] for i in range(3))
        scores = np.exp(q @ k.T / sqrt(size) - (q @ k.T / sqrt(size)).max(-1, keepdims=True))
        heads.append(scores / scores.sum(-1, keepdims=True) @ v)
    x = x + linear(np.concatenate(heads, 1), weights["out"])
    hidden = gelu(linear(norm(x, weights["between"]), weights["first"]))
    return x + linear(hidden, weights["second"])


def encode(ids: list[int], weights: dict[str, Any], layers: int) -> Array:
    x = weights["embedding"][ids]
    for one in weights["blocks"]:
        x = block(x, one)
    for _ in range(layers):
        x = transformer(x, weights)
    return norm(x, weights["after"])


@dataclass(frozen=True)
class Spoken:
    """What speaking a clause goes through."""

    units: Array  # of 25 ms, of each phoneme
    pitch: Array  # Hz, of each frame
    spectra: Array  # (frames, 5, bins)
    samples: Array


@dataclass(frozen=True)
class Encoders:
    """What turns phonemes into rows, and rows into lengths."""

    sound: dict[str, Any]
    tune: dict[str, Any]
    duration: tuple[Array, Array]
    length: tuple[Array, Array]

    def encode(self, ids: list[int], speed: float) -> tuple[Array, Array, Array]:
        """Sound, tune, and units, of each phoneme."""
        sound, tune = encode(ids, self.sound, 4), encode(ids, self.tune, 6)
        lengths = gelu(convolution(tune, 3, self.duration)) @ self.length[0] + self.length[1]
        units = np.clip(np.rint((np.exp(lengths) - 1) / speed), 1, 400).astype(int)
        return sound, tune, units

    def rows(self, ids: list[int], speed: float) -> tuple[Array, Array, Array]:
        """Units of each phoneme, then sound and tune of each unit: by the beginning of a long
        clause as long as that will do, then by a beginning of twice the length."""
        count, start = BEGINNING, 0
        units = np.zeros(0, int)
        sounds, tunes = (np.zeros((0, width)) for width in (128, 192))
        while True:
            part = ids if count >= len(ids) else [*ids[: count - 1], ids[-1]]
            sound, tune, found = self.encode(part, speed)
            begun = int((np.cumsum(units) - units <= start).sum())
            units = np.concatenate([units[:begun], found[begun:]])
            which = np.repeat(np.arange(len(part)), units)
            decoded = max(start - LATE, 0)
            sounds = np.concatenate([sounds[:decoded], sound[which[decoded:]]])
            tunes = np.concatenate([tunes[:start], tune[which[start:]]])
            if part is ids:
                return units, sounds, tunes
            start = units[: count - MARGIN].sum() // PIECE * PIECE
            count *= 2


def speak(voice: bytes, ids: list[int], speed: float = 1.0) -> Spoken:
    """A clause with a voice file's content."""
    assert zlib.crc32(voice[64:]) == hibari.HEADER.unpack_from(voice)[2]
    reader = Reader(voice)
    sound, tune = (reader.encoder(width) for width in (128, 192))
    length = reader.matrix(576, 192), (reader.floats(192), reader.floats(1))
    units, sounds, tunes = Encoders(sound, tune, *length).rows(ids, speed)
    melody = linear(tunes, reader.matrix(192, 192))
    for dilation in (1, 2, 4, 8, 1, 2):
        melody = block(melody, reader.block(192, 384, 7), dilation)
    tones = linear(melody, reader.matrix(192, 4))
    pitch = np.clip(tones[:, :2].reshape(-1) * 100, 0, 5000)
    told = [np.repeat(sounds, 2, 0), np.log(1 + pitch)[:, None] / 5]
    told.append(tones[:, 2:].reshape(-1, 1))
    x = convolution(np.concatenate(told, 1), 7, reader.matrix(910, 256))
    for _ in range(8):
        x = block(x, reader.block(256, 768, 7))
    x = norm(x, reader.norm(256))
    spectra = linear(x, reader.matrix(256, 3005)).reshape(-1, 5, BINS)
    assert reader.at == len(voice)
    return Spoken(units, pitch, spectra, vocode(spectra, pitch))


def vocode(spectra: Array, pitch: Array) -> Array:
    frames = len(pitch)
    pulses = np.pad(make_pulses(pitch), FFT // 2, mode="reflect")
    noise = make_noise(frames)
    overlap, weight = np.zeros((2, (frames + 3) * HOP))
    for i, (harmonic, turn, rough, free, angle) in enumerate(spectra):
        spectrum = np.fft.rfft(pulses[i * HOP :][:FFT] * WINDOW) / HOP
        spectrum *= np.exp(np.minimum(harmonic, 7) + 1j * np.pi * np.tanh(turn))
        spectrum += np.exp(np.minimum(rough, 7)) * noise[i]
        spectrum += np.exp(np.minimum(free, 7) + 1j * angle)
        overlap[i * HOP :][:FFT] += np.fft.irfft(spectrum, FFT) * WINDOW
        weight[i * HOP :][:FFT] += WINDOW**2
    middle = slice(FFT // 2, FFT // 2 + frames * HOP)
    return overlap[middle] / np.maximum(weight[middle], 1e-11)


def make_pulses(pitch: Array) -> Array:
    middles = (np.arange(len(pitch)) + 0.5) * HOP - 0.5
    line = np.interp(np.arange(len(pitch) * HOP), middles, pitch)
    voiced, line = line > 40, np.maximum(line, 40)
    phase = np.modf(np.cumsum(line) / RATE)[0] * 2 * np.pi
    harmonics = np.floor(11000 / line) + 0.5
    divisor = 2 * np.sin(phase / 2)
    is_small = np.abs(divisor) <= 2e-3
    sums = np.sin(harmonics * phase) / np.where(is_small, 1, divisor)
    return np.where(voiced, np.where(is_small, harmonics, sums) - 0.5, 0)


def make_noise(frames: int) -> Array:
    """Of 32 generators that take turns; a frame leaves over what they give beyond its bins."""
    state = np.arange(1, 33, dtype=np.uint32) * np.uint32(0x9E3779B1)
    found = []
    for _ in range(frames * -(-2 * BINS // 32)):
        state ^= state << np.uint32(13)
        state ^= state >> np.uint32(17)
        state ^= state << np.uint32(5)
        word = (state * np.uint32(0x9E3779B1)).view(np.uint8).reshape(-1, 4)
        found.append((word.sum(1, dtype=float) - 510) / 147.8)
    rows = np.concatenate(found).reshape(frames, -1)
    return rows[:, :BINS] + 1j * rows[:, BINS : 2 * BINS]
