# SPDX-License-Identifier: MIT
"""Who and what a story is about: drawn from the lists, and as the slots of a template."""

import random
from dataclasses import dataclass

from .words import ANY, PRONOUNS, Hero, Place, Thing, Words

# Of "they" few stories are told: enough to learn it.
PRONOUN_WEIGHTS = (42, 42, 16)
FORMS = {
    "he": ("he", "him", "his", "his", "himself"),
    "she": ("she", "her", "her", "hers", "herself"),
    "they": ("they", "them", "their", "theirs", "themselves"),
}
# Shares of heroes that are children, and that are always he or always she, besides those drawn from
# all: what a queen is called takes practice.
CHILD = 0.15
SETTLED = 0.15
NAMED_CHILD = 0.6  # shares of heroes and friends who have a name
NAMED = 0.2
UNKNOWN_HERO = 0.16  # shares of words that are in no list
UNKNOWN_PLACE = UNKNOWN_THING = 0.04


@dataclass(frozen=True)
class Person:
    """A hero or a friend; with a name, it is called by that."""

    hero: Hero
    pronoun: str
    name: str

    @property
    def introduced(self) -> str:
        return f"{self.hero.word} named {self.name}" if self.name else self.hero.word

    @property
    def called(self) -> str:
        return self.name or f"the {self.hero.word}"

    @property
    def word(self) -> str:
        return self.name or self.hero.word


@dataclass(frozen=True)
class Cast:
    trait: str
    hero: Person
    friend: Person
    other: Person
    place: Place
    thing: Thing

    def slots(self, words: Words, rng: random.Random) -> dict[str, str]:
        """What each slot of a template says in this story."""
        likes = rng.sample(self.thing.like, 2)
        found = {
            **_person("hero", self.hero),
            **_person("friend", self.friend),
            **_person("other", self.other),
            **_pronouns(self.hero.pronoun),
            **_both_cases("place", f"the {self.place.word}"),
            **_both_cases("thing", f"the {self.thing.word}"),
            **_both_cases("in place", f"{self.place.preposition} the {self.place.word}"),
            "a thing": f"a {self.thing.word}",
            "place.word": self.place.word,
            "thing.word": self.thing.word,
            "trait": self.trait,
            "love": rng.choice(self.hero.hero.loves),
            "scene": rng.choice(self.place.scenes),
            "like": likes[0],
            "like2": likes[1],
        }
        return found | {name: rng.choice(options) for name, options in words.extras.items()}


def draw(words: Words, place: Place | None, thing: Thing | None, rng: random.Random) -> Cast:
    """A new cast; place and thing as the plot wants them, or any."""
    hero = _hero(words, rng)
    friend, other = _friends(words, rng)
    while _alike(hero, friend) or _alike(hero, other) or _alike(friend, other):
        friend, other = _friends(words, rng)
    return Cast(
        rng.choice(words.traits),
        hero,
        friend,
        other,
        place or _place(words, rng),
        thing or _thing(words, rng),
    )


def invented_word(words: Words, rng: random.Random) -> str:
    """A word that nobody knows: "snozzie", "wubbin"."""
    return "".join(rng.choice(parts) for parts in words.invented.values())


def _friends(words: Words, rng: random.Random) -> tuple[Person, Person]:
    one, another = rng.sample(words.friends, 2)
    return _person_of(one, words, rng), _person_of(another, words, rng)


def _alike(one: Person, another: Person) -> bool:
    """Whether a listener could take one for the other: "the dragon", "the purple dragon"."""
    return another.hero.word in one.hero.word or one.word == another.word


def _hero(words: Words, rng: random.Random) -> Person:
    chance = rng.random()
    if chance < CHILD:
        return _person_of(rng.choice(words.children), words, rng)
    if words.settled and chance < CHILD + SETTLED:
        return _person_of(rng.choice(words.settled), words, rng)
    known = rng.choice(words.heroes)
    if rng.random() >= UNKNOWN_HERO:
        return _person_of(known, words, rng)
    word = rng.choice(
        (
            invented_word(words, rng),
            invented_word(words, rng),
            rng.choice(words.things).word,
            f"{rng.choice(words.extras['colour'])} {known.word}",
            f"{rng.choice(words.extras['strange'])} {known.word}",
            f"{invented_word(words, rng)} {known.word}",
        )
    )
    return _person_of(Hero(word, known.pronoun, known.loves, ""), words, rng)


def _person_of(hero: Hero, words: Words, rng: random.Random) -> Person:
    pronoun = hero.pronoun if hero.pronoun != ANY else rng.choices(PRONOUNS, PRONOUN_WEIGHTS)[0]
    if rng.random() >= (NAMED_CHILD if hero.section == "children" else NAMED):
        return Person(hero, pronoun, "")
    return Person(hero, pronoun, rng.choice(words.names_of(pronoun)).word)


def _place(words: Words, rng: random.Random) -> Place:
    known = rng.choice(words.places)
    if rng.random() >= UNKNOWN_PLACE:
        return known
    return Place(f"{invented_word(words, rng)} {known.word}", known.preposition, known.scenes, "")


def _thing(words: Words, rng: random.Random) -> Thing:
    known = rng.choice(words.things)
    if rng.random() >= UNKNOWN_THING:
        return known
    return Thing(rng.choice((invented_word(words, rng), f"magic {known.word}")), known.like, "")


def _person(role: str, person: Person) -> dict[str, str]:
    return {
        **_both_cases(role, person.called),
        **_both_cases(f"{role}'s", f"{person.called}'s"),
        f"a {role}": f"a {person.introduced}",
        f"A {role}": f"A {person.introduced}",
        f"{role} introduced": person.introduced,
        **_both_cases(f"{role}.word", person.word),
        f"{role}.kind": person.hero.word,
    }


def _pronouns(pronoun: str) -> dict[str, str]:
    forms = dict(zip(("he", "him", "his", "hers", "himself"), FORMS[pronoun], strict=True))
    return forms | {name.capitalize(): form.capitalize() for name, form in forms.items()}


def _both_cases(slot: str, text: str) -> dict[str, str]:
    """A slot in small letters and one for the beginning of a sentence."""
    return {slot: text, slot[0].upper() + slot[1:]: text[0].upper() + text[1:]}
