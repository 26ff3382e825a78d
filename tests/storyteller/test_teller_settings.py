# SPDX-License-Identifier: MIT
"""The settings files: what holds, and what is said about lines that cannot be used."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from image import builders, run
from image.recipes.loading import load
from tests.storyteller.build import ROOT

PACKAGE = ROOT / "packages/storyteller"
OLD_DEFAULTS = "volume=100 speed=90 pitch=100 voice=slt pause=4 temperature=90 steps=256"
DEFAULTS = (
    f"{OLD_DEFAULTS} stories=0 sleep=0 switch_off=0 keep_texts=1 quiet=0-0 sound=any mixer=1 "
    "keep_sound=0"
)
KEYS = [word.split("=")[0] for word in DEFAULTS.split()]
ALL = f"the settings are {', '.join(KEYS)}"

GOOD = {
    "": DEFAULTS,
    "volume=50\nspeed=80\npitch=90\nvoice = KAL16\npause=0\nsteps=64\n": DEFAULTS.replace(
        OLD_DEFAULTS, "volume=50 speed=80 pitch=90 voice=kal16 pause=0 temperature=90 steps=64"
    ),
    "# louder\r\n\r\n  volume = 7 \r\n": DEFAULTS.replace("volume=100", "volume=7"),
    "volume=1\nvolume=2": DEFAULTS.replace("volume=100", "volume=2"),
    "\ufeffVOLUME\t=\t3\rSpeed=70 # slow\r": DEFAULTS.replace("100 speed=90", "3 speed=70"),
    "stories=3\nsleep=30\nswitch_off=Yes\nkeep_texts=OFF": DEFAULTS.replace(
        "stories=0 sleep=0 switch_off=0 keep_texts=1",
        "stories=3 sleep=30 switch_off=1 keep_texts=0",
    ),
    "quiet = 20:00 - 7:05": DEFAULTS.replace("quiet=0-0", "quiet=1200-425"),
    "Sound = USB, dac, hw:1_0": DEFAULTS.replace("sound=any", "sound=usb, dac, hw:1_0"),
    "quiet=1:00-2:00\nquiet=no": DEFAULTS,
    "mixer = no": DEFAULTS.replace("mixer=1", "mixer=0"),
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
    "\n\nvolum=5": f"3: unknown setting 'volum'; {ALL}",
    "volume 5": "1: 'volume 5' is not of the form key=value",
    "volume # =5": "1: 'volume' is not of the form key=value",
    "=5": f"1: unknown setting ''; {ALL}",
    "voice=the deep one": "1: voice must be a name, not 'the deep one'",
    "voice=": "1: voice must be a name, not ''",
    "switch_off=perhaps": "1: switch_off must be yes or no, not 'perhaps'",
    "mixer=loud": "1: mixer must be yes or no, not 'loud'",
    "sound=usb;dac": "1: sound must be names separated by commas, not 'usb;dac'",
    "quiet=20-7": "1: quiet must be like 20:00-7:00, or no, not '20-7'",
    "quiet=24:00-7:00": "1: quiet must be like 20:00-7:00, or no, not '24:00-7:00'",
    "quiet=20:00-7:60": "1: quiet must be like 20:00-7:00, or no, not '20:00-7:60'",
    "quiet=20:00-7:00 or so": "1: quiet must be like 20:00-7:00, or no, not '20:00-7:00 or so'",
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
    assert read(settings_driver, tmp_path, text + "\npause=9")[1].split()[4] == "pause=9"


def test_two_bytes_for_each_character(settings_driver: Path, tmp_path: Path) -> None:
    for name in ("utf-16", "utf-16-be"):
        text = "\ufeff" * (name != "utf-16") + "# loud\r\nvolume=8\r\nvolum=9\r\n"
        said = read(settings_driver, tmp_path, text.encode(name))
        assert said == [f"3: unknown setting 'volum'; {ALL}", DEFAULTS.replace("e=100", "e=8")]


def test_garbage(settings_driver: Path, tmp_path: Path) -> None:
    said = read(settings_driver, tmp_path, bytes(range(1, 256)) * 50 + b"x" * 5000 + b"\nspeed=77")
    assert said[-1] == DEFAULTS.replace("speed=90", "speed=77")


LINE = st.one_of(
    st.binary(max_size=700),
    st.builds(lambda key, value: f"{key} = {value}".encode(), st.sampled_from(KEYS), st.text()),
)


@settings(max_examples=100, deadline=None)
@given(lines=st.lists(LINE, max_size=8), end=st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_whatever_is_written(
    settings_driver: Path, tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], end: bytes
) -> None:
    said = read(settings_driver, tmp_path_factory.getbasetemp(), end.join([*lines, b"pause=9"]))
    form = r"volume=(\d+) speed=(\d+) pitch=\d+ voice=\w+ pause=9 temperature=(\d+) .*"
    found = re.fullmatch(form, said[-1])
    assert found, said
    assert int(found[1]) <= 100 and 50 <= int(found[2]) <= 200 and int(found[3]) <= 200


def test_what_cannot_be_read(settings_driver: Path, tmp_path: Path) -> None:
    said = run.output([settings_driver, tmp_path / "absent"]).splitlines()
    assert said == ["cannot be read: No such file or directory", DEFAULTS]
    assert run.output([settings_driver, tmp_path]).startswith("cannot be read: Is a directory")


def test_image_writes_each_setting() -> None:
    recipe = load(PACKAGE / "package.yaml", builders.keys()).recipe
    choices = "".join((PACKAGE / name).read_text() for name in ("Kconfig", "voices/Kconfig"))
    written = recipe["settings"]["etc/storyteller.conf"]
    assert list(written) == KEYS
    named = {"voice=slt": '"slt"', "switch_off=0": "n", "keep_texts=1": "y", "quiet=0-0": '"no"'}
    named |= {"sound=any": '"any"', "mixer=1": "y"}

    for word in DEFAULTS.split():
        key, value = word.split("=")
        block = choices.split(f"config {written[key]}\n")[1].split("\nconfig ")[0]
        assert re.search(rf"\tdefault {named.get(word, value)}( if |\n)", block)


def test_parents_file_explains_each_setting(settings_driver: Path, tmp_path: Path) -> None:
    text = (PACKAGE / "storyteller.txt").read_text()
    assert read(settings_driver, tmp_path, text) == [DEFAULTS]
    lines = text.splitlines()
    examples = [n for n, line in enumerate(lines) if re.match(r"#[a-z_]+ = ", line)]
    assert [lines[n][1:].split(" = ")[0] for n in examples] == sorted(
        KEYS, key=lambda key: text.index(f"#{key} = ")
    )
    assert all(lines[n - 1].startswith("# ") for n in examples)
    # Each example, with its "#" taken away, is what holds anyway.
    assert read(settings_driver, tmp_path, re.sub(r"^#(?=[a-z_]+ = )", "", text, flags=re.M)) == [
        DEFAULTS
    ]
