# SPDX-License-Identifier: MIT
"""A sound card's mixer is made audible: switched on, at 0 dB, and no microphone on the speaker."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from image import run
from tests.storyteller import build


@dataclass(frozen=True)
class Element:
    """An element of a mixer; gains in hundredths of a decibel, equal ones: it tells none."""

    name: str
    low: int = 0
    high: int = 64
    gains: tuple[int, int] = (-6400, 0)
    interface: str = "m"
    access: str = "w"

    @property
    def line(self) -> str:
        """As mixer_driver.c reads it."""
        kind = "b" if self.name.endswith("Switch") else "i"
        high = 1 if kind == "b" else self.high
        numbers = (self.low, high, *self.gains)
        return ";".join(map(str, (self.interface, self.name, kind, *numbers, self.access)))


@dataclass(frozen=True)
class Card:
    """Where a card's mixer is raised."""

    program: Path
    folder: Path

    def raised(
        self, *elements: Element, kind: str = "plays", inodes: str = "7"
    ) -> list[tuple[str, int]]:
        """What each element is set to, for each of the device files."""
        path = self.folder / "card"
        path.write_text("\n".join((kind, *(element.line for element in elements))) + "\n")
        lines = run.output([self.program, path, *inodes.split()]).split("\n")
        values = [line.rpartition("=")[::2] for line in lines if line]
        assert all(len(set(value.split(","))) == 1 for _, value in values)
        return [(name, int(value.split(",")[0])) for name, value in values]


@pytest.fixture(scope="module")
def program(programs: Path) -> Path:
    """The mixer's code with a card of paper."""
    flags = (*build.ADDRESSES, "-isystem", str(build.host_package("alsa-lib") / "usr/include"))
    parts = ("mixer.c", "mixer_names.c")
    return build.compile_driver(programs / "mixer_driver", *parts, flags=flags)


@pytest.fixture
def card(program: Path, tmp_path: Path) -> Card:
    """The card of a test."""
    return Card(program, tmp_path)


# What a program plays goes through these, on whatever card.
OURS = (
    "Master Playback", "PCM Playback", "Speaker Playback", "Headphone Playback", "Front Playback",
    "Line Out Playback", "Lineout Playback", "DAC Playback", "Digital Playback", "Master", "PCM",
    "Speaker", "Headphones", "Digital", "Side Playback", "LFE Playback", "Surround Playback",
    "Left Output Mixer PCM Playback", "Right Speaker Mixer DAC", "HP Playback", "PCM 1 Playback",
)  # fmt: skip
# These may carry a microphone or a line, or mean something else.
THEIRS = (
    "Mic Playback", "Front Mic Playback", "Rear Mic Boost", "Internal Mic", "Line Playback", "Line",
    "Line In Playback", "CD Playback", "Aux Playback", "Video Playback", "Phone Playback",
    "Capture", "PCM Capture", "Master Capture", "Input 1 Playback", "Analog Loopback", "Loopback",
    "Loop Back Playback", "Sidetone Playback", "Side Tone Playback", "Headset Mic Playback",
    "Direct Monitor Playback", "Monitor Playback", "IEC958 Playback", "S/PDIF Playback", "SPDIF",
    "Output Mixer Mic Sidetone", "Left Output Mixer Boost Bypass", "Output Mixer Line Bypass",
    "Left Output Mixer LINPUT3", "PC Speaker Playback", "Beep Playback", "FM Playback", "ADC",
    "Master Mute", "PCM Playback -6dB", "DAC Deemphasis", "Mic1 Playback", "MicPlayback",
    "Microphone Playback", "Tone Control", "Dmic Playback", "Phono Playback", "AIN Playback",
)  # fmt: skip
# Of these nobody knows: on a card that has no input, they are ours.
UNKNOWN = ("Jabra Playback", "Feature 5 Playback", "Headset Playback")
# And of these not even that they play.
OTHERS = ("Jabra", "Auto Gain Control", "Left", "Stereo", "Zero Cross")


@pytest.mark.parametrize("kind", ["plays", "records"])
def test_which_are_ours(card: Card, kind: str) -> None:
    for function, full in (("Switch", 1), ("Volume", 64)):
        for names, wanted in (
            (OURS, full),
            (UNKNOWN, full if kind == "plays" else 0),
            (OTHERS, 0),
            (THEIRS, 0),
        ):
            for name in names:
                element = Element(f"{name} {function}")
                assert card.raised(element, kind=kind) == [(element.name, wanted)]


def test_card_with_an_input_of_any_kind_is_one_that_records(card: Card) -> None:
    elements = (Element("Jabra Playback Switch"), Element("Line Playback Switch"))
    assert [value for _, value in card.raised(*elements)] == [0, 0]


@pytest.mark.parametrize(
    ("element", "full"),
    [
        (Element("PCM Playback Volume", gains=(-6400, 0)), 64),
        (Element("PCM Playback Volume", gains=(-10000, -1000)), 64),  # never reaches 0 dB
        (Element("PCM Playback Volume", high=127, gains=(-10300, 2400)), 103),
        (Element("PCM Playback Volume", high=10, gains=(-750, 1000)), 4),  # 0 dB lies between two
        (Element("PCM Playback Volume", low=-20, high=20, gains=(-2000, 2000)), 0),
        (Element("PCM Playback Volume", high=7, gains=(0, 0)), 7),  # tells no decibels
        (Element("PCM Playback Volume", high=7, gains=(600, 1300)), 0),  # is always louder
    ],
)
def test_full_is_0_db_and_never_more(card: Card, element: Element, full: int) -> None:
    assert card.raised(element) == [(element.name, full)]


def test_what_is_no_mixer_or_cannot_be_written_stays(card: Card) -> None:
    elements = (Element("PCM Playback Switch", interface="c"), Element("DAC Switch", access="r"))
    assert [value for _, value in card.raised(*elements)] == [0, 0]


def test_once_each_time_a_card_comes_up(card: Card) -> None:
    """Somebody may turn it down between stories; plugged in anew, it starts anew."""
    element = Element("Speaker Playback Volume")
    values = [value for _, value in card.raised(element, inodes="7 7 9 9 7")]
    assert values == [64, 0, 64, 0, 64]


def test_many_words_and_odd_characters(card: Card) -> None:
    names = ("Playback " * 6 + "Volume", "Lautst\u00e4rke Volume", "-- 12 -- Switch", "a" * 40)
    for name in names:
        assert [value for _, value in card.raised(Element(name), kind="records")] == [0]
