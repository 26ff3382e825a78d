# SPDX-License-Identifier: MIT
"""A board at its serial console: to its shell, whatever it is doing when the line opens."""

import re
import time
from dataclasses import dataclass

from image.device.console import WIRES, Console
from image.errors import UserError

# What the end of the console's words may be: a shell's prompt (ours: "~ # "), a login ...
# Not "## ": U-Boot begins lines so, and they may be heard in pieces.
PROMPT = re.compile(rb"(?:^|[\r\n])[^\r\n]*(?<!#)[#$] $")
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
