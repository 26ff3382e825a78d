# SPDX-License-Identifier: MIT
"""The protocol: the contest's by default, settings that are checked, runs that are left out."""

import pytest

from image.bench.engines import BASELINE, ENGINES
from image.bench.protocol import OPTIONS, Case, left_out, read
from image.errors import UserError

CONTEST = Case("Once upon a time", 123)


def test_the_default_is_the_contests_command_line() -> None:
    protocol = read({})
    assert protocol.is_contest and protocol.runs == 30
    assert list(protocol.cases()) == [CONTEST]
    options = "-t 1.0 -p 0.9 -s 123 -i 'Once upon a time'"
    assert ENGINES[0].line(protocol, CONTEST) == (
        f"LLAMA_MODE=q16 bench-watch /tmp/bench run model.bin {options}"
    )
    assert BASELINE.line(protocol, CONTEST, trace=True) == (
        "LLAMA_STATS=1 bench-watch --trace /tmp/bench llama2c /usr/share/llama/float32.bin "
        f"-z /usr/share/llama/tokenizer.bin {options}"
    )


def test_settings_change_it() -> None:
    given = {
        "runs": "3",
        "seeds": "1, 2",
        "prompts": "A|It's $(b)",
        "temperature": "0",
        "steps": "9",
    }
    protocol = read(given)
    assert not protocol.is_contest
    cases = [Case("A", 1), Case("A", 2), Case("It's $(b)", 1), Case("It's $(b)", 2)]
    assert list(protocol.cases()) == cases
    assert ENGINES[0].line(protocol, cases[2]).endswith("-s 1 -n 9 -i 'It'\"'\"'s $(b)'")
    assert set(given) <= {option.name for option in OPTIONS}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"runs": "0"}, "runs=0 is not a whole number from 1 to 1000"),
        ({"runs": "many"}, "runs=many is not a whole number"),
        ({"steps": "1"}, "steps=1 is not a whole number from 2"),
        ({"seeds": "1,x"}, "seeds=x is not a whole number"),
        ({"seeds": "0"}, "seeds=0 is not a whole number from 1"),
        ({"seeds": "2147483648"}, "seeds=2147483648 is not"),
        ({"temperature": "hot"}, "temperature=hot is not a number from 0 to 10"),
        ({"temperature": "nan"}, "temperature=nan is not a number"),
        ({"topp": "1.1"}, "topp=1.1 is not a number from 0 to 1"),
        ({"prompts": "a\nb"}, "cannot be typed"),
        ({"prompts": "x" * 201}, "cannot be typed"),
    ],
)
def test_bad_settings_are_named(given: dict[str, str], complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        read(given)


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ([], []),
        ([1.0, 9.0, 1.0, 1.0], []),  # too few to judge
        ([5.0] * 30, []),
        ([5.0, 5.1, 5.0, 5.2, 5.1, 9.0, 1.0], [6, 5]),
        ([5.0, 5.1, 5.0, 5.2, 5.1, 5.0, 5.1, 5.2, 9.0, 9.5], [9]),  # of each end one at most
        ([5.0, 5.0, 5.0, 5.0, 5.0, 5.04], []),  # apart, but not by a hundredth
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], []),  # wide, but none stands apart
    ],
)
def test_best_and_worst_are_left_out_only_when_clearly_different(
    values: list[float], places: list[int]
) -> None:
    assert left_out(values) == places
