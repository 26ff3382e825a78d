# SPDX-License-Identifier: MIT
"""Some folders of a git repository at one commit: a shallow, partial copy that resumes.

git names every object by the hash of its content and checks what it receives, so the commit id
verifies all of it. Files come in packs of some thousand; a cut loses the pack under way, no more.
"""

import contextlib
import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from image import run
from image.errors import UserError
from image.fetch.bare import NOT_LAZY, copy_of
from image.fetch.http import Patience
from image.lock import locked
from image.recipes.source import Repository, Unavailable

PACK_OBJECTS = 8000  # files asked for at once: some tens of MB of a kernel
LOG = "fetch.log"  # in the copy: what git said of the pack that it fetched last
COMPLAINT = re.compile(r"^(?:fatal|error): (.+)$", re.M)
LOOK_S = 0.5
SHOWN = 78  # columns
# Less than this for so long is a stall. https://git-scm.com/docs/git-config, http.lowSpeedLimit
STALL = {"http.lowSpeedLimit": "1000", "http.lowSpeedTime": "60"}
REMOTE = "origin"


def is_complete(repository: Repository, dl: Path) -> bool:
    """Whether dl/ holds all of a repository that is wanted. Never uses the network; cheap."""
    note = _note(repository, dl)
    return note.is_file() and note.read_bytes() == _wanted(repository).encode()


def fetch(
    repository: Repository, dl: Path, mirror: str | None, offline: bool, patience: Patience
) -> None:
    """Make sure that dl/NAME.git holds the commit with its folders.

    Raises UserError with each place that was asked, why it failed, and the remedies.
    """
    if is_complete(repository, dl):
        return
    lock = dl / ".lock" / f"{repository.name}.git"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with locked(lock, f"another process, which fetches {repository.name}"):
        if not is_complete(repository, dl):
            _fetch(repository, dl, mirror, offline, patience)


def _fetch(
    repository: Repository, dl: Path, mirror: str | None, offline: bool, patience: Patience
) -> None:
    bare = copy_of(repository, dl)
    if not (bare / "HEAD").is_file():
        run.output(["git", "init", "--quiet", "--bare", bare])
    failures = []
    for place in _places(repository, mirror):
        if offline and re.match(r"https?://", place):
            failures.append(f"{place}: skipped, OFFLINE is set")
            continue
        try:
            _fetch_from(place, repository, bare, patience)
        except Unavailable as reason:
            failures.append(f"{place}: {reason}")
            continue
        note = _note(repository, dl)
        note.parent.mkdir(exist_ok=True)
        note.write_text(_wanted(repository))
        _say(f"{repository.name}: complete, commit {repository.commit[:12]} is right")
        return
    asked = "".join(f"\n  {failure}" for failure in failures)
    raise UserError(
        f"{repository.name} at commit {repository.commit[:12]} could not be fetched:{asked}",
        hint=f"give a tree of your own: {repository.setting}=path,"
        f" or a folder or site that holds {repository.name}.git: DL_MIRROR=...",
    )


def _places(repository: Repository, mirror: str | None) -> Iterator[str]:
    if mirror:
        yield f"{mirror.removeprefix('file://').rstrip('/')}/{repository.name}.git"
    yield from repository.urls


def _fetch_from(place: str, repository: Repository, bare: Path, patience: Patience) -> None:
    _say(f"{repository.name}: from {place}")
    _become_partial(place, bare)
    if not _has(repository.commit, bare):
        _transfer(bare, patience, "--depth=1", repository.commit)
    for folder in repository.folders:
        missing = _missing(f"{repository.commit}:{folder}", bare)
        for start in range(0, len(missing), PACK_OBJECTS):
            _say(f"{repository.name}: {folder}, file {start} of {len(missing)}")
            _transfer(bare, patience, *missing[start : start + PACK_OBJECTS])


def _become_partial(place: str, bare: Path) -> None:
    """Let git accept that objects are missing, since they can be had from `place`."""
    settings = {"url": place, "promisor": "true", "partialclonefilter": "blob:none"}
    for key, value in settings.items():
        run.output(["git", f"--git-dir={bare}", "config", f"remote.{REMOTE}.{key}", value])


def _has(commit: str, bare: Path) -> bool:
    with contextlib.suppress(run.CommandFailed):
        run.output(["git", f"--git-dir={bare}", "rev-list", "--max-count=1", commit], env=NOT_LAZY)
        return True
    return False


def _missing(tree: str, bare: Path) -> list[str]:
    """Names of the objects below a folder that have not come yet."""
    try:
        listed = run.output(
            ["git", f"--git-dir={bare}", "rev-list", "--objects", "--missing=print", tree],
            env=NOT_LAZY,
        )
    except run.CommandFailed as error:
        raise Unavailable(error.message) from None
    return [line[1:] for line in listed.splitlines() if line.startswith("?")]


def _transfer(bare: Path, patience: Patience, *wanted: str) -> None:
    """One pack of objects, tried again after a cut. Raises Unavailable with git's reason."""
    settings = [word for key, value in STALL.items() for word in ("-c", f"{key}={value}")]
    command = ["git", f"--git-dir={bare}", *settings, "fetch", "--no-tags", "--filter=blob:none"]
    command += ["--no-write-fetch-head", "--no-auto-maintenance", "--progress", REMOTE, *wanted]
    log = bare / LOG
    for attempt in range(1, patience.attempts + 1):
        log.unlink(missing_ok=True)
        try:
            with _shown(log):
                run.run(command, env={"GIT_TERMINAL_PROMPT": "0"}, log=log)
            return
        except run.CommandFailed as error:
            reason = _reason(log) or error.message
            if attempt == patience.attempts:
                raise Unavailable(f"{reason} ({attempt} times)") from None
            wait_s = patience.delay(attempt)
            _say(f"{reason}; again in {wait_s:g} s")
            time.sleep(wait_s)


def _reason(log: Path) -> str | None:
    """What git complained of first."""
    found = COMPLAINT.search(log.read_text(errors="replace"))
    return found[1].strip() if found else None


@contextlib.contextmanager
def _shown(log: Path) -> Iterator[None]:
    """Show on a terminal how far git is, by the last words of its log."""
    over = threading.Event()

    def show() -> None:
        with tqdm(bar_format="{desc}", leave=False, disable=None, file=sys.stderr) as bar:
            while not over.wait(LOOK_S):
                said = log.read_text(errors="replace") if log.is_file() else ""
                bar.set_description_str(re.split(r"[\r\n]", said.strip())[-1][:SHOWN])

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _note(repository: Repository, dl: Path) -> Path:
    return copy_of(repository, dl) / "complete" / repository.commit


def _wanted(repository: Repository) -> str:
    return "".join(f"{folder}\n" for folder in repository.folders)


def _say(message: str) -> None:
    tqdm.write(message, file=sys.stderr)
