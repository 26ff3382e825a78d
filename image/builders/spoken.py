# SPDX-License-Identifier: MIT
"""Builder `spoken`: sentences, rendered by the storyteller's own voice on the build machine."""

from image.builders.job import Job
from image.recipes.keys import MADE, NAME, SYMBOL
from image.recipes.kinds import Key, Map, Record, Text, Whole

KEYS = (
    Key("say", Map(NAME, Text()), "sentences; NAME.wav is made of each", required=True),
    Key(
        "voice",
        Record(
            (
                Key("name", SYMBOL, "who speaks", required=True),
                Key("speed", SYMBOL, "how fast, in percent", required=True),
                Key("pitch", SYMBOL, "how high, in percent", required=True),
            )
        ),
        "the Kconfig symbols that say how",
        required=True,
    ),
    Key("pace", Map(NAME, Whole(50, 200)), "sentences at another speed: percent of the wanted one"),
    Key("env", Map(NAME, MADE), "variables for the voice"),
)

SAY = "say"  # the package, and its program, that is the voice


def build(job: Job) -> None:
    """Say what the recipe lists under `say`, as its `voice` symbols want it, each into a WAV file.

    The values of those symbols reach the step's key by the recipe's `settings`.
    """
    voice = dict(job.option("voice"))
    speaker, speed, pitch = (job.config.symbols[voice[key]] for key in ("name", "speed", "pitch"))
    paces = dict(job.option("pace", {}))
    env = {key: job.filled(value) for key, value in dict(job.option("env", {})).items()}
    for name, text in dict(job.option("say")).items():
        program = job.host[SAY] / "usr/bin" / SAY
        pace = str(int(speed) * paces.get(name, 100) // 100)
        job.run(program, str(speaker), pace, str(pitch), job.staging / f"{name}.wav", text, env=env)
