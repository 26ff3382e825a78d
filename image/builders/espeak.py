# SPDX-License-Identifier: MIT
"""Builder `espeak`: the data of espeak-ng, compiled by espeak-ng on the building machine."""

import shutil

from image.builders.job import Job

ENGINE = "espeak-ng"  # the package, its program, and the folder of what that compiles
PACKAGE = "espeak-ng-data"  # what becomes of it
DATA_PATH = "ESPEAK_DATA_PATH"  # variable that tells it which folder its data lie in


def build(job: Job) -> None:
    """Compile tunes, sounds and the English dictionary that the engine's package has staged.

    They become espeak-ng-data in the source tree, beside the voices, which are read as they are.
    """
    shutil.copytree(job.host[ENGINE] / "usr/share" / ENGINE, job.source, dirs_exist_ok=True)
    # The dictionary stands on the sounds.
    for what in ("-intonations", "-phonemes", "=en"):
        job.run(job.host[ENGINE] / "usr/bin" / ENGINE, f"--compile{what}", env={DATA_PATH: "."})
