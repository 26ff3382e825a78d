# SPDX-License-Identifier: MIT
"""`doit deploy` to the emulated board, over its network and its own ssh server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from image.emulator import qemu
from image.run import CommandFailed
from tests.conftest import ROOT, copy_checkout, doit
from tests.device.entry import let_in, make_key
from tests.emulator.machine import STORY, Machine
from tests.web import free_port

CHOICES = "CONFIG_BOARD_QEMU_VIRT=y\nCONFIG_PACKAGE_DROPBEAR=y\n"
TELLER = "packages/storyteller/src/main.c"
GREETING = "Type what the next story is about"


@pytest.fixture(scope="module")
def networked(card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose board has ssh, and its card image; finished steps are shared."""
    checkout = copy_checkout(tmp_path_factory.mktemp("deploy") / "checkout")
    (checkout / "work").symlink_to(ROOT / "work")
    (checkout / ".config").write_text(CHOICES)
    doit(checkout, "image")
    return checkout


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_key(tmp_path, monkeypatch)


@pytest.fixture
def open_card(networked: Path, key: Path, tmp_path: Path) -> Path:
    """A card that lets the person in."""
    image = networked / "out/qemu_virt/images/duo-storyteller-qemu_virt.img"
    made = qemu.make_card(image, tmp_path / "card.img", 256)
    let_in(made, key)
    return made


@pytest.fixture
def board(open_card: Path) -> Iterator[tuple[Machine, str]]:
    """The board, telling stories, with its ssh server up; and the setting that leads there."""
    port = str(free_port())
    plugged = qemu.Devices(audio="none", extra=qemu.network(port))
    with Machine(open_card, plugged) as machine:
        machine.open_shell()
        machine.command("until [ -s /run/dropbear.pid ]; do sleep 0.1; done")
        machine.send("exit")
        machine.expect(STORY)
        yield machine, f"SSH_PORT={port}"


def change(checkout: Path) -> None:
    """As a person would: a program of ours, a new one, and one less."""
    teller = checkout / TELLER
    assert GREETING in teller.read_text()
    teller.write_text(teller.read_text().replace(GREETING, "Deployed: say what"))
    hello = checkout / "overlays/rootfs/usr/bin/hello"
    hello.write_text("#!/bin/sh\necho hello from memory\n")
    hello.chmod(0o755)
    (checkout / "overlays/rootfs/usr/bin/diagnose").unlink()


def test_changes_arrive_and_last_until_the_next_start(
    networked: Path, board: tuple[Machine, str], open_card: Path
) -> None:
    machine, at = board
    assert "nothing to send" in doit(networked, "deploy", at)
    change(networked)
    said = doit(networked, "deploy", at)
    assert "usr/bin/storyteller" in said and "usr/bin/diagnose (removed)" in said
    assert "2 sent" in said and "The storyteller restarts." in said
    assert "until the board restarts" in said
    # The stories go on by themselves, told by the new program.
    machine.expect("Deployed: say what")
    machine.expect(STORY)
    assert "nothing to send" in doit(networked, "deploy", at)

    (networked / "overlays/rootfs/etc/large").write_bytes(bytes(56 << 20))
    with pytest.raises(CommandFailed, match=r"58\.7 MB do not fit into the board's memory"):
        doit(networked, "deploy", at)

    machine.console.sendintr()
    machine.expect("~ # ")
    assert "hello from memory" in machine.command("hello")
    assert "gone" in machine.command("[ -e /usr/bin/diagnose ] || echo gone")
    machine.power_off()
    with Machine(open_card) as again:
        again.expect(GREETING)
