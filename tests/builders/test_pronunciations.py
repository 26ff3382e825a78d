# SPDX-License-Identifier: MIT
"""The table of pronunciations: what is left out, what is refused, what the rules learn."""

from pathlib import Path

import pytest

from image.builders import letters, pronunciations
from image.errors import UserError


def entries(**words: str) -> dict[str, pronunciations.Entry]:
    return {word: {"DEFAULT": said} for word, said in words.items()}


def test_regular_forms_are_left_out() -> None:
    given = entries(cat="kˈæt", cats="kˈæts", bus="bˈʌs", busses="bˈʌsᵻz", wait="wˈAt",
                    waited="wˈATᵻd", waiting="wˈATɪŋ", lives="lˈIvz", live="lˈɪv")  # fmt: skip
    kept = pronunciations.without_derived(given)
    assert {*kept} == {"cat", "bus", "busses", "wait", "lives", "live"}


@pytest.mark.parametrize("line", ["wizard", "wizard a b", "élan elˈɑn"])
def test_a_correction_is_a_word_and_phonemes(tmp_path: Path, line: str) -> None:
    path = tmp_path / "corrections.txt"
    path.write_text(f"# ours\nfox fˈɑks\n{line}\n")
    with pytest.raises(UserError, match=r"corrections\.txt:3: "):
        pronunciations.read_corrections(path)


def test_the_network_knows_each_phoneme() -> None:
    with pytest.raises(UserError, match="no phoneme 'ʘ'"):
        pronunciations.pack(entries(fox="fˈʘks"), {"f": 1, "ˈ": 2, "k": 3, "s": 4})


def test_letters_are_learnt() -> None:
    said = {f"{a}{b}{c}": f"{a}ˈæ{c}" for a in "bdfklmnpt" for b in "a" for c in "bdfklmnpt"}
    said |= {f"{a}i{c}": f"{a}ˈɪ{c}" for a in "bdfklmnpt" for c in "bdfklmnpt"}
    rules = letters.learn({word: s for word, s in said.items() if word not in ("bat", "kin")})
    assert [letters.say(rules, word) for word in ("bat", "kin")] == ["bˈæt", "kˈɪn"]
