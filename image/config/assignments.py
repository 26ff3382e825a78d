# SPDX-License-Identifier: MIT
"""The assignments of a configuration file, and why one does not say what it seems to say."""

import re
from dataclasses import dataclass
from typing import Any

import kconfiglib

from image.errors import nearest

PATTERN = re.compile(r"CONFIG_(?P<set>\w+)=(?P<value>.*)|# CONFIG_(?P<unset>\w+) is not set")
# A comment to kconfiglib: what it means to turn off would stay on.
NEARLY_UNSET = re.compile(r"#+\s*CONFIG_\w+\s+is\s+not\s+set\W*", re.IGNORECASE)
SHOWN = 60  # characters of a line that a message repeats
TYPE_NAMES = {
    kconfiglib.BOOL: "y or n",
    kconfiglib.INT: "a whole number",
    kconfiglib.STRING: 'text in "quotes"',
}


@dataclass(frozen=True)
class Assignment:
    """One assignment of a configuration file, as written."""

    number: int
    symbol: str
    value: str  # "n" for `# CONFIG_X is not set`

    def complaint(self, problem: str) -> str:
        """A problem, said of this assignment."""
        return f"CONFIG_{self.symbol}={self.value[:SHOWN]}: {problem}"


def read(text: str) -> tuple[list[Assignment], dict[int, str]]:
    """The assignments of a file, and what is wrong with lines that are none, by line number."""
    found, wrong = [], {}
    # Not splitlines(): it would count lines that no editor shows.
    for number, line in enumerate(text.split("\n"), 1):
        match = PATTERN.fullmatch(line.rstrip())
        if match:
            symbol, value = match["set"] or match["unset"], match["value"] or ""
            found.append(Assignment(number, symbol, value if match["set"] else "n"))
        elif NEARLY_UNSET.fullmatch(line):
            wrong[number] = f"{line.strip()[:SHOWN]!r} is no '# CONFIG_NAME is not set'"
        elif line.strip() and not line.startswith("#"):
            wrong[number] = f"{line.strip()[:SHOWN]!r} is not CONFIG_NAME=VALUE"
    return found, wrong


def problem_before(tree: Any, line: Assignment, lines: list[Assignment]) -> str | None:
    """What is wrong with an assignment, by itself or after an earlier one."""
    symbol = tree.syms.get(line.symbol)
    if symbol is None or not symbol.nodes:
        near = nearest(line.symbol, [s.name for s in tree.unique_defined_syms])
        return "there is no such symbol" + (f"; did you mean CONFIG_{near}?" if near else "")
    if not _fits_type(symbol, line.value):
        return f"{TYPE_NAMES[symbol.type]} is expected"
    for other in lines[: lines.index(line)]:
        if other.symbol == line.symbol:
            if other.value != line.value:
                return f"line {other.number} sets it to {other.value[:SHOWN]}"
        elif symbol.choice and line.value == other.value == "y":
            rival = tree.syms.get(other.symbol)
            if rival is not None and rival.choice is symbol.choice:
                return f"line {other.number} chooses CONFIG_{other.symbol} already"
    return None


def _fits_type(symbol: Any, value: str) -> bool:
    if symbol.type == kconfiglib.BOOL:
        return value in ("y", "n")
    if symbol.type == kconfiglib.INT:
        return bool(re.fullmatch(r"-?[0-9]{1,18}", value))
    return bool(re.fullmatch(r'"(?:[^"\\]|\\.)*"', value))


def problem_after(symbol: Any, line: Assignment) -> str | None:
    """Why a symbol did not take the value of a line; None when it did."""
    if symbol.str_value == wanted(symbol, line):
        return None
    if not kconfiglib.expr_value(symbol.direct_dep):
        return f"it depends on {_expression(symbol.direct_dep)}, which is off"
    prompts = [node.prompt[1] for node in symbol.nodes if node.prompt]
    if not prompts:
        return f"it cannot be set directly; it follows from others, and is {symbol.str_value}"
    if not symbol.visibility:
        return f"it can be set only with {' or '.join(map(_expression, prompts))}, which is off"
    for low, high, condition in symbol.ranges:
        if kconfiglib.expr_value(condition):
            return f"it must be {low.str_value} to {high.str_value}"
    needed = kconfiglib.split_expr(symbol.rev_dep, kconfiglib.OR)
    active = [_expression(by) for by in needed if kconfiglib.expr_value(by)]
    if active:
        return f"{' and '.join(active)} needs it"
    return f"one of a choice must be y; with no other chosen it stays {symbol.str_value}"


def _expression(expression: Any) -> str:
    return str(kconfiglib.expr_str(expression, lambda item: f"CONFIG_{item.name}"))


def wanted(symbol: Any, line: Assignment) -> str:
    """The value that a line gives a symbol, as kconfiglib writes it."""
    if symbol.type == kconfiglib.STRING:
        return re.sub(r"\\(.)", r"\1", line.value[1:-1])
    return line.value
