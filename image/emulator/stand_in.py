# SPDX-License-Identifier: MIT
"""A machine of ours that stands in for a board of hardware: it runs its card, boot ROM first."""

from collections.abc import Mapping
from pathlib import Path

from image import browser
from image.boards.board import Board, StandIn
from image.builders.toolchain import HOST
from image.card import check
from image.emulator import qemu, story_page
from image.errors import UserError
from image.options import AnyPath, File, Option
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import STAGING, Step, step_name
from image.project import Project

PROGRAM = Path("usr/bin") / qemu.EMULATOR
CONSOLE = Option(
    "console",
    "have the console there, for port= of shell, diagnose and bench",
    AnyPath(),
    default="on this terminal",
)
MICROPHONE = Option(
    "microphone",
    "WAV file that the board's microphone hears, each time that it records",
    File(),
    default="silence",
)
OPTIONS = (
    *qemu.OPTIONS,
    story_page.OPEN,
    check.FILE,
    CONSOLE,
    MICROPHONE,
)  # of ./doit run, on whichever machine
EXTRA = "emulator"  # what of pyproject.toml, and which host programs, building it needs


def plan(project: Project) -> Plan:
    """The steps that build the emulator. The project's board must have one."""
    return graph.make(project, [_machine(project.board).package], HOST)


def last_step(emulator: Plan) -> Step:
    """The step of `plan` that leaves the emulator."""
    return emulator.step(step_name(_machine(emulator.project.board).package, HOST))


def check_call(board: Board, options: Mapping[str, str]) -> None:
    """Raise UserError for settings of ./doit run that mean nothing to a board's machine."""
    if not board.stand_in:
        if CONSOLE.name in options:
            raise UserError(
                f"{CONSOLE.name}=: the console of {board.name} is on the terminal",
                hint="./doit shell and ./doit bench start this board by themselves",
            )
        if MICROPHONE.name in options:
            raise UserError(f"{MICROPHONE.name}=: {board.name} has no microphone", "leave it out")
        return
    console = options.get(CONSOLE.name)
    if console and Path(console).exists() and not Path(console).is_symlink():
        message = f"{CONSOLE.name}={console} is there already"
        raise UserError(message, hint="name a file that is not there")


def run(project: Project, image: Path, options: Mapping[str, str]) -> None:
    """Boot a card made from `image` on this terminal, until Ctrl-A X or the board's poweroff.

    With console=, this terminal has nothing but Ctrl-C, which switches off.
    """
    has_page = story_page.is_in(project)
    is_shown = story_page.is_wanted(options, has_page)
    words = prepare(project, program(plan(project)), image, options, is_shown)
    story_page.announce(options, has_page, is_shown)
    if CONSOLE.name in options:
        place = options[CONSOLE.name]
        told = f"The console is at {place}: ./doit shell port={place}\nCtrl-C switches off."
        qemu.boot(words, project.out, told)
    else:
        qemu.boot(words, project.out)


def program(emulator: Plan) -> Path:
    """The emulator that the steps of `plan` leave."""
    return emulator.folder(last_step(emulator)) / STAGING / PROGRAM


def prepare(
    project: Project,
    qemu_program: Path,
    image: Path,
    options: Mapping[str, str],
    is_shown: bool = False,
) -> list[str]:
    """The QEMU command line for a card made from `image`, which keeps its /data between calls.

    `is_shown`: this machine's browser is led to its story page.
    """
    machine = _machine(project.board)
    folder = project.out / "run"
    folder.mkdir(parents=True, exist_ok=True)
    size_mib = int(options.get("CARD_SIZE_MIB", qemu.CARD_SIZE_MIB))
    if size_mib & (size_mib - 1):
        raise UserError(
            f"CARD_SIZE_MIB={size_mib}: the size of this board's card is a power of two",
            hint=f"CARD_SIZE_MIB={1 << size_mib.bit_length()}",
        )
    recording = folder / "speech.wav"
    audio = qemu.choose_audio(
        options.get("SOUND"), recording, str(qemu_program), machine.sound_hz, is_shown
    )
    card = qemu.keep_card(image, folder / "card.img", size_mib)
    console = options.get(CONSOLE.name)
    if console:
        Path(console).unlink(missing_ok=True)  # a link that was left
    page_port = browser.PORT if is_shown else None
    devices = qemu.Devices(audio=audio, extra=network(options.get(qemu.SSH_PORT.name), page_port))
    return command(qemu_program, machine, card, devices, console, options.get(MICROPHONE.name))


def network(ssh_port: str | None, page_port: int | None = None) -> tuple[str, ...]:
    """QEMU's options for the network that the machine itself leads to: over the USB cable."""
    is_led = ssh_port or page_port
    return ("-nic", qemu.cable(ssh_port, page_port) if is_led else "none")


def command(
    qemu_program: Path,
    machine: StandIn,
    card: Path,
    devices: qemu.Devices,
    console: str | None = None,
    microphone: str | None = None,
) -> list[str]:
    """The QEMU command line that boots `card`, which is written to.

    The console is on the terminal, or on a pseudo-terminal that `console` becomes a link to.
    `microphone` is a WAV file that it hears.
    """
    sound = f",audiodev={qemu.SPEAKER}" if devices.audio else ""
    sound += f",{MICROPHONE.name}={qemu.escape(microphone)}" if microphone else ""
    backend = ["-audiodev", qemu.backend(devices.audio)] if devices.audio else []
    serial = ["-nographic"]
    if console:
        serial = ["-display", "none", "-monitor", "none", "-serial", "chardev:console"]
        serial += ["-chardev", f"pty,id=console,path={qemu.escape(console)}"]
    return [
        *(str(qemu_program), "-M", machine.machine + sound, *serial, *backend),
        *("-drive", f"if=sd,format=raw,{qemu.storage(card, devices.writes)}"),
        *devices.extra,
    ]


def _machine(board: Board) -> StandIn:
    assert board.stand_in, board.name
    return board.stand_in
