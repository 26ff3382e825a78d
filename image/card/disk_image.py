# SPDX-License-Identifier: MIT
"""The card: boot files and root image in one MBR image, written without root rights."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from image import run
from image.boards import fip, fit, verify
from image.builders.job import copy_file, reproducible
from image.card import line_ends, rootfs
from image.card.bmap import Range
from image.errors import UserError
from image.plan.step import BOOT, Step

if TYPE_CHECKING:
    from image.plan.graph import Plan

IMAGE = "card.img"
LOG = "log"
MIB = 1 << 20
SECTOR = 512
# The board's boot ROM looks for it; as the vendor does, it is written before all others.
FIRST = fip.NAME
# FAT keeps its own tables and the cluster ends; this much of the partition is not for files.
FAT_OVERHEAD = MIB
# A serial number that would else come from the clock. A board may find its root by it
# (boot/extlinux of overlays/boards), so it is the same on every card.
DISK_ID = "0xD0057082"

# Of mkfs.fat's arguments the later counts: --invariant brings an id of its own.
GENIMAGE = """\
image boot.vfat {{
    vfat {{
        label = "boot"
        extraargs = "--invariant -i {fat_id}"
        files = {{ {files} }}
    }}
    size = {boot_mib}M
}}
image {image} {{
    hdimage {{
        align = 1M
        disk-signature = {disk_id}
    }}
    partition boot {{
        partition-type = 0xC
        bootable = true
        image = "boot.vfat"
    }}
    partition root {{
        partition-type = 0x83
        image = "{root}"
        size = {root_mib}M
    }}
}}
"""


@dataclass(frozen=True)
class Part:
    """A partition, and what is to go into it (bytes); `setting` is the symbol for its size."""

    name: str
    size_mib: int
    content: int
    setting: str


def build(plan: Plan, step: Step) -> None:
    """Write the card image of a plan."""
    folder = plan.folder(step)
    boot = folder / BOOT
    root = plan.folder(plan.step("rootfs")) / rootfs.IMAGE
    _collect_boot(plan, boot)
    _check_loaders(plan, boot)
    symbols = plan.project.config.symbols
    content = sum(path.stat().st_size for path in boot.rglob("*") if path.is_file())
    parts = (
        Part("boot", int(symbols["CARD_BOOT_MIB"]), content + FAT_OVERHEAD, "CARD_BOOT_MIB"),
        Part("root", int(symbols["CARD_ROOT_MIB"]), root.stat().st_size, "CARD_ROOT_MIB"),
    )
    for part in parts:
        check_size(part)
    _write(folder, boot, root, parts, volume_id(plan.key(step)))


def volume_id(key: str) -> str:
    """The boot partition's serial number: the first 8 hexadecimal digits of the card's key.

    So two cards in one machine are told apart, and the same card is equal bit for bit.
    """
    return key[:8].upper()


def contents(plan: Plan) -> tuple[Range, ...]:
    """What somebody reads of the card: the table, the boot partition, the root image."""
    boot = int(plan.project.config.symbols["CARD_BOOT_MIB"]) * MIB
    root = (plan.folder(plan.step("rootfs")) / rootfs.IMAGE).stat().st_size
    return Range(0, SECTOR), Range(MIB, boot), Range(MIB + boot, root)


def check_size(part: Part) -> None:
    """Raise UserError when a partition is too small for its content, saying by how much."""
    lacking = part.content - part.size_mib * MIB
    if lacking > 0:
        needed = -(-part.content // MIB)
        raise UserError(
            f"the {part.name} partition of {part.size_mib} MiB is {lacking} bytes too small",
            hint=f"set CONFIG_{part.setting}={needed} or more (./doit menuconfig)",
        )


def _collect_boot(plan: Plan, boot: Path) -> None:
    overlay = plan.project.board.boot
    sources = [(p.name, plan.folder(plan.step(p.name)) / BOOT) for p in plan.packages]
    for _, source in [*sources, ("overlay", overlay)]:
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            name = str(file.relative_to(source))
            if line_ends.is_foreign(file, name):
                raise UserError(f"{file} has Windows line endings (CR LF)", line_ends.HINT)
            copy_file(file, boot / name)
    for path, file in plan.project.boot_files.items():
        copy_file(file, boot / path)


def _check_loaders(plan: Plan, boot: Path) -> None:
    """Boot loaders and kernel of the board must agree with the memory map, and with each other."""
    if not (boot / FIRST).is_file():
        return
    wanted = verify.expected(plan.project.memory_map)
    found = verify.verify((boot / FIRST).read_bytes(), (boot / fit.NAME).read_bytes(), wanted)
    wrong = [f"\n  {finding}" for finding in found if not finding.ok]
    if wrong:
        raise UserError(
            f"the boot files do not match each other or the memory map:{''.join(wrong)}",
            hint="use the boot loaders built from the SDK (no FIP=), or another file",
        )


def _write(folder: Path, boot: Path, root: Path, parts: tuple[Part, Part], fat_id: str) -> None:
    config = folder / "genimage.cfg"
    config.write_text(
        GENIMAGE.format(
            image=IMAGE,
            root=root,
            fat_id=fat_id,
            disk_id=DISK_ID,
            files=", ".join(f'"{name}"' for name in _in_order(boot)),
            boot_mib=parts[0].size_mib,
            root_mib=parts[1].size_mib,
        )
    )
    _run_genimage(folder, boot, config)
    config.unlink()  # it names folders of this machine, and a result may go to others
    # genimage ends the file with the last partition's content; the table promises the whole of it.
    os.truncate(folder / IMAGE, (1 + sum(part.size_mib for part in parts)) * MIB)


def _in_order(boot: Path) -> list[str]:
    return sorted((path.name for path in boot.iterdir()), key=lambda name: (name != FIRST, name))


def _run_genimage(folder: Path, boot: Path, config: Path) -> None:
    empty = folder / "empty"
    empty.mkdir()
    paths = [f"--rootpath={empty}", f"--tmppath={folder / 'tmp'}", f"--inputpath={boot}"]
    paths += [f"--outputpath={folder}"]
    run.run(
        ["genimage", f"--config={config}", *paths], cwd=folder, env=reproducible(), log=folder / LOG
    )
