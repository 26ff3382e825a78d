# SPDX-License-Identifier: MIT
"""A board that is half there: which of its three parts is missing, or has another name.

They are a folder in overlays/boards, a defconfig, and the symbol that the folder's Kconfig defines.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from image.config.assignments import Assignment
from image.errors import UserError

PREFIX = "BOARD_"  # of the boards' symbols
FOLDERS = "overlays/boards"
DEFCONFIG = "_defconfig"  # behind a board's name
NAMING = f"a board's symbol is {PREFIX} and the name of its folder, in capitals"


def name_of(symbol: str) -> str:
    """The board that a symbol chooses."""
    return symbol.removeprefix(PREFIX).lower()


def check_defconfig(root: Path, defconfig: Path, board: str) -> None:
    """Raise UserError if there is a folder of that name, but no defconfig."""
    if not defconfig.is_file() and board in _folders(root):
        missing = defconfig.relative_to(root)
        line = f"CONFIG_{PREFIX}{board.upper()}=y"
        message = f"board {board} has a folder in {FOLDERS}, but {missing} is missing"
        raise UserError(message, hint=f"create it, with the line {line}")


def check_symbols(root: Path, tree: Any, path: Path, lines: Iterable[Assignment]) -> None:
    """Raise UserError for a line of a file that chooses a board whose Kconfig has not its symbol.

    The line may be right: the fault is in the folder of that name.
    """
    known = {symbol.name for symbol in tree.unique_defined_syms}
    for line in lines:
        name = name_of(line.symbol)
        if line.symbol.startswith(PREFIX) and line.symbol not in known and name in _folders(root):
            message = f"{FOLDERS}/{name}/Kconfig has no config {line.symbol}"
            who = f"{path.name}:{line.number}: CONFIG_{line.symbol}={line.value}"
            raise UserError(f"{who}: {message}", hint=NAMING)


def check_folder(root: Path, chosen: Any) -> None:
    """Raise UserError if the board of the chosen symbol has no folder."""
    name = name_of(chosen.name)
    if name not in _folders(root):
        where = chosen.nodes[0].filename
        message = f"{where}: {chosen.name} is chosen, but there is no {FOLDERS}/{name}"
        raise UserError(message, hint=NAMING)


def check_name(root: Path, path: Path, chosen: str) -> None:
    """Raise UserError if a defconfig chooses another board than the one that it is named after."""
    name = path.name.removesuffix(DEFCONFIG)
    if name not in (path.name, chosen):
        line = f"CONFIG_{PREFIX}{name.upper()}=y"
        message = f"{path.relative_to(root)} chooses the board {chosen}, not {name}"
        raise UserError(message, hint=f"write {line} into it")


def _folders(root: Path) -> set[str]:
    return {path.name for path in (root / FOLDERS).glob("*") if path.is_dir()}
