# SPDX-License-Identifier: MIT
"""The command line, as a person types it: each wrong word gets one clear error."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from image.cli import manual
from image.cli.manual import BY_NAME, PARTED, Entry
from image.errors import UserError, nearest, unknown
from image.options import Option
from image.project import BOARD, source_options

HELP = ("help", "-h", "--help")
LISTS = "list"
REBUILD = "rebuild"
NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
# doit's own, which would do nothing here that a person wants.
FOREIGN = {
    "forget": "./doit package:NAME:rebuild builds one again, ./doit clean all=1 removes all",
    "ignore": "no options to skip tasks; name the task that you want: ./doit help",
    "info": "./doit explain NAME says why a step would run",
}
DEFAULT = "image"
MANUAL = "image/cli/manual.py"


@dataclass(frozen=True)
class Line:
    """What one call asks for. `tasks` are as typed, and `words` what follows the last of them."""

    tasks: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    inherited: tuple[str, ...] = ()  # of the settings, those of the environment
    passed_over: tuple[str, ...] = ()  # of the environment, what a person may think counts
    help: tuple[str, ...] | None = None  # help is wanted, with these words


def read(arguments: Sequence[str], environ: Mapping[str, str], here: Path, root: Path) -> Line:
    """The call that `arguments` are, with settings of the environment. Paths are of `here`.

    Raises UserError at the first word that cannot be.
    """
    words = [word for word in arguments if word not in HELP]
    if len(words) < len(arguments):
        return Line(help=tuple(words))
    plain, typed = _divided(words, root)
    tasks, rest = _tasks(plain, root)
    options = _read_by(tasks, root)
    for name in typed:
        if name not in options:
            raise _not_read(tasks, name, manual.all_options(root))
    ours = _inherited(options, environ)
    values = {
        name: options[name].read(value, here) for name, value in {**ours, **typed}.items() if value
    }
    return Line(
        tasks=tasks,
        words=rest,
        settings=values,
        inherited=tuple(name for name in ours if name in values and name not in typed),
        passed_over=tuple(name for name in options if name in environ and name not in ours),
    )


def _divided(words: Sequence[str], root: Path) -> tuple[list[str], dict[str, str]]:
    """Words without and with `=`. Raises UserError for options with dashes, and odd names."""
    plain, settings = [], dict[str, str]()
    for word in words:
        name, is_setting, value = word.partition("=")
        if name.startswith("-"):
            raise _no_option(word, manual.all_options(root))
        if not is_setting:
            plain.append(word)
            continue
        name = BOARD.name if name == BOARD.name.upper() else name
        if not NAME.fullmatch(name):
            raise UserError(f"'{word}' is not NAME=value", hint="./doit help")
        if name in settings:
            raise UserError(f"{name}= is given twice: '{settings[name]}' and '{value}'")
        settings[name] = value
    return plain, settings


def _no_option(word: str, known: Mapping[str, Option]) -> UserError:
    name, _, value = word.lstrip("-").partition("=")
    near = nearest(name.replace("-", "_"), known)
    hint = f"options have no dashes: {near}={value or known[near].kind.sign}" if near else None
    return UserError(f"{word} is not an option of ./doit", hint or "./doit help")


def _not_read(tasks: Sequence[str], name: str, known: Mapping[str, Option]) -> UserError:
    """The error for a setting that none of these tasks reads, or none at all."""
    if name in known:
        who = ", ".join(manual.readers(name))
        return UserError(f"{' '.join(tasks)}: {name}= is not used here", f"it is for: {who}")
    near = nearest(name, known)
    meant = f"did you mean {near}=? " if near else ""
    return UserError(f"{name}= is not a setting", f"{meant}./doit help TASK lists them")


def _tasks(words: Sequence[str], root: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tasks that are named, and the words that belong to the last."""
    found: list[str] = []
    for place, word in enumerate(words):
        entry = _entry(word, root)
        found.append(word)
        if entry and entry.words:
            return tuple(found), tuple(words[place + 1 :])
        if entry is None and len(words) > 1:
            raise UserError(f"{LISTS} takes no other words", hint="./doit help TASK")
    return tuple(found) or (DEFAULT,), ()


def _entry(word: str, root: Path) -> Entry | None:
    """The entry of a task as typed, package:NAME among them; None is the list of all."""
    if word == LISTS:
        return None
    if word in BY_NAME:
        return BY_NAME[word]
    task, is_part, part = word.partition(":")
    if is_part and task in PARTED:
        _check_part(task, part, root)
        return BY_NAME[task]
    if word in FOREIGN:
        raise UserError(f"./doit has no task '{word}'", FOREIGN[word])
    boards = [path.name.removesuffix("_defconfig") for path in root.glob("defconfigs/*_defconfig")]
    known = manual.all_options(root)
    if word in (*boards, *known):
        name = BOARD.name if word in boards else word
        value = word if word in boards else known[word].kind.sign
        raise UserError(f"'{word}' is not a task", f"did you mean {name}={value}?")
    if _is_at_front_desk(word, root):
        message = f"task '{word}': dodo.py has it, but {MANUAL} has no Entry for it"
        raise UserError(message, f'add it there: Entry("{word}", GROUP)')
    raise unknown(
        "there is no task", word, BY_NAME, "" if nearest(word, BY_NAME) else "./doit help"
    )


def _is_at_front_desk(task: str, root: Path) -> bool:
    """Whether dodo.py makes that task; its function cannot have - or : in its name."""
    function = re.escape(re.sub("[-:]", "_", task))
    desk = root / "dodo.py"
    return desk.is_file() and bool(re.search(rf"(?m)^def task_{function}\(", desk.read_text()))


def _check_part(task: str, part: str, root: Path) -> None:
    name, _, action = part.partition(":")
    packages = [path.parent.name for path in sorted(root.glob("packages/*/package.yaml"))]
    if name not in packages:
        raise unknown("there is no package", name, packages)
    if action and (task, action) != ("package", REBUILD):
        hint = f"package:{name} builds it, package:{name}:{REBUILD} builds it again"
        raise UserError(f"'{task}:{part}' is not a task", hint)


def _read_by(tasks: Sequence[str], root: Path) -> dict[str, Option]:
    """The settings that these tasks read, by name."""
    found: list[Option] = []
    for task in tasks:
        entry = BY_NAME.get(task) or BY_NAME.get(task.partition(":")[0])
        found += entry.reads if entry else ()
        found += source_options(root) if entry and entry.is_built else ()
    return {option.name: option for option in found}


def _inherited(options: Mapping[str, Option], environ: Mapping[str, str]) -> dict[str, str]:
    """What counts of the environment: settings in capitals, and the board in either."""
    found = {name: environ[name] for name in options if name.isupper() and name in environ}
    boards = [environ[n] for n in (BOARD.name, BOARD.name.upper()) if environ.get(n)]
    return {**found, **({BOARD.name: boards[0]} if boards and BOARD.name in options else {})}
