# SPDX-License-Identifier: MIT
"""Clicks where the pieces of heart's sound meet: jumps there, against jumps everywhere else."""

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from image import run
from tests.hibari import test_read
from tests.storyteller import build, recorded

HOP = 300  # samples of a frame
PIECE = 42  # frames that are decoded at a time
# The first frames of pieces: the tones know 30 units of two frames at first, of which the decoder
# takes 21 and 9; and its layers need 27 frames more than they give.
FIRST = (15, 33)
REACH = 2  # frames overlap: one is heard in so many hops before its own, and in one less behind it
NEAR = 150  # samples that a jump is compared with, on either side


def jumps(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the sound bends at the start of each hop, by the usual bend around it."""
    bends = np.abs(np.diff(samples, 2, prepend=samples[0], append=samples[-1]))
    found = np.zeros(len(samples) // HOP)
    for hop in range(1, len(found)):
        at = hop * HOP
        usual = np.sqrt((bends[at - NEAR : at + NEAR] ** 2).mean())
        found[hop] = bends[at - 2 : at + 2].max() / max(usual, 1)
    return found


def borders(hops: int) -> NDArray[np.bool_]:
    """At which hops two pieces are heard at once."""
    found = np.zeros(hops, bool)
    for first in (FIRST[0], *range(FIRST[1], hops, PIECE)):
        found[max(first - REACH, 0) : first + REACH] = True
    return found


def figures(sentences: Sequence[str], folder: Path) -> str:
    """Of sentences that heart says, in one line."""
    at_borders, elsewhere = [], []
    for sound in _sounds(sentences, folder):
        found = jumps(sound)
        at = borders(len(found))
        at_borders.append(found[at])
        elsewhere.append(found[~at])
    both = [np.concatenate(part) for part in (at_borders, elsewhere)]
    return (
        f"jumps by the usual one around them: at {len(both[0])} hops of pieces that meet median"
        f" {np.median(both[0]):.2f}, 99 % {np.percentile(both[0], 99):.2f}, most"
        f" {both[0].max():.2f}; at {len(both[1])} others {np.median(both[1]):.2f},"
        f" {np.percentile(both[1], 99):.2f}, {both[1].max():.2f}"
    )


def _sounds(sentences: Sequence[str], folder: Path) -> Iterator[NDArray[np.float64]]:
    """Each clause with all its silence, so that it is known where pieces meet."""
    folder.mkdir(parents=True, exist_ok=True)
    driver = folder / "read_driver"
    driver.unlink(missing_ok=True)
    test_read.compile_c(driver, test_read.HERE / "read_driver.c", "gcc", "undefined")
    words = build.host_package("heart-words") / "heart.words"
    program = build.host_package("hibari") / "usr/bin/hibari-say"
    voice = build.host_package("heart") / "heart.voice"
    given = "".join(f"{sentence}\n" for sentence in sentences)
    said = subprocess.run([driver, words], input=given, capture_output=True, text=True, check=True)
    path = folder / "clause.wav"
    for clause in said.stdout.replace("\n", " ").split("/"):
        phonemes = [one.strip("|") for one in clause.split()]
        if phonemes:
            run.output([program, voice, path, "1", "0", *phonemes, "0"])
            yield recorded.load(path).samples
