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
OLD_DEFAULTS = "volume=100 speed=100 pitch=100 voice=slt pause=4 temperature=90 steps=256"
DEFAULTS = (
    f"{OLD_DEFAULTS} choices=0 stories=0 sleep=0 switch_off=0 keep_texts=1 quiet=0-0 sound=any "
    "mixer=1 keep_sound=0"
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
    "\ufeffVOLUME\t=\t3\rSpeed=70 # slow\r": DEFAULTS.replace("100 speed=100", "3 speed=70"),
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
    "speed=49": "1: speed must be a number from 50 to 200, not '49'",
    "\n\nvolum=5": f"3: unknown setting 'volum'; {ALL}",
    "volumes 5": "1: 'volumes 5' is not of the form key=value",
    "steps=50,000": "1: steps must be a number from 1 to 100000, not '50,000'",
    "pause=4 hours": "1: pause must be a number from 0 to 3600, not '4 hours'",
    "speed=no": "1: speed must be a number from 50 to 200, not 'no'",
    "volume # =5": "1: 'volume' is not of the form key=value",
    "=5": f"1: unknown setting ''; {ALL}",
    "voice=the deep one": "1: voice must be a name, not 'the deep one'",
    "voice=": "1: voice must be a name, not ''",
    "switch_off=perhaps": "1: switch_off must be yes or no, not 'perhaps'",
    "sound=usb;dac": "1: sound must be names separated by commas, not 'usb;dac'",
}
# As parents write them: what of the defaults is changed.
LENIENT = {
    "volume=30": ["volume = 30%", 'volume = "30"', "volume = 30.0", "volume: 30", "Volume 30"]
    + [
        "volume = 30 percent",
        "volume=\u201c30\u201d",
        "volume =\u00a030\u00a0%",
        "VOLUME : '30 %'",
    ],
    "volume=0": ["volume = off", "volume = No", "volume: 0 %"],
    "sleep=20": ["sleep = 20 min", "sleep: 20 minutes", "Sleep = 20m", "sleep=20.0 Min"],
    "sleep=90": ["sleep = 90", "sleep 90 mins"],
    "sleep=120": ["sleep = 2 hours", "sleep = 2h"],
    "pause=120": ["pause = 2 min", "pause = 120 seconds", "pause: 120s"],
    "stories=5": ["stories = 5 a day", "stories = 5 stories", "stories: 5 per day"],
    "switch_off=1": ["switch off = yes", "Switch-Off: true", "switch_off = Y", "switch off yes"],
    "keep_texts=0": ["keep texts = never", "keep-texts = false", "keep_texts: n"],
    "quiet=1200-420": ["quiet = 20-7", "quiet = 8pm-7am", "quiet = 20:00\u20137:00", "quiet: 20-7"]
    + ["quiet = 8 pm to 7 am", "quiet = 8:00 p.m. - 7:00 a.m.", "quiet = 20.00 until 7.00"]
    + ["quiet = 20h-7h", "quiet = from 8pm till 7am", 'quiet = "20:00 - 07:00"', "quiet 20-7"],
    "quiet=0-450": ["quiet = midnight-7:30", "quiet = 12am - 7:30am", "quiet=24:00 \u2014 7:30"],
    "quiet=720-840": ["quiet = noon to 2 pm", "quiet = 12pm-14:00", "quiet = between 12 and 14"],
    "quiet=0-0": ["quiet = never", "quiet: off", "quiet = none"],
}
# What is not clear: the careful side of it.
UNCLEAR = {
    "volume=30": ["volume=101", "volume=-1", "volume=", "volume=loud", "volume=1,000", "volume=3o"]
    + ["volume=99999999999999999999", "volume = yes", "volume 50 or so"],
    "stories=3": ["stories=three", "stories = no", "stories=-1", "stories = yes", "stories=0.5"],
    "sleep=30": ["sleep = half an hour", "sleep=8pm", "sleep=20:00", "sleep = 0.5 hours"],
    "mixer=0": ["mixer=loud"],
    "quiet=1140-480": ["quiet=25-7", "quiet=20:00-7:60", "quiet=20:00-7:00 or so", "quiet=at night"]
    + ["quiet=20-20", "quiet=13pm-7am", "quiet=8pm", "quiet=20:0-7", "quiet = yes", "quiet="],
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


def changed(change: str) -> str:
    """The defaults with one other value."""
    key = change.split("=")[0]
    return " ".join(change if word.startswith(f"{key}=") else word for word in DEFAULTS.split())


@pytest.mark.parametrize("change", LENIENT)
def test_values_as_parents_write_them(settings_driver: Path, tmp_path: Path, change: str) -> None:
    for line in LENIENT[change]:
        assert read(settings_driver, tmp_path, line) == [changed(change)], line


@pytest.mark.parametrize("change", UNCLEAR)
def test_what_is_not_clear_is_never_the_loud_side(
    settings_driver: Path, tmp_path: Path, change: str
) -> None:
    for line in UNCLEAR[change]:
        told, holds = read(settings_driver, tmp_path, line)
        assert holds == changed(change), line
        assert re.match(r"1: \w+ must be .* \(until then: (\d[\d:-]*|no)\)$", told)


def test_what_was_careful_already_stays(settings_driver: Path, tmp_path: Path) -> None:
    said = read(settings_driver, tmp_path, "volume=5\nvolume=soft\nstories=1\nstories=one")
    assert said[-1] == changed("volume=5").replace("stories=0", "stories=1")
    assert read(settings_driver, tmp_path, "volume=soft\nvolume=70")[-1] == changed("volume=70")


def test_windows_own_characters(settings_driver: Path, tmp_path: Path) -> None:
    said = read(settings_driver, tmp_path, b"quiet = 20:00 \x96 7:00\nvolume=\x9330\x94\xa0")
    assert said == [changed("quiet=1200-420").replace("volume=100", "volume=30")]


def test_two_bytes_for_each_character(settings_driver: Path, tmp_path: Path) -> None:
    for name in ("utf-16", "utf-16-be"):
        text = "\ufeff" * (name != "utf-16") + "# loud\r\nvolume=8\r\nvolum=9\r\n"
        said = read(settings_driver, tmp_path, text.encode(name))
        assert said == [f"3: unknown setting 'volum'; {ALL}", DEFAULTS.replace("e=100", "e=8")]


def test_garbage(settings_driver: Path, tmp_path: Path) -> None:
    said = read(settings_driver, tmp_path, bytes(range(1, 256)) * 50 + b"x" * 5000 + b"\nspeed=77")
    assert said[-1] == DEFAULTS.replace("speed=100", "speed=77")


LINE = st.one_of(
    st.binary(max_size=700),
    st.builds(lambda key, value: f"{key} = {value}".encode(), st.sampled_from(KEYS), st.text()),
)


@settings(max_examples=100)
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
