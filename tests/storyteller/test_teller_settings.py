# SPDX-License-Identifier: MIT
"""The settings file: what holds, and what is said about lines that cannot be used."""

from pathlib import Path

import pytest

from image import run
from image.package import load
from tests.storyteller.build import ROOT

DEFAULTS = "volume=100 speed=90 pause=4 temperature=90 steps=256"

GOOD = {
    "": DEFAULTS,
    "volume=50\nspeed=80\npause=0\ntemperature=120\nsteps=64\n": (
        "volume=50 speed=80 pause=0 temperature=120 steps=64"
    ),
    "# louder\r\n\r\n  volume = 7 \r\n": DEFAULTS.replace("volume=100", "volume=7"),
    "volume=1\nvolume=2": DEFAULTS.replace("volume=100", "volume=2"),
}
BAD = {
    "volume=101": "1: volume must be a number from 0 to 100, not '101'",
    "volume=-1": "1: volume must be a number from 0 to 100, not '-1'",
    "volume=": "1: volume must be a number from 0 to 100, not ''",
    "volume=5%": "1: volume must be a number from 0 to 100, not '5%'",
    "volume=99999999999999999999": (
        "1: volume must be a number from 0 to 100, not '99999999999999999999'"
    ),
    "speed=49": "1: speed must be a number from 50 to 200, not '49'",
    "\n\nvolum=5": "3: 'volum' is no setting; there are volume, speed, pause, temperature, steps",
    "Volume=5": "1: 'Volume' is no setting; there are volume, speed, pause, temperature, steps",
    "volume 5": "1: 'volume 5' is not of the form key=value",
    "=5": "1: '' is no setting; there are volume, speed, pause, temperature, steps",
}


def read(driver: Path, folder: Path, text: str | bytes) -> list[str]:
    """What the reader says about a file with this content, without the file's name."""
    file = folder / "storyteller.conf"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return run.output([driver, file]).replace(f"{file}:", "").splitlines()


@pytest.mark.parametrize("text", GOOD)
def test_good_files(settings_driver: Path, tmp_path: Path, text: str) -> None:
    assert read(settings_driver, tmp_path, text) == [GOOD[text]]


@pytest.mark.parametrize("text", BAD)
def test_bad_lines_change_nothing(settings_driver: Path, tmp_path: Path, text: str) -> None:
    assert read(settings_driver, tmp_path, text) == [BAD[text], DEFAULTS]
    assert read(settings_driver, tmp_path, text + "\npause=9")[1].split()[2] == "pause=9"


def test_garbage(settings_driver: Path, tmp_path: Path) -> None:
    said = read(settings_driver, tmp_path, bytes(range(1, 256)) * 50 + b"x" * 5000 + b"\nspeed=77")
    assert said[-1] == DEFAULTS.replace("speed=90", "speed=77")


def test_what_cannot_be_read(settings_driver: Path, tmp_path: Path) -> None:
    said = run.output([settings_driver, tmp_path / "absent"]).splitlines()
    assert said == ["cannot be read: No such file or directory", DEFAULTS]
    assert run.output([settings_driver, tmp_path]).startswith("cannot be read: Is a directory")


def test_image_writes_each_setting() -> None:
    recipe = load(ROOT / "packages/storyteller/package.yaml").recipe
    choices = (ROOT / "packages/storyteller/Kconfig").read_text()
    written = recipe["settings"]["etc/storyteller.conf"]
    assert list(written) == [word.split("=")[0] for word in DEFAULTS.split()]
    for key, value in (word.split("=") for word in DEFAULTS.split()):
        block = choices.split(f"config {written[key]}\n")[1].split("\nconfig ")[0]
        assert f"\tdefault {value}\n" in block
