# SPDX-License-Identifier: MIT
"""A voice of an engine that is there needs no more than its entry in voices.yaml."""

import sys
from pathlib import Path

from image import project, run
from image.builders.toolchain import HOST
from image.plan import graph
from image.plan.step import STAGING, step_name
from image.recipes import voices
from image.steps import runner
from tests.conftest import DL_DIR, ROOT

# Two names of one speaker: what the new one says can be compared.
ENTRY = """
fred:
  title: a man with another name
  about: As kal16.
  size: Adds 4.1 MB to the program.
  words_per_minute: 200
  engine: flite
  speaker: cmu_us_kal16
  needs: [flite]
  libraries: [flite_kal16, flite]
"""


def add(checkout: Path) -> None:
    """As docs/architecture.md says: an entry, and the files that are made from it."""
    with (checkout / "packages" / voices.FOLDER / "voices.yaml").open("a") as file:
        file.write(ENTRY)
    made = run.output([sys.executable, "-m", "image.generate"], cwd=checkout).split()
    assert made == [f"packages/{voices.FOLDER}/Kconfig", f"packages/{voices.TABLE}"]


def test_a_new_voice_speaks(checkout: Path, compiler: None, tmp_path: Path) -> None:
    add(checkout)
    (checkout / "work").symlink_to(ROOT / "work")  # flite is built once for all tests
    with (checkout / "defconfigs/qemu_virt_defconfig").open("a") as file:
        file.write("CONFIG_STORYTELLER_USE_FRED=y\nCONFIG_STORYTELLER_VOICE_KAL16=y\n")
    loaded = project.load(checkout, {"board": "qemu_virt", "DL_DIR": str(DL_DIR)})
    assert loaded.config.symbols["STORYTELLER_VOICE"] == "fred"
    made = graph.make(loaded, ["say"], HOST)
    for step in made.steps.values():
        if not made.is_done(step):
            runner.run_step(made, step)
    say = made.folder(made.step(step_name("say", HOST))) / STAGING / "usr/bin/say"
    for voice in ("fred", "kal16"):
        run.output([say, voice, "100", "100", tmp_path / f"{voice}.wav", "Once upon a time."])
    said = (tmp_path / "fred.wav").read_bytes()
    assert len(said) > 16_000 and said == (tmp_path / "kal16.wav").read_bytes()
