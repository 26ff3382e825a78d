# SPDX-License-Identifier: MIT
"""Tables of figures, in markdown."""

from collections.abc import Sequence
from typing import Any


def millions(value: float) -> str:
    """A number in millions, for a table."""
    return f"{value / 1e6:.2f}"


def table(head: Sequence[str], body: Sequence[Sequence[Any]]) -> str:
    """A markdown table whose columns are aligned as text, too. Short rows are filled up."""
    rows = [[*map(str, row), *[""] * (len(head) - len(row))] for row in body]
    widths = [max(len(row[i]) for row in [list(head), *rows]) for i in range(len(head))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
             for row in [list(head), ["-" * width for width in widths], *rows]]  # fmt: skip
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
