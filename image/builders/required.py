# SPDX-License-Identifier: MIT
"""Lists of the kernel options that a tree's final configuration must have, each with its reason."""

from dataclasses import dataclass
from pathlib import Path

from image import yamlfile
from image.recipes.check import check
from image.recipes.keys import SYMBOL
from image.recipes.kinds import Key, List, Record, Text, Value

VALUE = Value(Text("y, m, n, or the value of the option"))
KEYS = (
    Key("symbol", SYMBOL, "the option", required=True),
    Key("value", VALUE, "what it must be", required=True),
    Key("why", Text(), "what does not work otherwise", required=True),
)


@dataclass(frozen=True)
class Required:
    """An option, with CONFIG_; `value` is as in a .config."""

    symbol: str
    value: str
    why: str


def read(path: Path) -> list[Required]:
    """The options of a list. Raises UserError naming the file, the line and the key."""
    file = yamlfile.read(path)
    check(file, List(Record(KEYS)))
    return [Required(f"CONFIG_{row['symbol']}", str(row["value"]), row["why"])
            for row in file.value]  # fmt: skip
