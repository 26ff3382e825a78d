# SPDX-License-Identifier: MIT
"""Who has the memory: nothing counted twice or left out, and the estimate where it is known."""

import dataclasses
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image.boards import memmap, ram
from image.boards.memmap import MemoryMap
from image.boards.ram import KernelFigures
from image.boards.sizes import KIB, MIB
from image.errors import UserError

MAP = Path(__file__).resolve().parents[2] / "overlays/boards/milkv_duo/memmap.yaml"
FIGURES = KernelFigures(size=3_400_000, init=150 * KIB, device_tree=19_000)
SYSTEM_MAP = """\
ffffffe000000000 T _start
ffffffe000000ff0 T __init_begin
ffffffe000003010 T __init_end
ffffffe0005f0000 B _end
"""


@pytest.fixture(scope="module")
def board() -> MemoryMap:
    return memmap.load(MAP)


@pytest.fixture(scope="module")
def with_rtos() -> MemoryMap:
    return memmap.load(MAP, rtos=True)


def column(rows: tuple[ram.Row, ...], image: str) -> dict[str, int]:
    return {row.owner: row.shares[ram.IMAGES.index(image)] for row in rows}


@pytest.mark.parametrize("image", ram.IMAGES)
def test_each_image_has_the_whole_memory(
    board: MemoryMap, with_rtos: MemoryMap, image: str
) -> None:
    for map_ in (board, with_rtos):
        shares = column(ram.account(map_, FIGURES), image)
        assert sum(shares.values()) == 64 * MIB
        assert all(share >= 0 and share % KIB == 0 for share in shares.values())


def test_a_second_core_costs_its_memory_and_small_pages(
    board: MemoryMap, with_rtos: MemoryMap
) -> None:
    alone, both = (column(ram.account(map_, FIGURES), "ours") for map_ in (board, with_rtos))
    assert both[ram.SECOND_CORE] == 768 * KIB
    assert both[ram.TABLES] == 128 * KIB
    assert alone[ram.TOTAL] - both[ram.TOTAL] == (768 + 128) * KIB


def test_what_is_reserved_for_others_is_not_linuxs(board: MemoryMap) -> None:
    taken = dataclasses.replace(board.region("ION"), address=0x83000000, size=4 * MIB)
    others = tuple(region for region in board.regions if region.name != "ION")
    full = dataclasses.replace(board, regions=(*others, taken))
    before, after = (column(ram.account(map_, FIGURES), "ours") for map_ in (board, full))
    assert after[ram.ION] == before[ram.TOTAL] - after[ram.TOTAL] == 4 * MIB


def test_published_images_say_the_same_of_their_kernel(board: MemoryMap) -> None:
    rows = ram.account(board, FIGURES)
    stock, contest = column(rows, "stock"), column(rows, "contest")
    assert stock[ram.TOTAL] == 28.5 * MIB
    assert abs(stock[ram.LINUX] - contest[ram.LINUX]) < 0.1 * MIB


@given(size=st.integers(MIB, 16 * MIB), init=st.integers(0, 250).map(lambda page: page * 4096))
def test_each_page_of_the_kernel_is_one_less(board: MemoryMap, size: int, init: int) -> None:
    shares = column(ram.account(board, KernelFigures(size, init, 0)), "ours")
    smaller = column(ram.account(board, KernelFigures(size - 4096, init, 0)), "ours")
    assert smaller[ram.TOTAL] - shares[ram.TOTAL] == 4096
    assert shares[ram.LINUX] + init == -(-size // 4096) * 4096


@pytest.mark.parametrize("measured", ram.MEASURED, ids=lambda measured: measured.what)
def test_the_estimate_holds_where_it_was_measured(measured: ram.Measured) -> None:
    assert abs(measured.estimate / measured.total - 1) < 0.01


def test_the_text_says_what_is_an_estimate_and_how_good_it_is(board: MemoryMap) -> None:
    text = ram.render(board, FIGURES)
    assert all(part in text for part in ram.FORMULA) and "estimate" in text
    rows = {line[:30].strip(): line[30:].split() for line in text.splitlines() if line}
    assert rows["sum"] == ["65536"] * 3
    assert rows["MemTotal, MiB"][:2] == ["28.5", "55.3"]
    assert rows[ram.ION] == ["27444", "0", "0"]
    assert "58.0 MiB is the aim: reached" in text
    assert all(measured.what in text for measured in ram.MEASURED)


def test_a_target_that_is_missed_is_told(board: MemoryMap) -> None:
    text = ram.render(board, KernelFigures(size=8 * MIB, init=0, device_tree=19_000))
    assert "58.0 MiB is the aim: missed" in text


def kernel_files(folder: Path, system_map: str) -> tuple[Path, Path, Path]:
    image, tree, names = folder / "Image", folder / "duo.dtb", folder / "System.map"
    head = struct.pack("<8xQQ24x8s4s4x", 2 * MIB, 0x5F0000, b"RISCV\0\0\0", b"RSC\x05")
    image.write_bytes(head)
    tree.write_bytes(bytes(1000))
    names.write_text(system_map)
    return image, tree, names


def test_figures_of_a_built_kernel(tmp_path: Path) -> None:
    image, tree, names = kernel_files(tmp_path, SYSTEM_MAP)
    assert ram.read_figures(image, tree, names) == KernelFigures(0x5F0000, 2 * 4096, 1000)
    assert ram.read_figures(image, tree) == KernelFigures(0x5F0000, 0, 1000)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("__init_end", "__init_stop", "System.map has no symbol __init_end"),
        (SYSTEM_MAP, "\0\0", "System.map has no symbol __init_begin"),
        ("3010 T __init_end", "0010 T __init_end", "before __init_begin"),
    ],
)
def test_no_system_map(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    files = kernel_files(tmp_path, SYSTEM_MAP.replace(old, new))
    with pytest.raises(UserError, match=complaint):
        ram.read_figures(*files)


def test_init_memory_of_less_than_a_page(tmp_path: Path) -> None:
    files = kernel_files(tmp_path, SYSTEM_MAP.replace("3010", "1010"))
    assert ram.read_figures(*files).init == 0
