# SPDX-License-Identifier: MIT
"""The Duo's card from a real SDK, unchanged, on the emulated Duo: ./doit test:sdk SDK_DIR=path."""

import random
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from image import run
from image.boards import board as boards
from image.builders.toolchain import HOST, RISCV64, compiler
from image.device import console, diagnose
from image.device.prompt import STORY as STORY_BEGINS
from image.emulator import qemu, stand_in
from image.key import hash_file, hash_of
from image.model import MODEL_PATH
from image.plan import graph
from image.plan.step import ROOT as TREE
from image.plan.step import STAGING
from tests.boards import sdk_card
from tests.conftest import ROOT, build_all, doit, load_project
from tests.device.entry import let_in, make_key
from tests.emulator import listen, machine
from tests.emulator.duo import build
from tests.emulator.duo.board import BUTTON, LED, WORDS_FOUND, Duo
from tests.emulator.machine import LINE_END, Machine
from tests.emulator.test_power_cuts import check_file_system, spread
from tests.listener import voices
from tests.web import free_port

CARD_MIB = 256
FULL_MIB = 64  # what holds the image, and hardly more
SMALL_MIB = 128
LARGE_MIB = 32 << 10  # sparse; another way of addressing than a small card
MEMORY_KB = 59 << 10
STORY = "run /usr/share/llama/model.bin -s 7 -n 48 -t 0.8"
CUTS = 8
STEPS = 32  # tokens that the bench generates
REGISTERS = build.FOLDER / "registers.txt"
DRIVERS = (
    "fsbl/plat/cv180x/bl2/bl2_opt.c",
    "u-boot-2021.10/drivers/mmc/cvitek/sdhci-cv180x.c",
    "linux_5.10/drivers/mmc/host/cvitek/sdhci-cv180x.c",
    "linux_5.10/drivers/clk/cvitek/clk-cv180x.c",
)
WAITED_S = 300
# What is wrong, and what a user sees: docs/emulated-duo.md has the same table.
FAULTS = {
    "card": "E:SD card identified timeout.*E:SD initailizing failed",
    "read": r"DATA_Transfer 17 timeout!.*E:Mount SD failed \(13\)",
    "fip": r"E:PARAM1 magic \(0x.*E:Boot failed \(8\)",
    "loader": "BE.J.*E:RESET.*WD.C.SCS",
    "sd": "The card does not answer.",
}
# The last words where nothing at all follows. A sound board goes on within two seconds.
LAST_WORDS = {"ddr": r"BE\.J\.", "detect": "Starting kernel ..."}
SILENT_S = 20


@pytest.fixture(scope="module")
def new_card(card: Path, sdk_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The card as ./doit image leaves it."""
    return sdk_card.built(sdk_dir, tmp_path_factory) / sdk_card.NAME


@pytest.fixture(scope="module")
def used_card(new_card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card that these tests share, one after the other."""
    folder = tmp_path_factory.mktemp("duo")
    return qemu.make_card(new_card, folder / "card.img", CARD_MIB)


@pytest.fixture(scope="module")
def networked(card: Path, sdk_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose card has ssh."""
    return sdk_card.with_ssh(sdk_dir, tmp_path_factory)


@pytest.fixture
def board(duo_emulator: Path, used_card: Path) -> Iterator[Duo]:
    """The board, with its shell open."""
    with Duo(duo_emulator, used_card) as board:
        board.open_shell()
        yield board


def test_from_the_boot_rom_to_a_story(duo_emulator: Path, used_card: Path) -> None:
    with Duo(duo_emulator, used_card) as board:
        rom = board.expect(r"BE\.J\.")
        assert rom.startswith("C.SCS/0/0.WD.URPL.SDI/25000000/6000000.BS/SD.PS.SD/0x0/0x1000/")
        loader = board.expect("Starting kernel ...")
        for line in ("U-Boot 2021.10", "switch to partitions #0, OK", " bytes read in ",
                     "## Loading kernel from FIT Image"):  # fmt: skip
            assert line in loader
        first = board.expect(machine.STORY)
        assert "First start on this card: preparing /data." in first
        assert re.search("[a-z]{2}", board.expect(machine.SENTENCE))
        board.console.sendintr()
        board.open_prompt()
        assert board.memory()["MemTotal"] >= MEMORY_KB
        board.command("echo kept > /data/kept; sync")
        board.send("reboot")
        board.expect(r"C\.SCS/")
        board.open_shell()
        assert board.command("cat /data/kept") == "kept\n"
        board.power_off()
        assert board.misuses() == []
    check_file_system(used_card)


def test_the_story_is_the_one_of_this_machine(board: Duo, card: Path) -> None:
    here = told_here()
    assert len(here.split()) > 20
    for kernel in ("rvv07", "portable"):
        assert board.command(f"LLAMA_KERNEL={kernel} {STORY} 2> /dev/null") == here
    # Two processes with vectors at once, each interrupted by the other.
    board.command(f"tell() {{ LLAMA_KERNEL=rvv07 {STORY} 2> /dev/null; }}")
    assert board.command("(tell > /tmp/other & tell; wait)") == here
    assert board.command("cat /tmp/other") == here


def told_here() -> str:
    """What the engine of this machine tells with the card's model."""
    project = load_project()
    engine = graph.make(project, ["llama"], HOST)
    build_all(engine)
    program = engine.folder(engine.step("host:llama")) / STAGING / "usr/bin/run"
    plan = graph.make(project)
    model = plan.folder(plan.step("rootfs")) / TREE / MODEL_PATH
    words = STORY.split()
    return run.output([program, model, *words[2:]])


def test_the_registers_are_the_same(
    duo_emulator: Path, new_card: Path, sdk_dir: Path, tmp_path: Path
) -> None:
    """Each register that is read or written from power-on to power-off, of 4 bytes or how many."""
    sdk, *expected = REGISTERS.read_text().splitlines()[2:]
    trace = tmp_path / "registers.txt"
    used = qemu.make_card(new_card, tmp_path / "card.img", CARD_MIB)
    with Duo(duo_emulator, used, machine=f"trace={trace}") as board:
        board.open_shell()
        board.power_off()
    touched = [" ".join(line.split()[:2]) for line in trace.read_text().splitlines()]
    digest = hash_of([hash_file(sdk_dir / name) for name in DRIVERS])
    if sdk != f"# {digest}":
        pytest.skip(f"{REGISTERS.name} is of another SDK; with this one they are in {trace}")
    assert sorted(set(touched) - set(expected)) == []
    assert sorted(set(expected) - set(touched)) == []


def test_vectors_survive_signals(duo_emulator: Path, new_card: Path, tmp_path: Path) -> None:
    plan = graph.make(load_project())
    musl = plan.folder(plan.step("musl")) / STAGING
    program, source = tmp_path / "signals", build.FOLDER / "signals.c"
    flags = [*RISCV64.cflags, *RISCV64.ldflags]
    run.run([compiler(RISCV64, musl), *flags, source, "-o", program])
    used = qemu.make_card(new_card, tmp_path / "card.img", CARD_MIB)
    build.put(used, "signals", program.read_bytes())
    with Duo(duo_emulator, used) as board:
        board.open_shell()
        board.command("mount -t vfat -o ro /dev/mmcblk0p1 /boot 2> /dev/null || true")
        board.command("cp /boot/signals /tmp/ && chmod +x /tmp/signals")
        assert "kept" in board.command("/tmp/signals")


@pytest.mark.parametrize("cut", range(CUTS))
def test_power_cuts(duo_emulator: Path, new_card: Path, tmp_path: Path, cut: int) -> None:
    used = qemu.make_card(new_card, tmp_path / "card.img", CARD_MIB)
    moment_s = spread(random.Random(), 0.0, 8.0, CUTS)[cut]
    with Duo(duo_emulator, used) as board:
        time.sleep(moment_s)
        print(f"cut after {moment_s:.3f} s: {board.cut_power().strip().splitlines()[-1:]}")
    with Duo(duo_emulator, used) as board:
        board.open_shell()
        assert " ext4 rw" in board.command("grep ' /data ' /proc/mounts")
        board.power_off()
    check_file_system(used)


@pytest.mark.parametrize("card_mib", [SMALL_MIB, LARGE_MIB])
def test_data_takes_the_rest_of_the_card(
    duo_emulator: Path, new_card: Path, tmp_path: Path, card_mib: int
) -> None:
    used = qemu.make_card(new_card, tmp_path / "card.img", card_mib)
    rest_kb = (card_mib << 10) - new_card.stat().st_size // 1024
    with Duo(duo_emulator, used) as board:
        board.open_shell()
        board.command("echo kept > /data/kept; sync")
        size_kb = int(board.command("df /data | tail -n 1").split()[1])
        assert size_kb > 0.8 * rest_kb
        board.power_off()
    check_file_system(used)


def test_a_card_without_room_tells_all_the_same(
    duo_emulator: Path, new_card: Path, tmp_path: Path
) -> None:
    with Duo(duo_emulator, qemu.make_card(new_card, tmp_path / "card.img", FULL_MIB)) as board:
        board.expect("/data is in memory until power-off: the card has no room left")
        board.expect(machine.STORY)
        assert re.search("[a-z]{2}", board.expect(machine.SENTENCE))


@pytest.mark.parametrize("fault", FAULTS)
def test_it_stops_where_the_guide_says(duo_emulator: Path, used_card: Path, fault: str) -> None:
    with Duo(duo_emulator, used_card, machine=f"fault={fault}") as board:
        board.expect(f"(?s){FAULTS[fault]}")


@pytest.mark.parametrize("fault", LAST_WORDS)
def test_nothing_follows_where_the_guide_says(
    duo_emulator: Path, used_card: Path, fault: str
) -> None:
    with Duo(duo_emulator, used_card, machine=f"fault={fault}") as board:
        board.expect(LAST_WORDS[fault])
        with pytest.raises(pexpect.TIMEOUT):
            board.console.expect("OpenSBI|U-Boot|Linux version|story", timeout=SILENT_S)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fip.bin", r"E:Open fip.bin failed.*E:Boot failed"),
        ("boot.sd", "boot.sd not found on the FAT partition of the card."),
    ],
)
def test_a_file_is_missing(
    duo_emulator: Path, new_card: Path, tmp_path: Path, name: str, words: str
) -> None:
    used = qemu.make_card(new_card, tmp_path / "card.img", CARD_MIB)
    run.run(["mdel", "-i", f"{used}@@{build.FIRST_SECTOR * build.SECTOR}", f"::{name}"])
    with Duo(duo_emulator, used) as board:
        board.expect(f"(?s){words}")


def test_a_damaged_kernel(duo_emulator: Path, new_card: Path, tmp_path: Path) -> None:
    used = qemu.make_card(new_card, tmp_path / "card.img", CARD_MIB)
    place = f"{used}@@{build.FIRST_SECTOR * build.SECTOR}"
    run.run(["mcopy", "-i", place, "::boot.sd", tmp_path / "boot.sd"])
    data = bytearray((tmp_path / "boot.sd").read_bytes())
    data[len(data) // 2] ^= 1
    build.put(used, "boot.sd", bytes(data))
    with Duo(duo_emulator, used) as board:
        board.expect("boot.sd does not start: it is damaged or for another board.")


def test_a_damaged_root(duo_emulator: Path, new_card: Path, tmp_path: Path) -> None:
    used = qemu.make_card(new_card, tmp_path / "card.img", CARD_MIB)
    with used.open("r+b") as image:
        table = image.read(512)
        image.seek(int.from_bytes(table[470:474], "little") * 512)
        image.write(bytes(1 << 20))
    with Duo(duo_emulator, used) as board:
        board.console.expect("Kernel panic - not syncing: VFS: Unable to mount root")


def test_button_and_light(board: Duo) -> None:
    board.command("led booting")
    for level in (1, 0, 1, 0):
        board.await_pin(LED, level)
    tell_with_a_button(board)
    press(board)
    board.expect(r"\(pause\)", WAITED_S)
    time.sleep(1)  # longer than presses that belong together are apart
    press(board)
    press(board)
    board.expect(r"story 2  seed", WAITED_S)


def tell_with_a_button(board: Duo) -> None:
    """A story has begun, and the button of the guide acts on it."""
    board.command("printf 'main=gpiochip0:28\\n' > /tmp/b; mount -o bind /tmp/b /etc/buttons.conf")
    board.command("printf 'pause=3600\\n' > /tmp/settings")
    board.send("storyteller --no-sound --settings /tmp/settings")
    board.expect(machine.STORY)
    board.expect(machine.SENTENCE)


def test_a_spoken_request(duo_emulator: Path, new_card: Path, tmp_path: Path) -> None:
    """What comes in at the microphone pad while the button is held is what the story is about."""
    sentence = voices.speak("a rabbit in the forest", "en-us", tmp_path)
    spoken = voices.write(tmp_path / "spoken.wav", sentence)
    used = qemu.make_card(new_card, tmp_path / "card.img", CARD_MIB)
    with Duo(duo_emulator, used, machine=f"microphone={spoken}") as board:
        board.open_shell()
        tell_with_a_button(board)
        board.pull(BUTTON, 0)
        request = board.expect(f"A story about .*?{LINE_END}", WAITED_S)
        board.pull(BUTTON, 1)
        assert "rabbit" in request and "forest" in request
        board.expect(r"story 2  seed", WAITED_S)
        assert "rabbit" in board.expect(machine.SENTENCE)
        board.console.sendintr()
        board.expect(machine.PROMPT)  # they were started in a shell
        board.power_off()
        assert board.misuses() == []


def press(board: Duo) -> None:
    """A short one; a finger has no event to wait for."""
    board.pull(BUTTON, 0)
    time.sleep(0.15)
    board.pull(BUTTON, 1)
    time.sleep(0.15)


def test_the_watchdog_starts_the_board_anew(board: Duo) -> None:
    board.command("killall -STOP watchdog")  # as when the kernel itself hangs: nobody feeds it
    board.expect(r"C\.SCS/", WAITED_S)
    board.expect(machine.STORY)


def test_nobody_listens_at_the_cable(
    duo_emulator: Path, sdk_dir: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    image = sdk_card.with_sound(sdk_dir, tmp_path_factory, "GADGET")
    used = qemu.make_card(image, tmp_path / "card.img", CARD_MIB)
    with Duo(duo_emulator, used, is_heard=False) as board:
        said = board.expect("Nothing is listening on ", WAITED_S)
        board.console.send("\r")
        said += board.expect("story 2  seed", WAITED_S)
        assert said.count("Nothing is listening") == 1


def test_a_shell_over_usb(board: Duo) -> None:
    assert board.command("cat /sys/class/udc/*/state") == "configured\n"
    board.ask_usb("", "This is a shell")
    board.ask_usb("echo over $((40 + 2)) cables", "over 42 cables")


def test_a_report_from_its_console(duo_emulator: Path, used_card: Path, tmp_path: Path) -> None:
    """As ./doit run console=FILE and ./doit diagnose port=FILE in two terminals."""
    board = boards.load(ROOT, "milkv_duo")
    assert board.stand_in
    port = tmp_path / "console"
    words = stand_in.command(duo_emulator, board.stand_in, used_card, qemu.Devices(), str(port))
    with Machine(used_card, words=words) as emulator:
        emulator.expect("char device redirected to /dev/pts/")
        with console.open_port(port) as line:
            line.wait(lambda heard: bool(STORY_BEGINS.search(heard)), machine.BOOT_S, WAITED_S)
            report = diagnose.ask(line)
    assert {"kernel", "meminfo", "card", "watchdog"} <= diagnose.sections(report).keys()


def test_deploy_and_bench_over_usb(
    duo_emulator: Path,
    networked: Path,
    sdk_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another shell than the console's: changed files and a measurement, as on a board."""
    used = qemu.make_card(networked / sdk_card.NAME, tmp_path / "card.img", CARD_MIB)
    let_in(used, make_key(tmp_path, monkeypatch))
    port = str(free_port())
    at = ("board=milkv_duo", f"SDK_DIR={sdk_dir}", f"SSH_PORT={port}")
    with Duo(duo_emulator, used, nic=qemu.cable(port), is_heard=False) as board:
        board.open_shell()
        board.command("until [ -s /run/dropbear.pid ]; do sleep 0.1; done")
        assert "nothing to send" in doit(networked, "deploy", *at)
        hello = networked / "overlays/rootfs/usr/bin/hello"
        hello.write_text("#!/bin/sh\necho hello from memory\n")
        hello.chmod(0o755)
        assert "1 sent" in doit(networked, "deploy", *at)
        assert board.command("hello") == "hello from memory\n"
        said = doit(networked, "bench", "engines=q16", "runs=1", f"steps={STEPS}", *at)
        assert "emulated, not a speed figure" in said


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("choice", ["GADGET", "DAC", "I2S2"])
def test_speech(
    duo_emulator: Path,
    sdk_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
    choice: str,
) -> None:
    """What comes out of the chip, or of the far end of its USB cable, is the story."""
    image = sdk_card.with_sound(sdk_dir, tmp_path_factory, choice)
    used = qemu.make_card(image, tmp_path / "card.img", CARD_MIB)
    with Duo(duo_emulator, used) as board:
        board.open_shell()
        story = board.tell()
        assert "Oops" not in board.command("dmesg")
        board.power_off()
        assert board.misuses() == []
    shutil.copy(board.speech, tmp_path / f"{choice}.wav")
    sound = listen.load(board.speech)
    heard = listen.hear(sound)
    found = listen.words_found(heard, story)
    print(f"{choice}: {found:.0%} of the words were heard: {heard}")
    assert found >= WORDS_FOUND


@pytest.mark.parametrize(("choice", "said"), [("USB", machine.NO_SOUND), ("NONE", "")])
def test_a_card_without_sound_tells_in_writing(
    duo_emulator: Path,
    sdk_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
    choice: str,
    said: str,
) -> None:
    """No USB sound card is plugged in, or none was wanted."""
    image = sdk_card.with_sound(sdk_dir, tmp_path_factory, choice)
    with Duo(duo_emulator, qemu.make_card(image, tmp_path / "card.img", CARD_MIB)) as board:
        before = board.expect(machine.STORY)
        assert said in before
        assert re.search("[a-z]{2}", board.expect(machine.SENTENCE))
        board.console.sendintr()
        board.open_prompt()
        assert "Oops" not in board.command("dmesg")
        board.power_off()
