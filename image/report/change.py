# SPDX-License-Identifier: MIT
"""What is different from the report before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CHAPTERS = ("memory", "card", "options", "steps")


@dataclass(frozen=True)
class Change:
    """One figure that is another than before; None: it was not, or is not, there."""

    chapter: str
    name: str
    before: float | None
    after: float | None

    @property
    def difference(self) -> float:
        """After less before."""
        return (self.after or 0) - (self.before or 0)


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """All figures that differ, by chapter, the largest difference first.

    A step's time counts only where the step was done again.
    """
    changes = []
    for chapter in CHAPTERS:
        old, new = figures(before, chapter), figures(after, chapter)
        if chapter == "steps":
            old, new = _done_anew(before, after, old), _done_anew(after, before, new)
        found = [
            Change(chapter, name, old.get(name), new.get(name))
            for name in {*old, *new}
            if old.get(name) != new.get(name)
        ]
        changes += sorted(found, key=lambda change: (-abs(change.difference), change.name))
    return changes


def figures(report: Mapping[str, Any], chapter: str) -> dict[str, float]:
    """The figures of a chapter by name."""
    rows = report.get(chapter, [])
    if chapter in ("memory", "card"):
        return {f"{row['group']}: {row['name']}": row["size"] for row in rows}
    if chapter == "options":
        return {row["symbol"]: row["kept"] + row["freed"] for row in rows}
    return {row["name"]: row["seconds"] for row in rows}


def _done_anew(
    report: Mapping[str, Any], other: Mapping[str, Any], seconds: Mapping[str, float]
) -> dict[str, float]:
    keys = {row["name"]: row["key"] for row in other.get("steps", [])}
    own = {row["name"]: row["key"] for row in report.get("steps", [])}
    return {name: value for name, value in seconds.items() if keys.get(name) != own[name]}
