# SPDX-License-Identifier: MIT
"""What a person sees while steps run: one line per step, the reason of a failure, what to do."""

import errno
import os
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from doit.exceptions import TaskError
from tqdm import tqdm

from image.errors import UserError
from image.run import CommandFailed, tail
from image.trouble import no_room

REFRESH_S = 1.0
NO_ROOM = os.strerror(errno.ENOSPC)


def line(name: str, result: str, count: str = "") -> None:
    """One line about a step, above whatever bars are on the screen."""
    tqdm.write(f"{time.strftime('%H:%M:%S')}  {count}{name:<18} {result}", file=sys.stdout)
    sys.stdout.flush()


def explain(error: UserError, again: str | None) -> str:
    """A failure as a person reads it: the end of the log, its path, what to do next."""
    lines = []
    log = error.log if isinstance(error, CommandFailed) else None
    if log is not None and log.is_file():
        lines += [tail(log), f"log:   {log}"]
    lines.append(str(error))
    if log is not None and NO_ROOM in "\n".join(lines):
        lines.append(f"hint: {no_room(log)}")
    if again:
        lines.append(f"again: {again}")
    return "\n".join(lines)


class Told(TaskError):  # type: ignore[misc]
    """A failure that a person can fix, on its way through doit to the reporter."""

    def __init__(self, error: UserError) -> None:
        super().__init__(str(error))
        self.error = error


class Reporter:
    """doit's reporter: times each step, shows which ones run, explains what failed."""

    desc = "one line per step"

    def __init__(self, outstream: Any, options: Any) -> None:
        self.started: dict[str, float] = {}
        self.to_do: set[str] = set()
        self.done = 0
        self._bar = tqdm(bar_format="{desc}", leave=False, disable=None, file=sys.stderr)
        self._stopped = threading.Event()
        threading.Thread(target=self._show_running, daemon=True).start()

    def initialize(self, tasks: Any, selected_tasks: Any) -> None:
        """The tasks are known: which of them are to be done, as far as can be said now."""
        steps = [task for task in _needed(tasks, selected_tasks) if _is_step(task)]
        self.to_do = {task.name for task in steps if not task.meta["is_done"]()}

    def get_status(self, task: Any) -> None:
        """Called before a task's freshness is looked at."""

    def execute_task(self, task: Any) -> None:
        """A task starts."""
        if _is_step(task):
            self.to_do.add(task.name)
            self.started[task.name] = time.monotonic()

    def add_success(self, task: Any) -> None:
        """A task ended well."""
        if _is_step(task):
            self.done += 1
            self._line(task, f"{self._seconds(task):6.1f} s  {task.meta.get('why', '')}")

    def add_failure(self, task: Any, fail: Any) -> None:
        """A task failed: say why and how to continue."""
        seconds = self._seconds(task)
        if not fail.report:
            return
        if _is_step(task):
            self._line(task, f"{seconds:6.1f} s  FAILED")
        again = task.meta.get("again") if _is_step(task) else None
        is_told = isinstance(fail, Told)
        tqdm.write(explain(fail.error, again) if is_told else fail.get_msg(), file=sys.stderr)

    def skip_uptodate(self, task: Any) -> None:
        """A step's result is there already."""
        self.to_do.discard(task.name)
        if _is_step(task) and task.meta.get("say_same"):
            line(_title(task), "  same")

    def skip_ignore(self, task: Any) -> None:
        """`doit ignore` was used on a task."""
        line(_title(task), "  ignored")

    def cleanup_error(self, exception: Any) -> None:
        """An error while cleaning."""
        tqdm.write(exception.get_msg(), file=sys.stderr)

    def runtime_error(self, msg: str) -> None:
        """An error of the task runner itself."""
        tqdm.write(msg, file=sys.stderr)

    def teardown_task(self, task: Any) -> None:
        """A task is torn down."""

    def complete_run(self) -> None:
        """All is done."""
        self._stopped.set()
        self._bar.close()

    def _line(self, task: Any, result: str) -> None:
        line(_title(task), result, f"{self.done:>2} of {len(self.to_do)}  ")

    def _seconds(self, task: Any) -> float:
        return time.monotonic() - self.started.pop(task.name, time.monotonic())

    def _show_running(self) -> None:
        while not self._stopped.wait(REFRESH_S):
            now = time.monotonic()
            running = [f"{name} {now - start:.0f} s" for name, start in list(self.started.items())]
            count = f"{self.done} of {len(self.to_do)} done; running: "
            self._bar.set_description_str(count + ", ".join(running) if running else "")


def _needed(tasks: Mapping[str, Any], names: Iterable[str]) -> list[Any]:
    """These tasks, and all that they need."""
    found: dict[str, Any] = {}
    left = list(names)
    while left:
        task = tasks[left.pop()]
        if task.name not in found:
            found[task.name] = task
            left += task.task_dep
    return list(found.values())


def _is_step(task: Any) -> bool:
    return bool(task.meta and task.meta.get("step"))


def _title(task: Any) -> str:
    return str(task.meta["step"]) if _is_step(task) else str(task.name)
