# SPDX-License-Identifier: MIT
"""`doit flash`: a card image onto a card, checked before, asked for, and compared afterwards."""

import shlex
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from image import run
from image.card import check
from image.device.flash import cards, source, write
from image.device.flash.block_device import check_rights, open_device
from image.device.flash.cards import Allowed, Disk
from image.device.flash.source import Source
from image.errors import UserError
from image.options import AnyPath, Flag, Option, is_on

OPTIONS = (
    check.FILE,
    Option("device", "the card", AnyPath("/dev/NAME"), default="asks"),
    Option("yes", "write to device= without asking", Flag(), default="0"),
    Option("force", "also accept a card of more than 128 GB", Flag(), default="0"),
    Option("loop", "device= may be a loop device", Flag(), default="0"),
)
MIB = 1 << 20
T = TypeVar("T")


def write_card(image: Path, memory_map: Path, doit: Path, options: Mapping[str, str]) -> None:
    """Write `image` to device=/dev/NAME, or to the card that is chosen on the terminal.

    `memory_map` is for the checks; `doit` is what a command line to type begins with. Raises
    UserError; when stopped, KeyboardInterrupt that says what became of the card.
    """
    check_call(options)
    allowed, sure = _allowed(options), is_on(options, "yes")
    loaded = source.load(image)
    disk = _choose(options.get("device"), loaded.size, allowed)
    extra = [f"{name}=1" for name in ("force", "loop", "yes") if is_on(options, name)]
    again = [str(doit), "flash", f"device={disk.path}", f"file={image}", *extra]
    check_rights(disk.path, shlex.join(again))
    _check(image, memory_map)
    if not sure:
        _ask(disk, image)
        # While the question stood there, cards may have been exchanged.
        if cards.named(disk.path, loaded.size, allowed) != disk:
            raise UserError(f"{disk.path} is no longer the card that you confirmed")
    _flash(loaded, disk)
    print(f"{disk.path} {_eject(disk)}")


def check_call(options: Mapping[str, str]) -> None:
    """Raise UserError for a call that cannot end well, whatever the image: no card, no answer."""
    _refuse_unasked(is_on(options, "yes"), options)
    if "device" in options:
        cards.named(Path(options["device"]), 0, _allowed(options))
    else:
        cards.candidates(0, _allowed(options))


def _allowed(options: Mapping[str, str]) -> Allowed:
    return Allowed(large=is_on(options, "force"), loop=is_on(options, "loop"))


def _refuse_unasked(sure: bool, options: Mapping[str, str]) -> None:
    """Raise UserError where a card would be written to that nobody has named or agreed to."""
    if sure and "device" not in options:
        raise UserError("yes=1 needs device=", hint="device=/dev/NAME yes=1")
    if not sure and not sys.stdin.isatty():
        hint = "device=/dev/NAME yes=1 writes without asking"
        raise UserError("nobody can be asked: this is not a terminal", hint)


def _check(image: Path, memory_map: Path) -> None:
    """Look at the image as `doit check` does. Raises UserError with all that is wrong."""
    findings = check.check(image, memory_map)
    bad = [str(finding) for finding in findings if not finding.ok]
    if bad:
        hint = f"./doit check file={image} shows all; balenaEtcher writes any file"
        raise UserError("\n".join([f"{image} is not valid, nothing was written", *bad]), hint)
    print(f"checked    {image.name}: all {len(findings)} parts are good")


def _choose(device: str | None, size: int, allowed: Allowed) -> Disk:
    if device:
        return cards.named(Path(device), size, allowed)
    found = cards.candidates(size, allowed)
    if len(found) == 1:
        return found[0]
    print(f"cards:\n{cards.listed(found)}")
    answer = _typed("which one? its number: ")
    if answer not in [str(number) for number in range(1, len(found) + 1)]:
        raise UserError("no card chosen, nothing was written", hint=f"device={found[0].path}")
    return found[int(answer) - 1]


def _ask(disk: Disk, image: Path) -> None:
    contents = f"it holds {', '.join(disk.contents)}" if disk.contents else "no known content"
    print(f"card       {disk}\n           {contents}; all of it will be lost")
    if _typed(f"Write {image.name} to {disk.path}? Type yes: ") != "yes":
        raise UserError("nothing was written")


def _typed(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""
    except KeyboardInterrupt:
        raise KeyboardInterrupt("stopped; nothing was written") from None


def _flash(image: Source, disk: Disk) -> None:
    state = "is incomplete"
    try:
        with open_device(disk.path, disk.size) as target:
            written = _timed("written", image, lambda: write.write(image, target))
            state = "is written, but was not compared"
            _timed("verified", image, lambda: write.verify(image, target, written))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped; {disk.path} {state}; flash it again") from None


def _timed(what: str, image: Source, action: Callable[[], T]) -> T:
    begun = time.monotonic()
    result = action()
    seconds = time.monotonic() - begun
    speed = image.mapped / MIB / max(seconds, 1e-3)
    empty = (image.size - image.mapped) / MIB
    amount = f"{image.mapped / MIB:.1f} MiB ({empty:.1f} MiB more are empty)"
    print(f"{what:<10} {amount} in {seconds:.1f} s, {speed:.1f} MiB/s")
    return result


def _eject(disk: Disk) -> str:
    """Let go of the card; says what a person may do now."""
    if disk.kind == "loop":
        return "holds the image"
    for words in (["eject"], ["udisksctl", "power-off", "-b"]):
        try:
            run.output([*words, disk.path])
        except UserError:
            continue  # not installed, or nothing that it can eject
        return "is ejected: take the card out"
    return "is complete: the card can be taken out"
