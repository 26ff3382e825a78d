# SPDX-License-Identifier: MIT
"""Which disks a card image may go to: everything else is refused, with the reason and a remedy."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from image.device.flash import cards
from image.device.flash.cards import Allowed
from image.errors import UserError

SIZE = 60 << 20
Machine = Callable[..., None]


def disk(name: str, **more: Any) -> dict[str, Any]:
    """A disk as lsblk lists it; a card in a USB reader, unless told otherwise."""
    reader = {
        "name": name, "path": f"/dev/{name}", "type": "disk", "size": 32 * 10**9, "rm": True,
        "hotplug": True, "ro": False, "tran": "usb", "vendor": "Generic ", "model": "SD Reader  ",
        "fstype": None, "label": None, "mountpoints": [None],
    }  # fmt: skip
    return {**reader, **more}


def part(name: str, **more: Any) -> dict[str, Any]:
    return disk(name, **{"type": "part", "tran": None, "vendor": None, "model": None, **more})


SYSTEM = disk(
    "nvme0n1",
    **{"size": 10**12, "rm": False, "hotplug": False, "tran": "nvme", "model": "SSD", "vendor": ""},
    children=[part("nvme0n1p1", fstype="ext4", mountpoints=["/"])],
)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A program `lsblk` that is found first; the test says what it lists."""
    program, answer = tmp_path / "lsblk", tmp_path / "answer"
    program.write_text(f"#!/bin/sh\ncat {answer}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    def has(*entries: dict[str, Any]) -> None:
        answer.write_text(json.dumps({"blockdevices": [SYSTEM, *entries]}))

    return has


def refusal(path: str, allowed: Allowed | None = None) -> UserError:
    with pytest.raises(UserError) as caught:
        cards.named(Path(path), SIZE, allowed or Allowed())
    return caught.value


def test_a_card_is_listed_with_size_and_name(machine: Machine) -> None:
    filled = [part("sdb1", fstype="vfat", label="BOOT"), part("sdb2", fstype="ext4")]
    machine(disk("sdb", children=filled), disk("sdc", size=0), disk("sr0", type="rom"))
    (card,) = cards.candidates(SIZE, Allowed())
    assert str(card) == "/dev/sdb  32.0 GB  Generic SD Reader"
    assert card.contents == ("BOOT (vfat)", "(ext4)")
    assert cards.named(Path("/dev/sdb"), SIZE, Allowed()) == card


def test_a_card_in_a_slot_of_the_machine(machine: Machine) -> None:
    slot = {"rm": False, "tran": "mmc", "vendor": None, "model": None}
    machine(disk("mmcblk0", **slot))
    assert [str(card.path) for card in cards.candidates(SIZE, Allowed())] == ["/dev/mmcblk0"]
    # The same with boot areas is soldered.
    machine(disk("mmcblk0", **slot), disk("mmcblk0boot0", size=4 << 20, ro=True, **slot))
    assert "not removable" in refusal("/dev/mmcblk0").message


@pytest.mark.parametrize(
    ("entry", "message", "hint"),
    [
        ({"rm": False, "hotplug": False, "tran": "sata"}, "not removable", None),
        ({"ro": True}, "write-protected", "switch"),
        ({"size": SIZE - 1}, "too small: 62914559 bytes; the image has 62914560", "larger"),
        ({"size": (128 << 30) + 1}, "137.4 GB", "force=1"),
        ({"size": 0}, "no card in it", "reader"),
        ({"mountpoints": ["/media/me/x y"], "fstype": "vfat"}, "at /media/me/x y", "umount"),
        ({"mountpoints": ["/"], "fstype": "ext4"}, "mounted at /", "runs from it"),
        ({"children": [part("sdb1", mountpoints=[None, "/a"])]}, "/a", "umount /dev/sdb1"),
        ({"children": [part("sdb1", mountpoints=["[SWAP]"])]}, "/dev/sdb1 is swap", "lsblk"),
        ({"children": [part("sdb1", fstype="LVM2_member")]}, "volume group", "lsblk"),
        ({"fstype": "linux_raid_member"}, "RAID", "lsblk"),
        (
            {"children": [part("sdb1", children=[disk("x", type="crypt", path="/dev/mapper/x")])]},
            "/dev/mapper/x (crypt) is built on it",
            "lsblk",
        ),
    ],
)
def test_refused(machine: Machine, entry: dict[str, Any], message: str, hint: str | None) -> None:
    machine(disk("sdb", **entry))
    error = refusal("/dev/sdb")
    assert message in error.message and "/dev/sdb" in error.message
    assert (hint or "") in (error.hint or "")
    # And it is not proposed either, but where it might be meant, its reason is told.
    with pytest.raises(UserError, match="no card to write to") as caught:
        cards.candidates(SIZE, Allowed())
    assert ("/dev/sdb" in caught.value.message) == (hint is not None)


def test_force_is_for_the_size_only(machine: Machine) -> None:
    big, mounted = {"size": 10**12}, {"size": 10**12, "mountpoints": ["/a"]}
    machine(disk("sdb", **big), disk("sdc", **mounted))
    assert cards.named(Path("/dev/sdb"), SIZE, Allowed(large=True)).size == 10**12
    assert "mounted" in refusal("/dev/sdc", Allowed(large=True)).message
    assert "mounted" in refusal("/dev/nvme0n1", Allowed(large=True, loop=True)).message


def test_a_partition_names_its_disk(machine: Machine) -> None:
    machine(disk("sdb", children=[part("sdb1")]))
    error = refusal("/dev/sdb1")
    assert "/dev/sdb1 is a part of /dev/sdb" in error.message
    assert error.hint == "device=/dev/sdb"


def test_loop_devices_are_never_proposed(machine: Machine) -> None:
    machine(disk("loop0", type="loop", rm=False, hotplug=False, tran=None))
    error = refusal("/dev/loop0")
    assert "loop device" in error.message and "loop=1" in str(error.hint)
    assert cards.named(Path("/dev/loop0"), SIZE, Allowed(loop=True)).size == 32 * 10**9
    with pytest.raises(UserError, match="no card"):
        cards.candidates(SIZE, Allowed(loop=True))


def test_what_is_no_disk_at_all(machine: Machine) -> None:
    machine(disk("sdb"))
    error = refusal("/dev/null")
    assert "/dev/null is not a disk" in error.message
    assert error.hint == "cards here: /dev/sdb  32.0 GB  Generic SD Reader"


def test_a_link_is_followed(machine: Machine, tmp_path: Path) -> None:
    machine(disk("sdb"))
    (tmp_path / "by-id").symlink_to("/dev/sdb")
    assert cards.named(tmp_path / "by-id", SIZE, Allowed()).path == Path("/dev/sdb")


def test_this_machine_is_understood() -> None:
    """The real lsblk gives what we ask it for."""
    for found in cards.disks():
        assert found.path.is_block_device()
