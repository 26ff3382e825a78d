# SPDX-License-Identifier: MIT
"""The board's scripts, against a file tree that stands for the kernel's, and fakes of programs.

What the real kernel does with these files is not tested here: no emulator has this USB controller.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from image import run
from tests.conftest import ROOT

BOARD = ROOT / "overlays/boards/milkv_duo/rootfs"
START = BOARD / "etc/init.d/start.d"
LED = ROOT / "overlays/rootfs/usr/bin/led"
SSH = ROOT / "packages/dropbear/ssh"
PAGE = ROOT / "packages/story-page/start"
STORIES = BOARD / "usr/bin/stories"
GADGET = "sys/kernel/config/usb_gadget/storyteller"
KEY = "ssh-ed25519 AAAAC3Nz someone"

# A fake only notes how it was called; these do a little more.
FAKES = {
    name: 'echo "${0##*/} $*" >> "$TEST_ROOT/calls"\n'
    for name in ("mount", "umount", "ifconfig", "udhcpd", "watchdog", "sync")
}
FAKES["mountpoint"] = "echo 179:2\n"
# configfs gives each new folder the files and folders that belong to it.
FAKES["mkdir"] = """
/bin/mkdir "$@"
gadget=$TEST_ROOT/sys/kernel/config/usb_gadget/storyteller
if [ -d "$gadget" ] && [ ! -d "$gadget/functions" ]; then
    /bin/mkdir "$gadget/functions" "$gadget/os_desc"
    [ -z "$REFUSED" ] || ln -s /dev/full "$gadget/UDC"
fi
ncm=$gadget/functions/ncm.usb0
[ ! -d "$ncm" ] || { /bin/mkdir -p "$ncm/os_desc/interface.ncm"; echo usb3 > "$ncm/ifname"; }
"""
# The controller refuses what the kernel was asked for, until the refused function is gone.
FAKES["rm"] = """
/bin/rm "$@"
case $* in *"/$REFUSED.usb0") /bin/rm "${1%/configs/*}/UDC" ;; esac
"""
FAKES["dropbearmulti"] = """
echo "dropbearmulti $*" >> "$TEST_ROOT/calls"
[ "$1" != dropbearkey ] || echo key > "$5"
"""


@dataclass(frozen=True)
class Tree:
    """A root file system with fakes first on its path."""

    root: Path

    def put(self, path: str, text: str = "") -> Path:
        """Write a file."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def read(self, path: str) -> str:
        """What a file says, without the end of its line."""
        return (self.root / path).read_text().rstrip("\n")

    def has(self, path: str) -> bool:
        """Whether there is such a file, folder or link."""
        return (self.root / path).exists()

    def calls(self) -> list[str]:
        """The calls of programs, in order, with paths as they are on the board."""
        calls = self.root / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        return [line.replace(f"{self.root}/", "/") for line in lines]

    def run(self, script: Path, *words: str, **env: str) -> str:
        """Run a script of the board; returns what it printed."""
        path = f"{self.root}/fakes:/usr/sbin:/usr/bin:/sbin:/bin"
        extra = {"PATH": path, "TEST_ROOT": str(self.root), **env}
        return run.output(["/bin/sh", script, *words], env=extra, merge=True)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A board that has nothing yet but a console, its settings files, and /run."""
    tree = Tree(tmp_path)
    for name, text in FAKES.items():
        tree.put(f"fakes/{name}", f"#!/bin/sh\n{text}").chmod(0o755)
    for path in ("dev/console", "data/nothing", "run/nothing", "boot/nothing"):
        tree.put(path)
    tree.put("etc/led.conf", (ROOT / "overlays/rootfs/etc/led.conf").read_text())
    tree.put("etc/udhcpd.conf", (BOARD / "etc/udhcpd.conf").read_text())
    return tree


@pytest.fixture
def duo(tree: Tree) -> Tree:
    """A board with a USB controller, a card, and a console program."""
    tree.put("sys/class/udc/4340000.usb/state", "not attached\n")
    tree.put("sys/kernel/config/usb_gadget/.placeholder")
    tree.put("proc/cviusb/otg_role", "device\n")
    tree.put("sys/block/mmcblk0/device/cid", "1b534d4542315154305a3d8f1200a1c7\n")
    console = 'echo usb-console >> "$TEST_ROOT/calls"\n'
    tree.put("usr/libexec/usb-console", f"#!/bin/sh\n{console}").chmod(0o755)
    return tree


def settings(tree: Tree, sound: str = "none", network: int = 0, ssh: int = 0) -> None:
    """What the image was built with."""
    tree.put("etc/board.conf", f"sound={sound}\nnetwork={network}\nssh={ssh}\n")


def attached(tree: Tree) -> set[str]:
    """The functions that the computer sees."""
    configuration = tree.root / GADGET / "configs/c.1"
    return {path.name.removesuffix(".usb0") for path in configuration.glob("*.usb0")}


def test_without_a_usb_controller_nothing_happens(tree: Tree) -> None:
    settings(tree, "gadget", network=1)
    assert tree.run(START / "20-usb") == ""
    assert tree.calls() == []
    assert not tree.has("sys")
    assert tree.read("dev/console") == ""


@pytest.mark.parametrize(
    ("sound", "network", "functions"),
    [
        ("none", 0, {"acm"}),
        ("dac", 1, {"acm", "ncm"}),
        ("page", 1, {"acm", "ncm"}),
        ("gadget", 0, {"acm", "uac1"}),
        ("gadget", 1, {"acm", "uac1", "ncm"}),
    ],
)
def test_functions_follow_the_settings(
    duo: Tree, sound: str, network: int, functions: set[str]
) -> None:
    settings(duo, sound, network)
    assert duo.run(START / "20-usb") == ""
    assert attached(duo) == functions
    assert duo.read(f"{GADGET}/UDC") == "4340000.usb"
    assert duo.read("proc/cviusb/otg_role") == "device"
    assert "usb-console" in duo.calls()
    assert ("ifconfig" in " ".join(duo.calls())) == bool(network)


def test_without_settings_there_is_the_console(duo: Tree) -> None:
    duo.run(START / "20-usb")
    assert attached(duo) == {"acm"}


def test_numbers_that_computers_go_by(duo: Tree) -> None:
    settings(duo, "gadget", network=1)
    duo.run(START / "20-usb")
    assert duo.read(f"{GADGET}/idVendor") == "0x3346"
    assert duo.read(f"{GADGET}/idProduct") == "0x1009"
    assert duo.read(f"{GADGET}/bcdDevice") == "0x0107"
    number = duo.read(f"{GADGET}/strings/0x409/serialnumber")
    assert len(number) == 10
    ends = {side: duo.read(f"{GADGET}/functions/ncm.usb0/{side}_addr") for side in ("dev", "host")}
    assert ends["dev"] == "02:" + ":".join(number[i : i + 2] for i in range(0, 10, 2))
    assert ends["host"] == ends["dev"].replace("02", "06", 1)
    assert duo.read(f"{GADGET}/functions/ncm.usb0/qmult") == "1"
    assert duo.read(f"{GADGET}/functions/uac1.usb0/p_srate") == "16000"
    assert (duo.root / GADGET / "os_desc/c.1").is_symlink()


def test_another_card_has_another_number(duo: Tree) -> None:
    duo.run(START / "20-usb")
    first = duo.read(f"{GADGET}/strings/0x409/serialnumber")
    duo.put("sys/block/mmcblk0/device/cid", "035344534c3332478012345678012345\n")
    duo.run(START / "20-usb")
    assert duo.read(f"{GADGET}/strings/0x409/serialnumber") != first


def test_the_network_has_our_address_and_gives_one(duo: Tree) -> None:
    settings(duo, network=1)
    duo.run(START / "20-usb")
    assert "ifconfig usb3 192.168.42.1 netmask 255.255.255.0 up" in duo.calls()
    assert duo.calls()[-1] == "udhcpd /run/udhcpd.conf"
    lines = duo.read("run/udhcpd.conf").splitlines()
    assert "interface usb3" in lines
    # The computer's way to the Internet must not lead here.
    assert not [line for line in lines if line.startswith(("option router", "option dns"))]


def test_what_does_not_fit_is_left_out_and_told(duo: Tree) -> None:
    settings(duo, "gadget", network=1)
    duo.run(START / "20-usb", REFUSED="ncm")
    assert attached(duo) == {"acm", "uac1"}
    assert duo.read(f"{GADGET}/UDC") == "4340000.usb"
    assert duo.read(f"{GADGET}/bcdDevice") == "0x0103"
    assert duo.read("dev/console") == "usb: no room for 'ncm'."
    assert "ifconfig" not in " ".join(duo.calls())


def test_a_controller_that_takes_nothing_is_told(duo: Tree) -> None:
    settings(duo, network=1)
    with pytest.raises(run.CommandFailed):
        duo.run(START / "20-usb", REFUSED="everything")
    assert "takes no functions at all" in duo.read("dev/console")
    assert "usb-console" not in duo.calls()


def test_a_usb_speaker_gets_the_socket(duo: Tree) -> None:
    settings(duo, "usb", network=1)
    assert duo.run(START / "20-usb") == ""
    assert duo.read("proc/cviusb/otg_role") == "host"
    assert not duo.has(GADGET)


@pytest.mark.parametrize(("device", "calls"), [(False, 0), (True, 1)])
def test_a_watchdog_is_fed_where_there_is_one(tree: Tree, device: bool, calls: int) -> None:
    if device:
        tree.put("dev/watchdog")
    assert tree.run(START / "10-watchdog") == ""
    assert tree.calls() == ["watchdog -t 20 -T 60 /dev/watchdog"] * calls


def test_each_state_has_its_pattern(tree: Tree) -> None:
    tree.put("sys/class/leds/status/trigger")
    lines = [line.split() for line in tree.read("etc/led.conf").splitlines() if line[:1].isalpha()]
    assert {"booting", "ready", "listening", "thinking", "telling", "error"} == {
        state for state, _, _ in lines
    }
    shown = set()
    for state, on, off in lines:
        tree.run(LED, state)
        if "0" in (on, off):
            assert tree.read("sys/class/leds/status/trigger") == "none"
            assert tree.read("sys/class/leds/status/brightness") == ("0" if on == "0" else "255")
        else:
            assert tree.read("sys/class/leds/status/trigger") == "timer"
            assert tree.read("sys/class/leds/status/delay_on") == on
            assert tree.read("sys/class/leds/status/delay_off") == off
        shown.add((on, off))
    assert len(shown) == len(lines)


def test_without_an_led_states_are_silent(tree: Tree) -> None:
    assert tree.run(LED, "ready") == ""
    assert not tree.has("sys")


def test_a_misspelt_state_is_told(tree: Tree) -> None:
    with pytest.raises(run.CommandFailed, match="'redy' is not in /etc/led.conf"):
        tree.run(LED, "redy")


@pytest.fixture
def card(tree: Tree) -> Callable[..., Tree]:
    """Boards whose boot partition, which the boot has mounted, holds these files."""

    def make(**files: str) -> Tree:
        for name, text in files.items():
            tree.put(f"boot/{name}", text)
        return tree

    return make


def started(tree: Tree) -> bool:
    """Whether the server was started."""
    return any(call.startswith("dropbearmulti dropbear ") for call in tree.calls())


@pytest.mark.parametrize("asked", ["setting", "file"])
def test_ssh_starts_with_a_key_when_asked(card: Callable[..., Tree], asked: str) -> None:
    tree = card(authorized_keys=KEY + "\r\n", **({"ssh": ""} if asked == "file" else {}))
    settings(tree, network=1, ssh=int(asked == "setting"))
    assert tree.run(SSH) == ""
    assert (tree.root / "run/root/.ssh/authorized_keys").read_bytes() == f"{KEY}\n".encode()
    assert tree.read("data/ssh/host_key") == "key"
    assert tree.calls()[-1] == (
        "dropbearmulti dropbear -r /data/ssh/host_key -p 192.168.42.1:22 -P /run/dropbear.pid"
    )
    assert (tree.root / "run/root/.ssh").stat().st_mode & 0o077 == 0


def test_keys_of_data_are_taken_too(card: Callable[..., Tree]) -> None:
    tree = card(ssh="")
    settings(tree, network=1)
    tree.put("data/ssh/authorized_keys", KEY + "\n")
    tree.run(SSH)
    assert tree.read("run/root/.ssh/authorized_keys") == KEY
    assert started(tree)


def test_the_host_key_stays(card: Callable[..., Tree]) -> None:
    tree = card(ssh="", authorized_keys=KEY)
    settings(tree, network=1)
    tree.put("data/ssh/host_key", "old")
    tree.run(SSH)
    assert tree.read("data/ssh/host_key") == "old"
    assert started(tree)


@pytest.mark.parametrize(
    ("network", "ssh", "files"),
    [(1, 0, {"authorized_keys": KEY}), (0, 1, {"ssh": "", "authorized_keys": KEY})],
)
def test_ssh_stays_off_unasked_or_without_a_network(
    card: Callable[..., Tree], network: int, ssh: int, files: dict[str, str]
) -> None:
    tree = card(**files)
    settings(tree, network=network, ssh=ssh)
    assert tree.run(SSH) == ""
    assert not started(tree)
    assert tree.read("dev/console") == ""
    assert not tree.has("data/ssh")


def test_ssh_without_a_key_stays_off_and_says_so(card: Callable[..., Tree]) -> None:
    tree = card(ssh="", authorized_keys="# none yet\n\n")
    settings(tree, network=1)
    tree.run(SSH)
    assert not started(tree)
    assert tree.read("dev/console").startswith("ssh: no key: put your public key")


@pytest.mark.parametrize(("network", "address"), [(1, "192.168.42.1"), (1, "10.0.0.1"), (0, "")])
def test_the_page_is_where_the_network_is(tree: Tree, network: int, address: str) -> None:
    settings(tree, network=network)
    lines = f"eth0\n inet addr:{address}  Bcast:192.168.42.255\n"
    tree.put("fakes/ifconfig", f"#!/bin/sh\nprintf '{lines}'\n").chmod(0o755)
    # Killed once, it begins again; then what starts it is killed.
    serve = 'echo "story-page $*" >> "$TEST_ROOT/calls"\n[ "$(wc -l < "$TEST_ROOT/calls")" -lt 2 ]'
    tree.put("fakes/story-page", f"#!/bin/sh\n{serve} || kill $PPID\n").chmod(0o755)
    assert tree.run(PAGE) == ""
    is_there = address == "192.168.42.1"
    call = (
        "story-page 192.168.42.1 80 /run/story-page/socket /usr/share/story-page /data"
        " storyteller.local localhost:8064 127.0.0.1:8064"
    )
    assert tree.calls() == [call] * 2 * is_there
    assert tree.has("run/story-page") is is_there


@pytest.mark.parametrize("page", [True, False])
def test_stories_on_another_terminal_are_on_the_page(tree: Tree, page: bool) -> None:
    if page:
        tree.put("run/story-page/log")
    for name in ("killall", "storyteller"):
        tree.put(f"fakes/{name}", f'#!/bin/sh\necho "{name} $*" >> "$TEST_ROOT/calls"\n').chmod(
            0o755
        )
    tree.put("fakes/pidof", "#!/bin/sh\nexit 1\n").chmod(0o755)
    assert tree.run(STORIES, "--seed", "7") == ""
    socket = "--socket /run/story-page/socket " if page else ""
    assert tree.calls() == ["killall storyteller", f"storyteller {socket}--seed 7"]
