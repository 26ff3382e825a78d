# SPDX-License-Identifier: MIT
"""The list and the page for licence texts and sources, and what the screen says."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from image.key import hash_file
from image.legal.sources import OWN, PROJECT
from image.recipes.package import Package

COPYLEFT = re.compile(r"\b(?:[AL]?GPL|MPL|EPL|EUPL|CDDL|OSL)-")
MIB = 1 << 20
COLUMNS = ("package", "version", "licence", "copyleft", "texts", "sources", "sha256", "patches",
           "lacking")  # fmt: skip
README = """\
# To go along with a card

Anyone who passes on a card of {project} for the board {board} must pass on this folder, or offer
it.

| | |
|---|---|
| `manifest.csv` | each package: version, licence, and what this folder has of it |
| `licences/` | the licence texts, as the sources have them |
| `sources/` | the sources that were built, {size} MiB; a kernel's with its configuration |
| `patches/` | changes to them, to be applied in the order of their names |
| `{own}` | recipes and scripts that built the card, and our own programs |

Sources must be offered for the packages under a copyleft licence: {copyleft}.
The others are included because it costs nothing; `manifest.csv` says which is which.

The programs are static: they hold parts of the compiler's libgcc, whose licence (GPL-3.0-or-later
WITH GCC-exception-3.1) requires nothing here. A library under the LGPL, such as alsa-lib, must be
replaceable: `{own}` and `./doit image` link the programs with another.

To build the card again: unpack `{own}`, put the files of `sources/*/`
into its `dl/`, and run `./doit image board={board}`.

## What this folder cannot give

{missing}
"""


@dataclass(frozen=True)
class Row:
    """A package: what of it was collected, as paths in the folder, and what could not be."""

    package: Package
    version: str
    texts: tuple[str, ...]
    sources: tuple[str, ...]
    patches: tuple[str, ...]
    lacking: tuple[str, ...]

    @property
    def is_copyleft(self) -> bool:
        return bool(COPYLEFT.search(self.package.licence.spdx))


def describe(folder: Path, rows: Iterable[Row]) -> str:
    """What is said at the end: where it is, how large, what is missing."""
    lines = [f"warning: {row.package.name}: {what}" for row in rows for what in row.lacking]
    files = [path.stat() for path in folder.rglob("*") if path.is_file()]
    size = sum(file.st_size for file in files)
    shared = sum(file.st_size for file in files if file.st_nlink > 1)
    told = f"{folder}: {size / MIB:.0f} MiB, of which {shared / MIB:.0f} MiB are links to dl/"
    return "\n".join([*lines, told])


def table(rows: Iterable[Row], folder: Path) -> str:
    """The list, one line per package, as comma-separated values."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for row in rows:
        lines.writerow(
            [
                row.package.name,
                row.version,
                row.package.licence.spdx,
                "yes" if row.is_copyleft else "no",
                " ".join(row.texts),
                " ".join(row.sources),
                " ".join(hash_file(folder / name) for name in row.sources),
                " ".join(row.patches),
                "; ".join(row.lacking),
            ]
        )
    return text.getvalue()


def readme(board: str, rows: list[Row], folder: Path) -> str:
    size = sum((folder / name).stat().st_size for name in {n for r in rows for n in r.sources})
    lacking = [f"- **{row.package.name}**: {what}" for row in rows for what in row.lacking]
    named = ", ".join(row.package.name for row in rows if row.is_copyleft)
    return README.format(
        board=board,
        project=PROJECT,
        own=OWN,
        size=f"{size / MIB:.0f}",
        copyleft=named or "none",
        missing="\n".join(lacking) or "Nothing.",
    )
