# SPDX-License-Identifier: MIT
"""How this machine's sound is reached: through a program that comes with its sound system."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from image import run

# What --player of the storyteller plays through: mono, 16 bits, 48000 Hz, at most 80 ms ahead.
PULSE = ("pacat", "--playback", "--raw", "--format=s16le", "--rate=48000", "--channels=1",
         "--client-name=storyteller", "--latency-msec=80")  # fmt: skip
ALSA = ("aplay", "--quiet", "--file-type=raw", "--format=S16_LE", "--rate=48000", "--channels=1",
        "--buffer-time=80000")  # fmt: skip
BROWSER = "page"  # what --device of the storyteller calls the sound that the story page plays
SERVERS = ("pulse/native", "pipewire-0")  # where they listen, below XDG_RUNTIME_DIR
CARDS = Path("/dev/snd")
ADVICE = "wav=FILE records the voice instead"


@dataclass(frozen=True)
class Found:
    """A command for the shell; without one, `note` says why in one line."""

    command: str | None
    note: str = ""


def find() -> Found:
    """A sound server's player where one listens, else ALSA's."""
    servers = _servers()
    players = [*((PULSE,) if "pulse" in servers else ()), *((ALSA,) if servers or _cards() else ())]
    if not players:
        return Found(None, f"This machine has no sound: the story is shown as text. {ADVICE}.")
    for words in players:
        if run.which(words[0]) is not None:
            return Found(shlex.join(words))
    wanted = "sudo apt-get install alsa-utils"
    return Found(None, f"No program here plays sound ({wanted}): the story is shown as text.")


def _servers() -> set[str]:
    """Sound servers that listen to this user."""
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}"))
    found = {place.split("/")[0] for place in SERVERS if (runtime / place).exists()}
    return found | ({"pulse"} if os.environ.get("PULSE_SERVER") else set())


def _cards() -> bool:
    """Whether there is a sound card that plays."""
    return any(CARDS.glob("pcmC*D*p"))
