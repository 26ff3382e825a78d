# SPDX-License-Identifier: MIT
"""Comparing results: noise is not a change, a slower engine and a lost story are."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from image.bench import compare
from image.bench.numbers import tail, welch
from image.errors import UserError
from tests.bench.bench import measured
from tests.bench.board import ALTERED, STORY, FakeBoard


def told(folder: Path, factor: float = 1.0, altered: int = 0, runs: int = 8) -> dict[str, Any]:
    """A result at `factor` of the usual speed; the run `altered` tells another story."""
    board = FakeBoard(
        rate=lambda run: factor * (20 + 0.1 * (run % 4)),
        text=lambda run: ALTERED if run == altered else STORY,
    )
    return measured(board, folder, runs)


def verdicts(old: dict[str, Any], new: dict[str, Any]) -> dict[str, tuple[bool, bool]]:
    found = compare.changes(old, new)
    return {one.what: (one.is_change, one.is_worse) for one in found}


@pytest.mark.parametrize(
    ("factor", "is_change", "is_worse"),
    [(1.0, False, False), (1.005, False, False), (0.9, True, True), (1.1, True, False)],
)
def test_speed(tmp_path: Path, factor: float, is_change: bool, is_worse: bool) -> None:
    found = verdicts(told(tmp_path / "a"), told(tmp_path / "b", factor))
    assert found.pop("ours, 16 bits, tok/s") == (is_change, is_worse)
    assert not any(change for change, _ in found.values())


def test_a_story_that_changed_is_worse(tmp_path: Path) -> None:
    found = verdicts(told(tmp_path / "a"), told(tmp_path / "b", altered=2))
    assert found["ours, 16 bits, story"] == (True, True)


def test_a_wide_spread_hides_a_small_change(tmp_path: Path) -> None:
    def noisy(folder: str, shift: float) -> dict[str, Any]:
        board = FakeBoard(rate=lambda run: 20 + shift + 5 * (run % 2))
        return measured(board, tmp_path / folder)

    assert verdicts(noisy("a", 0), noisy("b", 1))["ours, 16 bits, tok/s"] == (False, False)


def test_less_memory_is_worse(tmp_path: Path) -> None:
    old = told(tmp_path)
    new = copy.deepcopy(old)
    new["system"]["mem_available_idle_kib"] -= 2000
    assert verdicts(old, new)["mem_available_idle"] == (True, True)


def test_the_command_prints_and_says_whether_it_is_worse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / "old.json", tmp_path / "new.json"]
    for path, factor in zip(paths, (1.0, 0.8), strict=True):
        path.write_text(json.dumps(told(tmp_path / path.stem, factor)))
    assert compare.compare(paths)
    assert "(-20.0%" in capsys.readouterr().out
    assert not compare.compare(paths[::-1])


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    result = told(tmp_path)
    for change, complaint in (
        ({"kind": "emulated"}, "kind measured, the other of emulated"),
        ({"board": "qemu_virt"}, "board"),
        ({"protocol": {**result["protocol"], "steps": 9}}, "different stories"),
        ({"engines": []}, "no engine in common"),
    ):
        with pytest.raises(UserError, match=complaint):
            compare.changes(result, {**result, **change})
    (tmp_path / "no.json").write_text("{")
    (tmp_path / "other.json").write_text("{}")
    for name, complaint in (
        ("gone", "is not a file"),
        ("no", "is damaged"),
        ("other", "not a result"),
    ):
        with pytest.raises(UserError, match=complaint):
            compare.load(tmp_path / f"{name}.json")
    with pytest.raises(UserError, match="two results"):
        compare.compare([tmp_path / "no.json"])


@pytest.mark.parametrize(
    ("t", "freedom", "chance"),
    # Tables of Student's distribution, two-sided.
    [(12.706, 1, 0.05), (2.776, 4, 0.05), (3.169, 10, 0.01), (2.756, 29, 0.01), (0.0, 7, 1.0)],
)
def test_students_distribution(t: float, freedom: float, chance: float) -> None:
    assert tail(t, freedom) == pytest.approx(chance, rel=2e-3)


def test_welch_by_hand() -> None:
    # Means 2 and 4, variances 1 and 1, three each: t = 2.449, 4 degrees of freedom, p = 0.0705.
    assert welch([1, 2, 3], [3, 4, 5]) == pytest.approx(0.0705, abs=1e-4)
    assert welch([5.0, 5.0], [5.0, 5.0]) == 1.0
    assert welch([5.0, 5.0], [6.0, 6.0]) == 0.0
