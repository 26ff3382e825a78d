# SPDX-License-Identifier: MIT
"""Bill, licences, report and bundle of the real board's card, built from a made-up SDK."""

import csv
import json
import tarfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from image.boards import ram
from image.card import release
from tests.boards.test_board_image import FIRMWARE, board, image, sdk
from tests.conftest import doit

__all__ = ["board", "sdk"]  # fixtures
MIB = 1 << 20


@pytest.fixture
def out(board: Path, sdk: Path) -> Path:
    """What the commands leave, all of one build."""
    card = image(board, sdk)
    doit(board, "report", "legal-info", "submission", "board=milkv_duo", f"SDK_DIR={sdk}")
    return card.parent.parent


def test_everything_is_made_for_the_board(out: Path) -> None:
    check_bill(out / "images")
    check_report(out)
    check_legal(out / "legal-info")
    check_bundle(out / "submission")


def check_bill(images: Path) -> None:
    text = (release.bill_path(images / "duo-storyteller-milkv_duo.img")).read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    components = {one["bom-ref"]: one for one in json.loads(text)["components"]}
    assert set(FIRMWARE) <= set(components)
    kinds = {name: components[name]["type"] for name in FIRMWARE}
    assert kinds == {**dict.fromkeys(FIRMWARE, "firmware"), "duo-linux": "operating-system"}
    patches = components["duo-opensbi"]["pedigree"]["patches"]
    assert "a line that a patch has changed" in patches[0]["diff"]["text"]["content"]
    # A tree given by hand is not the published one, whatever the recipe says.
    assert components["duo-linux"]["purl"].startswith("pkg:generic/duo-linux@")


def check_report(out: Path) -> None:
    found = json.loads((out / "report/report.json").read_text())
    assert sum(tile["size"] for tile in found["memory"]) == 64 * MIB
    assert {ram.OPENSBI, "idle system"} <= {tile["name"] for tile in found["memory"]}
    size = (out / "images/duo-storyteller-milkv_duo.img").stat().st_size
    assert sum(tile["size"] for tile in found["card"]) == size
    owners = {tile["name"]: tile["group"] for tile in found["card"]}
    assert (owners["/boot/fip.bin"], owners["/boot/boot.sd"]) == ("duo-fip", "duo-bootsd")


def check_legal(folder: Path) -> None:
    rows = {
        row["package"]: row
        for row in csv.DictReader((folder / "manifest.csv").read_text().splitlines())
    }
    assert "LicenseRef-unstated-vendor" in rows["duo-fsbl"]["lacking"]
    assert rows["duo-linux"]["sources"] == "sources/duo-linux/duo-sdk.tar.gz"
    assert rows["duo-opensbi"]["patches"] == "patches/duo-opensbi/0001-made-up.patch"
    with tarfile.open(folder / rows["duo-opensbi"]["sources"]) as tar:
        assert {name.split("/")[0] for name in tar.getnames()} == {"opensbi"}
    assert "duo-fsbl" in (folder / "README.md").read_text().split("cannot give")[1]


def check_bundle(folder: Path) -> None:
    changed = (folder / "environment/changed.md").read_text()
    assert "- duo-opensbi, `0001-made-up.patch`: A patch that this made-up tree takes." in changed
    assert "MemTotal" in changed and "`trim.config`" in changed
    readme = (folder / "README.md").read_text()
    assert "ssh root@192.168.42.1" in readme and "riscv.fwsz" in readme
