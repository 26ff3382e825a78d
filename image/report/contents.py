# SPDX-License-Identifier: MIT
"""What fills the card: every byte of the image, by partition, package and file."""

import re
from collections.abc import Iterator
from pathlib import Path

from image import run
from image.card import disk_image, release, rootfs
from image.errors import UserError
from image.plan.graph import Plan
from image.plan.step import BOOT, ROOT
from image.report.treemap import Tile

FRONT = "before the partitions"
BOOT_FREE = "free on the boot partition"
ROOT_FREE = "free after the root"
FILE_SYSTEM = "root file system itself"
EMPTY = "empty"
OVERLAY = "overlay"
GIVEN = "given by hand"
STORED = re.compile(r"^Size: (?P<size>\d+)\s+On-disk size: (?P<stored>\d+)", re.MULTILINE)


def tiles(plan: Plan) -> list[Tile]:
    """Each byte of the card image once: the sizes add up to the size of the file."""
    symbols = plan.project.config.symbols
    boot_size = int(symbols["CARD_BOOT_MIB"]) * disk_image.MIB
    root_size = int(symbols["CARD_ROOT_MIB"]) * disk_image.MIB
    boot, root = list(_boot(plan)), list(_root(plan))
    image = plan.folder(plan.step("rootfs")) / rootfs.IMAGE
    structure = image.stat().st_size - _total(root)
    whole = release.image_path(plan).stat().st_size
    return [
        Tile(EMPTY, FRONT, whole - boot_size - root_size, "partition table, alignment"),
        *boot,
        Tile(EMPTY, BOOT_FREE, boot_size - _total(boot), "its tables and free space"),
        *root,
        Tile(FILE_SYSTEM, "folders, links, rest of blocks", structure),
        Tile(EMPTY, ROOT_FREE, root_size - image.stat().st_size),
    ]


def stored_size(image: Path, name: str) -> tuple[int, int]:
    """Size of a file in a root image, and what it takes there, compressed. Bytes."""
    said = run.output(["dump.erofs", f"--path=/{name}", image])
    found = STORED.search(said)
    if not found:
        raise UserError(f"{image}: dump.erofs does not report the size of /{name}")
    return int(found["size"]), int(found["stored"])


def _boot(plan: Plan) -> Iterator[Tile]:
    tree = plan.folder(plan.step("card")) / BOOT
    owners = _owners(plan, BOOT)
    for name in _files(tree):
        group = GIVEN if name in plan.project.boot_files else owners.get(name, OVERLAY)
        yield Tile(group, f"/boot/{name}", (tree / name).stat().st_size)


def _root(plan: Plan) -> Iterator[Tile]:
    folder = plan.folder(plan.step("rootfs"))
    owners = _owners(plan, ROOT)
    for name in _files(folder / ROOT):
        size, stored = stored_size(folder / rootfs.IMAGE, name)
        group = GIVEN if name in plan.project.model_files else owners.get(name, OVERLAY)
        yield Tile(group, f"/{name}", stored, f"{size} bytes unpacked")


def _owners(plan: Plan, place: str) -> dict[str, str]:
    """Which package each file comes from."""
    return {
        name: package.name
        for package in plan.packages
        for name in _files(plan.folder(plan.step(package.name)) / place)
    }


def _files(tree: Path) -> list[str]:
    found = (path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(str(path.relative_to(tree)) for path in found)


def _total(tiles: list[Tile]) -> int:
    return sum(tile.size for tile in tiles)
