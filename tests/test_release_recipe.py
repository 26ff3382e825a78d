# SPDX-License-Identifier: MIT
"""The release script: what it refuses, and a folder that verifies as docs/release.md says."""

import re
import shutil
from pathlib import Path

import pytest

from image import run
from image.host import install
from tests.conftest import ROOT

NAME = "duo-storyteller"
VERSION = "1.2.3"
PROJECT = f'[project]\nname = "{NAME}"\nversion = "{VERSION}"\n'
CHANGES = f"# Changelog\n\n## {VERSION} (2026-01-02)\n\n- New.\n\n## 1.2.2 (2025-01-02)\n\n- Old.\n"
# Builds next to nothing, and finds a card good unless it is told to be bad.
DOIT = f"""#!/bin/sh
board=${{2#board=}}
case $1 in
check) [ "$board" != bad ] ;;
image)
    mkdir -p out/$board/images
    cd out/$board/images
    for name in manifest.json {NAME}-$board.img.xz {NAME}-$board.img.bmap {NAME}-$board.cdx.json; do
        echo "$name of $board" >$name
    done ;;
esac
"""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A tagged checkout of a made-up project, and a key."""
    folder = tmp_path / "checkout"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy2(ROOT / ".ci/release", folder / ".ci")
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "CHANGELOG.md").write_text(CHANGES)
    (folder / ".gitignore").write_text("out/\n")
    (folder / "doit").write_text(DOIT)
    (folder / "doit").chmod(0o755)
    git(folder, "init", "--quiet")
    commit(folder)
    git(folder, "tag", f"v{VERSION}")
    run.output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"])
    return folder


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    run.output(["git", *who, *words], cwd=folder)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=all")


def release(folder: Path, *boards: str) -> str:
    return run.output([folder / ".ci/release", folder.parent / "key", *boards], merge=True)


def refusal(folder: Path, *boards: str) -> str:
    with pytest.raises(run.CommandFailed) as caught:
        release(folder, *boards)
    assert not (folder / f"out/release/{NAME}-{VERSION}").exists()
    return caught.value.message


def test_a_release_verifies_as_the_docs_say(made: Path) -> None:
    said = release(made)
    folder = made / f"out/release/{NAME}-{VERSION}"
    assert said.splitlines()[-1] == str(folder.relative_to(made))
    boards = ("milkv_duo", "qemu_virt")
    kinds = ("cdx.json", "img.bmap", "img.xz", "manifest.json")
    images = {f"{NAME}-{board}.{kind}" for board in boards for kind in kinds}
    others = {f"{NAME}-{VERSION}.tar.gz", "notes.md", "sha256sums", "sha256sums.sig"}
    assert {path.name for path in folder.iterdir()} == images | others
    assert (folder / "notes.md").read_text().strip() == "- New."
    files = run.output(["tar", "tzf", folder / f"{NAME}-{VERSION}.tar.gz"]).splitlines()
    assert f"{NAME}-{VERSION}/pyproject.toml" in files
    public = (made.parent / "key.pub").read_text()
    (folder / "allowed_signers").write_text(f'maintainers namespaces="{NAME}" {public}')
    verify(folder)
    (folder / "notes.md").write_text("- Worse.\n")
    with pytest.raises(run.CommandFailed, match="notes.md|did NOT match"):
        verify(folder)
    sums = folder / "sha256sums"
    sums.write_text(sums.read_text().replace("notes", "motes"))
    with pytest.raises(run.CommandFailed, match="incorrect signature|Could not verify"):
        verify(folder)


def verify(folder: Path) -> None:
    """The lines that docs/release.md gives to whoever downloads."""
    (block,) = re.findall(
        r"```sh\n(ssh-keygen.*?)```", (ROOT / "docs/release.md").read_text(), re.S
    )
    run.output(["sh", "-e", "-c", block], cwd=folder, merge=True)


def test_what_is_refused(made: Path) -> None:
    assert "which key" in run_without_key(made)
    (made / "doit").write_text(DOIT + "#\n")
    assert "the checkout is changed" in refusal(made)
    commit(made)
    assert f"HEAD has no tag v{VERSION}" in refusal(made)
    (made / "CHANGELOG.md").write_text(CHANGES.replace("2026-01-02", "unreleased"))
    commit(made)
    git(made, "tag", "--force", f"v{VERSION}")
    assert f"'## {VERSION} (DATE)'" in refusal(made)


def run_without_key(folder: Path) -> str:
    with pytest.raises(run.CommandFailed) as caught:
        run.output([folder / ".ci/release"])
    return caught.value.message


def test_a_card_that_is_not_well_is_not_released(made: Path) -> None:
    refusal(made, "qemu_virt", "bad")


def test_the_version_is_that_of_the_changelog() -> None:
    version = re.search(r'^version = "(.+)"$', install.PYPROJECT.read_text(), re.M)
    newest = re.search(r"^## (\S+) \(.+\)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert version and newest and version[1] == newest[1]
