# SPDX-License-Identifier: MIT
"""Merging trees into the root: complete, and never two owners of one file."""

from pathlib import Path

import pytest

from image.card.rootfs import FOLDERS, merge
from image.errors import UserError


def tree(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / "etc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_merge(tmp_path: Path) -> None:
    first, second = tree(tmp_path / "a", one="1"), tree(tmp_path / "b", two="2")
    (second / "etc" / "link").symlink_to("two")
    (first / "etc" / "one").chmod(0o755)
    owners = merge(tmp_path / "root", [("a", first), ("b", second)])
    assert owners == {"etc/one": "a", "etc/two": "b", "etc/link": "b"}
    assert (tmp_path / "root/etc/link").readlink() == Path("two")
    assert (tmp_path / "root/etc/one").stat().st_mode & 0o777 == 0o755
    assert all((tmp_path / "root" / name).is_dir() for name in FOLDERS)


def test_two_owners(tmp_path: Path) -> None:
    first, second = tree(tmp_path / "a", one="1"), tree(tmp_path / "b", one="2")
    with pytest.raises(UserError, match="/etc/one comes from both a and b"):
        merge(tmp_path / "root", [("a", first), ("b", second)])
