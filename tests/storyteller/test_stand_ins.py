# SPDX-License-Identifier: MIT
"""Words that a model did not learn: it is given others, and the listener hears what was asked."""

import subprocess
from pathlib import Path

import pytest

from tests.storyteller import build

KNOWN = " fox bear mouse tiger dragon owl queen princess king prince girl boy park hill meadow "
KNOWN += "market drum lantern shell bell teddy tree house "
FILES = ["stand_in.c", "words.c", "list.c", "random.c", "article.c", "gate.c", "gate_disguise.c"]
FILES += ["spelling.c", "opening.c", "lines.c"]
ONCE = "Once upon a time, there was a"
# opening: what the model is given, what stands in for what
GIVEN = {
    f"{ONCE} shy fox. One day, the fox found a drum": ("", ""),
    f"{ONCE} shy tree. The tree found a drum": (f"{ONCE} shy HERO. The HERO found a drum", "tree"),
    f"{ONCE}n orca. The orca had a kite": (f"{ONCE} HERO. The HERO had a THING", "orca kite"),
    f"{ONCE} polar bear.": (f"{ONCE} HERO.", "polar bear"),
    f"{ONCE} fox. The fox had a teddy bear": ("", ""),  # drawn by us, so the model learned it
    f"{ONCE} girl named Mia. One day, Mia and": (
        f"{ONCE} girl. One day, the girl and",
        "Mia",
    ),
    f"{ONCE} boy named Bo who sang. Bo went to the moon": (
        f"{ONCE} boy who sang. The boy went to the PLACE",
        "Bo moon",
    ),
    f"{ONCE} silkworm named Zoe.": (f"{ONCE} HERO.", "Zoe silkworm"),
    f"{ONCE} girl and a girl named Mia. One day,": ("", ""),  # which girl could not be told
    f"{ONCE}n enchantress.": (f"{ONCE} WOMAN.", "enchantress"),
    f"{ONCE} fireman.": (f"{ONCE} MAN.", "fireman"),
}
CASTS = {
    "HERO": "fox bear mouse tiger dragon owl",
    "WOMAN": "queen princess",
    "MAN": "king prince",
    "PLACE": "park hill meadow market",
    "THING": "drum lantern shell bell",
}


@pytest.fixture(scope="session")
def stand_in_driver(programs: Path) -> Path:
    return build.compile_driver(programs / "stand_in_driver", *FILES)


def ask(driver: Path, opening: str, seed: int = 1, said: str = "", known: str = KNOWN) -> list[str]:
    words = [driver, build.WORDS, str(seed), known, opening]
    done = subprocess.run(
        list(map(str, words)), input=said, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("opening", GIVEN)
@pytest.mark.parametrize("seed", [1, 2, 99])
def test_the_model_is_given_words_that_it_knows(
    stand_in_driver: Path, opening: str, seed: int
) -> None:
    wanted, meant = GIVEN[opening]
    given, pairs = ask(stand_in_driver, opening, seed)
    for cast, names in CASTS.items():
        for name in names.split() if cast in wanted else []:
            trial = wanted.replace(f" {cast}", f" {name}").replace("a owl", "an owl")
            wanted = trial if f" {name}" in given else wanted
    assert given == (wanted or opening)
    assert " ".join(pair.split(" = ")[1] for pair in pairs.split(", ") if pair) == meant


def test_what_is_heard_is_what_was_asked_for(stand_in_driver: Path) -> None:
    opening = f"{ONCE} dwarf named Zoe and an orca."
    given, pairs = ask(stand_in_driver, opening, 3)
    dwarf, orca = (pair.split(" = ")[0] for pair in pairs.split(", ")[1:])
    said = (
        f'The {dwarf} sat. "A {orca}!" said the {dwarf}. An {orca}\'s {dwarf}s, a {orca}ish '
        f"un{dwarf} or the {orca}.\n"
    )
    assert ask(stand_in_driver, opening, 3, said)[2:] == [
        f'Zoe sat. "An orca!" said Zoe. An orca\'s dwarfs, a {orca}ish un{dwarf} or the orca.'
    ]


def test_a_model_that_knows_none_of_them_is_given_the_opening(stand_in_driver: Path) -> None:
    opening = f"{ONCE}n orca."
    assert ask(stand_in_driver, opening, known=" none ") == [opening, ""]
