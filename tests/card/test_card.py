# SPDX-License-Identifier: MIT
"""Card sizes: refused before writing, with the lack and the setting; the boot partition's id."""

import json
from pathlib import Path

import pytest

from image import run
from image.card import check, disk_image
from image.card.disk_image import MIB, Part, check_size
from image.errors import UserError

KEY = "00c0ffee1234"


def test_fits() -> None:
    check_size(Part("root", 8, 8 * MIB, "CARD_ROOT_MIB"))


def test_too_small() -> None:
    with pytest.raises(UserError) as caught:
        check_size(Part("root", 8, 8 * MIB + 1, "CARD_ROOT_MIB"))
    assert caught.value.message == "the root partition of 8 MiB is 1 bytes too small"
    assert caught.value.hint == "set CONFIG_CARD_ROOT_MIB=9 or more (./doit menuconfig)"


def write(folder: Path, boot_mib: int) -> Path:
    """A card with a file on its boot partition; returns that partition."""
    boot, root = folder / "boot", folder / "root.img"
    boot.mkdir(parents=True)
    (boot / "Image").write_bytes(b"kernel")
    root.write_bytes(bytes(MIB))
    parts = (Part("boot", boot_mib, 0, ""), Part("root", 1, 0, ""))
    disk_image._write(folder, boot, root, parts, disk_image.volume_id(KEY))
    return folder / "boot.vfat"


@pytest.mark.parametrize("boot_mib", [4, 16, 600])
def test_the_boot_partition_has_the_id_of_its_card(tmp_path: Path, boot_mib: int) -> None:
    """On FAT12, FAT16 and FAT32."""
    fat = write(tmp_path / "one", boot_mib)
    assert "serial number: 00C0FFEE" in run.output(["minfo", "-i", fat, "::"])
    assert check._volume_id(fat) == "00C0FFEE"
    if boot_mib < 100:
        other = write(tmp_path / "other", boot_mib)
        assert other.read_bytes() == fat.read_bytes()


def test_the_check_looks_at_the_id(tmp_path: Path) -> None:
    fat = write(tmp_path / "one", 4)
    image = tmp_path / "card.img"
    (tmp_path / "manifest.json").write_text(json.dumps({"key": KEY}))
    assert list(check._identity(image, fat)) == []  # not where it was built
    (tmp_path / "sha256sums").write_text("")
    assert [str(one) for one in check._identity(image, fat) if one.ok]
    (tmp_path / "manifest.json").write_text(json.dumps({"key": "123456789abc"}))
    (wrong,) = check._identity(image, fat)
    assert not wrong.ok and wrong.detail == "id 00C0FFEE, not 12345678"


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b"\xff", b'{"key": 3}'])
def test_a_damaged_manifest_is_a_finding(damaged: bytes, tmp_path: Path) -> None:
    fat = write(tmp_path / "one", 4)
    (tmp_path / "sha256sums").write_text("")
    (tmp_path / "manifest.json").write_bytes(damaged)
    (wrong,) = check._identity(tmp_path / "card.img", fat)
    assert not wrong.ok and "manifest.json" in str(wrong)
