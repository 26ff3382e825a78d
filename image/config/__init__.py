# SPDX-License-Identifier: MIT
"""The choices: defconfigs and .config, read strictly. The only door to kconfiglib."""

import contextlib
import itertools
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kconfiglib

from image import output
from image.config import assignments, halves
from image.config.halves import DEFCONFIG
from image.errors import UserError, unknown
from image.trouble import told

BOARD_CHOICE = "BOARD_CHOICE"
DOT_CONFIG = ".config"
DEFCONFIGS = "defconfigs"
KCONFIG = f"{DEFCONFIGS}/Kconfig"


@dataclass(frozen=True)
class Config:
    """All choices of a build: the value of each Kconfig symbol, without the CONFIG_ prefix."""

    board: str
    symbols: Mapping[str, str | int | bool]
    origin: Path  # the file that they come from


def load(root: Path, board: str | None = None, chosen: Sequence[str] = ()) -> Config:
    """Read the choices: those of `board` if given, else .config, else those of the default board.

    The symbols of `chosen` are switched on, whatever the file says. Raises UserError that lists
    every line that does not say what it seems to say.
    """
    path = _file(root, board)
    tree = _filled_tree(root, path)
    for name in chosen:
        tree.syms[name].set_value("y")
    symbols = {s.name: _value(s) for s in tree.unique_defined_syms if s.name}
    return Config(_board(tree), symbols, path)


def boards(root: Path) -> list[str]:
    """Names of the boards that there are defaults for."""
    paths = (root / DEFCONFIGS).glob(f"*{DEFCONFIG}")
    return sorted(path.name.removesuffix(DEFCONFIG) for path in paths)


def configure(root: Path, board: str) -> Path:
    """Write a new .config, from a board's defaults. Raises UserError for an unknown board."""
    return _write_chosen(root, _filled_tree(root, _file(root, board)))


def menuconfig(root: Path) -> None:
    """Let a person change .config in a menu. Raises UserError without a usable terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("menuconfig needs a terminal", hint="edit .config instead")
    import curses

    import menuconfig as menu

    tree = _filled_tree(root, _file(root, None))
    path = root / DOT_CONFIG
    before = path.read_bytes() if path.exists() else b""
    # Without a .config the menu keeps the values it finds, and writes them when told to save.
    with _environment(root, KCONFIG_CONFIG=str(path.absolute())):
        try:
            menu.menuconfig(tree)
        except curses.error as error:
            raise UserError(
                f"the terminal cannot show a menu: {error}", hint="set TERM, or edit .config"
            ) from None
    if path.exists() and path.read_bytes() != before:
        _write_chosen(root, _filled_tree(root, path))


def savedefconfig(root: Path) -> None:
    """Write .config to its board's defconfig, without what is the default anyway.

    Raises UserError if there is no .config.
    """
    path = root / DOT_CONFIG
    if not path.exists():
        raise UserError("there is no .config to save", hint="./doit configure board=NAME")
    tree = _filled_tree(root, path)
    target = root / DEFCONFIGS / f"{_board(tree)}{DEFCONFIG}"
    kept = _text(target).splitlines() if target.exists() else []
    comment = "".join(f"{line}\n" for line in itertools.takewhile(_is_comment, kept))
    _write(target, lambda file: tree.write_min_config(file, header=comment))
    print(target)


def _is_comment(line: str) -> bool:
    return line.startswith("#") and not assignments.PATTERN.fullmatch(line.rstrip())


def _board(tree: Any) -> str:
    """The board that a tree's values choose, by the symbol of its choice."""
    return halves.name_of(tree.named_choices[BOARD_CHOICE].selection.name)


def _file(root: Path, board: str | None) -> Path:
    if board is None and (root / DOT_CONFIG).exists():
        return root / DOT_CONFIG
    name = _board(_tree(root)) if board is None else board
    path = root / DEFCONFIGS / f"{name}{DEFCONFIG}"
    halves.check_defconfig(root, path, name)
    if name not in boards(root):
        raise unknown("there is no board", name, boards(root))
    return path


def _filled_tree(root: Path, path: Path) -> Any:
    """All symbols, with the values that a file gives them, once it is sure that each stuck."""
    tree = _tree(root)
    lines, wrong = assignments.read(_text(path))
    halves.check_symbols(root, tree, path, lines)
    sound = []
    for line in lines:
        if problem := assignments.problem_before(tree, line, lines):
            wrong[line.number] = line.complaint(problem)
        else:
            sound.append(line)
    for line in sound:
        symbol = tree.syms[line.symbol]
        symbol.set_value(assignments.wanted(symbol, line))
    for line in sound:
        if problem := assignments.problem_after(tree.syms[line.symbol], line):
            wrong[line.number] = line.complaint(problem)
    _refuse(wrong, path)
    halves.check_folder(root, tree.named_choices[BOARD_CHOICE].selection)
    halves.check_name(root, path, _board(tree))
    return tree


def _refuse(wrong: Mapping[int, str], path: Path) -> None:
    if wrong:
        found = [f"{path.name}:{number}: {wrong[number]}" for number in sorted(wrong)]
        more = "these settings would not take effect:\n  "
        message = found[0] if len(found) == 1 else more + "\n  ".join(found)
        raise UserError(message, hint=_way_out(path))


def _way_out(path: Path) -> str:
    if path.name == DOT_CONFIG:
        return "fix it, or write a new one with ./doit configure board=NAME"
    return f"fix {path.parent.name}/{path.name}"


def _tree(root: Path) -> Any:
    if set("*?[") & set(str(root.resolve())):
        # kconfiglib would look for packages by this pattern, find none, and say nothing.
        raise UserError(f"the folder name {root.resolve()} has one of * ? [", hint="rename it")
    with _environment(root):
        try:
            return kconfiglib.Kconfig(KCONFIG, warn_to_stderr=False)
        except (kconfiglib.KconfigError, OSError) as error:
            raise UserError(f"Kconfig cannot be read: {error}".strip()) from None


@contextlib.contextmanager
def _environment(root: Path, **more: str) -> Iterator[None]:
    """kconfiglib asks the environment for much; here it gets only what we say."""
    # Nothing else is touched: other threads may be starting programs meanwhile.
    ours = {"srctree": str(root.absolute()), **more}
    theirs = {name for name in os.environ if name.startswith(("KCONFIG_", "CONFIG_"))}
    before = {name: os.environ.pop(name) for name in (theirs | set(ours)) & set(os.environ)}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
        os.environ.update(before)


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UserError(f"{path.name} is not a text file", hint=_way_out(path))
    return text


def _value(symbol: Any) -> str | int | bool:
    if symbol.type == kconfiglib.BOOL:
        return bool(symbol.str_value == "y")
    if symbol.type == kconfiglib.INT:
        return int(symbol.str_value or 0)
    return str(symbol.str_value)


def _write_chosen(root: Path, tree: Any) -> Path:
    """Write .config, less what nobody can choose: after an edit by hand that would contradict."""

    def write(file: str) -> None:
        tree.write_config(file)
        path = Path(file)
        lines = path.read_text(encoding="utf-8").split("\n")
        kept = [line for line in lines if not _is_derived(tree, line)]
        path.write_text("\n".join(kept), encoding="utf-8")

    return _write(root / DOT_CONFIG, write)


def _is_derived(tree: Any, line: str) -> bool:
    match = assignments.PATTERN.fullmatch(line)
    nodes = tree.syms[match["set"] or match["unset"]].nodes if match else ()
    return match is not None and not any(node.prompt for node in nodes)


def _write(path: Path, write: Callable[[str], object]) -> Path:
    """Write a file whole or not at all."""
    try:
        with output.whole(path) as partial:
            write(str(partial))
    except OSError as error:
        raise told(error, path) from None
    return path
