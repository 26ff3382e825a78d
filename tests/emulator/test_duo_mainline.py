# SPDX-License-Identifier: MIT
"""The emulated Duo, judged by software that others wrote: OpenSBI, kernel.org's Linux, U-Boot.

That Linux has its own drivers and its own device tree of the board, to which the USB controller is
added. Our root tells a story on it.
"""

import contextlib
import re
import shutil
import socket
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from image import run
from image.emulator import qemu
from image.plan import graph
from image.plan.step import STAGING
from tests.conftest import ROOT, build_all, load_project
from tests.emulator import listen
from tests.emulator.duo import build
from tests.emulator.duo.board import WORDS_FOUND, Duo
from tests.web import free_port

KERNEL, LOADER, MONITOR = "duo-mainline", "duo-mainline-uboot", "duo-mainline-opensbi"
TREE_SIZE = 0x10000  # as duo/load.c has it
ARGUMENTS = "console=ttyS0,115200 root=/dev/mmcblk0p2 rootfstype=erofs ro rootwait loglevel=4"
CARD_MIB = 256
# kernel.org's device tree of the chip has no node for it. As sophgo,cv1800-usb its driver would do
# without DMA, which is not modelled.
USB = "/soc/usb@4340000"
USB_NODE = (
    ("-t", "s", USB, "compatible", "snps,dwc2"),
    ("-t", "x", USB, "reg", "4340000", "10000"),
    ("-t", "i", USB, "interrupts", "30", "4"),
    ("-t", "s", USB, "dr_mode", "peripheral"),
    ("-t", "s", USB, "clock-names", "otg", "utmi"),
    # Of the vendor's device tree, in words.
    ("-t", "i", USB, "g-rx-fifo-size", "536"),
    ("-t", "i", USB, "g-np-tx-fifo-size", "32"),
    ("-t", "i", USB, "g-tx-fifo-size", "768", "512", "512", "384", "128", "128"),
)
CLOCKS = "/soc/clock-controller@3002000"
USB_CLOCKS = ("91", "92")  # include/dt-bindings/clock/sophgo,cv1800.h
# What the Duo's card does with the socket, done on the emulated board's root.
BOARD = ROOT / "overlays/boards/milkv_duo/rootfs"
GADGET = ("etc/init.d/start.d/20-usb", "etc/udhcpd.conf", "usr/libexec/usb-console")
ATTACH = """\
mkdir -p /tmp/root/etc /tmp/root/usr/libexec /tmp/boot
ln -s /dev /proc /run /sys /tmp/root
mount -t vfat -o ro /dev/mmcblk0p1 /tmp/boot
cp /tmp/boot/udhcpd.conf /tmp/root/etc
cp /tmp/boot/usb-console /tmp/root/usr/libexec
chmod +x /tmp/root/usr/libexec/usb-console
printf 'sound=gadget\\nnetwork=1\\n' > /tmp/root/etc/board.conf
TEST_ROOT=/tmp/root sh /tmp/boot/20-usb
until grep -q ^configured /sys/class/udc/*/state; do sleep 0.1; done
"""
UBOOT_PROMPT = "milkv_duo# "
NUMBERS = b"".join(number.to_bytes(4, "little") for number in range(1 << 20))  # 4 MiB
PACKETS = 2  # at least: the addresses of both ends, and a connection


@pytest.fixture(scope="session")
def mainline(duo_emulator: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A fip.bin with OpenSBI and kernel.org's Linux."""
    kernel, monitor = staged(KERNEL)
    folder = tmp_path_factory.mktemp("mainline")
    tree = Path(shutil.copy(kernel / "milkv-duo.dtb", folder))
    run.run(["fdtput", "-t", "s", tree, "/chosen", "bootargs", ARGUMENTS])
    add_usb(tree)
    bl2 = build.program(folder / "load", "load.c")
    payload = tree.read_bytes().ljust(TREE_SIZE, b"\0") + (kernel / "Image").read_bytes()
    return build.fip_bin(bl2, (monitor / "fw_dynamic.bin").read_bytes(), payload)


def staged(name: str) -> list[Path]:
    """What the builds of a program of others, and of the OpenSBI under it, left."""
    plan = graph.make(load_project("milkv_duo"), [name])
    build_all(plan)
    return [plan.folder(plan.step(one)) / STAGING for one in (name, MONITOR)]


def add_usb(tree: Path) -> None:
    """The node of the USB controller."""
    run.run(["fdtput", "-c", tree, USB])
    for option, kind, *rest in USB_NODE:
        run.run(["fdtput", option, kind, tree, *rest])
    clocks = run.output(["fdtget", tree, CLOCKS, "phandle"]).strip()
    both = [word for clock in USB_CLOCKS for word in (clocks, clock)]
    run.run(["fdtput", "-t", "i", tree, USB, "clocks", *both])


@pytest.fixture
def used_card(card: Path, mainline: bytes, tmp_path: Path) -> Path:
    """The emulated board's card, with that fip.bin."""
    copy = qemu.make_card(card, tmp_path / "card.img", CARD_MIB)
    build.put(copy, "fip.bin", mainline)
    return copy


def test_linux_of_others_tells_a_story(duo_emulator: Path, used_card: Path) -> None:
    with Duo(duo_emulator, used_card) as board:
        board.expect("load: starting OpenSBI")
        board.expect(r"OpenSBI v\d")
        board.open_shell()
        model = board.command("cat /proc/device-tree/model")
        interrupts = board.command("cat /proc/interrupts")
        board.command("echo kept > /data/kept; sync; grep -q '^/dev/mmcblk0p3 /data' /proc/mounts")
    assert model.strip("\0\n") == "Milk-V Duo"
    assert {"mmc0", "ttyS0", "riscv-timer"} <= set(interrupts.split()), interrupts
    assert board.misuses() == []


@pytest.fixture
def attached(duo_emulator: Path, used_card: Path) -> Iterator[tuple[Duo, int]]:
    """The board at a computer's USB cable, and the port that leads to its ssh."""
    port = free_port()
    for name in GADGET:
        build.put(used_card, Path(name).name, (BOARD / name).read_bytes())
    with Duo(duo_emulator, used_card, nic=qemu.cable(str(port))) as board:
        board.open_shell()
        for line in ATTACH.splitlines():
            board.command(line)
        yield board, port


def test_a_computer_at_the_usb_cable(attached: tuple[Duo, int]) -> None:
    board, port = attached
    board.ask_usb("", "This is a shell")
    board.ask_usb("echo over $((40 + 2)) cables", "over 42 cables")
    # Nothing listens there: the board's refusal comes back, so packets went both ways.
    with (
        socket.create_connection(("127.0.0.1", port), timeout=60) as line,
        contextlib.suppress(ConnectionError),
    ):
        assert line.recv(1) == b""
    for way in ("rx", "tx"):
        assert int(board.command(f"cat /sys/class/net/usb0/statistics/{way}_packets")) >= PACKETS
    assert board.misuses() == []


@pytest.mark.usefixtures("quiet")
def test_its_microphone_is_heard(attached: tuple[Duo, int]) -> None:
    board, _ = attached
    story = board.tell()
    board.switch_off()
    heard = listen.hear(listen.load(board.speech))
    found = listen.words_found(heard, story)
    print(f"{found:.0%} of the words were heard: {heard}")
    assert found >= WORDS_FOUND


@pytest.fixture
def loaded_card(card: Path, duo_emulator: Path, tmp_path: Path) -> Path:
    """The emulated board's card, with a fip.bin that starts U-Boot as it is published."""
    loader, monitor = staged(LOADER)
    tree = (loader / "milkv-duo.dtb").read_bytes().ljust(TREE_SIZE, b"\0")
    bl2 = build.program(tmp_path / "load", "load.c", "pll.c")
    parts = (monitor / "fw_dynamic.bin", loader / "u-boot.bin")
    copy = qemu.make_card(card, tmp_path / "card.img", CARD_MIB)
    build.put(
        copy, "fip.bin", build.fip_bin(bl2, parts[0].read_bytes(), tree + parts[1].read_bytes())
    )
    build.put(copy, "numbers", NUMBERS)
    return copy


def test_uboot_of_others_reads_the_card(duo_emulator: Path, loaded_card: Path) -> None:
    """By its own drivers of clocks, SD controller and resets."""
    with Duo(duo_emulator, loaded_card) as board:
        said = board.expect(UBOOT_PROMPT)
        assert re.search(r"U-Boot 2025\.01 .*milkv_duo", said) and "mmc@4310000: 0" in said

        def answer(line: str) -> str:
            board.send(line)
            return board.expect(UBOOT_PROMPT)

        assert "Bus Width: 4-bit" in answer("mmc info")
        assert f"{zlib.crc32(NUMBERS):08x}" in answer(
            "load mmc 0:1 ${loadaddr} numbers; crc32 ${loadaddr} ${filesize}"
        )
        board.send("reset")
        board.expect(r"C\.SCS/")
        board.expect(UBOOT_PROMPT)
        board.power_off()
