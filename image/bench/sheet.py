# SPDX-License-Identifier: MIT
"""A result as one HTML page with plots."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from image import page
from image.bench import table
from image.bench.results import CONTEST, FORMAT
from image.page import COLOURS, Series
from image.reading import json_object_or_none

Result = dict[str, Any]
SHOWN_EARLIER = 20
STYLE = "<style>.pairs td{white-space:normal;overflow-wrap:anywhere}</style>"
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
    title = f"Bench of {result['board']}, {result['made'][:16].replace('T', ' ')} UTC"
    warning = f"{result['note']}: this shows that everything works, not how fast a board is"
    body = [
        STYLE,
        f"<h1>{page.text(title)}</h1>",
        *([f"<p class=note>{page.text(warning)}.</p>"] if result["note"] else []),
        f"<p>{page.text(table.protocol(result).replace('`', ''))}</p>",
        page.table(table.HEAD, table.rows(result)),
        *(f"<p class=note>{page.text(line)}</p>" for line in table.differences(result)),
        *(f"<p class=note>{page.text(line)}</p>" for line in result["warnings"]),
        "<h2>Speed</h2>", _speed(result), _contest(result), _history(result, before),
        "<h2>Along the story</h2>", _latency(result), _memory(result),
        "<h2>Speech</h2>", _pairs(table.speech(result)),
        "<h2>System</h2>", _pairs(table.system(result)), _boot(result),
        "<h2>The reference story</h2>", *_stories(result),
    ]  # fmt: skip
    return page.document(title, body)


def marked(result: Result, words: str) -> str:
    """Words next to figures, which say so if they do not come from a board."""
    return f"{words} ({result['note']})" if result["note"] else words


def _pairs(rows: Sequence[tuple[str, str]]) -> str:
    """Figures under each other, which may be long."""
    return f"<div class=pairs>{page.table(('what', 'figure'), rows)}</div>"


def _speed(result: Result) -> str:
    series = []
    for colour, entry in enumerate(result["engines"]):
        runs = [run for run in entry["runs"] if run["failure"] is None]
        apart = frozenset(i for i, run in enumerate(runs) if run["is_left_out"])
        points = [(run["number"], run["tok_s"]) for run in runs]
        name = table.label(result, entry)
        series.append(Series(name, points, colour, is_line=False, hollow=apart))
    caption = marked(result, "Tokens per second, run by run; hollow: excluded from the mean")
    return page.plot(series, "run", "tok/s", caption, is_counted=True)


def _contest(result: Result) -> str:
    if not result["protocol"]["is_contest"]:
        return ""
    rows = [(name, rate, f"{rate:g}, judges, on the board", COLOURS - 1) for name, rate in CONTEST]
    for entry in result["engines"]:
        rate = entry["tok_s"]["mean"] if entry["tok_s"] else 0.0
        words = f"{rate:.2f}{', ' + result['note'] if result['note'] else ''}"
        rows.append((entry["title"], rate, words, 0))
    return page.bars(rows, "Tokens per second, with the contest's table (stories15M)")


def _history(result: Result, before: Sequence[Result]) -> str:
    """Earlier results of the same kind and protocol."""
    alike = [
        one for one in before
        if (one["kind"], one["protocol"]) == (result["kind"], result["protocol"])
    ]  # fmt: skip
    if not alike:
        return ""
    rows = [row for one in [*alike, result] for row in _history_rows(one)]
    return page.bars(rows, marked(result, "Tokens per second, earlier results and this one"))


def _history_rows(one: Result) -> list[tuple[str, float, str, int]]:
    return [
        (f"{one['made'][:16].replace('T', ' ')}  {table.label(one, entry)}",
         entry["tok_s"]["mean"], f"{entry['tok_s']['mean']:.2f}", colour)
        for colour, entry in enumerate(one["engines"])
        if entry["tok_s"]
    ]  # fmt: skip


def _latency(result: Result) -> str:
    series, gaps = [], []
    for colour, entry in enumerate(result["engines"]):
        found = entry["followed"]["latencies_ms"]
        gaps += found
        points = [(number, gap) for number, gap in enumerate(found, start=2)]
        series.append(Series(table.label(result, entry), points, colour))
    if len(gaps) < 2:
        return ""
    top = statistics.quantiles(gaps, n=100, method="inclusive")[round(100 * CLIPPED) - 1]
    words = "Milliseconds between tokens; right draft tokens come at once; a few are off the scale"
    caption = marked(result, words)
    return page.plot(series, "token", "ms", caption, top=top or None, is_counted=True)


def _memory(result: Result) -> str:
    series = []
    for colour, entry in enumerate(result["engines"]):
        found, name = entry["followed"], table.label(result, entry)
        for kind, is_dashed in (("rss_kib", False), ("available_kib", True)):
            # Of a program that has ended already nothing is resident.
            seen = zip(found["at_s"], found[kind], strict=True)
            points = [(at, kib / 1024) for at, kib in seen if kib > 0]
            series.append(Series(name, points, colour, is_dashed=is_dashed))
    caption = "Memory while a story is told: resident, and (dashed) still available to others"
    return page.plot(series, "s", "MiB", caption)


def _boot(result: Result) -> str:
    if not result["boot"]:
        return ""
    stages = result["boot"]["stages"]
    rows = [(one["name"], one["s"], f"{one['s']:.2f} s", 0) for one in stages]
    words = f"When each stage begins, in seconds since {result['boot']['begins']}"
    return "<h2>Start</h2>" + page.bars(rows, marked(result, words))


def _stories(result: Result) -> list[str]:
    known = result["reference"]
    if known["told_by"] is None:
        return ["<p>There is none.</p>"]
    told = [f"<pre>{page.text(story['text'])}</pre>" for story in known["stories"]]
    return [f"<p>Told by {page.text(known['told_by'])}.</p>", *told]
