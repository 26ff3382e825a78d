# SPDX-License-Identifier: MIT
"""Whether he stays he: pronouns that flip, and stories that mix he and she."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from image.stories import lexicon
from image.stories.finding import Finding
from image.stories.lexicon import Lexicon, singular
from image.stories.text import Word, body, narration, sentences, words

FLIP = "pronoun"
MIXED = "mixed"
OF = {
    **dict.fromkeys(("he", "him", "his", "himself"), "he"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "she"),
}
OTHER = {"he": "she", "she": "he"}
# The first of the story, and the name, if there is one: "there was a shy mole named Tom".
HERO = re.compile(
    r"there (?:was|lived) an? (?:[a-z-]+ )*?(?P<word>[a-z-]+)"
    r"(?: (?:named|called) (?P<name>[A-Z]\w+))?"
    r"(?= who| that| in| and|[.,])"
)
SUBJECT = re.compile(r"\W*(?:(?:the|a|an) (?:[a-z-]+ )?)?$", re.I)
# "him" and "her" may be the one that something is done to, who is another one.
OWN = frozenset(("he", "she", "his", "hers", "himself", "herself"))


@dataclass(frozen=True)
class Bound:
    """A pronoun and whose it is."""

    person: str
    pronoun: Word


def flips(text: str) -> list[Finding]:
    """Each pronoun of one who had another pronoun before."""
    story = body(text)
    lists = lexicon.load()
    had: dict[str, str] = {}
    found = []
    for one in _bound(story, lists):
        pronoun = OF[one.pronoun.plain]
        first = had.setdefault(one.person, lists.pronouns.get(one.person, pronoun))
        if pronoun != first:
            found.append(Finding(FLIP, one.pronoun.text, one.pronoun.start))
    return found


def mixed(text: str) -> list[Finding]:
    """The first he of a story of a she, or the other way round, where no word explains it.

    "Her grandpa" does, as does another one with a name. A story of a prince is one of a he.
    """
    story = body(text)
    lists = lexicon.load()
    used = [word for word in words(narration(story)) if word.plain in OF]
    hero = HERO.search(story)
    own = lists.pronouns.get(hero["word"]) if hero else None
    first = own or next((OF[word.plain] for word in used), None)
    other = next((word for word in used if OF[word.plain] != first), None)
    if other is None:
        return []
    explained = {lists.pronouns.get(singular(word.plain)) for word in words(story)}
    named = set(re.findall(r"\bnamed ([A-Z]\w+)", story))
    is_explained = OF[other.plain] in explained or len(named) > 1
    return [] if is_explained else [Finding(MIXED, other.text, other.start)]


def _bound(story: str, lists: Lexicon) -> Iterator[Bound]:
    """The pronouns of which it is certain whose they are.

    They stand in a sentence that is about one person alone, or begin the next one.
    """
    people = _people(story, lists)
    last = ""
    for start, sentence in sentences(narration(story)):
        said = [Word(w.text, w.start + start, w.end + start, w.is_first) for w in words(sentence)]
        if not said:
            last = ""
            continue
        mentioned = [people[word.plain] for word in said if word.plain in people]
        if said[0].plain in ("he", "she"):
            subject = last if not set(mentioned) - {last} else ""
        else:
            subject = _subject(story, said, people)
        if subject and not set(mentioned) - {subject}:
            yield from (Bound(subject, word) for word in said if word.plain in OWN)
            last = subject
        else:
            last = ""


def _subject(story: str, said: list[Word], people: dict[str, str]) -> str:
    """Who a sentence begins with."""
    first = next((word for word in said if word.plain in people), None)
    if first is None or first.text.endswith("'s"):
        return ""
    before = story[said[0].start : first.start]
    return people[first.plain] if SUBJECT.fullmatch(before) else ""


def _people(story: str, lists: Lexicon) -> dict[str, str]:
    """Words for the characters of a story, and the one word that says who each is."""
    people = {word: word for word in lists.alike}
    if hero := HERO.search(story):
        people[hero["word"]] = hero["word"]
    told = words(story)
    for before, word in zip(told, told[1:], strict=False):
        if before.plain in ("named", "called") and word.text[0].isupper():
            people[word.plain] = word.plain
    if hero and hero["name"]:
        people[hero["name"].lower()] = hero["word"]
    return people
