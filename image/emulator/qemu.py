# SPDX-License-Identifier: MIT
"""The emulated board: QEMU's RISC-V `virt` machine, booted by U-Boot from a card."""

import hashlib
import os
import shlex
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from image import browser
from image import run as programs
from image.card import imagefile
from image.emulator import story_page
from image.errors import UserError
from image.options import Choice, Option, Whole

EMULATOR = "qemu-system-riscv64"
U_BOOT = Path("/usr/lib/u-boot/qemu-riscv64_smode/uboot.elf")
MIB = 1 << 20
CARD_SIZE_MIB = 256  # when CARD_SIZE_MIB is not given; leaves room for /data behind the root
SPEAKER = "speaker"  # name of the audio driver that a machine's sound goes to
USB_AUDIO_HZ = 48_000  # the only rate of QEMU's USB sound device
MEMORY_MIB = 64  # unless a board says otherwise

# Debian's U-Boot is built for 128 MB and more: the addresses of its default environment start at
# 0x84000000, where 64 MB of RAM at 0x80000000 end. These lie inside. The kernel is loaded where it
# runs (RAM + 2 MB, arch/riscv/kernel/head.S: text_offset); U-Boot itself sits at the upper end.
ADDRESSES = {
    "kernel_addr_r": 0x80200000,
    "kernel_comp_addr_r": 0x81200000,
    "kernel_comp_size": 0x800000,
    "scriptaddr": 0x82000000,
    "pxefile_addr_r": 0x82000000,
    "fdt_addr_r": 0x82100000,
    "ramdisk_addr_r": 0x82200000,
}
# U-Boot takes its command and its patience from the device tree (U-Boot's
# doc/develop/devicetree/control.rst); -2 means: do not even look for a pressed key.
BOOT_COMMAND = "; ".join(
    [*(f"setenv {name} {value:#x}" for name, value in ADDRESSES.items()), "run distro_bootcmd"]
)
BOOT_DELAY = -2
# One PCI bus is all there is. Told of 256, Linux maps 256 MB of configuration space, and the page
# tables for it take 512 kB of RAM.
LAST_PCI_BUS = 0

# The emulated cable has the addresses of the real board's USB cable.
SUBNET, BOARD_ADDRESS, HOST_ADDRESS = "192.168.42.0/24", "192.168.42.1", "192.168.42.2"
# On PCI, where a queue has 256 places. Memory-mapped it has 1024, and Linux lays a buffer for a
# whole packet into each: MB of memory. There is nothing in its ROM that starts the board.
NETWORK_CARD = "virtio-net-pci,netdev=net,romfile="

SSH_PORT = Option(
    "SSH_PORT",
    "the emulated board's ssh is at this port of this machine",
    Whole(1, 65535),
    hint="SSH_PORT=2222",
)
OPTIONS = (
    Option("SOUND", "where the sound goes", Choice(("host", "wav", "page", "none")),
           default="the speakers, else the story page, else out/BOARD/run/speech.wav"),
    Option("CARD_SIZE_MIB", "size of the emulated card", Whole(1, 1 << 20),
           default=str(CARD_SIZE_MIB)),
    SSH_PORT,
)  # fmt: skip

# How QEMU reaches a desktop's sound: its driver, and where the desktop listens.
HOST_SOUND = (
    ("pipewire", "{runtime}/pipewire-0"),
    ("pa", "{runtime}/pulse/native"),
    ("alsa", "/dev/snd"),
)


@dataclass(frozen=True)
class Devices:
    """What is attached to the machine in addition to the card."""

    audio: str | None = None  # the value of QEMU's -audiodev without its id; None: no sound device
    writes: Path | None = None  # an existing file: gets each write to the card, in order
    extra: tuple[str, ...] = ()  # more QEMU options


def command(
    card: Path, folder: Path, devices: Devices | None = None, memory_mib: int = MEMORY_MIB
) -> list[str]:
    """The QEMU command line that boots `card`, which is written to; console on the terminal.

    `folder` gets the device tree. Raises UserError when QEMU or U-Boot is not installed.
    """
    devices = devices or Devices()
    tree = make_device_tree(folder, memory_mib)
    return [
        *(find_emulator(), "-M", "virt", *_size(memory_mib), "-nographic"),
        *("-kernel", str(U_BOOT), "-dtb", str(tree)),
        *("-drive", f"if=none,id=card,format=raw,{storage(card, devices.writes)}"),
        *("-device", "virtio-blk-device,drive=card"),
        *_sound_device(devices.audio),
        *devices.extra,
    ]


def prepare(
    image: Path, out: Path, memory_mib: int, options: Mapping[str, str], is_shown: bool = False
) -> list[str]:
    """The QEMU command line for a card made from `image`, with what this call says of the board.

    The card is in `out` and keeps its /data from run to run, until the image changes. `is_shown`:
    this machine's browser is led to its story page.
    """
    folder = out / "run"
    folder.mkdir(parents=True, exist_ok=True)
    card = keep_card(image, folder / "card.img", int(options.get("CARD_SIZE_MIB", CARD_SIZE_MIB)))
    devices = Devices(
        audio=choose_audio(options.get("SOUND"), folder / "speech.wav", has_page=is_shown),
        extra=network(options.get("SSH_PORT"), browser.PORT if is_shown else None),
    )
    return command(card, folder, devices, memory_mib)


def run(
    image: Path, out: Path, memory_mib: int, options: Mapping[str, str], has_page: bool = False
) -> None:
    """Boot a card made from `image` on this terminal, until Ctrl-A X or the board's poweroff.

    `has_page`: the image has the story page.
    """
    is_shown = story_page.is_wanted(options, has_page)
    words = prepare(image, out, memory_mib, options, is_shown)
    story_page.announce(options, has_page, is_shown)
    boot(words, out)


def boot(words: list[str], out: Path, end: str = "Ctrl-A X switches off.") -> None:
    """Run a QEMU command line on this terminal, until it ends. Raises UserError if it fails."""
    log = messages(out)
    print(f"{shlex.join(words)}\n\n{end} QEMU's own messages: {log}\n", flush=True)
    status = programs.interactive(words, log)
    if status != 0:
        complaint = programs.tail(log).strip() or "no message"
        raise UserError(f"{EMULATOR} ended with status {status}: {complaint}", hint=f"see {log}")


def messages(out: Path) -> Path:
    """Where QEMU's own messages go: on the terminal they would land in the middle of a story."""
    return out / "run" / "qemu.log"


def find_emulator() -> str:
    """Full path of QEMU. Raises UserError when it, or the boot loader for it, is missing."""
    emulator = programs.find_tool(EMULATOR)
    if not U_BOOT.is_file():
        hint = "run: ./doit doctor"
        raise UserError(f"U-Boot for the emulated board is missing: {U_BOOT}", hint)
    return emulator


def make_device_tree(folder: Path, memory_mib: int) -> Path:
    """Write QEMU's own device tree, with what U-Boot and Linux must know more, into `folder`."""
    tree = folder / "machine.dtb"
    emulator = find_emulator()
    machine = [f"virt,dumpdtb={escape(tree)}", *_size(memory_mib)]
    programs.output([emulator, "-M", *machine, "-display", "none"])
    programs.output(["fdtput", "-c", tree, "/config"])
    programs.output(["fdtput", "-t", "s", tree, "/config", "bootcmd", BOOT_COMMAND])
    # After "--", so that the minus is not taken for an option.
    programs.output(["fdtput", "-t", "i", tree, "/config", "bootdelay", "--", str(BOOT_DELAY)])
    buses = ["0", str(LAST_PCI_BUS)]
    programs.output(["fdtput", "-t", "i", tree, "/soc/pci@30000000", "bus-range", *buses])
    return tree


def _size(memory_mib: int) -> tuple[str, ...]:
    """QEMU's options for one core and so much memory."""
    return ("-m", f"{memory_mib}M", "-smp", "1")


def make_card(image: Path, card: Path, size_mib: int) -> Path:
    """Copy an image onto a new emulated card of `size_mib` MiB, as writing a real one does."""
    with imagefile.open_image(image) as source, card.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    size = card.stat().st_size
    lacking = size - size_mib * MIB
    if lacking > 0:
        card.unlink()
        raise UserError(
            f"a card of {size_mib} MiB is {lacking} bytes too small for {image.name}",
            hint=f"CARD_SIZE_MIB={-(-size // MIB)} or more",
        )
    os.truncate(card, size_mib * MIB)
    return card


def keep_card(image: Path, card: Path, size_mib: int) -> Path:
    """The card made from this image at an earlier call, else a new one."""
    stamp = card.with_suffix(".made-from")
    with image.open("rb") as file:
        content = f"{hashlib.file_digest(file, 'sha256').hexdigest()} {size_mib} MiB\n"
    if not card.is_file() or not stamp.is_file() or stamp.read_bytes() != content.encode():
        stamp.unlink(missing_ok=True)
        make_card(image, card, size_mib)
        stamp.write_text(content)
    return card


def choose_audio(
    sound: str | None,
    recording: Path,
    emulator: str | None = None,
    rate_hz: int = USB_AUDIO_HZ,
    has_page: bool = False,
) -> str | None:
    """QEMU's audio driver for a SOUND setting; unset: the host's speakers if it has any.

    None: the board has no sound device, so that the story page plays, if it `has_page`. `recording`
    is where 'wav' puts the speech, at the rate of the board's sound device: nothing is
    converted on the way to the file. Raises UserError when 'host' finds no speakers.
    """
    wav = f"wav,path={escape(recording)},out.frequency={rate_hz}"
    if sound == "wav":
        return wav
    if sound == "page" and not has_page:
        raise UserError(
            "SOUND=page: no browser is led to a story page here",
            hint="./doit run leads one to it, if the image has it",
        )
    if sound in ("none", "page"):
        return None
    driver = _host_driver(_drivers(emulator or find_emulator()))
    if driver is None and sound == "host":
        raise UserError(
            "QEMU finds no speakers on this machine",
            hint="sudo apt install qemu-system-gui, or SOUND=wav to record the speech",
        )
    return driver or (None if has_page else wav)


def network(ssh_port: str | None, page_port: int | None = None) -> tuple[str, ...]:
    """A cable between the board and this machine's loopback, and no way out from there."""
    if ssh_port is None and page_port is None:
        return ()
    ends = cable(ssh_port, page_port)
    return ("-netdev", f"{ends},id=net", "-device", NETWORK_CARD)


def cable(ssh_port: str | None, page_port: int | None = None) -> str:
    """QEMU's driver for a network that ends at this machine's loopback, with its options."""
    words = [f"user,restrict=on,net={SUBNET},host={HOST_ADDRESS}"]
    for port, its_port in ((ssh_port, 22), (page_port, 80)):
        if port is not None:
            words.append(f"hostfwd=tcp:{browser.HOST}:{port}-{BOARD_ADDRESS}:{its_port}")
    return ",".join(words)


def _host_driver(drivers: Iterable[str]) -> str | None:
    runtime = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    for driver, place in HOST_SOUND:
        if driver in drivers and Path(place.format(runtime=runtime)).exists():
            return driver
    return None


def _drivers(emulator: str) -> list[str]:
    return programs.output([emulator, "-audiodev", "help"]).split()


def storage(card: Path, writes: Path | None) -> str:
    """The part of QEMU's -drive that says where the card is, and who hears of each write."""
    if writes is None:
        return f"file={escape(card)}"
    return (
        f"file.driver=blklogwrites,file.file.driver=file,file.file.filename={escape(card)},"
        f"file.log.driver=file,file.log.filename={escape(writes)}"
    )


def _sound_device(audio: str | None) -> list[str]:
    if audio is None:
        return []
    devices = ("-device", "qemu-xhci", "-device", f"usb-audio,audiodev={SPEAKER}")
    return ["-audiodev", backend(audio), *devices]


def backend(audio: str) -> str:
    """The value of QEMU's -audiodev for an audio driver, which is then called SPEAKER."""
    driver, _, options = audio.partition(",")
    return f"{driver},id={SPEAKER}" + (f",{options}" if options else "")


def escape(path: Path | str) -> str:
    """A path as a part of a QEMU option: a comma would begin the next part."""
    return str(path).replace(",", ",,")
