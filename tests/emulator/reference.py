# SPDX-License-Identifier: MIT
"""How much of a story a recogniser finds where nothing can go wrong: rendered on this machine.

Some stories have words that it hears worse than others. What the board says is measured by this.
"""

import re
from pathlib import Path

import numpy as np

from image import run
from tests.emulator import listen
from tests.storyteller import build

VOICE = ("slt", "100", "100")  # name, speed and pitch in percent: the defaults
SENTENCE = re.compile(r"\S.*?[.!?]+\"?(?=\s|$)", re.S)
PAUSE = np.zeros(listen.RATE // 3, np.int16)


def words_found(story: str, folder: Path) -> float:
    """Share of the words of `story` that are heard of its rendering: 0 to 1."""
    say = build.host_package("say") / "usr/bin/say"
    wav = folder / "sentence.wav"
    samples = [PAUSE]
    for sentence in SENTENCE.findall(story):
        run.run([say, *VOICE, wav, " ".join(sentence.split())])
        samples += [listen.load(wav).samples, PAUSE]
    heard = listen.hear(listen.Sound(np.concatenate(samples)))
    return listen.words_found(heard, story)
