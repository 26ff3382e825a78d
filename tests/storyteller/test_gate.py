# SPDX-License-Identifier: MIT
"""What the gate stops in requests and in sentences, and what it must not."""

import subprocess
from pathlib import Path

import pytest

from tests.storyteller.build import WORDS
from tests.storyteller.test_prompts import ask

# All words of a dictionary that are refused, each looked at: it is listed, or a form of one.
REFUSED = Path(__file__).parent / "refused_words.txt"
# Where Debian's package wamerican has its 73,000 words.
DICTIONARY = Path("/usr/share/dict/american-english")
HARMLESS = """
pizza|gravy|billed|dilly|gambit|prickly|robed|peer|peers|demonstrate|blue tit|blue tits
a cocker spaniel|the ugly duckling|a tin soldier|a dinosaur skeleton|a pillow fight|chicken breast
spicy soup|a striped cat|crackers|pulling weeds|assessment|sextant|wary|bloodhound|hats|Kilimanjaro
heroines|sextuplets|hurly-burly|Killarney|a kilim|DIY|a heli|a bombe|a bloodstone|stripy|fool's gold
a pill bug|Killian|Nazim|tug of war|a naked mole rat|a water pistol|root beer|moby dick
blue-footed booby|Cocker-Spaniels|a sword|army|punch and judy|the wins|a nutcracker, a toy soldier
""".replace("\n", "|")
# What is allowed hides nothing.
REFUSED_STILL = """
a pizza and a gun|tit|blue t i t s|cock|skeleton|soldier|ugly|a blue tit and a tit|army of zombies
pizza k1ll|prick|robber|demon|demons|ass essment|punch|booby|breast
""".replace("\n", "|")
STOPPED = """
The wolf ate her.|The wolf ate him, and ran.|The fox ate the rabbit!|A dog ate the cat.
He eats children.|The monster ate her up.|She was fat, a fat girl.|The demon came.|He had a sword.
He saw the skeleton.|They ate the ducks.|He smokes.
""".replace("\n", "|")
TOLD = """
She ate her cake.|She ate her soup and slept.|The rabbit ate the carrot.|They ate them all.
He was lost, the lost child.|A stranger came.|He demonstrated it to his peers.|It was spicy pizza.
The lion had striped hats.|The hat was striped.
""".replace("\n", "|")


def lines(text: str) -> list[str]:
    """The cases of a table."""
    return [line.strip() for line in text.split("|") if line.strip()]


def stopped(driver: Path, kind: str, cases: list[str], own: Path | str = "") -> list[str]:
    """Those of the lines that the gate stops."""
    given = "\n".join(cases)
    words = [str(driver), str(WORDS), str(own), kind]
    done = subprocess.run(words, input=given, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if not line.startswith("! ")]


def test_harmless_words_are_not_refused(prompt_driver: Path) -> None:
    assert stopped(prompt_driver, "requests", lines(HARMLESS)) == []


def test_what_is_allowed_hides_nothing(prompt_driver: Path) -> None:
    assert stopped(prompt_driver, "requests", lines(REFUSED_STILL)) == lines(REFUSED_STILL)


def test_sentences(prompt_driver: Path) -> None:
    assert stopped(prompt_driver, "sentences", lines(STOPPED)) == lines(STOPPED)
    assert stopped(prompt_driver, "sentences", lines(TOLD)) == []


def test_what_nobody_can_ask_for(prompt_driver: Path) -> None:
    """Though a story may hold it."""
    for line in (
        "a stranger",
        "candy from strangers",
        "the lost child",
        "a f4t g1rl and a fat girl",
    ):
        assert ask(prompt_driver, line).request == "refused", line


def test_nothing_that_can_be_asked_for_is_stopped(prompt_driver: Path) -> None:
    """Our own lists are not looked at when they are read, only what is asked for."""
    files = [path for path in (WORDS / "asked").glob("*.txt") if path.name != "said.txt"]
    words = [line for path in files for line in path.read_text().splitlines() if line[:1] != "#"]
    assert stopped(prompt_driver, "sentences", words) == []


def test_parents_block_what_we_allow(prompt_driver: Path, tmp_path: Path) -> None:
    (tmp_path / "blocked.txt").write_text("pizza\nduckling\n")
    cases = ["a pizza", "the ugly duckling", "a blue tit"]
    assert stopped(prompt_driver, "requests", cases) == []
    assert stopped(prompt_driver, "requests", cases, tmp_path) == cases[:2]
    assert stopped(prompt_driver, "sentences", ["He ate pizza."], tmp_path) == ["He ate pizza."]


def test_refused_words_are_those_that_were_reviewed(prompt_driver: Path) -> None:
    words = REFUSED.read_text().split()
    assert stopped(prompt_driver, "requests", words) == words


def test_no_other_word_of_a_dictionary_is_refused(prompt_driver: Path) -> None:
    if not DICTIONARY.exists():
        pytest.skip(f"{DICTIONARY} is not there: apt-get install wamerican")
    read = {word.lower() for word in DICTIONARY.read_text().split() if word.isascii()}
    words = sorted(word for word in read if word.isalpha())
    assert set(stopped(prompt_driver, "requests", words)) <= {*REFUSED.read_text().split()}
