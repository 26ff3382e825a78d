# SPDX-License-Identifier: MIT
"""Templates: [one|another] is a choice, {slot} is filled in, {new: one|another} makes a slot."""

import random
import re
from collections.abc import Mapping

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{([^{}:]+)\}")
NEW_SLOT = re.compile(r"\{([a-z]+): ([^{}]*)\}")

# Of words whose first letter sounds otherwise than it looks.
CONSONANT_SOUND = re.compile(r"(?:uni(?!m)|use|ewe|eu|one\b|once\b|ukulele)")
VOWEL_SOUND = re.compile(r"(?:hour|honest|heir|honou?r)")
ARTICLE = re.compile(r"\b([Aa])n? (?=([A-Za-z]+))")

# What a verb becomes beside "they", who may be one.
PLURAL = {"was": "were", "wasn't": "weren't", "is": "are", "has": "have", "does": "do"}
AFTER_THEY = re.compile(rf"\b([Tt]hey) ({'|'.join(PLURAL)})\b(?!')")
BEFORE_THEY = re.compile(r"\b([Ww]as|[Ii]s|[Hh]as|[Dd]oes) they\b")


def choose(text: str, rng: random.Random) -> str:
    """One option of each choice, the inner ones first."""
    while match := CHOICE.search(text):
        text = text[: match.start()] + rng.choice(match[1].split("|")) + text[match.end() :]
    return text


def fill(text: str, slots: Mapping[str, str], rng: random.Random) -> str:
    """The text with choices made, slots filled and grammar put right. KeyError: no such slot."""
    known = dict(slots)
    for name, options in NEW_SLOT.findall(text):
        known.setdefault(name, rng.choice(options.split("|")))
    text = choose(NEW_SLOT.sub(r"{\1}", text), rng)
    while SLOT.search(text):
        text = SLOT.sub(lambda match: known[match[1]], text)
    return grammar(text)


def grammar(text: str) -> str:
    """a or an by sound, verbs of "they"."""
    text = ARTICLE.sub(lambda match: article(match[2], capital=match[1] == "A") + " ", text)
    text = AFTER_THEY.sub(lambda match: f"{match[1]} {PLURAL[match[2]]}", text)
    return BEFORE_THEY.sub(lambda match: _plural(match[1]) + " they", text)


def article(word: str, capital: bool = False) -> str:
    """The article of a word by how the word begins to sound."""
    word = word.lower()
    vowel = word[0] in "aeiou" and not CONSONANT_SOUND.match(word)
    found = "an" if vowel or VOWEL_SOUND.match(word) else "a"
    return found.capitalize() if capital else found


def _plural(verb: str) -> str:
    plural = PLURAL[verb.lower()]
    return plural.capitalize() if verb[0].isupper() else plural
