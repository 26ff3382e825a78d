# SPDX-License-Identifier: MIT
"""LZMA alone: the one compression that both the first and the second boot loader can read."""

import lzma

from image.errors import UserError

# A decoder takes as much memory as the file asks for; `lzma -9` asks for 64 MiB.
MEMORY_LIMIT = 96 << 20


def squeeze(data: bytes, preset: int) -> bytes:
    """Compress with one of liblzma's presets; the size in the header is `unknown`."""
    return lzma.compress(data, format=lzma.FORMAT_ALONE, preset=preset)


def expand(data: bytes, limit: int, what: str) -> bytes:
    """Decompress at most `limit` bytes; zeros may follow the end, as padding.

    Raises UserError, which names `what`, for anything else than one whole stream.
    """
    decoder = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY_LIMIT)
    try:
        expanded = decoder.decompress(data, max_length=limit + 1)
    except (lzma.LZMAError, EOFError) as error:
        raise UserError(f"{what} is not an LZMA stream: {error}") from None
    if len(expanded) > limit:
        raise UserError(f"{what} expands to more than {limit} bytes")
    if not decoder.eof:
        raise UserError(f"{what} ends in the middle of its LZMA stream")
    if any(decoder.unused_data):
        raise UserError(f"{what} has bytes after its LZMA stream")
    return expanded
