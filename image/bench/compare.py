# SPDX-License-Identifier: MIT
"""`doit bench:compare A B`: what changed from one result to another, beyond noise."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from image.bench import table
from image.bench.numbers import welch
from image.bench.results import FORMAT
from image.errors import UserError
from image.reading import json_object

Result = dict[str, Any]
# A change counts when chance alone would show it in less than one of a hundred comparisons, and
# when it is large enough to matter: the runs of one start share that start's luck.
CHANCE = 0.01
SMALLEST = 0.01
FEWEST = 2  # runs of each side
WORSE = 3  # exit status


@dataclass(frozen=True)
class Change:
    """One line of the comparison."""

    what: str
    words: str
    is_change: bool = False
    is_worse: bool = False


def compare(files: Sequence[Path]) -> bool:
    """Print the comparison; whether something became worse. Raises UserError."""
    check_count(files)
    old, new = map(load, files)
    found = changes(old, new)
    shown = [(one.what, one.words, _verdict(one)) for one in found]
    print(table.pipes(("what", f"{old['made']} -> {new['made']}", ""), shown))
    print(f"changes: Welch's t test, chance below {CHANCE:g}, and at least {SMALLEST:.0%}")
    return any(one.is_worse for one in found)


def check_count(files: Sequence[object]) -> None:
    """Raise UserError unless there are two to compare."""
    if len(files) != 2:
        raise UserError("bench:compare takes two results", "./doit bench:compare OLD.json NEW.json")


def load(path: Path) -> Result:
    """A result of doit bench. Raises UserError for anything else."""
    if not path.is_file():
        raise UserError(f"{path} is not a file", "out/BOARD/bench holds results")
    value = json_object(path, "give the .json of a result of ./doit bench")
    if value.get("format") != FORMAT:
        raise UserError(f"{path} is not a result of ./doit bench, or is from another version of it")
    try:
        changes(value, value)
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged: {error!r}", "measure again: ./doit bench") from None
    return value


def changes(old: Result, new: Result) -> list[Change]:
    """Speed and story of each engine that both have, then memory. Raises UserError."""
    for name in ("kind", "board"):
        if old[name] != new[name]:
            raise UserError(f"one result is of {name} {old[name]}, the other of {new[name]}")
    if not _is_same_work(old, new):
        raise UserError("the results are for different stories: prompts, seeds or options differ")
    before = {_key(entry): entry for entry in old["engines"]}
    found = []
    for entry in new["engines"]:
        if _key(entry) in before:
            name = table.label(new, entry)
            found.append(_speed(name, before[_key(entry)], entry))
            found.append(_story(name, before[_key(entry)], entry))
    if not found:
        raise UserError("the results have no engine in common")
    return found + [_memory(name, old, new) for name in ("mem_total_kib", "mem_available_idle_kib")]


def _speed(name: str, old: dict[str, Any], new: dict[str, Any]) -> Change:
    first, second = (_rates(entry) for entry in (old, new))
    what = f"{name}, tok/s"
    if min(len(first), len(second)) < FEWEST:
        return Change(what, f"too few runs: {len(first)} and {len(second)}", True, not second)
    a, b = statistics.fmean(first), statistics.fmean(second)
    chance = welch(first, second)
    is_change = chance < CHANCE and abs(b - a) >= SMALLEST * a
    words = f"{a:.2f} -> {b:.2f} ({(b - a) / a:+.1%}, chance {chance:.2g})"
    return Change(what, words, is_change, is_change and b < a)


def _story(name: str, old: dict[str, Any], new: dict[str, Any]) -> Change:
    """Runs that told the reference's story; one that failed told none."""
    shares = [statistics.fmean(_is_told(run) for run in entry["runs"]) for entry in (old, new)]
    words = f"{shares[0]:.0%} -> {shares[1]:.0%} of runs tell the reference's"
    return Change(f"{name}, story", words, shares[0] != shares[1], shares[1] < shares[0])


def _memory(name: str, old: Result, new: Result) -> Change:
    a, b = (result["system"][name] for result in (old, new))
    is_change = abs(b - a) >= SMALLEST * a
    words = f"{a / 1024:.1f} -> {b / 1024:.1f} MiB"
    return Change(name.removesuffix("_kib"), words, is_change, is_change and b < a)


def _rates(entry: dict[str, Any]) -> list[float]:
    runs = entry["runs"]
    return [run["tok_s"] for run in runs if run["failure"] is None and not run["is_left_out"]]


def _is_told(run: dict[str, Any]) -> bool:
    return run["failure"] is None and run["is_identical"] is not False


def _key(entry: dict[str, Any]) -> tuple[str, str, int]:
    return entry["engine"], entry["prompt"], entry["seed"]


def _is_same_work(old: Result, new: Result) -> bool:
    """The number of runs may differ."""
    names = ("temperature", "topp", "steps")
    return all(old["protocol"][name] == new["protocol"][name] for name in names)


def _verdict(one: Change) -> str:
    if not one.is_change:
        return "same"
    return "WORSE" if one.is_worse else "better"
