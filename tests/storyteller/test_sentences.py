# SPDX-License-Identifier: MIT
"""Sentences for the voice: where a text is cut, what is left of it, however it arrives."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PIECE_END, STORY_END = b"\x1f", b"\x1e"
LONGEST = 399

CASES = {
    "He ran. She ran.": ["He ran.", "She ran."],
    "Why? Because! Oh.": ["Why?", "Because!", "Oh."],
    # A closing quote belongs to its sentence; a small letter behind it goes on with it.
    '"Stop!" Tom said. "Why?" asked Ann.': ['"Stop!"', "Tom said.", '"Why?" asked Ann.'],
    "'Yes.' (He did.) Good.": ["'Yes.'", "(He did.)", "Good."],
    '"No," said Tom. "No."': ['"No," said Tom.', '"No."'],
    # Points that end no sentence.
    "Mr. Bear met Mrs. Fox. Dr. Owl came.": ["Mr. Bear met Mrs. Fox.", "Dr. Owl came."],
    "A. A. Milne lived in St. Ives. Yes.": ["A. A. Milne lived in St. Ives.", "Yes."],
    "No. 5 is Mt. Fuji. No. I won.": ["No. 5 is Mt. Fuji.", "No.", "I won."],
    "On Jan. 5 it snowed. Jan. Jan. 1": ["On Jan. 5 it snowed.", "Jan.", "Jan. 1"],
    "You and I. They came.": ["You and I.", "They came."],
    "Mr! Bear.": ["Mr!", "Bear."],
    "It cost 3.50 today.": ["It cost 3.50 today."],
    "So... he went. Oh... Yes.": ["So... he went.", "Oh...", "Yes."],
    # Ends of lines and of the story.
    "One day\nhe ran": ["One day", "he ran"],
    "\n\n  \n": [],
    "": [],
    "... ! \" ' -": [],
    "He said, \n\nNo.": ["He said,", "No."],
    # Cleaning.
    "\u201cHi\u201d, it\u2019s me.": ['"Hi", it\'s me.'],
    "\u201cWow\u2026\u201d He ran.": ['"Wow..."', "He ran."],
    "Late\u2014very late \u2013 he came.": ["Late, very late, he came."],
    "A\u00a0bee.\u00a0Two bees.": ["A bee.", "Two bees."],
    "Ren\u00e9 \U0001f600 ran \u4f60.": ["Rene ran."],
    "Zo\u00eb, \u00c5sa, \u0141ukasz, \u0160\u00e1rka, Ji\u0159\u00ed, A\u0219a.": [
        "Zoe, Asa, Lukasz, Sarka, Jiri, Aa."
    ],
    "Stra\u00dfe, \u00c6sop, \u0153uf, 2\u00bd, 5\u00b0.": [
        "Strasse, Aesop, oeuf, 2 1/2, 5 degrees."
    ],
    "20\u00b0C, 2\u00d73 m\u00b2, 6\u00f72": ["20 degrees C, 2 times 3 m squared, 6 divided by 2"],
    "Wait \u2026 what ?": ["Wait... what?"],
    "e\u0301, \u043c\u0438\u0440 \u6771\u4eac!": ["e,!"],
    "He  \t ran\r\nfar.": ["He ran", "far."],
    "*He* _ran_ <s>fast</s> [x] {y} `z`.": ["He ran sfast/s x y z."],
    "\x01\x07He \x7fran.": ["He ran."],
}


def split(driver: Path, stories: Iterable[Iterable[bytes]]) -> list[list[str]]:
    """The sentences of stories that arrive in pieces."""
    data = b"".join(PIECE_END.join(pieces) + STORY_END for pieces in stories)
    done = subprocess.run([driver], input=data, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    parts = done.stdout.decode("ascii").split("--\n")
    assert parts.pop() == ""
    return [part.splitlines() for part in parts]


@pytest.mark.parametrize("text", CASES)
def test_cases(sentence_driver: Path, text: str) -> None:
    data = text.encode()
    whole, bytewise = split(sentence_driver, [[data], [bytes([b]) for b in data]])
    assert whole == CASES[text]
    assert bytewise == CASES[text]


def test_long_sentence_is_cut_at_a_comma(sentence_driver: Path) -> None:
    text = "He saw a cow, and " * 12 + "then he slept."
    (sentences,) = split(sentence_driver, [[text.encode()]])
    assert len(sentences) == 3
    assert all(s.endswith(",") and 25 <= len(s.split()) <= 30 for s in sentences[:-1])
    assert " ".join(sentences).split() == text.split()


def test_long_sentence_without_commas_is_cut_between_words(sentence_driver: Path) -> None:
    text = "and then he ran " * 30
    (sentences,) = split(sentence_driver, [[text.encode()]])
    assert all(len(sentence.split()) <= 41 for sentence in sentences)
    assert " ".join(sentences).split() == text.split()


def test_endless_word(sentence_driver: Path) -> None:
    (sentences,) = split(sentence_driver, [[b"a" * 5000]])
    assert "".join(sentences) == "a" * 5000
    assert all(len(sentence) <= LONGEST for sentence in sentences)


def test_broken_utf8_is_left_out(sentence_driver: Path) -> None:
    pieces = [b"a\xe2\x80", b"b\xff\xc0\xafc\xe2", b"\xe2\x80\x99d\x80\x99.\xf0\x9f"]
    assert split(sentence_driver, [pieces]) == [["abc'd."]]


PLAIN = st.text(st.sampled_from("aB.,!?\"' \n"), max_size=300)
ANYTHING = st.binary(max_size=300).map(lambda data: re.sub(rb"[\x00\x1e\x1f]", b" ", data))
CUTS = st.lists(st.integers(0, 300), max_size=20)


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    """Data in pieces that end at these places."""
    places = [0, *sorted(min(place, len(data)) for place in cuts), len(data)]
    return [data[a:b] for a, b in zip(places, places[1:], strict=False)]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=PLAIN.map(str.encode) | ANYTHING, cuts=CUTS)
def test_pieces_make_no_difference(sentence_driver: Path, data: bytes, cuts: list[int]) -> None:
    whole, pieces = split(sentence_driver, [[data], cut(data, cuts)])
    assert whole == pieces
    for sentence in whole:
        assert re.fullmatch(r"[ -~]+", sentence)
        assert re.search(r"[A-Za-z0-9]", sentence)
        assert sentence == sentence.strip() and "  " not in sentence
        assert len(sentence) <= LONGEST


@settings(max_examples=100)
@given(text=PLAIN)
def test_no_word_is_lost(sentence_driver: Path, text: str) -> None:
    (sentences,) = split(sentence_driver, [[text.encode()]])
    letters = re.sub(r"[^aB]", "", text)
    assert re.sub(r"[^aB]", "", "".join(sentences)) == letters
