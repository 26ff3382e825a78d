# SPDX-License-Identifier: MIT
"""What measures voices: differences of texts, jumps of sounds, and the sentences."""

import numpy as np
import pytest

from tests.audition import borders, hearing, quality
from tests.storyteller.recorded import Recording

RATE = 24_000
SAID = ("the cat sat on the mat", "it was seven thirty", "good night")
# What is heard of them, and how many words of each are wrong.
HEARD = {
    "the cat sat on the mat it was seven thirty good night": [0, 0, 0],
    "the cat sat on the mat it was seven thirty goodnight": [0, 0, 0],
    "the bat sat the mat it was seven thirty good night": [2, 0, 0],
    "the cat sat on the mat it was seven dirty old good night": [0, 2, 0],
    "the cat sat on the mat good night": [0, 4, 0],
    "the cat sat on the mat it was seven thirty good night all": [0, 0, 1],
    "": [12, 0, 0],
}


# Either may be written where the other was said.
SAME = {
    "King Henry VIII met Queen Elizabeth II.": "King Henry the 8th met Queen Elizabeth the 2nd.",
    "Louis XIV, Louis XII, Louis XXIII": "Louis the 14th, Louis the 12th, Louis the 23rd",
    "chapter IV of Book XXXIX": "chapter 4 of Book 39",
    "at 7:30 or 7.30": "at 7 30 or 7 30",
    "Then I saw Malcolm X. Am I VIP? IIII": "Then I saw Malcolm X. Am I VIP? IIII",
}


@pytest.mark.parametrize("written", SAME)
def test_numbers_of_several_spellings(written: str) -> None:
    assert hearing.plain_numbers(written) == SAME[written]


@pytest.mark.parametrize("heard", HEARD)
def test_differences_belong_to_sentences(heard: str) -> None:
    found = hearing.differences(SAID, heard)
    assert [sum(one.wrong for one in sentence) for sentence in found] == HEARD[heard]


def test_what_is_passed_over_is_heard_alone() -> None:
    sounds = [Recording(RATE, tone(hops)) for hops in (10, 20, 30)]
    alone = {10: "the cat sat on the mat", 20: "it was seven dirty", 30: "good night"}

    def hear(recording: Recording) -> str:
        return alone.get(len(recording.samples) // borders.HOP, "the cat sat on the mat good night")

    def mark(recording: Recording) -> hearing.Marks:
        return hearing.Marks(0, 0, 0)

    listener = quality.Listener(hear, mark, str)
    found = listener.differences(SAID, sounds, quality.joined(sounds))
    assert [[str(one) for one in sentence] for sentence in found] == [[], ["thirty -> dirty"], []]


def test_sentences() -> None:
    told, hard = quality.read("told"), quality.read("hard")
    assert (len(told), len(hard)) == (100, 30)
    assert len({one.text for one in told + hard}) > 125
    assert all(one.text.isascii() for one in told + hard)
    assert any(one.written != one.text for one in hard)


def tone(hops: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 8000 * np.sin(np.arange(hops * borders.HOP) / 20)


def test_a_click_is_a_jump() -> None:
    sound = tone(60)
    assert borders.jumps(sound)[1:].max() < 3
    sound[20 * borders.HOP :] += 500
    found = borders.jumps(sound)
    assert np.argmax(found) == 20 and found[20] > 10


def test_where_pieces_meet() -> None:
    """The first 15 frames, 18 more, and then 42 at a time; each frame is heard in four hops."""
    assert list(np.flatnonzero(borders.borders(80))) == [
        13,
        14,
        15,
        16,
        31,
        32,
        33,
        34,
        73,
        74,
        75,
        76,
    ]


def test_recordings_are_joined_with_pauses() -> None:
    sound = Recording(RATE, tone(10))
    assert quality.joined([sound, sound]).seconds == pytest.approx(
        2 * (sound.seconds + quality.PAUSE_S)
    )


def test_the_end_of_a_question_rises() -> None:
    rising = np.cumsum(np.repeat((200, 200, 200, 300), RATE // 2)) / RATE
    question = Recording(RATE, 8000 * np.sin(2 * np.pi * rising))
    assert quality.end_rise(question) == pytest.approx(12 * np.log2(1.5), abs=0.3)
