# SPDX-License-Identifier: MIT
"""What presses mean: every sequence of edges within the limits, against a plain description."""

import itertools
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from image import run
from tests.storyteller import build

BOUNCE, HOLD, DOUBLE, REPEAT_AFTER, REPEAT_EACH = 15, 600, 400, 600, 250
MAIN, LOUDER, QUIETER, NOBODY_LOOKED = 0, 1, 2, 3
AFTER = 5000  # how long the driver looks on after the last edge

Edge = tuple[int, int, int]


@pytest.fixture(scope="session")
def driver(programs: Path) -> Path:
    """The presses, with sanitizers."""
    return build.compile_driver(programs / "presses_driver", "presses.c")


def presses(driver: Path, edges: Iterable[Edge]) -> list[tuple[int, str]]:
    """Times and names of what the edges mean."""
    text = "".join(f"{at} {button} {level}\n" for at, button, level in edges)
    done = subprocess.run(
        [driver], input=text, capture_output=True, text=True, env=run.environment(), check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [(int(at), name) for at, name in map(str.split, done.stdout.splitlines())]


def names(driver: Path, edges: Iterable[Edge]) -> list[str]:
    """Names alone."""
    return [name for _, name in presses(driver, edges)]


def of_spans(spans: Sequence[int], button: int = MAIN) -> list[Edge]:
    """Edges of a button that is down and up in turn for so long."""
    ends = itertools.accumulate(spans, initial=1000)
    return [(at, button, (n + 1) % 2) for n, at in enumerate(ends)]


def meaning(spans: Sequence[int]) -> list[str]:
    """What down, up, down, up ... means, in words of the guide; no span is a bounce."""
    said: list[str] = []
    is_second = False
    for n in range(0, len(spans), 2):
        down = spans[n]
        gap = spans[n - 1] if n > 0 else DOUBLE + 1
        is_second = is_second and gap <= DOUBLE
        if down >= HOLD:
            said += ["hold", "release"]
            is_second = False
        elif is_second:
            said.append("double")
            is_second = False
        else:
            said.append("short")
            is_second = True
    return said


SPANS = (BOUNCE, 200, DOUBLE, DOUBLE + 1, HOLD - 1, HOLD, 2000)


def test_every_sequence_of_presses(driver: Path) -> None:
    """All sequences of up to three presses, of lengths at and beside each limit."""
    text, wanted = [], []
    clock = 0
    for count in (1, 3, 5):
        for spans in itertools.product(SPANS, repeat=count):
            edges = of_spans(spans)
            text += [(clock + at, button, level) for at, button, level in edges]
            wanted += meaning(spans)
            clock = text[-1][0] + 2 * HOLD
    assert names(driver, text) == wanted


@pytest.mark.parametrize("bounce", [1, BOUNCE - 1])
def test_bounces_mean_nothing(driver: Path, bounce: int) -> None:
    chatter = [bounce] * 6
    assert names(driver, of_spans(chatter[:5])) == []
    assert names(driver, of_spans([*chatter, 200, *chatter])) == ["short"]
    assert names(driver, of_spans([*chatter, 900, *chatter])) == ["hold", "release"]


def test_a_hold_counts_while_it_lasts(driver: Path) -> None:
    assert presses(driver, of_spans([2000])) == [(1600, "hold"), (3000 + BOUNCE, "release")]
    assert presses(driver, of_spans([100])) == [(1100 + BOUNCE, "short")]


def test_edges_that_are_read_late(driver: Path) -> None:
    """The program was busy; the edges' own times count."""
    late: list[Edge] = [(9000, NOBODY_LOOKED, 0)]
    assert names(driver, [*late, *of_spans([100, 200, 100])]) == ["short", "double"]
    assert names(driver, [*late, *of_spans([HOLD])]) == ["hold", "release"]


def test_volume_keys_repeat(driver: Path) -> None:
    times = [at for at, _ in presses(driver, of_spans([1500], LOUDER))]
    assert times == [1000 + BOUNCE, 1600, 1850, 2100, 2350]
    assert names(driver, of_spans([100], QUIETER)) == ["quieter"]
    both = sorted([*of_spans([100], LOUDER), *of_spans([100, 50, 100], MAIN)])
    assert sorted(names(driver, both)) == ["double", "louder", "short"]


def test_a_button_that_is_stuck(driver: Path) -> None:
    edges = of_spans([10**9])[:1]
    assert names(driver, edges) == ["hold"]


@given(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 3), st.integers(0, 1)), max_size=40))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_edges(driver: Path, steps: list[tuple[int, int, int]]) -> None:
    """Whatever the lines do: no circle, each hold is released once, nothing doubles by itself."""
    clock = itertools.accumulate(step for step, _, _ in steps)
    edges = [(at, button, level) for at, (_, button, level) in zip(clock, steps, strict=True)]
    said = [name for name in names(driver, edges) if name in ("short", "double", "hold", "release")]
    for before, name in zip(["", *said], said, strict=False):
        assert name != "double" or before == "short"
        assert name != "release" or before == "hold"
        assert before != "hold" or name == "release"
