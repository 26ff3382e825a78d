# SPDX-License-Identifier: MIT
"""axe-core, which finds what keeps people out of a page; npm fetches it, once."""

import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest

from image import run
from image.errors import UserError
from image.key import hash_file
from image.lock import locked
from tests.browser import Browser
from tests.conftest import DL_DIR

VERSION = "4.10.3"
SHA256 = "0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292"
ARCHIVE = f"axe-core-{VERSION}.tgz"
MEMBER = "package/axe.min.js"
GRAVE = ("serious", "critical")
FOUND = "return axe.run().then((found) => found.violations)"


def _fetch(archive: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed on this machine: it fetches axe-core")
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        words = ["npm", "pack", f"axe-core@{VERSION}", "--pack-destination", folder]
        try:
            run.output(words, cwd=Path(folder))
        except UserError as error:
            pytest.skip(f"npm could not fetch axe-core: {error.message[-200:]}")
        fetched = Path(folder) / ARCHIVE
        assert hash_file(fetched) == SHA256, f"{ARCHIVE} is not the one that was chosen"
        fetched.rename(archive)


def source() -> str:
    """The program that looks at a page; the test is skipped where it cannot be fetched."""
    archive = DL_DIR / ARCHIVE
    archive.parent.mkdir(parents=True, exist_ok=True)
    with locked(DL_DIR / f"{ARCHIVE}.lock"):
        if not archive.exists():
            _fetch(archive)
    assert hash_file(archive) == SHA256, f"{archive} was changed: remove it"
    with tarfile.open(archive) as opened:
        member = opened.extractfile(MEMBER)
        assert member is not None
        return member.read().decode()


def findings(browser: Browser, program: str) -> list[str]:
    """What is grave about the page that is shown: the rule, and the first place."""
    browser.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": program})
    found: list[dict[str, Any]] = browser.script(FOUND)
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html']}"
        for one in found
        if one["impact"] in GRAVE
    ]
