# SPDX-License-Identifier: MIT
"""A board that runs: to its shell on a serial console, and to a command's output through ssh."""

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from image import run
from image.device.console import WIRES, Console
from image.errors import UserError
from image.options import Host, Option

USB_ADDRESS = "192.168.42.1"  # of the board, on the network of its USB cable

HOST = Option("host", "the board's address, for ssh", Host(), hint=f"host={USB_ADDRESS}")

# What the end of the console's words may be: a shell's prompt (ours: "~ # "), a login ...
PROMPT = re.compile(rb"(?:^|[\r\n])[^\r\n]*[#$] $")
LOGIN = re.compile(rb"login: ?$")
# ... or a U-Boot: the vendor's for all its boards, and the mainline one.
BOOT_LOADER = re.compile(rb"(?:cv18\w+_c906|milkv_duo)# $")
PANIC = re.compile(rb"Kernel panic - not syncing[^\r\n]*")
STORY = re.compile(rb"story \d+  seed \d+")
# Said when a story was interrupted: then the stories are to go on afterwards.
FROM_STORIES = b"exit leads back to the stories."
TAIL_BYTES = 200  # where prompts are looked for

INTERRUPT = b"\x03\r"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[^\n\t\x20-\x7e\x80-\U0010ffff]")

GUIDE = "docs/milkv-duo.md shows what the board prints while it starts, and where it may stop"
NO_SSH = "docs/milkv-duo.md says how to enable ssh; port=/dev/ttyUSB0 uses the serial line"
OURS = "is this card one of ours, and not older than this checkout?"


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds. Every wait is for words on the console."""

    # U-Boot waits one second for a key that stops it; a key after a longer silence does no harm.
    key: float = 3.0
    first_word: float = 20.0  # for anything at all
    shell: float = 120.0  # the board may be starting, and making /data


def reach_shell(line: Console, patience: Patience) -> None:
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


def address(given: Mapping[str, str]) -> tuple[str, ...]:
    """The address to ask, and ssh's options for it: of host=, or of an emulated board's SSH_PORT=.

    Each emulated card has a key of its own, all at one address: none of them is kept.
    """
    if "SSH_PORT" not in given:
        return (given.get("host", USB_ADDRESS),)
    emulated = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")
    return (given.get("host", "127.0.0.1"), f"Port={given['SSH_PORT']}", *emulated)


def ssh(host: str, *options: str) -> list[str]:
    """The command line of a shell on the board at a network address; a command may follow.

    `options` are ssh's, as Name=value.
    """
    own = ("ConnectTimeout=10", "ServerAliveInterval=10")
    chosen = (*options, *own, "StrictHostKeyChecking=accept-new")
    return ["ssh", *(word for option in chosen for word in ("-o", option)), f"root@{host}"]


def ask_by_ssh(host: str, command: str, *options: str, source: Path | None = None) -> str:
    """What a command prints on the board at a network address; `options` are ssh's, as Name=value.

    The command may read the file `source` from its standard input. Never asks anything. Raises
    CommandFailed with the command's status; 255 is ssh's own.
    """
    agent = {name: os.environ[name] for name in ("SSH_AUTH_SOCK",) if name in os.environ}
    return run.output([*ssh(host, "BatchMode=yes", *options), command], env=agent, source=source)


def clean(said: bytes) -> str:
    """Text as a file holds it: without carriage returns, colours and other control characters."""
    return CONTROL.sub("", said.decode(errors="replace"))


def _judge(heard: bytes) -> None:
    panic = PANIC.search(heard)
    tail = heard[-TAIL_BYTES:]
    if panic:
        raise UserError(f"the board's kernel stopped: {clean(panic[0])}", GUIDE)
    if not heard:
        raise UserError("nothing answers: is the board on, and are the wires right?", WIRES)
    if BOOT_LOADER.search(tail):
        hint = "'run bootcmd' at its prompt shows why; or power-cycle it and try again"
        raise UserError("the board is in its boot loader, not in Linux", hint)
    if LOGIN.search(tail):
        raise UserError("the board asks for a login, which our system does not", OURS)
    if not PROMPT.search(tail):
        last = clean(tail).strip().rpartition("\n")[2]
        raise UserError(f"no shell appears; the last output is '{last}'", GUIDE)
