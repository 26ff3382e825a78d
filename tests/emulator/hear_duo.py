# SPDX-License-Identifier: MIT
"""Hears a story by the voice of a card from the DAC of the emulated Duo.

    .venv/bin/python -m tests.emulator.hear_duo CARD [SEED]

boots a card whose voice is heart and whose sound comes from the DAC, lets it tell a story, and
prints what two programs understand of it. The board's clock counts instructions, a nanosecond
each, so that a slow PC leaves no gaps: a minute of the story takes 20 minutes of a processor, and
half an hour of one of a busy PC.
Recording and text stay in out/milkv_duo/heard. The emulator is built already: ./doit run
board=milkv_duo does it.
"""

import sys
from pathlib import Path

import numpy as np

from image.emulator import qemu, stand_in
from image.host import install
from tests.audition import hearing
from tests.conftest import ROOT, load_project
from tests.emulator import listen
from tests.emulator.duo.board import SEED, Duo
from tests.storyteller.recorded import Recording

FOLDER = ROOT / "out/milkv_duo/heard"
BY_INSTRUCTIONS = ("-icount", "shift=0,sleep=off")
TOLD_S = 3 * 3600  # by the clock of the PC, at most
CARD_MIB = 256


def told(emulator: Path, image: Path, seed: int) -> tuple[str, listen.Sound]:
    """A story's text, and what came out of the DAC meanwhile."""
    card = qemu.make_card(image, FOLDER / "card.img", CARD_MIB)
    with Duo(emulator, card, *BY_INSTRUCTIONS) as board:
        board.open_shell()
        # An emulated core is never as fast as the voice wants it.
        story = board.tell("STORYTELLER_SLOW=1", TOLD_S, seed)
        board.power_off()
    return story, listen.load(board.speech)


def figures(story: str, sound: listen.Sound) -> str:
    """What programs understood."""
    normalise = hearing.normaliser()
    wanted = normalise(" ".join(story.split()))
    general = listen.hear(sound)
    whisper = hearing.recogniser(FOLDER / "whisper-base")
    heard = whisper(Recording(listen.RATE, sound.samples.astype(np.float64)))
    (found,) = hearing.differences([wanted], normalise(heard))
    words, wrong = len(wanted.split()), sum(one.wrong for one in found)
    return "\n".join(
        (
            f"{words} words, {sound.seconds:.0f} s; {sound.clipped} samples at the limit;"
            f" longest pauses {sound.pauses_s[:5]} s",
            f"pocketsphinx finds {listen.words_found(general, story):.0%}; Whisper base gets"
            f" {wrong} wrong ({wrong / words:.1%}): {'; '.join(map(str, found))}",
            heard,
        )
    )


def main() -> None:
    """Tell, listen, and print."""
    install.provide("quality")
    FOLDER.mkdir(parents=True, exist_ok=True)
    emulator = stand_in.program(stand_in.plan(load_project("milkv_duo")))
    card, *more = sys.argv[1:]
    story, sound = told(emulator, Path(card), int(more[0]) if more else SEED)
    (FOLDER / "story.txt").write_text(story + "\n")
    listen.save(sound, FOLDER / "story.wav")
    print(figures(story, sound))


if __name__ == "__main__":
    main()
