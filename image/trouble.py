# SPDX-License-Identifier: MIT
"""What the operating system refuses, as an error with the path and a remedy."""

import errno
import os
import pwd
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from image.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
PRODUCTS = ("work", "out", "dl")  # of the checkout: may be removed at any time
NEARLY_NOTHING = 1 << 20  # bytes: less than this free is a full disk

# Of a file that is read these say nothing: the place that is written to cannot take it.
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)

Remedy = Callable[[Path], str]


def told(error: OSError, where: Path | None = None) -> UserError:
    """An OSError as a person reads it; `where` is the place when the error names none."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        # copytree's: what could not be copied, one (from, to, why) each.
        source, _, why = error.args[0][0]
        return UserError(f"{source} cannot be copied: {why}", "fix it, and start again")
    named = error.filename if isinstance(error.filename, str | os.PathLike) else None
    path = Path(os.fspath(named)) if named is not None else where
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        path = path or _full_place()
    remedy = REMEDIES.get(error.errno or 0)
    what = error.strerror or str(error) or type(error).__name__
    return UserError(f"{path}: {what}" if path else what, remedy(path) if remedy and path else None)


def check_writable(folder: Path) -> None:
    """Raise UserError unless files can be made in a folder, or the folder itself be made."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        raise UserError(f"{there} is not a folder", "move it away: files must be created in it")
    if not os.access(there, os.W_OK | os.X_OK):
        code = errno.EACCES
        if os.statvfs(there).f_flag & os.ST_RDONLY:
            code = errno.EROFS
        raise told(OSError(code, os.strerror(code), str(there)))


def no_room(path: Path) -> str:
    """What to do about a full disk."""
    return f"make room (df -h {_there(path)}); the next run continues from here"


def _not_allowed(path: Path) -> str:
    there = _there(path)
    owner, we = there.lstat().st_uid, os.geteuid()
    if owner == we:
        return f"chmod -R u+rwX {there}"
    product = next((ROOT / n for n in PRODUCTS if path.is_relative_to(ROOT / n)), there)
    whose = "root's, as after a build as root" if owner == 0 else f"{_name(owner)}'s"
    return f"it is {whose}: sudo chown -R {_name(we)} {product}"


def _read_only(path: Path) -> str:
    return f"{_there(path)} cannot be written to: copy the checkout to a disk that can"


def _gone(path: Path) -> str:
    for name in ("work", "out"):
        if path.is_relative_to(ROOT / name) and path != ROOT / name:
            first = path.relative_to(ROOT / name).parts[0]
            return f"was it removed? rm -r {ROOT / name / first} has it built again"
    return "was it removed?"


def _in_the_way(path: Path) -> str:
    return f"something else is in its place: check {_there(path)}, and move it away"


def _worn(path: Path) -> str:
    return "the disk reports errors: see dmesg"


REMEDIES: Mapping[int, Remedy] = {
    errno.ENOSPC: no_room,
    errno.EDQUOT: no_room,
    errno.EFBIG: lambda _: "files of that size are not allowed: see ulimit -f",
    errno.EACCES: _not_allowed,
    errno.EPERM: _not_allowed,
    errno.EROFS: _read_only,
    errno.ENOENT: _gone,
    errno.ENOTDIR: _in_the_way,
    errno.EISDIR: _in_the_way,
    errno.EEXIST: _in_the_way,
    errno.ENOTEMPTY: _in_the_way,
    errno.EIO: _worn,
    errno.EMFILE: lambda _: "too many files are open at once: ulimit -n 4096, or fewer jobs",
    errno.ENAMETOOLONG: lambda _: "move the checkout to a folder with a shorter name",
}


def _there(path: Path) -> Path:
    """The path, or the nearest folder above it that is there and may be looked at."""
    for one in (path, *path.parents):
        try:
            one.lstat()
        except OSError:
            continue
        return one
    return Path("/")


def _full_place() -> Path | None:
    """Which of the places that we write to is full."""
    places = (*(ROOT / name for name in PRODUCTS), Path(tempfile.gettempdir()))
    found = (path for path in places if shutil.disk_usage(_there(path)).free < NEARLY_NOTHING)
    return next(found, None)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
