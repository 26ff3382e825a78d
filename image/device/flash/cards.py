# SPDX-License-Identifier: MIT
"""The disks of this machine, as lsblk knows them, and which of them a card image may go to."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from image import run
from image.errors import UserError

COLUMNS = "NAME,PATH,TYPE,SIZE,RM,HOTPLUG,RO,TRAN,VENDOR,MODEL,FSTYPE,LABEL,MOUNTPOINTS"
# Cards sold as 128 GB have up to 128 GiB; what is larger is rather somebody's disk.
LARGEST = 128 << 30
# What else claims a disk, though nothing is mounted.
MEMBERS = {
    "LVM2_member": "a volume group (LVM)",
    "linux_raid_member": "a RAID array",
    "zfs_member": "a ZFS pool",
}


@dataclass(frozen=True)
class Allowed:
    """What this call may do that is not done unasked."""

    large: bool = False  # force=1
    loop: bool = False  # loop=1


@dataclass(frozen=True)
class Disk:
    """A whole disk. Sizes in bytes."""

    path: Path
    kind: str  # lsblk's: disk, loop ...
    size: int
    name: str  # maker and model
    removable: bool
    read_only: bool
    uses: tuple[str, ...]  # in words, each a reason to leave it alone
    contents: tuple[str, ...]  # file systems on it

    def __str__(self) -> str:
        return f"{self.path}  {size_in_words(self.size)}  {self.name}"


def size_in_words(size: int) -> str:
    """As it is printed on cards."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def disks() -> list[Disk]:
    """All disks of this machine."""
    entries = _list()
    # A soldered eMMC looks like a card, but for its boot areas.
    names = {entry["name"] for entry in entries}
    return [_disk(entry, f"{entry['name']}boot0" in names) for entry in entries]


def problem(disk: Disk, size: int, allowed: Allowed) -> UserError | None:
    """Why an image of `size` bytes may not go there; None if it may."""
    if disk.kind == "loop" and not allowed.loop:
        return UserError(f"{disk.path} is a loop device, not a card", "loop=1 allows it")
    if disk.kind not in ("disk", "loop"):
        return UserError(f"{disk.path} is a {disk.kind}, not a card")
    if disk.uses:
        return UserError(f"{disk.path} is in use: {', '.join(disk.uses)}", _release(disk))
    if not disk.removable and disk.kind == "disk":
        return UserError(f"{disk.path} ({disk.name}) is not removable: it is not a card")
    if disk.size == 0:
        return UserError(f"{disk.path}: there is no card in it", "put the card into the reader")
    if disk.read_only:
        hint = "move the switch on the card's or the adapter's side"
        return UserError(f"{disk.path} is write-protected", hint)
    if disk.size < size:
        lacking = f"{disk.size} bytes; the image has {size}"
        return UserError(f"{disk.path} is too small: {lacking}", "take a larger card")
    if disk.size > LARGEST and not allowed.large:
        words = f"{disk.path} has {size_in_words(disk.size)}, more than cards for this board have"
        return UserError(words, "if it is the right one: force=1")
    return None


def candidates(size: int, allowed: Allowed) -> list[Disk]:
    """Cards that an image of `size` bytes may go to. Raises UserError when there is none."""
    found = [disk for disk in disks() if disk.kind == "disk"]
    good = [disk for disk in found if problem(disk, size, allowed) is None]
    if good:
        return good
    cards = [disk for disk in found if disk.removable]
    reasons = [str(problem(disk, size, allowed)).removeprefix("error: ") for disk in cards]
    message = "\n".join(["no card to write to", *reasons])
    raise UserError(
        message, hint="put the card into a reader and check with lsblk; or give device=/dev/NAME"
    )


def named(path: Path, size: int, allowed: Allowed) -> Disk:
    """The disk at device=`path`. Raises UserError when an image of `size` may not go there."""
    real = path.resolve()
    for entry in _list():
        parts = [Path(part["path"]) for part in _below(entry)]
        if real in parts:
            words = f"{path} is a part of {entry['path']}; an image needs the whole card"
            raise UserError(words, hint=f"device={entry['path']}")
    found = [disk for disk in disks() if disk.path == real]
    if not found:
        cards = "; ".join(str(disk) for disk in disks() if disk.removable and disk.size)
        raise UserError(f"{path} is not a disk", hint=f"cards here: {cards or 'none'}")
    refused = problem(found[0], size, allowed)
    if refused:
        raise refused
    return found[0]


def _list() -> list[dict[str, Any]]:
    said = json.loads(run.output(["lsblk", "--json", "--bytes", "--output", COLUMNS]))
    # Loop devices without a file are nobody's.
    return [one for one in said["blockdevices"] if one["type"] != "loop" or one["size"]]


def _disk(entry: dict[str, Any], is_emmc: bool) -> Disk:
    words = (entry["vendor"], entry["model"])
    parts = [entry, *_below(entry)]
    plugged = entry["rm"] or entry["hotplug"] or entry["tran"] in ("usb", "mmc")
    return Disk(
        path=Path(entry["path"]),
        kind=entry["type"],
        size=int(entry["size"] or 0),
        name=" ".join(word.strip() for word in words if word and word.strip()) or "no name",
        removable=bool(plugged) and not is_emmc,
        read_only=bool(entry["ro"]),
        uses=tuple(use for part in parts for use in _uses(part)),
        contents=tuple(
            " ".join(word for word in (part["label"], f"({part['fstype']})") if word)
            for part in parts
            if part["fstype"]
        ),
    )


def _uses(part: dict[str, Any]) -> Iterator[str]:
    path = part["path"]
    for place in filter(None, part["mountpoints"]):
        yield f"{path} is swap" if place == "[SWAP]" else f"{path} is mounted at {place}"
    if part["fstype"] in MEMBERS:
        yield f"{path} belongs to {MEMBERS[part['fstype']]}"
    elif part["type"] not in ("disk", "part", "loop"):
        yield f"{path} ({part['type']}) is built on it"


def _below(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in entry.get("children", ()):
        yield child
        yield from _below(child)


def _release(disk: Disk) -> str:
    if any(use.endswith(" is mounted at /") for use in disk.uses):
        return "this machine runs from it: it is not a card"
    mounted = [use.split()[0] for use in disk.uses if " is mounted at " in use]
    if len(mounted) == len(disk.uses):
        return f"sudo umount {' '.join(mounted)}"
    return f"it is not a free card; lsblk {disk.path} shows more"


def listed(found: Sequence[Disk]) -> str:
    """Numbered lines to choose from."""
    return "\n".join(f"  {number}  {disk}" for number, disk in enumerate(found, 1))
