# SPDX-License-Identifier: MIT
"""Builder `espeak`: the data of espeak-ng, compiled by espeak-ng on the build machine."""

from image.builders.job import Job, copy_file

KEYS = ()

ENGINE = "espeak-ng"  # the package, and its program
DATA_PATH = "ESPEAK_DATA_PATH"  # variable that tells it which folder its data lie in


def build(job: Job) -> None:
    """Compile tunes, sounds and the English dictionary.

    They become espeak-ng-data in the source tree, next to the voices, which are read as they are.
    """
    # The dictionary's sources are looked for where the program runs.
    for name in ("en_list", "en_rules"):
        copy_file(job.source / "dictsource" / name, job.source / name)
    # The dictionary stands on the sounds.
    for what in ("-intonations", "-phonemes", "=en"):
        job.run(job.host[ENGINE] / "usr/bin" / ENGINE, f"--compile{what}", env={DATA_PATH: "."})
