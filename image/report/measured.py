# SPDX-License-Identifier: MIT
"""What the measures find in told stories, and in those that the model learned from."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from image import reading
from image.errors import UserError
from image.stories import measure, runs

# Between two stories of a file: as the TinyStories have it, or before one of our own openings.
BETWEEN = re.compile(r"<\|endoftext\|>|\n\n(?=Once upon a time,)")
MOST_BYTES = 1 << 26  # of a file of stories: its runs of words are all kept in memory
SAMPLES = 3  # of each kind of mistake
AROUND = 50  # characters of the story before and after a mistake
MISSING = "-"


def stories_of(path: Path) -> tuple[str, ...]:
    """The stories of a text file. Raises UserError for one that holds none or is too large."""
    cure = "trained= takes a text file of stories, each of which begins with Once upon a time,"
    if path.stat().st_size > MOST_BYTES:
        raise UserError(f"{path} is larger than {MOST_BYTES >> 20} MiB", "take a part of it")
    parts = [part.strip() for part in BETWEEN.split(reading.text(path, cure))]
    found = tuple(re.sub(r"\n\n+", "\n", part) for part in parts if part)
    if not found:
        raise UserError(f"{path} holds no stories", cure)
    return found


def summary(told: Mapping[int, str], trained: Sequence[str]) -> dict[str, Any]:
    """Figures of the stories of some seeds and, where they are given, of the training's."""
    texts = [*told.values()]
    return {
        "told": asdict(measure.figures(texts)) if texts else None,
        "trained": asdict(measure.figures(trained)) if trained else None,
        "copied": runs.copied(texts, runs.known(trained)) if trained else None,
        "mistakes": [
            {"seed": seed, **asdict(one), "text": _around(text, one.place)}
            for seed, text in told.items()
            for one in measure.findings(text)
        ],
    }


def _around(text: str, place: int) -> str:
    return " ".join(text[max(0, place - AROUND) : place + AROUND].split())


def _per_1000(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda figures: f"{1000 * figures[name]:.0f}"


def _percent(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda figures: f"{100 * figures[name]:.1f} %"


# What is shown of the figures, and what the project's next model is to reach.
ROWS: tuple[tuple[str, Callable[[Mapping[str, Any]], str], str], ...] = (
    ("stories", lambda figures: f"{figures['stories']}", ""),
    ("strangers in 1000 stories", _per_1000("strangers"), "at most 20 more than trained"),
    ("names nobody was given, in 1000 stories", _per_1000("names"), ""),
    ("stories that keep names and pronouns", _percent("kept"), "at least 98 %"),
    ("stories that mix he and she", _percent("mixed"), "at most 1 %"),
    (f"stories that repeat {runs.LONG} words", _percent("repeated"), ""),
    ("stories with a whole last sentence", _percent("whole"), "100 %"),
    ("words of a story, median", lambda figures: f"{figures['words']:g}", ""),
)


def render(found: Mapping[str, Any]) -> str:
    """The chapters of the report for people."""
    head = "\n## Measured\n\n| | told | trained | target |\n|---|---|---|---|\n"
    rows = "".join(f"{row}\n" for row in _rows(found)) if found["told"] else ""
    return f"{head}{rows}\n## Mistakes\n\n{''.join(_samples(found['mistakes']))}"


def _rows(found: Mapping[str, Any]) -> Iterator[str]:
    told, trained = found["told"], found["trained"]
    for name, shown, target in ROWS:
        yield f"| {name} | {shown(told)} | {shown(trained) if trained else MISSING} | {target} |"
    copied = MISSING if found["copied"] is None else f"{100 * found['copied']:.1f} %"
    yield f"| runs of {runs.COPIED} words that are in the training's stories | {copied} | | |"


def _samples(mistakes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for kind in sorted({one["kind"] for one in mistakes}):
        for one in [one for one in mistakes if one["kind"] == kind][:SAMPLES]:
            yield f'- {kind}, seed {one["seed"]}: "{one["words"]}" in: {one["text"]}\n'
