# SPDX-License-Identifier: MIT
"""Plots: what happens in a story, read from plots/*.txt; README.md tells how to write one."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from image.errors import UserError

from . import template
from .words import Words

PLOTS = Path(__file__).resolve().parent / "plots"
STARTS = ("place", "thing", "found")
HEAD = re.compile(r"# (?P<title>.+) \((?P<starts>[a-z]+(?: or [a-z]+)*)(?:: (?P<only>.+))?\)")


@dataclass(frozen=True)
class Plot:
    title: str
    kind: str  # its file: friendship, fear, joke ...
    starts: tuple[str, ...]  # which openings lead to it, of STARTS
    only: frozenset[str]  # the places or things that it is about; empty: any
    text: str  # a template; paragraphs are divided by line ends


def load(words: Words, slots: Set[str], folder: Path = PLOTS) -> list[Plot]:
    """All plots. Raises UserError for one that no story could be made of."""
    return [plot for path in sorted(folder.glob("*.txt")) for plot in read(path, words, slots)]


def read(path: Path, words: Words, slots: Set[str]) -> Iterator[Plot]:
    """The plots of a file; `slots` are those that a story fills."""
    for number, head, body in _parts(path):
        try:
            plot = _plot(path.stem, head, body, words)
            _check(plot, slots)
        except ValueError as error:
            hint = "packages/pocket/training/README.md says how to write a plot"
            raise UserError(f"{path}:{number}: {error}", hint) from error
        yield plot


def _parts(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line number, heading and text of each plot."""
    head, number, body = "", 0, list[str]()
    for count, line in enumerate([*path.read_text().splitlines(), "# end"], 1):
        if not line.startswith("#"):
            body.append(line.strip())
            continue
        if head:
            yield number, head, "\n".join(body).strip()
        head, number, body = line, count, []


def _plot(kind: str, head: str, body: str, words: Words) -> Plot:
    match = HEAD.fullmatch(head)
    if not match:
        raise ValueError(f"a heading is `# Title (place)`, not `{head}`")
    starts = tuple(match["starts"].split(" or "))
    if unknown := set(starts) - set(STARTS):
        raise ValueError(f"({unknown.pop()}): a plot starts with {', '.join(STARTS)}")
    only = _only(match["only"], "place" in starts, words) if match["only"] else frozenset[str]()
    paragraphs = re.split(r"\n{2,}", body)
    return Plot(
        match["title"], kind, starts, only, "\n".join(" ".join(p.split()) for p in paragraphs)
    )


def _only(names: str, is_place: bool, words: Words) -> frozenset[str]:
    """The places or things named, or all of a section that is named."""
    entries = words.places if is_place else words.things
    found = set[str]()
    for name in names.split(", "):
        chosen = {entry.word for entry in entries if name in (entry.word, entry.section)}
        if not chosen:
            raise ValueError(f"{name} is neither in the list nor a section of it")
        found |= chosen
    return frozenset(found)


def _check(plot: Plot, slots: Set[str]) -> None:
    if not plot.text:
        raise ValueError("a plot without text")
    rest = plot.text
    while template.CHOICE.search(rest):
        rest = template.CHOICE.sub("", rest)
    if set("[]") & set(rest):
        raise ValueError("a bracket [ ] without its other one")
    new = {name for name, _ in template.NEW_SLOT.findall(plot.text)}
    if taken := new & slots:
        raise ValueError(f"{{{taken.pop()}: ...}}: there is such a slot already")
    rest = template.NEW_SLOT.sub("", plot.text)
    if unknown := set(template.SLOT.findall(rest)) - slots - new:
        raise ValueError(f"{{{unknown.pop()}}}: there is no such slot")
    if set("{}") & set(template.SLOT.sub("", rest)):
        raise ValueError("a brace { } without its other one")
