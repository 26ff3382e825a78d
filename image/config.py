# SPDX-License-Identifier: MIT
"""The choices: defconfigs and .config, read strictly. The only door to kconfiglib."""

import contextlib
import difflib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kconfiglib

from image.errors import UserError

DEFAULT_BOARD = "milkv_duo"
DOT_CONFIG = ".config"
KCONFIG = "defconfigs/Kconfig"
ASSIGNMENT = re.compile(r"CONFIG_(?P<set>\w+)=(?P<value>.*)|# CONFIG_(?P<unset>\w+) is not set")
TYPE_NAMES = {
    kconfiglib.BOOL: "y or n",
    kconfiglib.INT: "a whole number",
    kconfiglib.STRING: 'text in "quotes"',
}


@dataclass(frozen=True)
class Config:
    """All choices of a build: the value of each Kconfig symbol, without the CONFIG_ prefix."""

    board: str
    symbols: Mapping[str, str | int | bool]
    origin: Path  # the file that they come from


@dataclass(frozen=True)
class Line:
    """One assignment of a configuration file, as written."""

    number: int
    symbol: str
    value: str  # "n" for `# CONFIG_X is not set`


def load(root: Path, board: str | None = None) -> Config:
    """Read the choices: those of `board` if given, else .config, else those of the default board.

    Raises UserError that lists every line that does not say what it seems to say.
    """
    path = _file(root, board)
    lines = _lines(path)
    tree = _tree(root)
    _take(tree, lines, path)
    symbols = {s.name: _value(s) for s in tree.unique_defined_syms if s.name}
    return Config(str(symbols["BOARD"]), symbols, path)


def boards(root: Path) -> list[str]:
    """Names of the boards that there are defaults for."""
    paths = (root / "defconfigs").glob("*_defconfig")
    return sorted(path.name.removesuffix("_defconfig") for path in paths)


def configure(root: Path, board: str) -> Path:
    """Write .config anew, from a board's defaults. Raises UserError for an unknown board."""
    path = _file(root, board)
    tree = _tree(root)
    _take(tree, _lines(path), path)
    return _write(root / DOT_CONFIG, tree.write_config)


def menuconfig(root: Path) -> None:
    """Let a person change .config in a menu. Raises UserError without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("menuconfig needs a terminal", hint="edit .config instead")
    import menuconfig as menu

    path = _file(root, None)
    tree = _tree(root)
    _take(tree, _lines(path), path)
    with _environment(root, KCONFIG_CONFIG=str(root / DOT_CONFIG)):
        _write(root / DOT_CONFIG, tree.write_config)
        tree.load_config(str(root / DOT_CONFIG))
        menu.menuconfig(tree)


def savedefconfig(root: Path) -> Path:
    """Write .config to its board's defconfig, without what is the default anyway."""
    path = root / DOT_CONFIG
    if not path.is_file():
        raise UserError("there is no .config to save", hint="./doit configure board=NAME")
    tree = _tree(root)
    _take(tree, _lines(path), path)
    target = root / "defconfigs" / f"{_value(tree.syms['BOARD'])}_defconfig"
    kept = target.read_text().splitlines() if target.is_file() else []
    comment = "".join(f"{line}\n" for line in kept if re.match(r"#(?! CONFIG_)", line))
    return _write(target, lambda file: tree.write_min_config(file, header=comment))


def _file(root: Path, board: str | None) -> Path:
    if board is None and (root / DOT_CONFIG).is_file():
        return root / DOT_CONFIG
    name = board or DEFAULT_BOARD
    if name not in boards(root):
        near = difflib.get_close_matches(name, boards(root), 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise UserError(
            f"there is no board '{name}'", hint=f"{meant}boards: {', '.join(boards(root))}"
        )
    return root / "defconfigs" / f"{name}_defconfig"


def _tree(root: Path) -> Any:
    with _environment(root):
        try:
            tree = kconfiglib.Kconfig(KCONFIG, warn_to_stderr=False)
        except (kconfiglib.KconfigError, OSError) as error:
            raise UserError(f"Kconfig cannot be read: {error}".strip()) from None
    return tree


@contextlib.contextmanager
def _environment(root: Path, **more: str) -> Iterator[None]:
    """kconfiglib asks the environment for much; here it gets only what we say."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith(("KCONFIG_", "CONFIG_", "MENUCONFIG_")):
            del os.environ[name]
    os.environ.update({"srctree": str(root), **more})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _lines(path: Path) -> list[Line]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UserError(f"{path.name} is not a text file", hint="./doit configure") from None
    found, wrong = [], []
    for number, line in enumerate(text.splitlines(), 1):
        match = ASSIGNMENT.fullmatch(line.rstrip())
        if match:
            symbol, value = match["set"] or match["unset"], match["value"] or ""
            found.append(Line(number, symbol, value if match["set"] else "n"))
        elif line.strip() and not line.startswith("#"):
            wrong.append(f"{path.name}:{number}: '{line.strip()}' is no CONFIG_NAME=VALUE")
    _refuse(wrong)
    return found


def _take(tree: Any, lines: list[Line], path: Path) -> None:
    """Give the symbols their values, and make sure that each of them stuck."""
    wrong = [_complaint(tree, line, path, problem) for line in lines
             if (problem := _problem_before(tree, line, lines))]  # fmt: skip
    _refuse(wrong)
    for line in lines:
        symbol = tree.syms[line.symbol]
        symbol.set_value(_unquoted(line.value) if symbol.type == kconfiglib.STRING else line.value)
    wrong = [_complaint(tree, line, path, problem) for line in lines
             if (problem := _problem_after(tree.syms[line.symbol], line))]  # fmt: skip
    _refuse(wrong)


def _refuse(wrong: list[str]) -> None:
    if wrong:
        more = "the configuration does not say what it seems to say:\n  "
        raise UserError(
            wrong[0] if len(wrong) == 1 else more + "\n  ".join(wrong),
            hint="./doit menuconfig shows all settings and what they depend on",
        )


def _complaint(tree: Any, line: Line, path: Path, problem: str) -> str:
    return f"{path.name}:{line.number}: CONFIG_{line.symbol}={line.value}: {problem}"


def _problem_before(tree: Any, line: Line, lines: list[Line]) -> str | None:
    """What is wrong with an assignment in itself."""
    symbol = tree.syms.get(line.symbol)
    if symbol is None or not symbol.nodes:
        known = [s.name for s in tree.unique_defined_syms]
        near = difflib.get_close_matches(line.symbol, known, 1)
        return "there is no such symbol" + (f"; did you mean CONFIG_{near[0]}?" if near else "")
    for other in lines:
        if other.symbol == line.symbol and other.number < line.number:
            if other.value != line.value:
                return f"line {other.number} sets it to {other.value}"
        elif symbol.choice and line.value == other.value == "y" and other.number < line.number:
            rival = tree.syms.get(other.symbol)
            if rival is not None and rival.choice is symbol.choice:
                return f"line {other.number} chooses CONFIG_{other.symbol} already"
    if not _fits_type(symbol, line.value):
        return f"{TYPE_NAMES[symbol.type]} is expected"
    return None


def _fits_type(symbol: Any, value: str) -> bool:
    if symbol.type == kconfiglib.BOOL:
        return value in ("y", "n")
    if symbol.type == kconfiglib.INT:
        return bool(re.fullmatch(r"-?\d+", value, re.ASCII))
    return bool(re.fullmatch(r'"(?:[^"\\]|\\.)*"', value))


def _problem_after(symbol: Any, line: Line) -> str | None:
    """Why a symbol did not take the value of a line; None when it did."""
    wanted = _unquoted(line.value) if symbol.type == kconfiglib.STRING else line.value
    if symbol.str_value == wanted:
        return None
    for low, high, condition in symbol.ranges:
        if kconfiglib.expr_value(condition) and not _in_range(wanted, low, high):
            return f"it must be {low.str_value} to {high.str_value}"
    if not kconfiglib.expr_value(symbol.direct_dep):
        return f"it depends on {_expression(symbol.direct_dep)}, which is off"
    if not any(node.prompt for node in symbol.nodes):
        return f"it cannot be set by hand; it follows from others, and is {symbol.str_value}"
    if kconfiglib.expr_value(symbol.rev_dep):
        return f"{_expression(symbol.rev_dep)} needs it"
    return f"another setting of the same choice wins; it stays {symbol.str_value}"


def _in_range(value: str, low: Any, high: Any) -> bool:
    return int(low.str_value) <= int(value) <= int(high.str_value)


def _expression(expression: Any) -> str:
    return str(kconfiglib.expr_str(expression, lambda item: f"CONFIG_{item.name}"))


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1])


def _value(symbol: Any) -> str | int | bool:
    if symbol.type == kconfiglib.BOOL:
        return bool(symbol.str_value == "y")
    if symbol.type == kconfiglib.INT:
        return int(symbol.str_value or 0)
    return str(symbol.str_value)


def _write(path: Path, write: Any) -> Path:
    """Write a file whole or not at all."""
    partial = path.with_name(f"{path.name}.part")
    write(str(partial))
    partial.replace(path)
    return path
