# SPDX-License-Identifier: MIT
"""What ./doit bends of doit, the task runner; docs/doit.md says why."""

import functools
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from image import trouble
from image.cli.call import ROOT, Call, this_call
from image.cli.manual import BY_NAME
from image.cli.screen import Reporter, Told
from image.errors import UserError

CONFIG = {
    "default_tasks": ["image"],
    "reporter": Reporter,
    # Nothing is remembered from call to call: what is done, the folders in work/ tell.
    "dep_file": ":memory:",
    "backend": "sqlite3",
    "par_type": "thread",
    "verbosity": 2,
}

Task = dict[str, Any]

# Actions that have the terminal, until `finish`.
_waiting: list[Callable[[], Any]] = []


def reported(create: Callable[[Call], Iterator[Task]]) -> Callable[[], Iterator[Task]]:
    """A task creator, handed this call, whose bad input becomes a task that fails with the message.

    So `list`, `doctor` and `configure` work whatever is wrong with the configuration.
    """

    @functools.wraps(create)
    def wrapper() -> Iterator[Task]:
        try:
            made = list(create(this_call()))
        except UserError as error:
            name = create.__name__.removeprefix("task_")
            packages = [f"package:{path.parent.name}" for path in _recipes()]
            again = [f"_{package}:rebuild" for package in packages]
            failing = [*packages, *again] if name == "package" else [name]
            made = [_failing(basename, error) for basename in failing]
        yield from made

    return wrapper


def foreground(action: Callable[..., Any], needs: Sequence[str] = ()) -> Task:
    """A task that has the terminal and is never up to date: `action(call)`, or `(call, words)`.

    doit runs actions in threads, which Ctrl-C does not reach and which end without a word. So this
    one only waits there; `finish` runs it, once all that it needs is there.
    """

    def wait(words: Sequence[str] | None = None) -> None:
        more = () if words is None else (words,)
        _waiting.append(lambda: action(this_call(), *more))

    return {"actions": [wait], "task_dep": list(needs), "io": {"capture": False}}


def finish() -> None:
    """Do what waits for the terminal, in the main thread. Raises its UserError."""
    while _waiting:
        _waiting.pop(0)()


def told(action: Callable[..., Any]) -> Callable[..., Any]:
    """An action whose UserError reaches the reporter as what it is, without a traceback.

    Nobody reading what it prints any more is as Ctrl-C: the main thread hears of it.
    """

    @functools.wraps(action)
    def wrapper(*args: Any, **kwargs: Any) -> Told | None:
        try:
            action(*args, **kwargs)
        except UserError as error:
            return Told(error)
        except BrokenPipeError:
            os.kill(os.getpid(), signal.SIGUSR1)
        except OSError as error:
            return Told(trouble.told(error))
        return None

    return wrapper


def _recipes() -> list[Path]:
    return sorted((ROOT / "packages").glob("*/package.yaml"))


def _failing(basename: str, error: UserError) -> Task:
    def fail(words: Sequence[str] = ()) -> None:
        raise error

    more = {"pos_arg": "words"} if BY_NAME[basename.lstrip("_").partition(":")[0]].words else {}
    return {
        "basename": basename,
        "actions": [told(fail)],
        "io": {"capture": False},
        **more,
    }
