# SPDX-License-Identifier: MIT
"""How it is spoken: sounds and abbreviations that voices would spell, and how fast."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from image import run
from tests.emulator import listen
from tests.hibari import test_read
from tests.storyteller import build

SIZE = 400
# What is written, what a voice gets, and the phones that flite makes of that.
SPOKEN = {
    "Shh!": ("shush!", "sh ah sh"),
    "Shhhh": ("shush", "sh ah sh"),
    "SHHH": ("shush", "sh ah sh"),
    "Hmm.": ("hum.", "hh ah m"),
    "Hmmmm": ("hum", "hh ah m"),
    "Mmm": ("um", "ah m"),
    "Ahhh!": ("ah!", "aa"),
    "Aaah": ("ah", "aa"),
    "Ohhh": ("oh", "ow"),
    "Ooooh!": ("ooh!", "uw"),
    "Aww": ("awe", "aa"),
    "Grrr!": ("gur!", "g er"),
    "Brrr": ("bur", "b er"),
    "Psst!": ("pist!", "p ax s t"),
    "Zzzz": ("zuz", "z ah z"),
    "Hrrr, hrrr!": ("her, her!", "hh er pau hh er"),
    "Bzzz": ("buzz", "b ah z"),
    "Hmph!": ("humph!", "hh ah m f"),
    "Pff": ("pift", "p ih f t"),
    "Ssss": ("siss", "s ih s"),
    "Eww": ("ee-you", "iy y uw"),
    "Tsk": ("tisk", "t ih s k"),
    "Nooo": ("no", "n ow"),
    "Soooo": ("so", "s ow"),
    "Ms. Lee": ("Miz Lee", "m ih z l iy"),
    "I AM.": ("I am.", "ay ae m"),
    "9 AM": ("9 AM", "n ay n ey eh m"),
    "two km": ("two kilometers", "t uw k ax l aa m ax t er z"),
    "5km, 1 km": (
        "5 kilometers, 1 kilometer",
        "f ay v k ax l aa m ax t er z pau w ah n k ax l aa m ax t er",
    ),
    "isn't": ("izzent", "ih z ax n t"),
    "'Shh,' he": ("'shush,' he", "sh ah sh pau hh iy"),
    "suggest": ("suggest", "s ax g jh eh s t"),
}
# What heart gets, and the phonemes that its lexicon and rules make of that.
BY_HEART = {
    "Shh!": ("shush!", "ʃˈʊʃ!"),
    "Hmmmm.": ("hmm.", "hmm."),
    "Mmmmmm": ("mmm", "mm"),
    "Aaah": ("ah", "ˈɑ"),
    "Arr": ("are", "ɑɹ"),
    "Ohhh": ("oh", "ˈO"),
    "Ooh": ("ooh", "ˈu"),
    "Aww": ("awe", "ˈɔ"),
    "Grrr!": ("girr!", "ɡˈɜɹ!"),
    "Brrr": ("bur", "bˈɜɹ"),
    "Psst!": ("psst!", "pst!"),
    "Pffft": ("pifft", "pˈɪft"),
    "Rrr": ("are", "ɑɹ"),
    "Zzzz": ("zuz", "zˈʌz"),
    "Hrrr!": ("hurr!", "hˈɜɹ!"),
    "Bzzz": ("buzz", "bˈʌz"),
    "Hmph": ("humph", "hˈʌmf"),
    "Pff": ("piff", "pˈɪf"),
    "Pshh": ("pish", "pˈɪʃ"),
    "Vrrr": ("vroom", "vɹˈum"),
    "Tick-tock": ("Tick-tock", "tˌɪktˈɑk"),
    "my ABCs": ("my ABCs", "mI ˌAbˌisˈiz"),
    "two TVs": ("two TVs", "tˈu tˌivˈiz"),
    "Chloe, Rapunzel": ("Chloe, Rapunzel", "klˈOi, ɹəpˈʌnzᵊl"),
    "Sean, Maria, Bluey": ("Sean, Maria, Bluey", "ʃˈɔn, məɹˈiə, blˈui"),
    "PJs": ("PJs", "pˈiʤˌAz"),
    "BEARS": ("BEARS", "bˈɛɹz"),
    "Ssss": ("siss", "sˈɪs"),
    "Eww": ("ee-you", "ˈiju"),
    "Tsk": ("tissk", "tˈɪsk"),
    "Nooo": ("no", "nˈO"),
    "Soooo": ("so", "sˌO"),
    "Yesss": ("yes", "jˈɛs"),
    "Ms. Lee": ("Mizz Lee", "mˈɪz lˈi"),
    "I AM.": ("I AM.", "ˌI ˈæm."),
    "two km": ("two kilometers", "tˈu kəlˈɑməTəɹz"),
    "two cm": ("two centimeters", "tˈu sˈɛntəmˌiTəɹz"),
    "two kg": ("two kilograms", "tˈu kˈɪləɡɹˌæmz"),
    "1kg": ("1 kilogram", "wˈʌn kˈɪləɡɹˌæm"),
    "21 kg": ("21 kilograms", "twˈɛnti wˈʌn kˈɪləɡɹˌæmz"),
    "6ft, 3 m": ("6 feet, 3 meters", "sˈɪks fˈit, θɹˈi mˈiTəɹz"),
    "isn't": ("isn't", "ˈɪzᵊnt"),
    "Isn't": ("Isn't", "ˈɪzᵊnt"),
}
SAME = ("A ewe is shy.", "No, so, oh!", "Mom's bees buzz.", "He hums; 'tis good", "Zoo, moo, boo!",
        "arms and ash", "Mr. Fox", "2nd, 3m4, R2D2, 4mm4, I'm", "9AM, 10mmm", "m, ft",
        "")  # fmt: skip


@pytest.fixture(scope="session")
def driver(programs: Path) -> Path:
    """The table, and flite behind it."""
    flite = build.host_package("flite") / "usr"
    flags = (*build.ADDRESSES, "-isystem", f"{flite}/include/flite", f"-L{flite}/lib")
    libraries = ("-lflite_slt", "-lflite", "-lm")
    return build.compile_driver(programs / "spoken_driver", "spoken.c", *libraries, flags=flags)


def spoken(driver: Path, texts: Sequence[str], size: int = SIZE) -> list[tuple[str, str, str]]:
    """What a voice gets of each text, flite's phones without the silence around them; and heart."""
    lines = run.output([driver, str(size), *texts]).splitlines()
    parts = [line.split("|") for line in lines]
    return [(text, phones.strip().removeprefix("pau ").removesuffix(" pau"), known)
            for text, phones, known in parts]  # fmt: skip


def test_sounds_and_abbreviations(driver: Path) -> None:
    found = [(text, phones) for text, phones, _ in spoken(driver, [*SPOKEN])]
    assert dict(zip(SPOKEN, found, strict=True)) == SPOKEN


def test_heart_reads_what_it_knows(driver: Path, programs: Path) -> None:
    """Its own words where its lexicon has them, and else such spellings as its rules read right."""
    texts = [known for _, _, known in spoken(driver, [*BY_HEART])]
    main = test_read.HERE / "read_driver.c"
    reader = test_read.compile_c(programs / "read_driver", main, "gcc", "address")
    table = build.host_package("heart-words") / "heart.words"
    phonemes = map(test_read.plain, test_read.read(reader, table, texts))
    found = zip(texts, phonemes, strict=True)
    assert dict(zip(BY_HEART, found, strict=True)) == BY_HEART


def test_other_words_stay_as_they_are(driver: Path) -> None:
    assert tuple(text for text, _, _ in spoken(driver, SAME)) == SAME
    assert tuple(text for _, _, text in spoken(driver, SAME)) == SAME


ROOM = {1: "", 2: "S", 5: "Shh!", 6: "shush", 9: "shush! t", 16: "shush! two km"}


@pytest.mark.parametrize("size", ROOM)
def test_without_room(driver: Path, size: int) -> None:
    """Under a sanitizer: nothing is written beyond the buffer."""
    plain, _, known = spoken(driver, ["Shh! two km"], size)[0]
    assert plain == known == ROOM[size]


HEARD = {
    "The school is ten km away from the town.": "ten kilometers away from the town",
    "It isn't far away, said the old man.": "it isn't far away",
    "I AM very happy today.": "i am very happy today",
}


@pytest.mark.parametrize("text", HEARD)
def test_a_recogniser_understands_them(compiler: None, tmp_path: Path, text: str) -> None:
    say = build.host_package("say") / "usr/bin/say"
    wav = tmp_path / "said.wav"
    run.output([say, "slt", "100", "100", wav, text])
    assert HEARD[text] in listen.hear(listen.load(wav))
