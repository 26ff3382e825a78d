# SPDX-License-Identifier: MIT
"""YAML files that people write: read strictly, with the line of each key for errors."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from image.errors import UserError

# libyaml's is ten times as fast; PyYAML built from source may lack it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 100  # levels; recipes have 5

At = tuple[str | int, ...]  # where in a file: keys, and numbers of list entries

TAB = re.compile(r"^ *\t", re.MULTILINE)
# What PyYAML raises for dates and numbers that cannot be, and for values that do not fit a tag.
BAD_VALUES = (ValueError, OverflowError, TypeError, LookupError, AttributeError)
QUOTES = "put text that looks like a date or a number in quotes"
PLAIN_KEY = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class YamlFile:
    """What a file says. `name` is its path for messages, `lines` where each key is."""

    name: str
    value: Any
    lines: Mapping[At, int]

    def error(self, at: At, problem: str, hint: str | None = None) -> UserError:
        """The error about the value at `at`: file, line, key, problem."""
        known = next((at[:n] for n in range(len(at), 0, -1) if at[:n] in self.lines), ())
        line = f":{self.lines[known]}" if known else ""
        key = f"{shown(at)}: " if at else ""
        return UserError(f"{self.name}{line}: {key}{problem}", hint)


def shown(at: At) -> str:
    """A place in a file as text: source[0].sha256, install[usr/bin/run]."""
    parts = [f".{key}" if PLAIN_KEY.fullmatch(str(key)) and not isinstance(key, int) else f"[{key}]"
             for key in at]  # fmt: skip
    return "".join(parts).removeprefix(".")


def read(path: Path, name: str = "") -> YamlFile:
    """Read a file; `name` is what messages call it, FOLDER/FILE if left out.

    Raises UserError for what is not YAML, or says something else than it seems to. Keys that are
    given twice are refused (YAML takes the last one), as are aliases, which recipes do not need,
    and which can make a small file very large.
    """
    name = name or f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f"{name} is not valid YAML: it is not UTF-8 text") from None
    if tab := TAB.search(text):
        line = text.count("\n", 0, tab.start()) + 1
        hint = "YAML is indented with spaces only"
        raise UserError(f"{name}:{line} is not valid YAML: indented with a tab", hint)
    try:
        return _parse(text, name)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + 1
        raise UserError(f"{name}:{line} is not valid YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UserError(f"{name}:{line} is not valid YAML: {error.reason}") from None
    except BAD_VALUES as error:
        raise UserError(f"{name} is not valid YAML: {error}", QUOTES) from None


def _parse(text: str, name: str) -> YamlFile:
    _check_shape(text)
    loader = LOADER(text)
    try:
        node = loader.get_single_node()
        lines = dict(_lines(node, ())) if node else {}
        value = loader.construct_document(node) if node else None
    finally:
        loader.dispose()
    return YamlFile(name, value, lines)


def _check_shape(text: str) -> None:
    """Raise MarkedYAMLError for an alias, and for more levels than libyaml has room to compose."""
    depth = 0
    for event in yaml.parse(text, LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise _error("an alias (*); repeat the value", event)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _error("nested too deeply", event)


def _lines(node: yaml.Node, at: At) -> Iterator[tuple[At, int]]:
    """The line of each key and list entry below a node. Raises MarkedYAMLError for a double key."""
    if isinstance(node, yaml.SequenceNode):
        for number, entry in enumerate(node.value):
            yield (*at, number), entry.start_mark.line + 1
            yield from _lines(entry, (*at, number))
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        word, line = str(key.value), key.start_mark.line + 1
        if word in seen:
            problem = f"key '{shown((*at, word))}' is given twice, first in line {seen[word]}"
            raise _error(problem, key)
        seen[word] = line
        yield (*at, word), line
        yield from _lines(value, (*at, word))


def _error(problem: str, at: yaml.Event | yaml.Node) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=cast(yaml.Mark, at.start_mark))
