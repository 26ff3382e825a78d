# SPDX-License-Identifier: MIT
"""Builder `spoken`: sentences, rendered by the storyteller's own voice on the building machine."""

from image.builders import espeak
from image.builders.job import Job

SAY = "say"  # the package, and its program, that is the voice


def build(job: Job) -> None:
    """Say what the recipe lists under `say`, as its `voice` symbols want it, each into a WAV file.

    The values of those symbols reach the step's key by the recipe's `settings`.
    """
    voice = dict(job.option("voice"))
    how = [str(job.config.symbols[voice[key]]) for key in ("name", "speed", "pitch")]
    data = job.needs.get(espeak.PACKAGE)
    env = {espeak.DATA_PATH: str(data / "usr/share")} if data else {}
    for name, text in dict(job.option("say")).items():
        program = job.host[SAY] / "usr/bin" / SAY
        job.run(program, *how, job.staging / f"{name}.wav", text, env=env)
