# SPDX-License-Identifier: MIT
"""`doit diagnose`: what a board tells about itself, in one file for a bug report.

The board's own program `diagnose` prints marked sections; this runs it, through the serial console
(as a person at a terminal would) or through ssh, and checks that all of them have arrived.
"""

import platform
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from image import run
from image.device import console, prompt, ssh
from image.device.console import WIRES, Console
from image.device.prompt import FROM_STORIES, OURS, clean
from image.errors import UserError
from image.project import Project

OPTIONS = (console.PORT, ssh.HOST)
BEGIN = "=== diagnose 1 begins\n"
END = "=== diagnose ends\n"
SECTION = re.compile(r"^=== (?P<name>[a-z-]+)\n", re.M)

NOT_FOUND = re.compile(rb"diagnose: (?:command )?not found")


@dataclass(frozen=True)
class Patience(prompt.Patience):
    """As for the shell; and then for the report, in seconds."""

    silence: float = 30.0  # between two words of the report; a section ends after 10 s
    report: float = 600.0  # for all of it


def write_report(project: Project, options: Mapping[str, str]) -> None:
    """Ask the board at port=TTY or host=ADDRESS, and write the report into the board's `out`.

    Without either, the only serial port of this machine is used.
    """
    target = project.out / f"diagnose-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    if "host" in options:
        text = ask_by_ssh(options["host"])
    else:
        port = Path(options["port"]) if "port" in options else console.find_port()
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

    Stories that were interrupted continue afterwards. Raises UserError that says how far it came.
    """
    patience = patience or Patience()
    prompt.reach_shell(line, patience)
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
        last = clean(said).strip().rpartition("\n")[2]
        raise UserError(f"the board's report stops in the middle, after '{last}'", WIRES)
    return extract(clean(said))


def ask_and_keep(line: Console, target: Path) -> str:
    """As `ask`; what a board without a report did say goes into `target`: it tells the most."""
    try:
        return ask(line)
    except UserError as error:
        if not line.heard:
            raise
        target.write_text(clean(bytes(line.heard)))
        raise UserError(f"{error.message}. All output is in {target}", error.hint) from None


def ask_by_ssh(host: str) -> str:
    """The report of the board at a network address. Raises UserError."""
    try:
        said = ssh.ask(host, "diagnose")
    except run.CommandFailed as error:
        raise UserError(f"no answer from {host}: {error.message}", ssh.NO_SSH) from None
    return extract(clean(said.encode()))


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


def _commit(root: Path) -> str:
    try:
        return run.output(["git", "describe", "--always", "--dirty"], cwd=root).strip()
    except UserError:
        return "no git checkout"
