# SPDX-License-Identifier: MIT
"""-j N is a limit for everything at once: steps, and the makes in them."""

import os
import threading
from pathlib import Path

import pytest

from image import jobs, run
from image.cli import call
from image.errors import UserError
from image.jobs import Places

# Each of ten programs notes how many run beside it, and stays until the noted ones are many or a
# moment has passed: whoever starts more than may be is seen.
NOTE = "touch run/$$; ls run | wc -l >>seen; sleep 0.2; rm run/$$"
MAKEFILE = "all: 1 2 3 4 5\n1 2 3 4 5:\n\t@" + NOTE.replace("$", "$$") + "\n"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_makes_at_once_share_the_places(count: int, tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / "run").mkdir()
    room = Places(count)
    words = ["make", "--quiet"]
    makes = [
        threading.Thread(
            target=run.run, args=[words], kwargs={"cwd": tmp_path, "log": tmp_path / "log",
                                                  "places": room}
        )
        for _ in range(2)
    ]  # fmt: skip
    for make in makes:
        make.start()
    for make in makes:
        make.join()
    seen = [int(line) for line in (tmp_path / "seen").read_text().split()]
    assert len(seen) == 10
    assert max(seen) == count
    # All were given back.
    with room.one():
        for _ in range(count - 1):
            room._take()


def test_a_failing_program_gives_its_place_back(tmp_path: Path) -> None:
    room = Places(1)
    for _ in range(3):
        with pytest.raises(run.CommandFailed):
            run.run(["false"], places=room)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["-j4", "image"], ["jobs=4", "image"]),
        (["image", "-j", "2"], ["image", "jobs=2"]),
        (["--jobs=3"], ["jobs=3"]),
        (["--jobs", "3", "list"], ["jobs=3", "list"]),
        (["image", "-j"], ["image", "jobs="]),
        (["cycles", "args=a -j 4"], ["cycles", "args=a -j 4"]),
        (["flash", "--json"], ["flash", "--json"]),
        ([], []),
    ],
)
def test_as_make_spells_it(words: list[str], meant: list[str]) -> None:
    assert call.named(words) == meant


@pytest.mark.parametrize("given", ["", "0", "-1", "many", "2.5"])
def test_no_number(given: str) -> None:
    with pytest.raises(UserError, match=f"jobs={given} is not a number of jobs"):
        jobs.chosen(given)


def test_processors_that_are_not_ours(tmp_path: Path) -> None:
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(ours)})
    try:
        assert jobs.chosen(None) == 1
    finally:
        os.sched_setaffinity(0, ours)
    assert jobs.chosen("3") == 3


@pytest.mark.parametrize(("text", "most"), [("150000 100000", 2), ("50000 100000", 1)])
def test_a_containers_share(text: str, most: int, tmp_path: Path) -> None:
    limit = tmp_path / "cpu.max"
    limit.write_text(f"{text}\n")
    assert jobs.processors(limit) == min(most, len(os.sched_getaffinity(0)))
    limit.write_text("max 100000\n")
    assert jobs.processors(limit) == len(os.sched_getaffinity(0))


def test_a_step_does_not_wait_for_the_end_of_a_make(tmp_path: Path) -> None:
    """A kernel takes each place again as soon as it is free."""
    targets = " ".join(str(number) for number in range(200))
    rule = "\t@test -e stepped || sleep 0.1; echo $@ >>made\n"
    (tmp_path / "Makefile").write_text(f"all: {targets}\n{targets}:\n{rule}")
    room = Places(2)

    def step(*words: str) -> None:
        run.run(words, cwd=tmp_path, log=tmp_path / "log", places=room)

    make = threading.Thread(target=step, args=["make", "--quiet"])
    make.start()
    while not (tmp_path / "made").exists():
        assert make.is_alive()
    step("sh", "-c", "wc -l <made >stepped")
    make.join()
    assert int((tmp_path / "stepped").read_text()) < 20
    assert len((tmp_path / "made").read_text().split()) == 200


def test_a_stop_reaches_all_who_wait_for_a_place() -> None:
    """As the compilers of one program do, while a make has all places; it may take some with it."""
    room = jobs.places(17)
    ends = list[str]()

    def wait() -> None:
        try:
            room._take()
        except UserError as error:
            ends.append(error.message)

    for _ in range(17):
        room._take()
    waiting = [threading.Thread(target=wait, daemon=True) for _ in range(3)]
    for thread in waiting:
        thread.start()
    while len(room._waiting) < len(waiting):
        assert all(thread.is_alive() for thread in waiting)
    jobs.stop()
    for thread in waiting:
        thread.join(10)
    assert ends == [jobs.STOPPED] * 3
    wait()
    assert ends == [jobs.STOPPED] * 4
    with pytest.raises(UserError, match=jobs.STOPPED):
        jobs.pause(100)
    jobs._rooms.clear()
    jobs._over.clear()
