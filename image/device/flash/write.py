# SPDX-License-Identifier: MIT
"""From the image to the card, and back for a comparison."""

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Never

from tqdm import tqdm

from image.card.bmap import Range
from image.device.flash.block_device import BLOCK, Target
from image.device.flash.source import Source
from image.errors import UserError


@dataclass(frozen=True)
class Written:
    """A part of the card, with the sha256 of what was written to it."""

    part: Range
    sha256: str


def write(source: Source, target: Target) -> list[Written]:
    """Write what the source's map names, and wait until it is on the card.

    Raises UserError for a fault of the card, with its place, or of the image.
    """
    done = []
    with source.open() as file, _bar("writing", source) as bar:
        for part in source.ranges:
            file.seek(part.start)
            found = hashlib.sha256()
            for offset, size in _pieces(part, target):
                _fill(target, file, size, source)
                found.update(target.buffer[:size])
                target.write(offset, size)
                bar.update(size)
            done.append(Written(part, found.hexdigest()))
            if part.sha256 not in (None, done[-1].sha256):
                raise _changed(source, part)
        target.flush()
    return done


def verify(source: Source, target: Target, written: list[Written]) -> None:
    """Read back what was written. Raises UserError that names the first block that differs."""
    with _bar("verifying", source) as bar:
        for one in written:
            found = hashlib.sha256()
            for offset, size in _pieces(one.part, target):
                target.read(offset, size)
                found.update(target.buffer[:size])
                bar.update(size)
            if found.hexdigest() != one.sha256:
                raise _differs(source, target, one.part)


def _differs(source: Source, target: Target, part: Range) -> UserError:
    hint = "take another card or another reader: this one does not store data reliably"
    with source.open() as file:
        file.seek(part.start)
        for offset, size in _pieces(part, target):
            target.read(offset, size)
            wanted = file.read(size)
            for begin in range(0, size, BLOCK):
                end = min(begin + BLOCK, size)
                if target.buffer[begin:end] != wanted[begin:end]:
                    block = f"block {(offset + begin) // BLOCK} of {BLOCK} bytes"
                    place = f"at byte {offset + begin} ({block})"
                    return UserError(f"{target.path} differs from the image {place}", hint)
    place = f"bytes {part.start} to {part.start + part.size}"
    return UserError(f"{target.path} reads differently each time ({place})", hint)


def _pieces(part: Range, target: Target) -> Iterator[tuple[int, int]]:
    """A part in pieces that fit the target's buffer: offset and size."""
    most = len(target.buffer)
    end = part.start + part.size
    yield from ((start, min(most, end - start)) for start in range(part.start, end, most))


def _fill(target: Target, file: BinaryIO, size: int, source: Source) -> None:
    data = file.read(size)
    if len(data) != size:
        raise UserError(f"{source.path} ends too early: is it being changed?")
    target.buffer[:size] = data


def _changed(source: Source, part: Range) -> UserError:
    place = f"bytes {part.start} to {part.start + part.size}"
    hint = "./doit image makes new ones; the card is incomplete now"
    return UserError(f"{source.path} is not the image of its .bmap ({place})", hint)


def _bar(what: str, source: Source) -> "tqdm[Never]":
    return tqdm(
        desc=what, total=source.mapped, unit="B", unit_scale=True, leave=False, disable=None,
        file=sys.stderr,
    )  # fmt: skip
