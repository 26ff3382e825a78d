# SPDX-License-Identifier: MIT
"""Letters to sounds: rules for words that no lexicon has, learnt from those of one.

A rule's key is a letter with as much of its neighbourhood as it takes: the letter, the next one,
the one before, the second next, the second before, and so on; _ is where the word ends. Of the
rules whose keys the neighbourhood begins with, the longest says what the letter sounds like.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

STRESSES = "ˈˌ"
MOST_SOUNDS = 2  # of one letter, as in x
ROUNDS = 3  # of aligning
SAMPLE = 6  # all rounds but the last look at every sixth word
STRAY = 3  # letters by which a sound may stand away from where it would, were all equally long
TWIN = 3.0  # cost of the second of two equal letters that sounds, too, as in accent
REACH = 9  # letters of the longest key
LEAST_SEEN = 3  # a longer key must have been met so often
VOWEL_LETTER = re.compile(r"[aeiou]|(?<!^)y")
LIGHT_END = re.compile(r"y$|ie$")  # of Abby, Connie: without stress, if it is not the only vowel

Sounds = tuple[str, ...]


def learn(lexicon: Mapping[str, str]) -> dict[str, str]:
    """Rules for words in small letters: phonemes by key."""
    pairs = [(word, split(said)) for word, said in lexicon.items() if usable(word, said)]
    return rules_of(align(pairs))


def usable(word: str, said: str) -> bool:
    return word.isalpha() and word.islower() and len(word) > 2 and len(said) > 1


def split(said: str) -> Sounds:
    """Phonemes, each with the stress before it."""
    sounds: list[str] = []
    stress = ""
    for sign in said:
        if sign in STRESSES:
            stress = sign
        else:
            sounds.append(stress + sign)
            stress = ""
    return tuple(sounds)


def align(pairs: Sequence[tuple[str, Sounds]]) -> list[list[tuple[str, str]]]:
    """For each word its letters with what each sounds like, by expectation of the best path."""
    costs: dict[tuple[str, str], float] = {}
    aligned: list[list[tuple[str, str]]] = []
    for left in reversed(range(ROUNDS)):
        some = pairs[::SAMPLE] if left else pairs
        aligned = [path for word, sounds in some if (path := best_path(word, sounds, costs))]
        counts: Counter[tuple[str, str]] = Counter()
        totals: Counter[str] = Counter()
        for path in aligned:
            for letter, said in path:
                counts[letter, bare(said)] += 1
                totals[letter] += 1
        costs = {pair: -math.log(n / totals[pair[0]]) for pair, n in counts.items()}
    return aligned


def bare(said: str) -> str:
    """Without stress."""
    return said.replace("ˈ", "").replace("ˌ", "")


def best_path(
    word: str, sounds: Sounds, costs: Mapping[tuple[str, str], float]
) -> list[tuple[str, str]] | None:
    """The cheapest way to give each letter none, one or two of the sounds."""
    unseen = 12.0 if costs else 1.0
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for i, letter in enumerate(word):
        row: dict[int, tuple[float, int]] = {}
        near = (i + 1) * len(sounds) / len(word)
        twin = TWIN if i and word[i - 1] == letter else 0.0
        for begin, (cost, _) in best[-1].items():
            for taken in range(min(MOST_SOUNDS, len(sounds) - begin) + 1):
                if abs(begin + taken - near) > STRAY:
                    continue
                said = bare("".join(sounds[begin : begin + taken]))
                price = (
                    cost
                    + costs.get((letter, said), unseen + (taken == 2))
                    + (twin if taken else 0.0)
                )
                price += 0 if costs else abs(begin + taken - near)
                if begin + taken not in row or price < row[begin + taken][0]:
                    row[begin + taken] = (price, begin)
        best.append(row)
    if len(sounds) not in best[-1]:
        return None
    path = []
    end = len(sounds)
    for i in range(len(word), 0, -1):
        begin = best[i][end][1]
        path.append((word[i - 1], "".join(sounds[begin:end])))
        end = begin
    return path[::-1]


def neighbourhood(word: str, at: int) -> str:
    """The letter, then those around it, the next ones first."""
    around = [word[at]]
    for distance in range(1, (REACH + 1) // 2):
        for place in (at + distance, at - distance):
            around.append(word[place] if 0 <= place < len(word) else "_")
    return "".join(around)


def rules_of(aligned: Sequence[Sequence[tuple[str, str]]]) -> dict[str, str]:
    """The commonest sound of each key that differs from what a shorter key says."""
    cases: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for path in aligned:
        word = "".join(letter for letter, _ in path)
        for at, (letter, said) in enumerate(path):
            cases[letter][neighbourhood(word, at), said] += 1
    rules: dict[str, str] = {}
    for letter in sorted(cases):
        add_rules(rules, letter, "", list(cases[letter].items()))
    return rules


def add_rules(
    rules: dict[str, str], key: str, usual: str, cases: Sequence[tuple[tuple[str, str], int]]
) -> None:
    """Rules for the neighbourhoods that begin with a key; a shorter one says `usual`."""
    seen: Counter[str] = Counter()
    for (_, said), count in cases:
        seen[said] += count
    said, count = min(seen.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(key) == 1 or (said != usual and count - seen[usual] >= LEAST_SEEN):
        rules[key] = usual = said
    if len(key) == REACH or seen[usual] + LEAST_SEEN > seen.total():
        return
    longer: dict[str, list[tuple[tuple[str, str], int]]] = defaultdict(list)
    for case in cases:
        longer[case[0][0][: len(key) + 1]].append(case)
    for one in sorted(longer):
        add_rules(rules, one, usual, longer[one])


def say_letter(rules: Mapping[str, str], around: str) -> str | None:
    """What the longest rule says."""
    for length in range(len(around), 0, -1):
        if around[:length] in rules:
            return rules[around[:length]]
    return None


def say(rules: Mapping[str, str], word: str) -> str:
    """What words_spell of words.c makes of a word: the first main stress counts."""
    said = ""
    for at in range(len(word)):
        one = say_letter(rules, neighbourhood(word, at)) or ""
        if "i" in one and LIGHT_END.match(word, at) and VOWEL_LETTER.search(word[:at]):
            one = one.replace("ˌ", "").replace("ˈ", "")
        if "ˈ" in said:
            one = one.replace("ˌ", "").replace("ˈ", "ˌ")
        said += one
    return said if "ˈ" in said else ""
