# SPDX-License-Identifier: MIT
"""The shell behind the stories: a second Ctrl-C, too early for it, does not lead back to them."""

import re
from pathlib import Path

import pytest

from image import run
from tests.storyteller import build

SCRIPT = build.ROOT / "overlays/rootfs/usr/libexec/console"
PROFILE = build.ROOT / "overlays/rootfs/etc/profile"
# Dies of Ctrl-C before /etc/profile as often as told; then that is read, and exit follows.
SHELL = """#!/bin/sh
echo shell >> log
[ $(wc -l < log) -gt {early} ] || kill -INT $$
. {profile}
exit {status}
"""


@pytest.mark.parametrize(("early", "status"), [(0, 0), (0, 130), (1, 130), (3, 0)])
def test_the_shell_starts_again_until_it_catches_ctrl_c(
    tmp_path: Path, early: int, status: int
) -> None:
    catches = tmp_path / "catches"
    program = tmp_path / "sh"
    program.write_text(SHELL.format(early=early, status=status, profile=PROFILE))
    program.chmod(0o755)
    script = SCRIPT.read_text()
    found = re.search(r"^run_shell\(\) \{\n.*?^\}\n", script, re.M | re.S)
    assert found and script.count("run_shell\n") == 1
    words = f"trap : INT\nCATCHES={catches}\nINTERRUPTED=130\nPATH={tmp_path}:$PATH\n"
    run.output(["sh", "-c", words + found[0] + "run_shell"], env={"HOME": str(tmp_path)})
    assert (tmp_path / "log").read_text().count("shell") == early + 1
