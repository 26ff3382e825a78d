# SPDX-License-Identifier: MIT
"""A repository is had in part, verified, resumed after a cut; and its absence is told."""

import os
import shutil
from pathlib import Path

import pytest

from image import run
from image.errors import UserError
from image.fetch import Settings, fetch_repository, git, has_repository
from image.fetch.bare import checkout
from image.fetch.http import Patience
from image.recipes.source import Repository

NOWHERE = "http://127.0.0.1:9/owner/toy-sdk.git"
FILES = 40
QUICK = Patience(attempts=3, delay_s=0.01)
AUTHOR = ("-c", "user.name=Toy", "-c", "user.email=toy@example.org")


def write_folders(work: Path) -> None:
    for folder in ("boot", "kernel", "videos"):
        (work / folder / "deep").mkdir(parents=True)
        for number in range(FILES):
            (work / folder / "deep" / f"{number}.c").write_text(f"{folder} {number}\n")
    (work / "kernel/start.sh").write_text("#!/bin/sh\n")
    (work / "kernel/start.sh").chmod(0o755)
    (work / "kernel/link").symlink_to("start.sh")


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A folder with toy-sdk.git: two commits, three folders."""
    work = tmp_path / "work"
    write_folders(work)
    run.output(["git", "init", "--quiet", work])
    for message in ("one", "two"):
        (work / "kernel/version").write_text(message)
        run.output(["git", "add", "."], cwd=work)
        run.output(["git", *AUTHOR, "commit", "--quiet", "-m", message], cwd=work)
    bare = tmp_path / "mirror" / "toy-sdk.git"
    run.output(["git", "clone", "--quiet", "--bare", work, bare])
    run.output(["git", "config", "uploadpack.allowFilter", "true"], cwd=bare)
    return bare.parent


@pytest.fixture
def repository(mirror: Path) -> Repository:
    commit = run.output(["git", "rev-parse", "HEAD"], cwd=mirror / "toy-sdk.git").strip()
    return Repository("toy-sdk", (NOWHERE,), commit, ("boot", "kernel"), (), "TOY_DIR")


@pytest.fixture
def settings(tmp_path: Path, mirror: Path) -> Settings:
    return Settings(dl=tmp_path / "dl", mirror=str(mirror), offline=True, patience=QUICK)


def objects(dl: Path) -> int:
    """How many objects have come."""
    counted = run.output(["git", f"--git-dir={dl / 'toy-sdk.git'}", "count-objects", "-v"])
    numbers = dict(line.split(": ") for line in counted.splitlines())
    return int(numbers["count"]) + int(numbers["in-pack"])


def test_only_what_is_wanted(repository: Repository, settings: Settings, tmp_path: Path) -> None:
    assert not has_repository(repository, settings)
    fetch_repository(repository, settings)
    assert has_repository(repository, settings)
    tree = tmp_path / "tree"
    checkout(repository, ("kernel",), settings.dl, tree)
    assert sorted(path.name for path in tree.iterdir()) == ["kernel"]
    assert (tree / "kernel/version").read_text() == "two"
    assert (tree / "kernel/deep/7.c").read_text() == "kernel 7\n"
    assert os.access(tree / "kernel/start.sh", os.X_OK)
    assert (tree / "kernel/link").readlink() == Path("start.sh")
    # A commit, seven folders, the files of two of them; nothing of the third and of the past.
    assert objects(settings.dl) == 1 + 7 + 2 * FILES + 3


def test_once_is_enough(repository: Repository, settings: Settings, mirror: Path) -> None:
    fetch_repository(repository, settings)
    shutil.rmtree(mirror)
    fetch_repository(repository, settings)


def test_goes_on_after_a_cut(
    repository: Repository, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git, "PACK_OBJECTS", 15)
    real, asked = git._transfer, list[int]()

    def cut_after_three(bare: Path, patience: Patience, *wanted: str) -> None:
        if len(asked) == 3:
            raise KeyboardInterrupt
        asked.append(len(wanted))
        real(bare, patience, *wanted)

    monkeypatch.setattr(git, "_transfer", cut_after_three)
    with pytest.raises(KeyboardInterrupt):
        fetch_repository(repository, settings)
    assert not has_repository(repository, settings)
    before = objects(settings.dl)

    rest = list[int]()

    def count(bare: Path, patience: Patience, *wanted: str) -> None:
        rest.append(len(wanted))
        real(bare, patience, *wanted)

    monkeypatch.setattr(git, "_transfer", count)
    fetch_repository(repository, settings)
    assert sum(rest) == objects(settings.dl) - before
    assert has_repository(repository, settings)


def test_more_folders_are_added(repository: Repository, settings: Settings) -> None:
    fetch_repository(repository, settings)
    folders = (*repository.folders, "videos")
    more = Repository("toy-sdk", (NOWHERE,), repository.commit, folders, (), "TOY_DIR")
    assert not has_repository(more, settings)
    fetch_repository(more, settings)
    assert has_repository(more, settings)


def test_out_of_reach(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = list[float]()
    monkeypatch.setattr("image.fetch.git.time.sleep", waits.append)
    with pytest.raises(UserError) as caught:
        fetch_repository(repository, Settings(dl=tmp_path / "dl"))
    assert "toy-sdk at commit" in caught.value.message and NOWHERE in caught.value.message
    # git's own reason, and the waits of any other download.
    assert "unable to access" in caught.value.message and "(4 times)" in caught.value.message
    assert waits == [1.0, 2.0, 4.0]
    assert "TOY_DIR=path" in str(caught.value.hint) and "DL_MIRROR=" in str(caught.value.hint)
    assert not has_repository(repository, Settings(dl=tmp_path / "dl"))


def test_dl_that_cannot_be_written(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="Not a directory") as caught:
        fetch_repository(repository, Settings(dl=tmp_path / "file/dl"))
    assert "DL_DIR=" in str(caught.value.hint)


def test_offline(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="skipped, OFFLINE is set"):
        fetch_repository(repository, Settings(dl=tmp_path / "dl", offline=True))


def test_a_commit_that_is_not_there(repository: Repository, settings: Settings) -> None:
    other = Repository("toy-sdk", (NOWHERE,), "0" * 40, repository.folders, (), "TOY_DIR")
    with pytest.raises(UserError, match="toy-sdk at commit 000000000000 could not be fetched"):
        fetch_repository(other, settings)


def test_a_folder_that_is_not_there(repository: Repository, settings: Settings) -> None:
    other = Repository("toy-sdk", (NOWHERE,), repository.commit, ("nothing",), (), "TOY_DIR")
    with pytest.raises(UserError, match="nothing"):
        fetch_repository(other, settings)


@pytest.mark.parametrize(
    "change",
    [
        {"commit": "main"},
        {"urls": ("git@example.org:x",)},
        {"folders": ("../up",)},
        {"name": "a b"},
    ],
)
def test_bad_facts(repository: Repository, change: dict[str, object]) -> None:
    with pytest.raises(UserError, match="repository"):
        Repository(**{**vars(repository), **change})
