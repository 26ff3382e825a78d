# SPDX-License-Identifier: MIT
"""A board on the network: its address, and what a command prints there, through ssh."""

import os
from collections.abc import Mapping
from pathlib import Path

from image import run
from image.options import Host, Option

USB_ADDRESS = "192.168.42.1"  # of the board, on the network of its USB cable
HOST = Option("host", "the board's address, for ssh", Host(), hint=f"host={USB_ADDRESS}")
NO_SSH = "docs/milkv-duo.md says how to enable ssh; port=/dev/ttyUSB0 uses the serial line"


def address(options: Mapping[str, str]) -> tuple[str, ...]:
    """The address to ask, and ssh's options for it: of host=, or of an emulated board's SSH_PORT=.

    Each emulated card has a key of its own, all at one address: none of them is kept.
    """
    if "SSH_PORT" not in options:
        return (options.get("host", USB_ADDRESS),)
    emulated = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")
    return (options.get("host", "127.0.0.1"), f"Port={options['SSH_PORT']}", *emulated)


def command(host: str, *options: str) -> list[str]:
    """The command line of a shell on the board at a network address; a command may follow.

    `options` are ssh's, as Name=value.
    """
    own = ("ConnectTimeout=10", "ServerAliveInterval=10")
    chosen = (*options, *own, "StrictHostKeyChecking=accept-new")
    return ["ssh", *(word for option in chosen for word in ("-o", option)), f"root@{host}"]


def ask(host: str, words: str, *options: str, source: Path | None = None) -> str:
    """What a command prints on the board at a network address; `options` are ssh's, as Name=value.

    The command may read the file `source` from its standard input. Never asks anything. Raises
    CommandFailed with the command's status; 255 is ssh's own.
    """
    agent = {name: os.environ[name] for name in ("SSH_AUTH_SOCK",) if name in os.environ}
    return run.output([*command(host, "BatchMode=yes", *options), words], env=agent, source=source)
