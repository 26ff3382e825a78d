# SPDX-License-Identifier: MIT
"""The bare copy of a repository in dl/: its folders written out or packed, its files read."""

from pathlib import Path

from image import run
from image.recipes.source import Repository

# Looking must not load. Only newer versions of git would, and they know this variable.
NOT_LAZY = {"GIT_NO_LAZY_FETCH": "1"}
# What is written must not depend on the settings of whoever builds (core.autocrlf).
ALONE = {**NOT_LAZY, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}


def copy_of(repository: Repository, dl: Path) -> Path:
    """Where dl/ holds a repository."""
    return dl / f"{repository.name}.git"


def checkout(repository: Repository, folders: tuple[str, ...], dl: Path, target: Path) -> None:
    """Write folders of the repository, as the commit has them, into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    index = target / ".index"
    command = ["git", f"--git-dir={copy_of(repository, dl)}", f"--work-tree={target}", "checkout"]
    env = {**ALONE, "GIT_INDEX_FILE": str(index)}
    run.output([*command, repository.commit, "--", *folders], env=env)
    index.unlink()


def read_file(repository: Repository, name: str, dl: Path) -> str:
    """Text of a file as the commit has it. Raises CommandFailed when there is none."""
    command = ["git", f"--git-dir={copy_of(repository, dl)}", "show"]
    return run.output([*command, f"{repository.commit}:{name}"], env=ALONE)


def pack(repository: Repository, folders: tuple[str, ...], dl: Path, target: Path) -> None:
    """Write folders as the commit has them to a tar archive, the same bytes each time."""
    command = ["git", f"--git-dir={copy_of(repository, dl)}", "archive", "--format=tar"]
    run.output([*command, f"--output={target}", repository.commit, "--", *folders], env=ALONE)
