# SPDX-License-Identifier: MIT
"""The whole build: a sound card image, the same to the bit wherever it is built."""

import hashlib
import json
import lzma
import re
import shutil
from pathlib import Path

import pytest

from image import run
from image.key import hash_file
from image.plan.step import BOOT, STAGING
from image.plan.step import ROOT as INSTALLED
from tests.conftest import ROOT, copy_checkout, doit

MIB = 1 << 20


def steps_that_ran(screen: str) -> list[str]:
    """Names in the step lines `12:04:31   3 of 31  linux  41.0 s`."""
    return re.findall(r"^[\d:]{8} +\d+ of \d+ +(\S+) +[\d.]+ s", screen, re.M)


@pytest.fixture(scope="session")
def twin(card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second checkout elsewhere, with a build of its own but for the kernel.

    That takes as long as all the rest: tests/steps/test_kernel_elsewhere.py builds it, by name.
    """
    checkout = copy_checkout(tmp_path_factory.mktemp("twin") / "other-place")
    (checkout / "work").mkdir()
    (checkout / "work/linux").symlink_to(ROOT / "work/linux")
    doit(checkout, "image", "board=qemu_virt")
    return checkout


def image_of(checkout: Path) -> Path:
    return checkout / "out/qemu_virt/images/duo-storyteller-qemu_virt.img"


@pytest.mark.usefixtures("card", "duo_emulator")
def test_nothing_built_names_its_checkout() -> None:
    """It would not be found any more once the folder is renamed."""
    built = [path.parent for path in ROOT.glob("work/*/*/step.json")]
    folders = [step / name for step in built for name in (STAGING, INSTALLED, BOOT)]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    naming = [path for path in files if str(ROOT).encode() in path.read_bytes()]
    assert len(files) > 1000 and not naming


def test_partitions(card: Path) -> None:
    table = json.loads(run.output(["sfdisk", "--json", card]))["partitiontable"]
    boot, root = table["partitions"]
    assert (table["label"], boot["type"], root["type"]) == ("dos", "c", "83")
    assert boot["bootable"] and boot["start"] == 2048 and root["start"] % 2048 == 0
    assert card.stat().st_size >= (root["start"] + root["size"]) * 512


def test_boot_partition_is_clean(card: Path, tmp_path: Path) -> None:
    table = json.loads(run.output(["sfdisk", "--json", card]))["partitiontable"]["partitions"]
    boot = tmp_path / "boot.vfat"
    with card.open("rb") as file:
        file.seek(table[0]["start"] * 512)
        boot.write_bytes(file.read(table[0]["size"] * 512))
    run.output(["fsck.vfat", "-n", boot])
    names = run.output(["mdir", "-i", boot, "-b", "-/", "::"]).split()
    assert "::/extlinux/extlinux.conf" in names and "::/Image" in names


def test_release_files(card: Path) -> None:
    folder = card.parent
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{card.stem}.cdx.json",
        card.name,
        f"{card.name}.bmap",
        f"{card.name}.xz",
        "manifest.json",
        "sha256sums",
    ]
    for line in (folder / "sha256sums").read_text().splitlines():
        expected, name = line.split()
        assert hash_file(folder / name) == expected
    with lzma.open(folder / f"{card.name}.xz") as packed:
        assert hashlib.file_digest(packed, "sha256").hexdigest() == hash_file(card)
    assert (folder / f"{card.name}.xz").stat().st_size < 64 * MIB


def test_manifest_names_every_input(card: Path) -> None:
    manifest = json.loads((card.parent / "manifest.json").read_text())
    for package in manifest["packages"]:
        assert package["version"] and package["licence"] and package["key"]
        for source in package["sources"]:
            assert len(source.get("sha256") or source["tree_sha256"]) == 64 and source["origin"]
    assert manifest["tools"]["rootfs"]["mkfs.erofs"]
    assert {"linux", "musl", "busybox", "llama", "storyteller"} <= {
        package["name"] for package in manifest["packages"]
    }


def test_the_word_lists_are_on_the_card(card: Path) -> None:
    """Without them no word is blocked."""
    manifest = json.loads((card.parent / "manifest.json").read_text())
    (key,) = (one["key"] for one in manifest["packages"] if one["name"] == "storyteller")
    (built,) = ROOT.glob(f"work/storyteller/{key[:12]}*")
    folder = built / INSTALLED / "usr/share/storyteller/words"
    assert contents(folder) == contents(ROOT / "packages/storyteller/words")


def contents(folder: Path) -> dict[Path, bytes]:
    """All files of a folder, by their places in it."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder): path.read_bytes() for path in paths}


def test_same_to_the_bit(card: Path, twin: Path) -> None:
    first, second = card.parent, image_of(twin).parent
    assert (first / "sha256sums").read_text() == (second / "sha256sums").read_text()


def test_nothing_to_do_the_second_time(twin: Path) -> None:
    assert steps_that_ran(doit(twin, "image", "board=qemu_virt")) == []


def test_one_edit_rebuilds_little(twin: Path) -> None:
    source = twin / "packages/llama/src/sampler.c"
    before = source.read_bytes()
    source.write_bytes(before + b"/* edited */\n")
    said = doit(twin, "explain", "llama", "board=qemu_virt")
    assert "packages/llama/src/sampler.c changed" in said
    ran = steps_that_ran(doit(twin, "image", "board=qemu_virt"))
    # The model is packed by the engine's own code, built for this machine.
    packing = ["host:llama", "pocket"]
    assert sorted(ran) == sorted(["card", "llama", "release", "rootfs", "storyteller", *packing])
    source.write_bytes(before)
    ran = steps_that_ran(doit(twin, "image", "board=qemu_virt"))
    assert "llama" not in ran and "storyteller" not in ran


def test_too_small_a_root_says_by_how_much(twin: Path) -> None:
    defconfig = twin / "defconfigs/qemu_virt_defconfig"
    before = defconfig.read_text()
    defconfig.write_text(before + "CONFIG_CARD_ROOT_MIB=4\n")
    with pytest.raises(run.CommandFailed) as caught:
        doit(twin, "image", "board=qemu_virt")
    defconfig.write_text(before)
    assert "the root partition of 4 MiB is" in caught.value.message
    assert "set CONFIG_CARD_ROOT_MIB=" in caught.value.message


def test_local_source(twin: Path, tmp_path: Path) -> None:
    local = tmp_path / "llama"
    shutil.copytree(ROOT / "packages/llama/src", local)
    (local / "sampler.c").write_text("#error from the local folder\n")
    with pytest.raises(run.CommandFailed) as caught:
        doit(twin, "package:llama", f"LLAMA_SRC={local}", "board=qemu_virt")
    assert "from the local folder" in caught.value.message
