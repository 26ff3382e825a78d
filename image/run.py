# SPDX-License-Identifier: MIT
"""The one door to other programs: clean environment, a log that can be replayed, no orphans."""

import contextlib
import os
import pty
import shlex
import signal
import subprocess
import threading
import time
import tty
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from image.errors import UserError
from image.jobs import Places
from image.surroundings import UMASK, of_the_caller
from image.surroundings import environment as environment
from image.surroundings import which as which

TAIL_LINES = 30

_live: set[subprocess.Popen[bytes]] = set()
_live_lock = threading.Lock()


class CommandFailed(UserError):
    """A program ended with a non-zero status; `status` is that status, `log` where it wrote."""

    def __init__(self, message: str, status: int, log: Path | None, hint: str | None = None):
        super().__init__(message, hint)
        self.status = status
        self.log = log


def find_tool(name: str) -> str:
    """Full path of a host program. Raises UserError with the way to get it."""
    path = which(name)
    if path is None:
        raise UserError(f"{name} is not installed on this machine", hint="run: ./doit doctor")
    return path


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    places: Places | None = None,
) -> None:
    """Run a program to its end; its output goes to `log` (appended), or to the terminal.

    With `places` it waits for one of them, and a make shares those that are left.
    Raises CommandFailed when the status is not 0.
    """
    words = _words(command)
    with _output(log) as out:
        start = time.monotonic()
        # One line that can be pasted into a shell.
        variables = [f"{name}={value}" for name, value in (env or {}).items()]
        command_line = shlex.join(["env", *variables, *words])
        _log(log, f"$ cd {shlex.quote(str(cwd or Path.cwd()))} && {command_line}")
        with (
            _placed(places) as more,
            _started(words, cwd, {**(env or {}), **more}, out, places) as process,
        ):
            status = process.wait()
        _log(log, f"# status {status} after {time.monotonic() - start:.1f} s")
    if status != 0:
        hint = "see the log for the error; ./doit doctor checks the host programs"
        message = f"{Path(words[0]).name} ended with status {status}"
        raise CommandFailed(message, status, log, hint if log else None)


def output(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    merge: bool = False,
    source: Path | None = None,
) -> str:
    """Standard output of a program as text; with `merge`, what it wrote to stderr too.

    `source` is a file for it to read from its standard input. Raises CommandFailed, with what it
    complained of.
    """
    words = _words(command)
    with (source or Path(os.devnull)).open("rb") as given:
        done = subprocess.run(
            words, cwd=cwd, env=environment(env), stdin=given, capture_output=True, umask=UMASK
        )
    if done.returncode != 0:
        said = done.stdout + done.stderr if merge else done.stderr
        complaint = said.decode(errors="replace").strip() or "no message"
        raise CommandFailed(f"{Path(words[0]).name}: {complaint}", done.returncode, None)
    return (done.stdout + (done.stderr if merge else b"")).decode(errors="replace")


def interactive(
    command: Sequence[str | Path],
    errors: Path | None = None,
    *,
    has_interrupt: bool = False,
    env: Mapping[str, str] | None = None,
) -> int:
    """Hand the terminal to a program (a menu, an emulator); returns its exit status.

    It has the caller's variables and those of `env`. What it complains of goes to the file
    `errors`, if there is one: not into what it shows. With `has_interrupt` it is the program that
    ends at Ctrl-C, in its own way.
    """
    words = _words(command)
    if errors is not None:
        errors.unlink(missing_ok=True)
    with _output(errors) as file, _uninterrupted() if has_interrupt else contextlib.nullcontext():
        variables = {**of_the_caller(), **(env or {})}
        return subprocess.run(words, env=variables, umask=UMASK, stderr=file).returncode


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C is left to the program in the foreground. Not ignored: that would be inherited."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def on_terminal(command: Sequence[str | Path], log: Path) -> Iterator[int]:
    """A program on a terminal of its own; gives the other end of that, and ends the program.

    What it complains of goes to `log`.
    """
    words = _words(command)
    ours, its = pty.openpty()
    try:
        tty.setraw(its)
        with log.open("wb") as errors:
            process = _launch(words, env=environment(), stdin=its, stdout=its, stderr=errors)
        os.close(its)
        with _noted(process):
            try:
                yield ours
            finally:
                process.kill()
                process.wait()
    finally:
        os.close(ours)


@contextlib.contextmanager
def beside(command: Sequence[str | Path], log: Path) -> Iterator[str]:
    """A program that runs meanwhile, and is ended; gives the first line that it says.

    That is empty if it ended instead. What it complains of goes to `log`.
    """
    words = _words(command)
    with log.open("wb") as errors:
        process = _launch(
            words, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=errors,
        )  # fmt: skip
    with process, _noted(process):
        try:
            yield process.stdout.readline().decode().strip() if process.stdout else ""
        finally:
            _end(process)


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, as a failure shows them."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def stop_all() -> None:
    """End every program that `run` started and that still runs (used on Ctrl-C)."""
    with _live_lock:
        processes = list(_live)
    for process in processes:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)


@contextlib.contextmanager
def _output(log: Path | None) -> Iterator[int | None]:
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        yield file.fileno()


def _placed(places: Places | None) -> AbstractContextManager[dict[str, str]]:
    return places.one() if places else contextlib.nullcontext({})


@contextlib.contextmanager
def _started(
    words: list[str],
    cwd: Path | None,
    env: Mapping[str, str],
    out: int | None,
    places: Places | None,
) -> Iterator[subprocess.Popen[bytes]]:
    streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
    fds = places.pipe if places else ()
    process = _launch(words, cwd=cwd, env=environment(env), pass_fds=fds, **streams)
    with _noted(process):
        yield process


def _launch(words: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a program, known to stop_all from its first moment on."""
    with _live_lock:
        # A group of its own lets stop_all end a make with all its children.
        process = subprocess.Popen(words, start_new_session=True, umask=UMASK, **options)
        _live.add(process)
        return process


@contextlib.contextmanager
def _noted(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """What stop_all would end, until here; and ends itself when nobody waits for it any more."""
    try:
        yield
    except BaseException:
        _end(process)
        raise
    finally:
        with _live_lock:
            _live.discard(process)


def _words(command: Sequence[str | Path]) -> list[str]:
    """A command's words, its program as a full path. Raises UserError when it is not there."""
    words = [str(word) for word in command]
    return words if "/" in words[0] else [find_tool(words[0]), *words[1:]]


def _log(log: Path | None, line: str) -> None:
    if log is not None:
        with log.open("a") as file:
            file.write(line + "\n")
