# SPDX-License-Identifier: MIT
"""Line ends: as Windows has them (CR LF), or git on it, no script starts and no setting is read."""

from pathlib import Path

HINT = "git config core.autocrlf false, then check it out again"


def is_foreign(path: Path, name: str) -> bool:
    """Whether a file, called `name` on the card, is a script or a setting with a CR in it."""
    with path.open("rb") as file:
        is_script = file.read(2) == b"#!"
    is_setting = name.startswith("etc/") or name.endswith(".conf")
    return (is_script or is_setting) and b"\r\n" in path.read_bytes()
