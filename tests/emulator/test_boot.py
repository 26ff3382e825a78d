# SPDX-License-Identifier: MIT
"""A card boots into a story, within its memory, and its console behaves."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from image.emulator import qemu
from tests.emulator import machine
from tests.emulator.machine import Machine
from tests.web import free_port

CARD_MIB = 256
# Floors of the product, kB, with sound and USB built in and 64 MB given.
MEMORY_FLOORS = {"MemTotal": 59392, "MemAvailable": 53760}
# Beyond what file systems keep for themselves: all of the card behind the root must be there.
DATA_SHARE = 0.9


@pytest.fixture(scope="module")
def used_card(card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card that these tests share, one after the other."""
    folder = tmp_path_factory.mktemp("boot")
    return qemu.make_card(card, folder / "card.img", CARD_MIB)


@pytest.fixture
def board(used_card: Path) -> Iterator[Machine]:
    """The board, with its shell open."""
    with Machine(used_card) as board:
        board.open_shell()
        yield board


def test_boots_into_a_story(used_card: Path) -> None:
    with Machine(used_card) as board:
        loader = board.expect("Starting kernel ...")
        assert "Found /extlinux/extlinux.conf" in loader
        greeting = board.expect(machine.STORY)
        # The first boot says one line more, about /data.
        assert len(greeting.split("\nstory")[0].strip().splitlines()) <= 3, greeting
        assert re.search("[a-z]{2}", board.expect(machine.SENTENCE))


def test_memory_is_above_the_floors(used_card: Path) -> None:
    """As ./doit run starts it: with a network, and the story page served there."""
    port = free_port()
    devices = qemu.Devices(audio="none", extra=qemu.network(None, port))
    with Machine(used_card, devices) as board:
        board.open_shell()
        assert machine.page_status(port) == 200
        found = board.memory()
    for name, floor in MEMORY_FLOORS.items():
        print(f"{name} {found[name]} kB, floor {floor} kB")
        assert found[name] >= floor
    assert found["SwapTotal"] == 0


def test_exit_returns_to_stories(board: Machine) -> None:
    board.send("exit")
    board.expect(machine.STORY)
    board.console.sendintr()
    board.expect(re.escape(machine.SHELL))


def test_root_is_read_only(board: Machine) -> None:
    assert " / erofs ro" in board.command("grep ' / ' /proc/mounts")
    assert "Read-only" in board.command("! touch /etc/new")


def test_data_fills_the_card(board: Machine) -> None:
    size_kb, kind = board.command("df -T /data | tail -n 1").split()[2], data_kind(board)
    root_end = board.command("cat /sys/class/block/*[a-z]2/start /sys/class/block/*[a-z]2/size")
    free_kb = CARD_MIB * 1024 - sum(int(sectors) for sectors in root_end.split()) // 2
    assert kind == "ext4"
    assert int(size_kb) >= DATA_SHARE * free_kb


def test_data_survives_poweroff(used_card: Path) -> None:
    with Machine(used_card) as board:
        board.open_shell()
        board.command("echo kept > /data/kept")
        board.power_off()
    with Machine(used_card) as board:
        board.open_shell()
        assert board.command("cat /data/kept") == "kept\n"
        assert "recovery" not in board.command("dmesg | grep EXT4")


def test_card_without_room_keeps_data_in_memory(card: Path, tmp_path: Path) -> None:
    size_mib = -(-card.stat().st_size // qemu.MIB)
    with Machine(qemu.make_card(card, tmp_path / "card.img", size_mib)) as board:
        greeting = board.expect(machine.STORY)
        assert greeting.count("in memory") == 1
        board.console.sendintr()
        board.expect(machine.PROMPT)
        assert data_kind(board) == "tmpfs"


def test_broken_data_is_repaired(used_card: Path) -> None:
    with Machine(used_card) as board:
        board.open_shell()
        board.command("echo kept > /data/kept; sync")
        # The superblock and the group descriptors; the copies further on remain.
        partition = board.command("grep ' /data ' /proc/mounts").split()[0]
        board.command("umount /data")
        board.command(f"dd if=/dev/zero of={partition} bs=4k count=2; sync")
        board.power_off()
    with Machine(used_card) as board:
        assert "being repaired" in board.expect(machine.STORY)
        board.console.sendintr()
        board.expect(machine.PROMPT)
        assert data_kind(board) == "ext4"
        assert board.command("cat /data/kept") == "kept\n"


def test_tells_without_sound_device(used_card: Path) -> None:
    with Machine(used_card, qemu.Devices(audio=None)) as board:
        story = board.expect(machine.NO_SOUND)
        board.console.send("\r")
        story += board.expect(machine.STORY) + board.expect(machine.SENTENCE)
        assert story.count(machine.NO_SOUND) == 1


def test_missing_storyteller_leads_to_the_shell(board: Machine) -> None:
    board.command("mount -t tmpfs tmpfs /usr/bin")
    board.send("exit")
    ending = board.expect(re.escape(machine.SHELL))
    assert "The storyteller ended with status 127." in ending


def data_kind(board: Machine) -> str:
    """The type of the file system on /data."""
    return board.command("grep ' /data ' /proc/mounts").split()[2]
