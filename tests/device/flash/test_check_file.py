# SPDX-License-Identifier: MIT
"""`doit check file=IMAGE`: any image, from any folder, whatever the checkout is configured for."""

import shutil
import sys
from pathlib import Path

import pytest

from image import run
from image.cli.line import read
from image.errors import UserError
from image.run import CommandFailed


def check(checkout: Path, folder: Path, name: str) -> str:
    """What it prints when it is called in `folder`, in a checkout that cannot be built."""
    (checkout / ".config").write_text("CONFIG_NOPE=y\n")
    words = [sys.executable, "-m", "image", "check", f"file={name}"]
    # The wrapper ./doit tells so where it was called.
    return run.output(words, cwd=checkout, env={"CALLED_FROM": str(folder)}, merge=True)


def complaint(checkout: Path, folder: Path, name: str) -> str:
    with pytest.raises(CommandFailed) as caught:
        check(checkout, folder, name)
    assert "Traceback" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("kind", [".img", ".img.xz"])
def test_a_sound_image(checkout: Path, card: Path, tmp_path: Path, kind: str) -> None:
    shutil.copyfile(card.with_suffix(kind), tmp_path / f"some{kind}")
    said = check(checkout, tmp_path, f"some{kind}")
    assert "programs" in said and "WRONG" not in said


def test_a_cut_image(checkout: Path, card: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.img").write_bytes(card.read_bytes()[:40_000_000])
    assert "WRONG: partitions" in complaint(checkout, tmp_path, "cut.img")


def test_a_cut_and_a_damaged_packed_image(checkout: Path, card: Path, tmp_path: Path) -> None:
    packed = bytearray(card.with_suffix(".img.xz").read_bytes())
    (tmp_path / "cut.img.xz").write_bytes(packed[:1_000_000])
    assert "cut.img.xz cannot be unpacked" in complaint(checkout, tmp_path, "cut.img.xz")
    packed[1_500_000:1_500_200] = bytes(200)
    (tmp_path / "bad.img.xz").write_bytes(packed)
    assert "bad.img.xz cannot be unpacked" in complaint(checkout, tmp_path, "bad.img.xz")


def test_no_image(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read(["check", "file=none.img"], {}, tmp_path, checkout)
    assert caught.value.message == f"file=none.img is not a file ({tmp_path}/none.img)"
    (tmp_path / "text.img").write_text("Once upon a time")
    assert "not a card image" in complaint(checkout, tmp_path, "text.img")
