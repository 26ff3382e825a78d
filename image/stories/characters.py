# SPDX-License-Identifier: MIT
"""Strangers: characters and names in a story that nobody introduced."""

import re
from collections.abc import Iterator, Sequence

from image.stories import lexicon
from image.stories.finding import Finding
from image.stories.lexicon import Lexicon, singular
from image.stories.text import Word, body, narration, words

STRANGER = "stranger"
NAME = "name"
SAY = (
    "said|asked|called|whispered|cried|shouted|sighed|answered|replied|thought|laughed|panted|"
    "squeaked|yelled|giggled|added|exclaimed|muttered|mumbled|grumbled|announced|explained"
)
# Who says something, whatever they are: "the snozzie said", "said the snozzie".
SPEAKER = re.compile(
    rf"\b(?:{SAY}) the (?P<after>[a-z-]+)(?=[,.!?;]|$)"
    r"|\bthe (?P<before>[a-z-]+) (?:said|asked|answered|replied|thought)\b",
    re.I,
)
# A name of somebody who says or does something, at the beginning of a sentence, too.
ACTS = f"{SAY}|was|had|looked|went|saw|took|ran|sat|came|put|held|knew|did|could|[a-z]+ed"
NAMED_SPEAKER = re.compile(
    rf"\b(?:{SAY}) (?P<after>[A-Z][a-z]+)(?=[,.!?;\s])"
    rf"|\b(?P<before>[A-Z][a-z]*[a-rt-z]) (?:{ACTS})\b"
)
# Between "the" and the character's word: at most one other, and none of these.
MOST_BETWEEN = 1
STOPS = re.compile(
    r"a|an|the|his|her|their|my|your|its|of|in|on|at|by|to|for|from|with|and|or|but|than|as|like"
    r"|that|who|which|was|were|is|are|had|has"
)
ONE_OF_MANY = re.compile(r"[a-z]+est|first|last|next|other|only")
# What says who it is: "the man with the cheese", "the frog that lived next door".
DESCRIPTION = re.compile(r",? (?:who|that|whose|with|in|on|from|of)\b")
# What a new name stands after.
GIVEN = re.compile(r"named|called|name|name's|is|am|i'm|was|friend|mr|mrs|ms|miss|dr|captain")
# Before names of places and times: "at Pillow Station", "in June", "the North Pole".
BEFORE_PLACES = re.compile(r"the|at|in|of|past|on|under")


def strangers(text: str) -> list[Finding]:
    """Each character that is first spoken of with "the": nobody said who that is.

    Those that somebody in the story speaks of need not be there.
    """
    lists = lexicon.load()
    story, told = words(body(text)), narration(body(text))
    known: set[str] = set()
    seen = 0
    found = []
    for the, head in _with_the(told, story, lists):
        known |= {singular(word.plain) for word in story[seen:the]}
        seen = the
        noun = singular(story[head].plain)
        if not known & (lists.alike.get(noun, {noun}) | lists.roles.get(noun, frozenset())):
            start, end = story[the].start, story[head].end
            found.append(Finding(STRANGER, text[start:end], start))
    return found


def _with_the(told: str, story: Sequence[Word], lists: Lexicon) -> Iterator[tuple[int, int]]:
    """Where "the" and the noun are, of each character that has "the"."""
    speakers = {match.start(match.lastgroup or 0) for match in SPEAKER.finditer(told)}
    for the, word in enumerate(story[:-1]):
        if told[word.start : word.end].lower() != "the" or _is_after_a_name(told, story, the):
            continue
        head = _head(told, story, the, lists)
        if head is None and story[the + 1].start in speakers:
            head = the + 1
        if head is not None and not _needs_nobody(told, story[head], lists):
            yield the, head


def _is_after_a_name(told: str, story: Sequence[Word], the: int) -> bool:
    """Whether "the" says who somebody is: "Benny the bear"."""
    before = story[the - 1] if the else None
    if before is None or told[before.end : story[the].start] != " ":
        return False
    return _is_like_a_name(before.text) and before.plain not in lexicon.load().no_names


def _head(told: str, story: Sequence[Word], the: int, lists: Lexicon) -> int | None:
    """The character's word of a phrase that "the" begins, where there is one."""
    phrase = _phrase(told, story, the)
    are = [index for index in phrase if story[index].plain in lists.alike]
    if not are or are[0] > the + 1 + MOST_BETWEEN:
        return None
    if any(ONE_OF_MANY.fullmatch(story[index].plain) for index in range(the + 1, are[0])):
        return None
    last = are[0]
    while last + 1 in are:  # "the bear cub"
        last += 1
    follows = story[last + 1].plain if last + 1 in phrase else ""
    return None if follows in lists.parts else last


def _phrase(told: str, story: Sequence[Word], the: int) -> list[int]:
    """The words after a "the" that may belong to it."""
    found = []
    for index in range(the + 1, min(the + 6, len(story))):
        is_apart = told[story[index - 1].end : story[index].start] != " "
        if is_apart or STOPS.fullmatch(story[index].plain):
            break
        found.append(index)
        if story[index].text.endswith("'s"):
            break
    return found


def _needs_nobody(told: str, noun: Word, lists: Lexicon) -> bool:
    """Whether a character needs no introduction: several, described at once, or always there."""
    is_many = singular(noun.plain) != noun.plain
    is_possessive = noun.text.endswith("'s")
    is_described = not is_possessive and DESCRIPTION.match(told, noun.end) is not None
    return is_many or is_described or noun.plain in lists.known


def names(text: str) -> list[Finding]:
    """Each name of somebody in the story of which nobody said whose it is."""
    lists = lexicon.load()
    story, told = words(body(text)), narration(body(text))
    acting = {match.start(match.lastgroup or 0) for match in NAMED_SPEAKER.finditer(told)}
    common = {word.text for word in story if word.text.islower()}
    known: set[str] = set()
    found = []
    for index, word in enumerate(story):
        name = word.text.removesuffix("'s")
        small = name.lower()
        if not _is_like_a_name(name) or name in known or small in common | lists.no_names:
            continue
        before = story[index - 1] if index else None
        if before and (GIVEN.fullmatch(before.plain) or before.plain in lists.pronouns):
            known.add(name)
        elif word.start in acting or _is_amid(told, word, before):
            known.add(name)
            found.append(Finding(NAME, name, word.start))
    return found


def _is_like_a_name(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and word[1:].islower()


def _is_amid(told: str, word: Word, before: Word | None) -> bool:
    """Whether a word has its capital not for the sentence's sake, nor as the name of a place."""
    if before is None or word.is_first or not told[word.start].isupper():
        return False
    return not BEFORE_PLACES.fullmatch(before.plain) and not before.text[0].isupper()
