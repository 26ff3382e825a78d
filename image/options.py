# SPDX-License-Identifier: MIT
"""Options of a call, NAME=value: what each means, what it may be, and how its value is read.

Each command declares its own options; help, did-you-mean and checks are made from that.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from image.errors import UserError

ON = ("1", "yes", "y", "true", "on")
OFF = ("0", "no", "n", "false", "off")
HOST = re.compile(r"[A-Za-z0-9:\[][\w.:%\[\]-]*", re.ASCII)


class Kind(Protocol):
    """What a value may be; `sign` stands for it in help, as in DL_DIR=FOLDER."""

    @property
    def sign(self) -> str: ...

    def read(self, value: str, here: Path) -> str:
        """The value in its one form, for paths of the folder `here`.

        Raises ValueError with what is wrong: `NAME=value` stands before it.
        """


@dataclass(frozen=True)
class Option:
    """One setting. `default` says in words what holds without it; `hint` how to fix a value."""

    name: str
    meaning: str
    kind: Kind
    default: str = ""
    hint: str | None = None

    def read(self, value: str, here: Path = Path()) -> str:
        """The value in its one form. Raises UserError for one that cannot be."""
        try:
            return self.kind.read(value, here)
        except ValueError as error:
            raise UserError(f"{self.name}={value} {error}", self.hint) from None


def is_on(options: Mapping[str, str], name: str) -> bool:
    """Whether a setting that is on or off was given, and is on."""
    return options.get(name) == ON[0]


@dataclass(frozen=True)
class Text:
    """Any words."""

    sign: str = "TEXT"

    def read(self, value: str, here: Path) -> str:
        return value


@dataclass(frozen=True)
class Flag:
    """On or off."""

    sign: str = "1"

    def read(self, value: str, here: Path) -> str:
        for word, meant in ((ON[0], ON), (OFF[0], OFF)):
            if value.lower() in meant:
                return word
        raise ValueError(f"is neither yes nor no: {', '.join(ON)} or {', '.join(OFF)}")


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    least: int
    most: int
    sign: str = "N"

    def read(self, value: str, here: Path) -> str:
        # Not int() alone: it takes blanks, underscores, a sign, and other scripts' digits.
        if re.fullmatch(r"[0-9]{1,18}", value) and self.least <= int(value) <= self.most:
            return str(int(value))
        raise ValueError(f"is not a whole number from {self.least} to {self.most}")


@dataclass(frozen=True)
class Number:
    """A number, with or without a fraction."""

    least: float
    most: float
    sign: str = "X"

    def read(self, value: str, here: Path) -> str:
        if re.fullmatch(r"[0-9]*\.?[0-9]+(e-?[0-9]+)?", value, re.ASCII | re.IGNORECASE):
            number = float(value)
            if self.least <= number <= self.most:
                return value
        raise ValueError(f"is not a number from {self.least:g} to {self.most:g}")


@dataclass(frozen=True)
class Numbers:
    """Some numbers, divided by commas or blanks: at most `count`."""

    each: Number
    count: int

    @property
    def sign(self) -> str:
        return f"{self.each.sign},..."

    def read(self, value: str, here: Path) -> str:
        given = value.replace(",", " ").split()
        if not 0 < len(given) <= self.count:
            raise ValueError(f"is not a list of 1 to {self.count} numbers")
        for one in given:
            try:
                self.each.read(one, here)
            except ValueError as error:
                raise ValueError(f"cannot be: {one} {error}") from None
        return ",".join(given)


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    @property
    def sign(self) -> str:
        return "|".join(self.words)

    def read(self, value: str, here: Path) -> str:
        if value in self.words:
            return value
        raise ValueError(f"is not one of {', '.join(self.words)}")


@dataclass(frozen=True)
class Several:
    """Some of some words, divided by commas or blanks."""

    words: tuple[str, ...]

    @property
    def sign(self) -> str:
        return ",".join(self.words)

    def read(self, value: str, here: Path) -> str:
        given = value.replace(",", " ").split()
        strange = [word for word in given if word not in self.words]
        if strange or not given:
            raise ValueError(f"is not a list of {', '.join(self.words)}: '{' '.join(strange)}'")
        return ",".join(given)


@dataclass(frozen=True)
class ShellWords:
    """Words as a shell divides them."""

    sign: str = '"..."'

    def read(self, value: str, here: Path) -> str:
        try:
            shlex.split(value)
        except ValueError as error:
            raise ValueError(f"cannot be split into words: {error}") from None
        return value


@dataclass(frozen=True)
class Host:
    """A network address, or a name that ssh knows."""

    sign: str = "ADDRESS"

    def read(self, value: str, here: Path) -> str:
        if HOST.fullmatch(value):
            return value
        raise ValueError("is not an address: a name, or a number such as 192.168.42.1")


@dataclass(frozen=True)
class AnyPath:
    """A path, whether anything is there or not."""

    sign: str = "PATH"

    def read(self, value: str, here: Path) -> str:
        return str(whole(value, here))


@dataclass(frozen=True)
class File:
    """A file that is there and can be read."""

    sign: str = "FILE"

    def read(self, value: str, here: Path) -> str:
        path = whole(value, here)
        if not path.is_file():
            what = "a folder, not a file" if path.is_dir() else "not a file"
            raise ValueError(f"is {what}{_place(value, path)}")
        try:
            with path.open("rb"):
                return str(path)
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}") from None


@dataclass(frozen=True)
class Folder:
    """A folder; one `to_be` is made where it is not there."""

    to_be: bool = False
    sign: str = "FOLDER"

    def read(self, value: str, here: Path) -> str:
        path = whole(value, here)
        if path.is_dir() or (self.to_be and not _is_there(path)):
            return str(path)
        raise ValueError(f"is not a folder{_place(value, path)}")


@dataclass(frozen=True)
class Place:
    """A folder, or the address of a site."""

    sign: str = "URL|FOLDER"

    def read(self, value: str, here: Path) -> str:
        if re.match(r"https?://", value):
            return value
        if "://" in value and not value.startswith("file://"):
            raise ValueError("is neither an http:// or https:// address nor a folder")
        path = whole(value.removeprefix("file://"), here)
        if not path.is_dir():
            raise ValueError(f"is not a folder{_place(value, path)}")
        return str(path)


def whole(value: str, here: Path) -> Path:
    """A path of the folder `here`, made whole; ~ is a home. Raises ValueError."""
    if "\0" in value:
        raise ValueError("holds a character that no path can have")
    try:
        return here / Path(value).expanduser()
    except RuntimeError:
        raise ValueError("begins with ~, and that home directory is unknown") from None


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True  # a file where a folder is needed, or nobody may look
    return True


def _place(value: str, path: Path) -> str:
    return "" if value == str(path) else f" ({path})"


def by_name(options: Sequence[Option]) -> dict[str, Option]:
    """Options by name."""
    return {option.name: option for option in options}
