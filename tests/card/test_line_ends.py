# SPDX-License-Identifier: MIT
"""Line ends of Windows: a clone has none, a build refuses them, a card with them is found out."""

from pathlib import Path

import pytest

from image import run
from image.card import check, line_ends, rootfs
from image.errors import UserError
from tests.conftest import ROOT
from tests.test_repository import tracked

START = b"#!/bin/sh\necho started\n"


@pytest.mark.parametrize("setting", ["true", "input", "false"])
def test_a_clone_is_the_same_whatever_git_was_told(setting: str, tmp_path: Path) -> None:
    files = [path.relative_to(ROOT) for path in tracked()]
    words = [
        "git",
        "-c",
        f"core.autocrlf={setting}",
        "-c",
        "core.eol=crlf",
        "clone",
        "--quiet",
        "--shared",
    ]
    run.run([*words, ROOT, tmp_path / "clone"])
    stored = {}
    for line in run.output(["git", "ls-tree", "-r", "HEAD"], cwd=ROOT).splitlines():
        mode, _, blob, name = line.split(maxsplit=3)
        stored[name] = blob if mode != "120000" else None
    wanted = {name: blob for name, blob in stored.items() if blob and Path(name) in files}
    names = list(wanted)
    words = ["git", "hash-object", "--no-filters", "--", *names]
    hashes = run.output(words, cwd=tmp_path / "clone").split()
    assert [n for n, blob in zip(names, hashes, strict=True) if wanted[n] != blob] == []
    assert len(names) > 300


@pytest.mark.parametrize(
    ("name", "content", "foreign"),
    [
        ("etc/init.d/start", START, False),
        ("etc/init.d/start", START.replace(b"\n", b"\r\n"), True),
        ("usr/bin/any", START.replace(b"\n", b"\r\n"), True),
        ("etc/inittab", b"::sysinit:/etc/init.d/start\r\n", True),
        ("usr/share/alsa/alsa.conf", b"pcm.!default {\r\n", True),
        ("etc/inittab", b"::sysinit:/etc/init.d/start\n", False),
        ("usr/share/llama/model.bin", b"\0\r\n\0", False),
        ("storyteller.txt", b"volume = 30\r\n", False),
    ],
)
def test_what_is_looked_at(name: str, content: bytes, foreign: bool, tmp_path: Path) -> None:
    file = tmp_path / "overlay" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert line_ends.is_foreign(file, name) == foreign
    if foreign:
        with pytest.raises(UserError, match=f"overlay: /{name} has Windows line endings"):
            rootfs.merge(tmp_path / "root", [("overlay", tmp_path / "overlay")])
    else:
        rootfs.merge(tmp_path / "root", [("overlay", tmp_path / "overlay")])


def test_a_card_with_them_is_found_out(tmp_path: Path) -> None:
    tree = tmp_path / "root"
    start = tree / "etc/init.d/start"
    start.parent.mkdir(parents=True)
    start.write_bytes(START.replace(b"\n", b"\r\n"))
    (tree / "etc/inittab").write_bytes(b"::respawn:-/bin/sh\r\n")
    rootfs.make_erofs(tree, tmp_path / "root.img", tmp_path / "log")
    found = list(check._root(tmp_path / "root.img", tmp_path / "tree"))
    ends = next(finding for finding in found if finding.what == "line ends")
    assert not ends.ok
    assert ends.detail == "/etc/init.d/start, /etc/inittab: has Windows line endings (CR LF)"
