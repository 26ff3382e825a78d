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

BOUNCE, HOLD, GAP = 15, 600, 400
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
    before = 0  # short presses that this one may belong to
    for down, gap in zip(spans[::2], [*spans[1::2], GAP + 1], strict=True):
        if down >= HOLD:
            said += {0: [], 1: ["short-hold"], 2: ["double"]}[before]
            said += [] if before == 1 else ["hold", "release"]
            before = 0
            continue
        before += 1
        said += {1: ["short"], 2: [], 3: ["triple"]}[before]
        if before == 2 and gap > GAP:
            said.append("double")
        if before == 3 or gap > GAP:
            before = 0
    return said


SPANS = (BOUNCE, 200, GAP, GAP + 1, HOLD - 1, HOLD, 2000)
FEWER_SPANS = (200, GAP + 1, HOLD)


def test_every_sequence_of_presses(driver: Path) -> None:
    """All sequences of up to three presses, of lengths at and beside each limit; more, of fewer."""
    text, wanted = [], []
    clock = 0
    sequences = [(SPANS, 1), (SPANS, 3), (SPANS, 5), (FEWER_SPANS, 7), (FEWER_SPANS, 9)]
    for lengths, count in sequences:
        for spans in itertools.product(lengths, repeat=count):
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
    assert presses(driver, of_spans([100, 200, 900])) == [
        (1100 + BOUNCE, "short"),
        (1900, "short-hold"),
    ]


def test_nothing_comes_later_than_it_must(driver: Path) -> None:
    """A double has to wait for a third press; all else is told as soon as the button is up."""
    short = (1100 + BOUNCE, "short")
    assert presses(driver, of_spans([100])) == [short]
    assert presses(driver, of_spans([100, 200, 100])) == [short, (1400 + GAP + 1, "double")]
    triple = of_spans([100, 200, 100, GAP, 100])
    assert presses(driver, triple) == [short, (1900 + BOUNCE, "triple")]
    # The third came too late; a bounce is none.
    late = presses(driver, of_spans([100, 200, 100, GAP + 1, 100]))
    assert late == [short, (1400 + GAP + 1, "double"), (1901 + BOUNCE, "short")]
    bounce = presses(driver, of_spans([100, 200, 100, GAP - 5, BOUNCE - 1]))
    assert bounce == [short, (1400 + GAP - 5 + BOUNCE - 1, "double")]


def test_edges_that_are_read_late(driver: Path) -> None:
    """The program was busy; the edges' own times count."""
    late: list[Edge] = [(9000, NOBODY_LOOKED, 0)]
    assert names(driver, [*late, *of_spans([100, 200, 100])]) == ["short", "double"]
    three = of_spans([100, 200, 100, 200, 100])
    assert names(driver, [*late, *three]) == ["short", "triple"]
    kept = of_spans([100, 200, HOLD])
    assert names(driver, [*late, *kept]) == ["short", "short-hold"]
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
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_edges(driver: Path, steps: list[tuple[int, int, int]]) -> None:
    """Whatever the lines do: no circle, each hold is released once, nothing doubles by itself."""
    clock = itertools.accumulate(step for step, _, _ in steps)
    edges = [(at, button, level) for at, (_, button, level) in zip(clock, steps, strict=True)]
    said = [name for name in names(driver, edges) if name not in ("louder", "quieter")]
    for before, name in zip(["", *said], said, strict=False):
        assert name not in ("double", "triple", "short-hold") or before == "short"
        assert name != "release" or before == "hold"
        assert before != "hold" or name == "release"
