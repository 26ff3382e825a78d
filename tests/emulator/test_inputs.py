# SPDX-License-Identifier: MIT
"""Buttons, LED, microphone and watchdog of the emulated board, by the kernel's own interfaces.

The pins are the kernel's simulated ones (gpio-sim), the microphone is the far end of a sound card
that records what is played on it (snd-aloop); both are there only when asked for.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from image import run
from image.builders.toolchain import RISCV64, compiler
from image.emulator import qemu
from image.plan import graph
from image.plan.step import STAGING
from tests.conftest import ROOT, load_project
from tests.emulator import machine
from tests.emulator.machine import Machine
from tests.listener import voices

pytestmark = pytest.mark.usefixtures("quiet")

CARD_MIB = 256
VOICE = "en-us"
WISHES = {"full": "a rabbit in the forest", "word": "a bear"}
# Pins of the simulated chip.
MAIN, LOUDER, QUIETER, LED = 0, 1, 2, 4
WAITED_S = 300
PHANDLE = 0x7700
MEMORY_KB = 12 << 10


def add_pins(tree: Path) -> None:
    """A chip of simulated pins, and an LED on one of them, in the board's device tree."""

    def put(node: str, name: str, *values: str, kind: str = "s") -> None:
        run.output(["fdtput", "-p", "-t", kind, tree, node, name, *values])

    put("/gpio-sim", "compatible", "gpio-simulator")
    put("/gpio-sim/bank0", "gpio-sim,label", "simulated")
    put("/gpio-sim/bank0", "gpio-controller")
    put("/gpio-sim/bank0", "#gpio-cells", "2", kind="i")
    put("/gpio-sim/bank0", "ngpios", "8", kind="i")
    put("/gpio-sim/bank0", "phandle", str(PHANDLE), kind="i")
    put("/leds", "compatible", "gpio-leds")
    put("/leds/status", "label", "status")
    put("/leds/status", "gpios", str(PHANDLE), str(LED), "0", kind="i")


def allow_loopback(card: Path) -> None:
    """Have the kernel keep the sound card that records what is played on it."""
    place = f"{card}@@{boot_start(card)}"
    conf = card.with_suffix(".conf")
    run.output(["mcopy", "-n", "-o", "-i", place, "::/extlinux/extlinux.conf", conf])
    conf.write_text(conf.read_text().replace(" snd_aloop.enable=0", ""))
    run.output(["mcopy", "-o", "-i", place, conf, "::/extlinux/extlinux.conf"])


def boot_start(card: Path) -> int:
    """Where the first partition begins, in bytes."""
    with card.open("rb") as file:
        table = file.read(512)
    return int.from_bytes(table[0x1C6:0x1CA], "little") * 512


def make_player(folder: Path) -> Path:
    """play.c for the board, with the product's own libraries."""
    made = graph.make(load_project())
    musl, alsa = (
        made.folder(made.step(name)) / STAGING / part
        for name, part in (("musl", ""), ("alsa-lib", "usr"))
    )
    program = folder / "play"
    flags = [*RISCV64.cflags, *RISCV64.ldflags, f"-I{alsa / 'include'}", f"-L{alsa / 'lib'}"]
    source = str(Path(__file__).with_name("play.c"))
    run.output([compiler(RISCV64, musl), *flags, source, "-lasound", "-lm", "-o", str(program)])
    return program


@pytest.fixture(scope="module")
def board(card: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The board with pins, the loopback card and a watchdog, its shell open."""
    folder = tmp_path_factory.mktemp("inputs")
    used = qemu.make_card(card, folder / "card.img", CARD_MIB)
    allow_loopback(used)
    files = [make_player(folder)]
    for name, text in WISHES.items():
        files.append(voices.write(folder / f"{name}.wav", voices.speak(text, VOICE, folder)))
    run.output(["mcopy", "-i", f"{used}@@{boot_start(used)}", *files, "::/"])
    words = qemu.command(used, folder, qemu.Devices(extra=("-device", "i6300esb")))
    add_pins(Path(words[words.index("-dtb") + 1]))
    with Machine(used, words=words) as board:
        board.open_shell()
        prepare(board)
        yield board


def prepare(board: Machine) -> None:
    """Files of the first partition, names of the pins, and settings for buttons."""
    board.command("mount -t vfat -o ro /dev/vda1 /boot 2> /dev/null || true")
    board.command("cp /boot/play /boot/*.wav /tmp/ && chmod +x /tmp/play")
    pins = "main=gpiochip0:0\\nlouder=gpiochip0:1\\nquieter=gpiochip0:2\\n"
    board.command(f'printf "{pins}" > /tmp/buttons.conf')
    board.command("mount -o bind /tmp/buttons.conf /etc/buttons.conf")
    board.command("sim=$(dirname /sys/devices/platform/gpio-sim*/gpiochip*/sim_gpio0)")
    # Nobody presses.
    board.command("for n in 0 1 2; do echo pull-up > $sim/sim_gpio$n/pull; done")
    board.command("down() { echo pull-down > $sim/sim_gpio$1/pull; }")
    board.command("up() { echo pull-up > $sim/sim_gpio$1/pull; }")
    board.command("press() { down $1; sleep ${2:-0.1}; up $1; sleep 0.1; }")
    # seen WORDS: waits until the stories' log holds them, behind what was seen before.
    board.command(
        "seen() { for i in $(seq 600); do "
        'tail -n +$((line + 1)) /tmp/log | grep -q "$1" && break; sleep 0.2; done; '
        'tail -n +$((line + 1)) /tmp/log | grep "$1"; line=$(wc -l < /tmp/log); }'
    )


@pytest.fixture
def stories(board: Machine) -> Iterator[Machine]:
    """The board, telling stories behind the shell, which sees them in /tmp/log."""
    # The near end of the loopback card paces the story as a loudspeaker does.
    start_stories(board, "--device plughw:0,0")
    yield board
    end_stories(board)


def start_stories(board: Machine, options: str) -> str:
    """Have stories told; returns the first one's header."""
    board.command("printf 'pause=3600\\nspeed=200\\n' > /tmp/settings; line=0")
    command = f"storyteller --json {options} --settings /tmp/settings"
    board.send(f"{command} < /dev/null > /tmp/log 2>&1 &")
    board.expect(machine.PROMPT)
    return board.command('seen "^story 1 "', WAITED_S)


def end_stories(board: Machine) -> None:
    """No stories any more."""
    board.command("killall storyteller; while pidof storyteller; do sleep 0.1; done; true")


def led_is(board: Machine, state: str) -> None:
    """Wait until the LED shows a state, by the delays that only it has."""
    conf = dict(
        (words[0], words[1:])
        for words in map(str.split, (ROOT / "overlays/rootfs/etc/led.conf").read_text().split("\n"))
        if len(words) == 3
    )
    on, off = conf[state]
    led = "/sys/class/leds/status"
    has = f'[ "$(echo $(cat {led}/delay_on {led}/delay_off))" = "{on} {off}" ] 2> /dev/null'
    if off == "0":
        has = f"grep -q '\\[none\\]' {led}/trigger && [ $(cat {led}/brightness) -gt 0 ]"
    board.command(f"for i in $(seq 600); do {has} && break; sleep 0.1; done; {has}", WAITED_S)


def test_the_led_follows(board: Machine) -> None:
    value = f"$sim/sim_gpio{LED}/value"
    board.command(f"led listening && [ $(cat {value}) = 1 ]")
    board.command("led error")
    for level in (1, 0, 1):
        board.command(f"until [ $(cat {value}) = {level} ]; do :; done")


def test_presses(stories: Machine) -> None:
    led_is(stories, "telling")
    stories.command(f'press {MAIN}; seen "(pause)"', WAITED_S)
    # Longer than presses that belong together are apart.
    stories.command(f"press {MAIN}; sleep 1")
    told = stories.command(f'press {MAIN}; press {MAIN}; seen "^story 2 "', WAITED_S)
    again = stories.command(f'press {MAIN}; press {MAIN}; press {MAIN}; seen "^story 3 "', WAITED_S)
    assert again.replace("story 3", "story 2") == told
    stories.command(f'press {MAIN}; press {MAIN} 0.8; seen "this story is kept"', WAITED_S)
    volumes = [
        stories.command(f'press {pin}; seen "volume:"', WAITED_S) for pin in (QUIETER, LOUDER)
    ]
    quieter, louder = (int(re.findall(r"volume: (\d+)", said)[0]) for said in volumes)
    assert quieter < louder


def test_presses_between_two_stories(board: Machine) -> None:
    """They are about the story that was told, and do not begin another one first."""
    told = start_stories(board, "--no-sound --steps 30")
    board.command('seen "ended"', WAITED_S)
    three = f"press {MAIN}; press {MAIN}; press {MAIN}"
    again = board.command(f'{three}; seen "^story 2 "', WAITED_S)
    assert again.replace("story 2", "story 1") == told
    board.command('seen "ended"', WAITED_S)
    board.command(f'press {MAIN}; press {MAIN} 0.8; seen "this story is kept"', WAITED_S)
    board.command(f'press {MAIN}; seen "^story 3 "', WAITED_S)
    board.command("[ $(grep -c '^story ' /tmp/log) = 3 ]")
    end_stories(board)


def test_a_wish_by_voice(stories: Machine) -> None:
    led_is(stories, "telling")
    # Half a second for the microphone to be open, which nothing tells.
    said = stories.command(
        f"down {MAIN}; until pidof listen > /dev/null; do sleep 0.1; done; sleep 0.5;"
        f' /tmp/play hw:0,1 /tmp/full.wav; up {MAIN}; seen "^A story about"',
        WAITED_S,
    )
    assert "rabbit" in said and "forest" in said
    # It is gone afterwards.
    stories.command("! pidof listen")


def test_a_recogniser_that_dies_harms_nobody(stories: Machine) -> None:
    stories.command(
        f"down {MAIN}; until pidof listen > /dev/null; do sleep 0.1; done;"
        ' [ "$(cat /proc/$(pidof listen)/oom_score_adj)" = 1000 ];'
        f" killall -9 listen; up {MAIN}",
        WAITED_S,
    )
    stories.command('seen "Who is the story about"', WAITED_S)
    stories.command('/tmp/play hw:0,1 /tmp/word.wav; seen "^story 2 "', WAITED_S)


def test_memory_of_the_recogniser(board: Machine) -> None:
    said = board.command(
        "/usr/libexec/listen --words /usr/share/storyteller/words --wav /tmp/full.wav --passes",
        WAITED_S,
    )
    print(said)
    used = int(re.findall(r"memory\s+(\d+) kB", said)[0])
    assert used <= MEMORY_KB
    assert said.splitlines()[-1].startswith("rabbit\tforest\t")


def test_a_crash_leads_to_the_next_story(board: Machine) -> None:
    board.send(
        "(until pidof storyteller; do sleep 0.2; done; sleep 5; killall -SEGV storyteller) &"
    )
    board.send("exit")
    board.expect(machine.STORY)
    board.expect(r"crashed \(status 139\)")
    board.expect(machine.STORY)
    board.console.sendintr()
    board.expect(re.escape(machine.SHELL))
    board.expect(machine.PROMPT)


def test_the_watchdog_starts_the_board_anew(board: Machine) -> None:
    board.send("storyteller --no-sound < /dev/null > /tmp/log &")
    board.expect(machine.PROMPT)
    board.command("sleep 5; killall -STOP storyteller")
    # As when the kernel itself hangs: nothing runs any more that could feed it.
    board.expect("Starting kernel ...", WAITED_S)
    board.expect(machine.STORY)
