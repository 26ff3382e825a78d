# SPDX-License-Identifier: MIT
"""A checkout that belongs to a person stays theirs, even where `sudo ./doit` was called."""

import os
from collections.abc import Iterator
from pathlib import Path

from image.trouble import PRODUCTS

ROOT_ID = 0


def give_back(checkout: Path) -> None:
    """Give what root left in the folders of results to the owner of the checkout."""
    owner = checkout.stat()
    if os.geteuid() != ROOT_ID or owner.st_uid == ROOT_ID:
        return
    for name in PRODUCTS:
        for path in _all(checkout / name):
            found = path.lstat()
            # A file with a second name may be somebody else's, elsewhere.
            if found.st_uid == ROOT_ID and (path.is_dir() or found.st_nlink == 1):
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _all(folder: Path) -> Iterator[Path]:
    """A folder and all below it; nothing beyond links."""
    if folder.is_dir() and not folder.is_symlink():
        yield folder
        for path, folders, files in os.walk(folder):
            yield from (Path(path) / name for name in (*folders, *files))
