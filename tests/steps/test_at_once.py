# SPDX-License-Identifier: MIT
"""Several ./doit at once: one works, the others wait, and whoever looks sees whole results."""

import ctypes
import errno
import hashlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from image import config, output
from image.config import Config
from image.errors import UserError
from image.key import hash_file
from image.lock import locked
from image.plan.graph import Plan
from image.plan.step import Step
from image.steps import publish, runner
from tests.conftest import ROOT, doit

ROUNDS = 20
FORKED = multiprocessing.get_context("fork")  # so that a call costs a few milliseconds
Project = namedtuple("Project", "root work out config")


def build(plan: Plan, step: Step) -> None:
    """A toy release, whose content depends on the inputs of its step."""
    number = plan.inputs(step)["number"]
    folder = plan.folder(step) / "images"
    folder.mkdir()
    for name in ("card.img", "card.img.xz", "manifest.json"):
        (folder / name).write_text(f"{name} {number}" * 20_000)
    sums = [f"{hash_file(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / "sha256sums").write_text("".join(sums))
    with (plan.project.root / "builds").open("a") as log:
        log.write(f"{number}\n")


def call(root: Path, number: int) -> None:
    """What one ./doit image does."""
    step = Step("release", "release", ())
    project: Any = Project(root, root / "work", root / "out/toy", Config("toy", {}, root))
    plan = Plan(project, (), {"release": step}, {"release": {"number": number}})
    if not plan.is_done(step):
        runner.run_step(plan, step)
    publish.publish(plan)


def look(folder: Path) -> None:
    """Read a published folder whole, and compare it with its checksums."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        found = {name: read(name, descriptor) for name in os.listdir(descriptor)}  # noqa: PTH208
    finally:
        os.close(descriptor)
    sums = dict(line.split()[::-1] for line in found.pop("sha256sums").decode().splitlines())
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in found.items()}
    assert len(sums) == 3


def read(name: str, folder: int) -> bytes:
    with open(os.open(name, os.O_RDONLY, dir_fd=folder), "rb") as file:  # noqa: PTH123
        return file.read()


def watch(root: Path, ended: Any, looks: Any) -> None:
    while not ended.is_set():
        look(root / "out/toy/images")
        looks.value += 1


@pytest.mark.parametrize("count", [2, 4])
def test_calls_at_once_publish_whole_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(runner, "ACTIONS", {"release": build})
    call(tmp_path, 0)
    ended, looks = FORKED.Event(), FORKED.Value("i", 0)
    watcher = FORKED.Process(target=watch, args=(tmp_path, ended, looks))
    watcher.start()
    for number in range(1, ROUNDS + 1):
        calls = [FORKED.Process(target=call, args=(tmp_path, number)) for _ in range(count)]
        for one in calls:
            one.start()
        for one in calls:
            one.join()
        assert [one.exitcode for one in calls] == [0] * count
        look(tmp_path / "out/toy/images")
        assert f"card.img {number}" in (tmp_path / "out/toy/images/card.img").read_text()
    ended.set()
    watcher.join()
    assert watcher.exitcode == 0 and looks.value > ROUNDS
    built = (tmp_path / "builds").read_text().split()
    assert built == [str(number) for number in range(ROUNDS + 1)], "each was built once"
    others = {path.name for path in (tmp_path / "out/toy").iterdir()} - {"images"}
    assert others == {".images.lock", ".images.before"}


def test_a_folder_is_replaced_only_when_all_went_well(tmp_path: Path) -> None:
    target = tmp_path / "out/report"
    for text in ("one", "two"):
        with output.renewed(target) as fresh:
            (fresh / "page").write_text(text)
    with pytest.raises(UserError), output.renewed(target) as fresh:
        (fresh / "page").write_text("three")
        raise UserError("it failed")
    assert (target / "page").read_text() == "two"
    assert (tmp_path / "out/.report.before/page").read_text() == "one"


def test_there_is_no_moment_without_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report"
    with output.renewed(target) as fresh:
        (fresh / "page").write_text("one")
    rename, remove, seen = Path.rename, shutil.rmtree, list[str]()

    def watched_rename(path: Path, name: Path) -> Path:
        done = rename(path, name)
        seen.append((target / "page").read_text())
        return done

    def watched_remove(path: Path, **how: Any) -> None:
        remove(path, **how)
        seen.append((target / "page").read_text())

    monkeypatch.setattr(Path, "rename", watched_rename)
    monkeypatch.setattr(shutil, "rmtree", watched_remove)
    with output.renewed(target) as fresh:
        (fresh / "page").write_text("two")
    assert seen == ["one", "one", "two"]


def test_where_the_file_system_cannot_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    for text in ("one", "two"):
        with output.renewed(tmp_path / "report") as fresh:
            (fresh / "page").write_text(text)
    assert (tmp_path / "report/page").read_text() == "two"
    monkeypatch.undo()
    with pytest.raises(OSError) as caught:
        output._exchange(tmp_path / "report", tmp_path / "none")
    assert caught.value.errno == errno.ENOENT


def test_two_calls_write_one_configuration(tmp_path: Path) -> None:
    (tmp_path / "defconfigs").mkdir()
    (tmp_path / "defconfigs/Kconfig").write_text(
        'choice BOARD_CHOICE\n\tprompt "Board"\nconfig BOARD_A\n\tbool "a"\nendchoice\n'
        'config X\n\tbool "x"\n\tdefault y\n'
    )
    (tmp_path / "overlays/boards/a").mkdir(parents=True)
    (tmp_path / "defconfigs/a_defconfig").write_text("")
    failed: list[BaseException] = []

    def configure() -> None:
        try:
            for _ in range(ROUNDS):
                with output.whole(tmp_path / ".config") as partial:
                    partial.write_text("CONFIG_X=y\n")
        except BaseException as error:
            failed.append(error)

    writers = [threading.Thread(target=configure) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not failed
    config.configure(tmp_path, "a")
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [".config", "defconfigs", "overlays"]


def test_doit_keeps_no_state_of_its_own(checkout: Path) -> None:
    doit(checkout, "explain", "musl", "board=qemu_virt")
    assert not [path for path in (checkout / "work").glob("*") if path.is_file()]


def test_what_is_read_is_not_built_anew_meanwhile(tmp_path: Path) -> None:
    """A step that rests on another holds it; who would build that anew waits."""
    program = f"""
from pathlib import Path
from image.lock import locked
with locked(Path({str(tmp_path / "lock")!r}), "the reader"):
    print("had it")
"""
    path = tmp_path / "lock"
    with locked(path, is_shared=True), locked(path, is_shared=True):
        words = [sys.executable, "-c", program]
        other = subprocess.Popen(
            words, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert other.stderr and other.stderr.readline() == "waiting for the reader\n"
        assert other.poll() is None
    assert other.communicate()[0] == "had it\n"
