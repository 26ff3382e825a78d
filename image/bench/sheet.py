# SPDX-License-Identifier: MIT
"""A result as one HTML page with plots."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from image import page
from image.bench import table
from image.bench.results import CONTEST, FORMAT
from image.page.plot import COLOURS, Plot, Series
from image.reading import json_object_or_none

Result = dict[str, Any]
SHOWN_EARLIER = 20
Bar = tuple[str, float, str, int]  # name, value, words, colour
CLIPPED = 0.98  # of all latencies are shown; few are far longer


def earlier(folder: Path) -> list[Result]:
    """Results that were written into a folder before, from the oldest on."""
    found = []
    for path in sorted(folder.glob("*.json"))[-SHOWN_EARLIER:]:
        value = json_object_or_none(path)
        if value and value.get("format") == FORMAT and _is_whole(value):
            found.append(value)  # whoever put the others there knows what they are
    return found


def _is_whole(result: Result) -> bool:
    try:
        _history_rows(result)
    except (KeyError, TypeError, AttributeError):
        return False
    return "kind" in result and "protocol" in result


def html(result: Result, before: Sequence[Result]) -> str:
    """The page of a result; `before` are earlier ones to compare it with."""
    return page.render(
        "bench/sheet.html",
        title=f"Bench of {result['board']}, {_minute(result)} UTC",
        result=result,
        protocol=table.protocol(result).replace("`", ""),
        head=table.HEAD,
        rows=table.rows(result),
        differences=table.differences(result),
        speed=_speed(result),
        contest=_contest(result),
        history=_history(result, before),
        latency=_latency(result),
        memory=_memory(result),
        speech=table.speech(result),
        system=table.system(result),
        boot=_boot(result),
    )


def marked(result: Result, words: str) -> str:
    """Words next to figures, which say so if they do not come from a board."""
    return f"{words} ({result['note']})" if result["note"] else words


def _minute(result: Result) -> str:
    return str(result["made"][:16].replace("T", " "))


def _speed(result: Result) -> Plot:
    series = []
    for number, entry in enumerate(result["engines"]):
        runs = [run for run in entry["runs"] if run["failure"] is None]
        apart = frozenset(i for i, run in enumerate(runs) if run["is_left_out"])
        points = [(run["number"], run["tok_s"]) for run in runs]
        name = table.label(result, entry)
        series.append(Series(name, points, number, is_line=False, hollow=apart))
    caption = marked(result, "Tokens per second, run by run; hollow: excluded from the mean")
    return Plot(series, "run", "tok/s", caption, is_counted=True)


def _contest(result: Result) -> list[Bar]:
    if not result["protocol"]["is_contest"]:
        return []
    rows = [(name, rate, f"{rate:g}, judges, on the board", COLOURS - 1) for name, rate in CONTEST]
    for entry in result["engines"]:
        rate = entry["tok_s"]["mean"] if entry["tok_s"] else 0.0
        words = f"{rate:.2f}{', ' + result['note'] if result['note'] else ''}"
        rows.append((entry["title"], rate, words, 0))
    return rows


def _history(result: Result, before: Sequence[Result]) -> list[Bar]:
    """Earlier results of the same kind and protocol, and this one; nothing if there are none."""
    alike = [
        one for one in before
        if (one["kind"], one["protocol"]) == (result["kind"], result["protocol"])
    ]  # fmt: skip
    return [row for one in [*alike, result] for row in _history_rows(one)] if alike else []


def _history_rows(one: Result) -> list[Bar]:
    return [
        (f"{_minute(one)}  {table.label(one, entry)}",
         entry["tok_s"]["mean"], f"{entry['tok_s']['mean']:.2f}", number % COLOURS)
        for number, entry in enumerate(one["engines"])
        if entry["tok_s"]
    ]  # fmt: skip


def _latency(result: Result) -> Plot | None:
    series, gaps = [], []
    for number, entry in enumerate(result["engines"]):
        found = entry["followed"]["latencies_ms"]
        gaps += found
        points = [(token, gap) for token, gap in enumerate(found, start=2)]
        series.append(Series(table.label(result, entry), points, number))
    if len(gaps) < 2:
        return None
    top = statistics.quantiles(gaps, n=100, method="inclusive")[round(100 * CLIPPED) - 1]
    words = "Milliseconds between tokens; right draft tokens come at once; a few are off the scale"
    return Plot(series, "token", "ms", marked(result, words), top or None, is_counted=True)


def _memory(result: Result) -> Plot:
    series = []
    for number, entry in enumerate(result["engines"]):
        found, name = entry["followed"], table.label(result, entry)
        for kind, is_dashed in (("rss_kib", False), ("available_kib", True)):
            # Of a program that has ended already nothing is resident.
            seen = zip(found["at_s"], found[kind], strict=True)
            points = [(at, kib / 1024) for at, kib in seen if kib > 0]
            series.append(Series(name, points, number, is_dashed=is_dashed))
    caption = "Memory while a story is told: resident, and (dashed) still available to others"
    return Plot(series, "s", "MiB", caption)


def _boot(result: Result) -> list[Bar]:
    stages = result["boot"]["stages"] if result["boot"] else []
    return [(one["name"], one["s"], f"{one['s']:.2f} s", 0) for one in stages]
