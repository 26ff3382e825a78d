# SPDX-License-Identifier: MIT
"""What a person sees of a build: a line per step with n of m, and what to do after a failure."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from image.cli.screen import Reporter, explain
from image.run import CommandFailed


@dataclass
class Task:
    """As much of doit's task as the reporter looks at."""

    name: str
    is_done: bool = False
    task_dep: list[str] = field(default_factory=list)

    @property
    def meta(self) -> dict[str, Any]:
        return {"step": self.name, "is_done": lambda: self.is_done, "why": "first build"}


def test_each_line_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    kernel, libc, old = Task("kernel", task_dep=["libc"]), Task("libc"), Task("old", is_done=True)
    late, other = Task("late"), Task("not-asked-for")
    card = Task("card", task_dep=["kernel", "libc", "old", "late"])
    tasks = {task.name: task for task in (kernel, libc, old, late, card, other)}
    reporter = Reporter(None, None)
    reporter.initialize(tasks, ["card"])
    reporter.skip_uptodate(old)
    for task in (libc, kernel):
        reporter.execute_task(task)
        reporter.add_success(task)
    reporter.skip_uptodate(late)  # another call has done it meanwhile
    reporter.execute_task(card)
    reporter.add_success(card)
    reporter.complete_run()
    lines = re.findall(
        r"^[\d:]{8} +(\d of \d) +(\w+) +[\d.]+ s  (.*)$", capsys.readouterr().out, re.M
    )
    assert lines == [
        ("1 of 4", "libc", "first build"),
        ("2 of 4", "kernel", "first build"),
        ("3 of 3", "card", "first build"),
    ]


def test_a_full_disk_is_told_from_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("as: out.o: No space left on device\n")
    said = explain(CommandFailed("make ended with status 2", 2, log, "see the log"), "./doit musl")
    assert "make room (df -h" in said and said.endswith("again: ./doit musl")
    log.write_text("syntax error\n")
    assert "make room" not in explain(CommandFailed("make ended", 2, log), None)
