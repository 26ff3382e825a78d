# SPDX-License-Identifier: MIT
"""./doit as a user types it: bad input gets one clear error, never a traceback."""

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from image import run
from image.run import CommandFailed
from tests.conftest import doit


def complaint(checkout: Path, *arguments: str) -> str:
    with pytest.raises(CommandFailed) as caught:
        doit(checkout, *arguments)
    assert caught.value.status != 0
    assert "Traceback" not in caught.value.message
    return caught.value.message


def test_list_names_the_tasks(checkout: Path) -> None:
    listed = [line.split()[0] for line in doit(checkout, "list").splitlines() if line]
    assert {"image", "fetch", "package", "run", "explain", "doctor", "test"} <= set(listed)


def test_bad_configuration_is_told_and_mended(checkout: Path) -> None:
    (checkout / ".config").write_text("CONFIG_NOPE=y\n")
    assert "NOPE" in complaint(checkout, "image")
    assert "NOPE" in complaint(checkout, "package:llama")
    doit(checkout, "list")
    doit(checkout, "configure", "board=qemu_virt")
    assert "musl" in doit(checkout, "explain")


@pytest.mark.parametrize("is_repeated", [False, True])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupt_stops_everything(checkout: Path, number: int, is_repeated: bool) -> None:
    """An impatient person presses Ctrl-C over and over: that must not break off the first one."""
    local = checkout / "slow"
    local.mkdir()
    (local / "configure").write_text("#!/bin/sh\necho begun >begun\nexec sleep 1000\n")
    (local / "configure").chmod(0o755)
    words = [sys.executable, "-m", "image", "package:musl", f"MUSL_SRC={local}", "board=qemu_virt"]
    process = subprocess.Popen(words, cwd=checkout, stderr=subprocess.PIPE, text=True)
    while not list(checkout.glob("work/musl/*/src/begun")):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    while is_repeated and process.poll() is None:
        process.send_signal(number)
    _, said = process.communicate(timeout=60)
    # One that comes when Python itself ends finds its own default.
    assert process.returncode in ((130, -number) if is_repeated else (130,))
    assert "stopped; the next run continues from here" in said and "Traceback" not in said
    # They were told to end; a busy machine lets them do so a moment later.
    end = time.monotonic() + 30
    while running_in(checkout) and time.monotonic() < end:
        time.sleep(0.05)
    assert not running_in(checkout)


def test_closed_input_is_empty(checkout: Path) -> None:
    """Else the next file that is opened would stand in its place."""
    python = checkout / ".venv/bin/python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text("#!/bin/sh\nreadlink /proc/self/fd/0\n")
    python.chmod(0o755)
    found = run.output(["sh", "-c", f"{checkout}/doit list <&-"])
    assert set(found.split()) == {"/dev/null"}


TOY = """\
name: toy
version: "1"
summary: waits in the middle of its build
licence: {spdx: MIT}
build: make
install: {usr/bin/toy: usr/bin/toy}
"""
TOY_MAKEFILE = """\
all:
\ttouch half && if test -e %s; then sleep 1000; fi
install:
\tmkdir -p $(DESTDIR)/usr/bin && touch $(DESTDIR)/usr/bin/toy
"""


def test_a_killed_build_goes_on(checkout: Path, tmp_path: Path) -> None:
    """SIGKILL in the middle of a step, as when memory ran out, leaves nothing in the way."""
    package, waits = checkout / "packages/toy", tmp_path / "waits"
    (package / "src").mkdir(parents=True)
    (package / "Kconfig").write_text("config PACKAGE_TOY\n\tdef_bool y\n")
    (package / "package.yaml").write_text(TOY)
    (package / "src/Makefile").write_text(TOY_MAKEFILE % waits)
    waits.touch()
    words = [sys.executable, "-m", "image", "package:toy", "board=qemu_virt"]
    process = subprocess.Popen(words, cwd=checkout, stderr=subprocess.DEVNULL)
    while not list(checkout.glob("work/toy/*/src/half")):
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    for program in running_in(checkout):
        os.kill(program, signal.SIGKILL)
    waits.unlink()
    assert "toy" in doit(checkout, "package:toy", "board=qemu_virt", merge=True)
    assert list(checkout.glob("work/toy/*/staging/usr/bin/toy"))
    assert "up to date" in doit(checkout, "explain", "toy", "board=qemu_virt")


def running_in(folder: Path) -> list[int]:
    """Process numbers of the programs whose working folder is below this one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append(int(process.name))
        except OSError:
            continue  # ended meanwhile, or not ours
    return found


def test_interrupt_reaches_what_has_the_terminal(checkout: Path) -> None:
    """`check` unpacks an image for long; however it ends, it removes its folder."""
    long, folder = checkout / "long.img.gz", checkout / "tmp"
    long.write_bytes(gzip.compress(bytes(16 << 20)) * 200)
    folder.mkdir()
    words = [sys.executable, "-m", "image", "check", f"file={long}"]
    env = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(words, cwd=checkout, stderr=subprocess.PIPE, text=True, env=env)
    while not list(folder.glob("check-*/card.img")):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert not list(folder.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave files of root's behind")
def test_root_leaves_a_persons_checkout_theirs(checkout: Path) -> None:
    nobody = 65534
    os.chown(checkout, nobody, nobody)
    theirs = checkout / "dl/shared"
    theirs.mkdir(parents=True)
    (theirs / "file").touch()
    outside = checkout.parent / "outside"
    outside.touch()
    (theirs / "link").symlink_to(outside)
    (theirs / "second-name").hardlink_to(outside)
    doit(checkout, "explain", "musl", "board=qemu_virt")
    assert {path.lstat().st_uid for path in (theirs, theirs / "file", theirs / "link")} == {nobody}
    assert outside.stat().st_uid == 0
