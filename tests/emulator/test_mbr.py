# SPDX-License-Identifier: MIT
"""datapart's view of partition tables: right on ours, harmless on any other."""

import ctypes
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from image import run

SOURCE = Path(__file__).resolve().parents[2] / "packages/datapart/src"
HAVE, NEW, NO_ROOM, STRANGE = range(4)
MIB = 2048  # sectors
BOOT = (0x0C, 1 * MIB, 16 * MIB)
ROOT = (0x83, 17 * MIB, 48 * MIB)
FREE = (0, 0, 0)
DATA = (0x83, 65 * MIB, 191 * MIB)
Entry = tuple[int, int, int]  # type, first sector, sectors


class Extent(ctypes.Structure):
    """struct mbr_extent."""

    _fields_ = [("first", ctypes.c_uint64), ("count", ctypes.c_uint64)]


@pytest.fixture(scope="session")
def mbr(compiler: None, tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """mbr.c as a library of the host, which ends the test at undefined behaviour."""
    library = tmp_path_factory.mktemp("mbr") / "mbr.so"
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "-shared", "-fPIC"]
    checks = ["-fsanitize=undefined", "-fno-sanitize-recover=all"]
    run.run(["gcc", *flags, *checks, SOURCE / "mbr.c", "-o", library])
    loaded = ctypes.CDLL(str(library))
    loaded.mbr_plan.argtypes = [ctypes.c_char_p, ctypes.c_uint64, ctypes.POINTER(Extent)]
    loaded.mbr_enter.argtypes = [ctypes.c_char_p, ctypes.POINTER(Extent)]
    return loaded


def table(entries: Sequence[Entry], signature: bytes = b"\x55\xaa") -> bytes:
    """A first sector with these entries; every other byte is one that must be left alone."""
    rows = [
        bytes([0x80, 1, 2, 3, kind, 4, 5, 6])
        + first.to_bytes(4, "little")
        + size.to_bytes(4, "little")
        for kind, first, size in entries
    ]
    return b"\xb0" * 446 + b"".join(rows) + signature


def plan(mbr: ctypes.CDLL, sector: bytes, disk: int) -> tuple[int, int, int]:
    """mbr_plan's answer, and the extent."""
    extent = Extent(0, 0)
    return mbr.mbr_plan(sector, disk, ctypes.byref(extent)), extent.first, extent.count


@pytest.mark.parametrize(
    ("entries", "disk", "answer"),
    [
        ((BOOT, ROOT, FREE, FREE), 256 * MIB, (NEW, 65 * MIB, 191 * MIB)),
        # The rest of the card that is no whole MiB stays free.
        ((BOOT, ROOT, FREE, FREE), 256 * MIB + 2047, (NEW, 65 * MIB, 191 * MIB)),
        # A root that ends within a MiB: the partition starts at the next.
        ((BOOT, (0x83, 17 * MIB, 48 * MIB + 1), FREE, FREE), 256 * MIB, (NEW, 66 * MIB, 190 * MIB)),
        ((BOOT, ROOT, FREE, FREE), 81 * MIB, (NEW, 65 * MIB, 16 * MIB)),
        ((BOOT, ROOT, FREE, FREE), 81 * MIB - 1, (NO_ROOM, 0, 0)),
        ((BOOT, ROOT, FREE, FREE), 65 * MIB, (NO_ROOM, 0, 0)),
        # 4 TB: an entry can say 2 TB.
        ((BOOT, ROOT, FREE, FREE), 1 << 33, (NEW, 65 * MIB, (1 << 32) - 66 * MIB)),
        ((BOOT, ROOT, DATA, FREE), 256 * MIB, (HAVE, 65 * MIB, 191 * MIB)),
        # A fourth partition of the owner's is not overlapped.
        ((BOOT, ROOT, FREE, (0x83, 65 * MIB, MIB)), 256 * MIB, (NEW, 66 * MIB, 190 * MIB)),
        # An image copied from a bigger card.
        ((BOOT, ROOT, DATA, FREE), 255 * MIB, (STRANGE, 0, 0)),
        ((BOOT, ROOT, (0x83, 64 * MIB, 2 * MIB), FREE), 256 * MIB, (STRANGE, 0, 0)),
        ((BOOT, (0x83, 0, 48 * MIB), FREE, FREE), 256 * MIB, (STRANGE, 0, 0)),
        ((BOOT, FREE, FREE, FREE), 256 * MIB, (STRANGE, 0, 0)),
        ((BOOT, ROOT, FREE, (0x0F, 65 * MIB, MIB)), 256 * MIB, (STRANGE, 0, 0)),
        (((0xEE, 1, 256 * MIB - 1), FREE, FREE, FREE), 256 * MIB, (STRANGE, 0, 0)),
    ],
)
def test_plan(
    mbr: ctypes.CDLL, entries: Sequence[Entry], disk: int, answer: tuple[int, int, int]
) -> None:
    assert plan(mbr, table(entries), disk) == answer


def test_plan_needs_the_signature(mbr: ctypes.CDLL) -> None:
    sector = table((BOOT, ROOT, FREE, FREE), signature=b"\x55\xab")
    assert plan(mbr, sector, 256 * MIB) == (STRANGE, 0, 0)


def test_enter_writes_entry_3_only(mbr: ctypes.CDLL) -> None:
    before = table((BOOT, ROOT, FREE, FREE))
    buffer = ctypes.create_string_buffer(before, 512)
    mbr.mbr_enter(buffer, ctypes.byref(Extent(*DATA[1:])))
    entry = bytes.fromhex("00feffff 83feffff 00080200 00f80500".replace(" ", ""))
    # 65 MiB = 0x20800 sectors, 191 MiB = 0x5f800.
    assert buffer.raw == before[:478] + entry + before[494:]
    assert plan(mbr, buffer.raw, 256 * MIB) == (HAVE, 65 * MIB, 191 * MIB)


u32 = st.one_of(st.integers(0, (1 << 32) - 1), st.integers(0, 300).map(lambda mib: mib * MIB))
entry = st.tuples(st.sampled_from([0, 0x0C, 0x83, 0x0F, 0xEE]), u32, u32)


@given(st.tuples(entry, entry, entry, entry), st.integers(0, 1 << 55))
@example((BOOT, ROOT, FREE, FREE), 1 << 55)
def test_new_partition_is_always_free_room(
    mbr: ctypes.CDLL, entries: Sequence[Entry], disk: int
) -> None:
    answer, first, count = plan(mbr, table(entries), disk)
    if answer != NEW:
        return
    assert first % MIB == 0 == count % MIB
    assert 0 < first < first + count <= min(disk, 1 << 32)
    used = [e for e in entries if e[0] != 0]
    assert all(first >= begin + size for _, begin, size in used)
