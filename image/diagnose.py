# SPDX-License-Identifier: MIT
"""`doit diagnose`: what a board tells about itself, in one file for a bug report.

The board's own program `diagnose` prints marked sections; this runs it, through the serial console
(as a person at a terminal would) or through ssh, and checks that all of them have arrived.
"""

import os
import platform
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from image import console, run
from image.console import WIRES, Console
from image.errors import UserError
from image.project import Project

BEGIN = "=== diagnose 1 begins\n"
END = "=== diagnose ends\n"
SECTION = re.compile(r"^=== (?P<name>[a-z-]+)\n", re.M)

# What the end of the console's words may be: a shell's prompt (ours: "~ # "), a login ...
PROMPT = re.compile(rb"(?:^|[\r\n])[^\r\n]*[#$] $")
LOGIN = re.compile(rb"login: ?$")
# ... or a U-Boot: the vendor's for all its boards, and the mainline one.
BOOT_LOADER = re.compile(rb"(?:cv18\w+_c906|milkv_duo)# $")
PANIC = re.compile(rb"Kernel panic - not syncing[^\r\n]*")
STORY = re.compile(rb"story \d+  seed \d+")
# Said when a story was interrupted: then the stories are to go on afterwards.
FROM_STORIES = b"exit leads back to the stories."
NOT_FOUND = re.compile(rb"diagnose: (?:command )?not found")
TAIL_BYTES = 200  # where prompts are looked for

INTERRUPT = b"\x03\r"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[^\n\t\x20-\x7e\x80-\U0010ffff]")
GUIDE = "docs/milkv-duo.md tells what the board prints while it starts, and where it may stop"
OURS = "is this card one of ours, and not older than this checkout?"


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds. Every wait is for words on the console."""

    # U-Boot waits one second for a key that stops it; a key after a longer silence does no harm.
    key: float = 3.0
    first_word: float = 20.0  # for anything at all
    shell: float = 120.0  # the board may be starting, and making /data
    silence: float = 30.0  # between two words of the report; a section ends after 10 s
    report: float = 600.0  # for all of it


def perform(project: Project, given: Mapping[str, str]) -> None:
    """Ask the board at port=TTY or host=ADDRESS, and write the report into the board's `out`.

    Without either, the one serial port of this machine is used.
    """
    target = project.out / f"diagnose-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    if "host" in given:
        text = ask_by_ssh(given["host"])
    else:
        port = Path(given["port"]) if "port" in given else console.find_port()
        print(f"asking the board on {port} ...", flush=True)
        with console.open_port(port) as line:
            text = ask_and_keep(line, target)
    target.write_text(header(project) + text)
    print(f"{target.relative_to(project.root)}  {len(sections(text))} sections, for a bug report")


def header(project: Project) -> str:
    """What belongs to the report and only the host knows."""
    symbols = sorted(project.config.symbols.items())
    lines = [
        "=== host",
        f"system: {platform.platform()}, Python {platform.python_version()}",
        f"checkout: {_commit(project.root)}",
        *(f"{name}={value}" for name, value in symbols),
    ]
    return "\n".join(lines) + "\n"


def ask(line: Console, patience: Patience | None = None) -> str:
    """The report of the board at the other end of `line`, from its first mark to its last.

    Stories that were interrupted go on afterwards. Raises UserError that says how far it came.
    """
    patience = patience or Patience()
    _reach_shell(line, patience)
    start = len(line.heard)
    line.send(b"diagnose\r")

    def is_over(heard: bytes) -> bool:
        tail = heard[max(start, len(heard) - 2 * console.READ_BYTES) :]
        return END in clean(tail) or bool(NOT_FOUND.search(tail))

    is_complete = line.wait(is_over, patience.silence, patience.report)
    if FROM_STORIES in line.heard[:start]:
        line.send(b"exit\r")
    said = bytes(line.heard[start:])
    if NOT_FOUND.search(said):
        raise UserError("the system on the board has no program 'diagnose'", OURS)
    if not is_complete:
        raise UserError("the board's report stops in the middle", WIRES)
    return extract(clean(said))


def ask_and_keep(line: Console, target: Path) -> str:
    """As `ask`; what a board without a report did say goes into `target`: it tells the most."""
    try:
        return ask(line)
    except UserError as error:
        if not line.heard:
            raise
        target.write_text(clean(bytes(line.heard)))
        raise UserError(f"{error.message}. All that was heard is in {target}", error.hint) from None


def ask_by_ssh(host: str) -> str:
    """The report of the board at a network address. Raises UserError."""
    options = ["BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=10"]
    options += ["StrictHostKeyChecking=accept-new"]
    words = [word for option in options for word in ("-o", option)]
    agent = {name: os.environ[name] for name in ("SSH_AUTH_SOCK",) if name in os.environ}
    try:
        said = run.output(["ssh", *words, f"root@{host}", "diagnose"], env=agent)
    except run.CommandFailed as error:
        hint = "docs/milkv-duo.md tells how to switch ssh on; port=/dev/ttyUSB0 asks by serial line"
        raise UserError(f"no answer from {host}: {error.message}", hint) from None
    return extract(clean(said.encode()))


def clean(said: bytes) -> str:
    """Text as a file holds it: without carriage returns, colours and other control characters."""
    return CONTROL.sub("", said.decode(errors="replace"))


def extract(text: str) -> str:
    """The report within what a console said. Raises UserError when a mark is missing."""
    begin, end = text.find(BEGIN), text.rfind(END)
    if begin < 0 or end < begin:
        raise UserError("the board's report has no beginning or no end", WIRES)
    return text[begin : end + len(END)]


def sections(text: str) -> dict[str, str]:
    """The parts of a report by name."""
    marks = list(SECTION.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [text.rfind(END)]
    return {mark["name"]: text[mark.end() : end] for mark, end in zip(marks, ends, strict=True)}


def _reach_shell(line: Console, patience: Patience) -> None:
    """To the board's shell, out of a story or a boot. Raises UserError that says what is there."""
    begun = time.monotonic()
    pressed = 0

    def is_at_rest(heard: bytes) -> bool:
        tail = heard[-TAIL_BYTES:]
        return bool(PROMPT.search(tail) or LOGIN.search(tail) or PANIC.search(heard))

    def is_time_for_key(heard: bytes) -> bool:
        return is_at_rest(heard) or bool(STORY.search(heard[pressed:]))

    while not is_at_rest(bytes(line.heard)):
        limit = patience.shell if line.heard else patience.first_word
        left = begun + limit - time.monotonic()
        if left <= 0:
            break
        # A silent line gets a key after a while, a story at once.
        line.wait(is_time_for_key, patience.key, left)
        if not is_at_rest(bytes(line.heard)):
            pressed = len(line.heard)
            line.send(INTERRUPT)
    _judge(bytes(line.heard))


def _judge(heard: bytes) -> None:
    panic = PANIC.search(heard)
    tail = heard[-TAIL_BYTES:]
    if panic:
        raise UserError(f"the board's kernel stopped: {clean(panic[0])}", GUIDE)
    if not heard:
        raise UserError("nothing answers: is the board on, and are the wires right?", WIRES)
    if BOOT_LOADER.search(tail):
        hint = "'run bootcmd' at its prompt shows why; or take the power away and try again"
        raise UserError("the board stands in its boot loader, not in Linux", hint)
    if LOGIN.search(tail):
        raise UserError("the board asks for a login, which our system does not", OURS)
    if not PROMPT.search(tail):
        last = clean(tail).strip().rpartition("\n")[2]
        raise UserError(f"no shell comes up; the last words are '{last}'", GUIDE)


def _commit(root: Path) -> str:
    try:
        return run.output(["git", "describe", "--always", "--dirty"], cwd=root).strip()
    except UserError:
        return "no git checkout"
