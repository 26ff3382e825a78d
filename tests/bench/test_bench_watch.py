# SPDX-License-Identifier: MIT
"""bench-watch, built for this machine with sanitizers: what it tells of a program is so."""

import json
from pathlib import Path
from typing import Any

import pytest

from image import run
from tests.conftest import ROOT

SOURCES = ROOT / "packages/bench-watch/src"
FLAGS = ("-std=c11", "-D_GNU_SOURCE", "-g", "-Wall", "-Wextra", "-Wconversion", "-Wshadow",
         "-Werror", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")  # fmt: skip


@pytest.fixture(scope="module")
def program(compiler: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program."""
    target = tmp_path_factory.mktemp("bench-watch") / "bench-watch"
    run.output(["gcc", *FLAGS, *sorted(SOURCES.glob("*.c")), "-o", target])
    return target


def watch(program: Path, folder: Path, script: str, *options: str) -> dict[str, Any]:
    """What it tells of a shell script."""
    told = run.output([program, *options, folder, "sh", "-c", script])
    found: dict[str, Any] = json.loads(told)
    return found


def test_output_and_complaints_share_a_file(program: Path, tmp_path: Path) -> None:
    costs = watch(program, tmp_path, "echo story; echo figures >&2; exit 3")
    assert (tmp_path / "out").read_text() == "story\nfigures\n"
    assert (costs["status"], costs["signal"]) == (3, 0)
    assert costs["peak_rss_kib"] > 500 and costs["minor_faults"] > 10
    assert "first_output_s" not in costs


def test_a_trace_keeps_writes_apart(program: Path, tmp_path: Path) -> None:
    script = "printf one; printf two; sleep 0.2; printf end; echo why >&2"
    costs = watch(program, tmp_path, script, "--trace")
    assert (tmp_path / "out").read_text() == "onetwoend"
    assert (tmp_path / "err").read_text() == "why\n"
    rows = [list(map(int, line.split())) for line in (tmp_path / "trace").read_text().splitlines()]
    assert [row[1] for row in rows] == [3, 3, 3]
    assert rows[2][0] - rows[1][0] >= 190_000
    assert costs["first_output_s"] == pytest.approx(rows[0][0] / 1e6, abs=1e-5)
    assert costs["wall_s"] >= rows[2][0] / 1e6
    assert all(row[2] > 0 and row[3] > 1000 for row in rows[:2])


def test_computing_is_told_apart_from_waiting(program: Path, tmp_path: Path) -> None:
    busy = watch(program, tmp_path, "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done")
    idle = watch(program, tmp_path, "sleep 0.1")
    assert busy["user_s"] > 10 * idle["user_s"]
    assert idle["wall_s"] >= 0.1


def test_a_signal_is_told(program: Path, tmp_path: Path) -> None:
    costs = watch(program, tmp_path, "kill -SEGV $$", "--trace")
    assert (costs["status"], costs["signal"]) == (-1, 11)


def test_a_program_that_is_not_there(program: Path, tmp_path: Path) -> None:
    told = json.loads(run.output([program, tmp_path, tmp_path / "no"]))
    assert told["status"] == 127
    assert "cannot run" in (tmp_path / "out").read_text()


def test_a_folder_that_is_not_there(program: Path, tmp_path: Path) -> None:
    with pytest.raises(run.CommandFailed, match="cannot write into .*/no: No such file") as caught:
        run.output([program, tmp_path / "no", "true"])
    assert caught.value.status == 1


def test_a_full_disk_is_told(program: Path, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/dev/full")
    with pytest.raises(run.CommandFailed, match="No space left on device"):
        watch(program, tmp_path, "echo story", "--trace")


def test_wrong_usage(program: Path, tmp_path: Path) -> None:
    for words in ([], [tmp_path], ["--trace", tmp_path]):
        with pytest.raises(run.CommandFailed, match="usage: bench-watch") as caught:
            run.output([program, *words])
        assert caught.value.status == 2
