# SPDX-License-Identifier: MIT
"""What a value of a recipe may be: one description for checks, documentation and JSON schema."""

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from image.errors import unknown
from image.yamlfile import At

NUMBER = re.compile(r"0x[0-9A-Fa-f]+|[0-9]+")


class Problem(Exception):
    """What is wrong with one value, and where it is."""

    def __init__(self, at: At, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.at = at
        self.message = message
        self.hint = hint


class Leaf(NamedTuple):
    """One plain value of a recipe, with its kind."""

    at: At
    kind: "Kind"
    value: Any


class Kind(Protocol):
    """A kind of value; `words` say what it may be, for errors and documentation."""

    @property
    def words(self) -> str: ...

    def walk(self, value: Any, at: At) -> Iterator[Leaf]:
        """All plain values in a value. Raises Problem at the first that cannot be."""

    def schema(self) -> dict[str, Any]:
        """The same as JSON schema."""


@dataclass(frozen=True)
class Text:
    """Text that matches a pattern. `fields` are the {placeholders} that it may have."""

    words: str = "text"
    pattern: str = r"[^\n]+"
    fields: tuple[str, ...] = ()

    def walk(self, value: Any, at: At) -> Iterator[Leaf]:
        if not isinstance(value, str):
            raise _wrong(value, self.words, at)
        if not re.fullmatch(self.pattern, value):
            raise Problem(at, f"'{value}' is not {self.words}")
        if self.fields:
            self._check_fields(value, at)
        yield Leaf(at, self, value)

    def _check_fields(self, value: str, at: At) -> None:
        listed = ", ".join(f"{{{field}}}" for field in self.fields)
        try:
            found = [
                field for _, field, _, _ in string.Formatter().parse(value) if field is not None
            ]
        except ValueError:
            raise Problem(at, f"'{value}' has a single brace", f"placeholders: {listed}") from None
        for field in found:
            if re.sub(r"\[[\w-]+\]$", "[NAME]", field) not in self.fields:
                problem = f"unknown placeholder {{{field}}} in '{value}'"
                raise Problem(at, problem, f"placeholders: {listed}")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True)
class Value:
    """Text or a whole number: the value of a variable of make."""

    text: Text

    @property
    def words(self) -> str:
        return f"{self.text.words} or a whole number"

    def walk(self, value: Any, at: At) -> Iterator[Leaf]:
        if type(value) is int:
            yield Leaf(at, self, value)
        elif isinstance(value, str):
            yield from self.text.walk(value, at)
        else:
            raise _wrong(value, self.words, at)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer"}, self.text.schema()]}


@dataclass(frozen=True)
class Flag:
    """On or off."""

    words: str = "true or false"

    def walk(self, value: Any, at: At) -> Iterator[Leaf]:
        if not isinstance(value, bool):
            raise _wrong(value, self.words, at)
        yield Leaf(at, self, value)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    least: int
    most: int = (1 << 64) - 1

    @property
    def words(self) -> str:
        if self.most == Whole.most:
            return f"a whole number, {self.least} or more"
        return f"a whole number from {self.least} to {self.most}"

    def walk(self, value: Any, at: At) -> Iterator[Leaf]:
        if type(value) is not int or not self.least <= value <= self.most:
            raise _wrong(value, self.words, at)
        yield Leaf(at, self, value)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class List:
    """A list of values of one kind."""

    of: Kind

    @property
    def words(self) -> str:
        return f"a list (each: {self.of.words})"

    def walk(self, value: Any, at: At) -> Iterator[Leaf]:
        if not isinstance(value, list):
            hint = f"a list of one: [{value}]" if isinstance(value, str) else None
            raise Problem(at, f"{_shown(value)} is not {self.words}", hint)
        for number, entry in enumerate(value):
            yield from self.of.walk(entry, (*at, number))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.of.schema()}


@dataclass(frozen=True)
class Map:
    """A mapping with keys of one kind and values of one kind."""

    key: Text
    value: Kind

    @property
    def words(self) -> str:
        return f"a mapping ({self.key.words}: {self.value.words})"

    def walk(self, value: Any, at: At) -> Iterator[Leaf]:
        if not isinstance(value, dict):
            raise _wrong(value, self.words, at)
        for key, entry in value.items():
            yield from self.key.walk(key, (*at, key))
            yield from self.value.walk(entry, (*at, key))

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": {"pattern": self.key.schema()["pattern"]},
            "additionalProperties": self.value.schema(),
        }


@dataclass(frozen=True)
class Key:
    """One key of a recipe: its values, and in one line what it is for."""

    name: str
    kind: Kind
    help: str
    required: bool = False


@dataclass(frozen=True)
class Record:
    """A mapping of known keys."""

    keys: tuple[Key, ...]

    @property
    def words(self) -> str:
        return f"a mapping of {', '.join(key.name for key in self.keys)}"

    def walk(self, value: Any, at: At) -> Iterator[Leaf]:
        if not isinstance(value, dict):
            raise _wrong(value, self.words, at)
        known = {key.name: key for key in self.keys}
        for word in value:
            if word not in known:
                error = unknown("unknown key", str(word), known)
                raise Problem((*at, word), error.message, error.hint)
        for key in self.keys:
            if key.required and key.name not in value:
                raise Problem(at, f"key '{key.name}' is missing", f"{key.name}: {key.kind.words}")
        for word, entry in value.items():
            yield from known[word].kind.walk(entry, (*at, word))

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": False, **properties(self.keys)}


@dataclass(frozen=True)
class OneOrMore:
    """A value, or a list of such."""

    of: Kind

    @property
    def words(self) -> str:
        return f"{self.of.words}; or a list of such"

    def walk(self, value: Any, at: At) -> Iterator[Leaf]:
        yield from (List(self.of) if isinstance(value, list) else self.of).walk(value, at)

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [self.of.schema(), List(self.of).schema()]}


def properties(keys: Sequence[Key]) -> dict[str, Any]:
    """Keys as a JSON schema's properties, with their help."""
    found = {key.name: {"description": key.help, **key.kind.schema()} for key in keys}
    required = [key.name for key in keys if key.required]
    return {"properties": found, **({"required": required} if required else {})}


def partial(kind: Kind) -> Kind:
    """A kind of which any part may be left out: what is added to a whole value."""
    if isinstance(kind, Map):
        return replace(kind, value=partial(kind.value))
    if isinstance(kind, Record):
        keys = (replace(key, kind=partial(key.kind), required=False) for key in kind.keys)
        return Record(tuple(keys))
    return kind


def _wrong(value: Any, words: str, at: At) -> Problem:
    is_plain = isinstance(value, int | float) and "number" not in words and "true" not in words
    hint = f'in quotes it is text: "{value}"' if is_plain else None
    if isinstance(value, str) and "number" in words and NUMBER.fullmatch(value):
        hint = f"without quotes it is a number: {value}"
    return Problem(at, f"{_shown(value)} is not {words}", hint)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"'{value}'"
