# SPDX-License-Identifier: MIT
"""The memory map: what it tells the vendor's sources, and which maps and kernels it refuses."""

import copy
import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from image.boards import kernel, memmap
from image.boards.kernel import PAGE
from image.boards.memmap import PHASES, MemoryMap, Region
from image.boards.sizes import MIB, in_bytes
from image.errors import UserError

MAP = Path(__file__).resolve().parents[2] / "overlays/boards/milkv_duo/memmap.yaml"
FACTS: dict[str, Any] = yaml.safe_load(MAP.read_text())
DRAM_END = 0x84000000
RTOS_START = 0x83F40000
# What the vendor's sources read: fsbl/plat/cv180x, u-boot-2021.10/include/configs/cv180x-*.h,
# build/boards/default/dts/cv180x and cv180x_riscv.
READ_BY_VENDOR = {
    "CONFIG_SYS_TEXT_BASE", "CVIMMAP_ALIOS_COMPRESS_BIN_ADDR", "CVIMMAP_ALIOS_LOG_ADDR",
    "CVIMMAP_ALIOS_LOG_SIZE", "CVIMMAP_BOOTLOGO_ADDR", "CVIMMAP_CONFIG_SYS_INIT_SP_ADDR",
    "CVIMMAP_CVI_UPDATE_HEADER_ADDR", "CVIMMAP_DRAM_BASE", "CVIMMAP_DRAM_SIZE",
    "CVIMMAP_FREERTOS_ADDR", "CVIMMAP_FREERTOS_RESERVED_ION_SIZE", "CVIMMAP_FREERTOS_SIZE",
    "CVIMMAP_FSBL_C906L_START_ADDR", "CVIMMAP_FSBL_UNZIP_ADDR", "CVIMMAP_FSBL_UNZIP_SIZE",
    "CVIMMAP_H26X_BITSTREAM_ADDR", "CVIMMAP_H26X_BITSTREAM_SIZE", "CVIMMAP_H26X_ENC_BUFF_ADDR",
    "CVIMMAP_H26X_ENC_BUFF_SIZE", "CVIMMAP_ION_ADDR", "CVIMMAP_ION_SIZE",
    "CVIMMAP_ISP_MEM_BASE_ADDR", "CVIMMAP_ISP_MEM_BASE_SIZE", "CVIMMAP_KERNEL_MEMORY_ADDR",
    "CVIMMAP_KERNEL_MEMORY_SIZE", "CVIMMAP_MONITOR_ADDR", "CVIMMAP_OPENSBI_FDT_ADDR",
    "CVIMMAP_OPENSBI_SIZE", "CVIMMAP_PQBIN_ADDR", "CVIMMAP_SHARE_MEM_ADDR",
    "CVIMMAP_SHARE_MEM_SIZE", "CVIMMAP_SHARE_PARAM_ADDR", "CVIMMAP_SHARE_PARAM_ADDR_BAK",
    "CVIMMAP_UIMAG_ADDR",
}  # fmt: skip

Edit = Callable[[dict[str, Any]], object]


def changed(folder: Path, edit: Edit) -> Path:
    """The board's map with one change."""
    data = copy.deepcopy(FACTS)
    edit(data)
    path = folder / "memmap" / "toy.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(data))  # which is YAML, too
    return path


def region(name: str, **facts: object) -> Edit:
    """A change of a region's facts; None takes one away."""

    def edit(data: dict[str, Any]) -> None:
        entry = data["regions"].setdefault(name, {})
        entry.update(facts)
        for key in [key for key, value in entry.items() if value is None]:
            del entry[key]

    return edit


def image(path: Path, image_size: int, text_offset: int = 2 * MIB, length: int = 4096) -> Path:
    """A kernel Image as its header describes it."""
    head = struct.pack("<8xQQ24x8s4s4x", text_offset, image_size, b"RISCV\0\0\0", b"RSC\x05")
    path.write_bytes(head.ljust(length, b"\0")[:length])
    return path


@pytest.fixture(scope="module")
def board() -> MemoryMap:
    return memmap.load(MAP)


def test_without_rtos_linux_has_all(board: MemoryMap) -> None:
    assert board.memory_node() == (0x80000000, 64 * MIB)
    assert board.region("FREERTOS").size == board.region("ION").size == 0
    assert board.values()["CVIMMAP_ION_ADDR"] == DRAM_END
    assert board.fwsz() == "riscv.fwsz=0x40000"


def test_linux_never_sees_a_second_core_that_runs() -> None:
    board = memmap.load(MAP, rtos=True)
    assert board.memory_node() == (0x80000000, 0x3F40000)
    freertos = board.region("FREERTOS")
    assert (freertos.address, freertos.end) == (RTOS_START, DRAM_END)
    assert board.values()["CVIMMAP_KERNEL_MEMORY_SIZE"] == 0x3F40000
    assert board.region("UBOOT").end == RTOS_START


@pytest.mark.parametrize("rtos", [False, True])
def test_every_name_that_the_vendor_reads_has_a_value(rtos: bool) -> None:
    values = memmap.load(MAP, rtos).values()
    assert not READ_BY_VENDOR - set(values)
    assert values["CONFIG_SYS_TEXT_BASE"] == 0x80200000
    assert values["CVIMMAP_OPENSBI_FDT_ADDR"] == 0x80040000
    assert values["CVIMMAP_CONFIG_SYS_INIT_SP_ADDR"] == 0x82300000


def test_three_forms_say_the_same(board: MemoryMap) -> None:
    forms = {
        r"^#define (\w+) (0x[0-9a-f]+)  /\* [^*]+ \*/$": board.header(),
        r"^(\w+)=(0x[0-9a-f]+)$": board.conf(),
        r"^(\w+) = (0x[0-9a-f]+);$": board.linker(),
    }
    for pattern, text in forms.items():
        found = re.findall(pattern, text, re.MULTILINE)
        assert {name: int(value, 16) for name, value in found} == board.values()
        assert [name for name, _ in found] == sorted(board.values())


def test_the_header_reads_as_the_vendors_does(board: MemoryMap) -> None:
    lines = board.header().splitlines()
    assert "#define CVIMMAP_OPENSBI_SIZE 0x40000  /* 256.0KiB */" in lines
    assert "#define CVIMMAP_UIMAG_ADDR 0x81400000  /* offset 20.0MiB */" in lines
    assert "#define CVIMMAP_ION_SIZE 0x0  /* 0.0KiB */" in lines
    assert lines[0].replace("#ifndef", "#define") == lines[1]
    assert lines[-1].startswith("#endif")


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        pytest.param(
            region("UIMAG", address=0x80300000, size="1 MiB"),
            "KERNEL (0x80200000 to 0x813ff000) and UIMAG (0x80300000 to 0x80400000) overlap "
            "in phase 'load'",
            id="overlap",
        ),
        pytest.param(
            region("ION", size="27 MiB"),
            "UIMAG (0x81400000 to 0x82300000) and UBOOT (0x81b00000 to 0x82500000) overlap "
            "in phase 'load'",
            id="overlap of what is placed at the end",
        ),
        pytest.param(
            region("UIMAG", address=0x81400800),
            "UIMAG's address 0x81400800 is not page-aligned",
            id="address off a page",
        ),
        pytest.param(
            region("ION", size=0x1000001),
            "ION's size 0x1000001 is not page-aligned",
            id="size off a page",
        ),
        pytest.param(
            region("STACK", address=0x84000000),
            "STACK (0x84000000 to 0x84010000) is not inside DRAM (0x80000000 to 0x84000000)",
            id="behind DRAM",
        ),
        pytest.param(
            region("STACK", address=0x7FFF0000),
            "STACK (0x7fff0000 to 0x80000000) is not inside DRAM",
            id="before DRAM",
        ),
        pytest.param(
            region("UBOOT", size="128 MiB"),
            "UBOOT (0x7c000000 to 0x84000000) is not inside DRAM",
            id="larger than DRAM",
        ),
        pytest.param(
            region("FSBL_UNZIP", hidden=True),
            "is after hidden memory",
            id="hidden in the middle",
        ),
        pytest.param(
            region("MONITOR", size="192 KiB"),
            "MONITOR (0x80000000 to 0x80030000) has 0x30000 bytes",
            id="monitor is no power of two",
        ),
        pytest.param(
            region("MONITOR", size="4 KiB"),
            "MONITOR (0x80000000 to 0x80001000) has 0x1000 bytes",
            id="firmware size that Linux ignores",
        ),
        pytest.param(
            region("MONITOR", address=0x80080000),
            "MONITOR (0x80080000 to 0x800c0000) has to begin at 0x80000000",
            id="monitor moved",
        ),
        pytest.param(
            region("KERNEL", address=0x80400000, size="8 MiB"),
            "has to begin at 0x80200000",
            id="kernel moved",
        ),
        pytest.param(
            lambda data: data["regions"].pop("UIMAG"), "region UIMAG is missing", id="no UIMAG"
        ),
        pytest.param(
            region("ION", colour="red"), "regions.ION.colour: unknown key 'colour'", id="colour"
        ),
        pytest.param(
            region("ION", size=None), "regions.ION: key 'size' is missing", id="no size of a region"
        ),
        pytest.param(
            region("ION", why=None),
            "regions.ION: key 'why' is missing",
            id="no reason for a region",
        ),
        pytest.param(region("ION", why=" "), "regions.ION.why: ' ' is not text", id="empty reason"),
        pytest.param(
            region("ION", size="4 MB"),
            "regions.ION.size: '4 MB' is not bytes",
            id="megabytes are no unit",
        ),
        pytest.param(
            region("ION", size=-4096), "regions.ION.size: '-4096' is not bytes", id="negative"
        ),
        pytest.param(
            region("ION", size=True), "regions.ION.size: 'True' is not bytes", id="truth is no size"
        ),
        pytest.param(
            region("ION", size=1.5), "regions.ION.size: '1.5' is not bytes", id="half a byte"
        ),
        pytest.param(
            region("ION", place="begin"),
            "regions.ION.place: 'begin' is not end",
            id="unknown place",
        ),
        pytest.param(
            region("ION", address=0x83000000),
            "regions.ION: it needs either an 'address' or 'place: end'",
            id="two places",
        ),
        pytest.param(
            region("ION", place=None),
            "regions.ION: it needs either an 'address' or 'place: end'",
            id="no place",
        ),
        pytest.param(
            region("UIMAG", address="0x81400000"),
            "regions.UIMAG.address: '0x81400000' is not a whole number, 0 or more",
            id="address as text",
        ),
        pytest.param(region("ION", phases=[]), "regions.ION.phases: there is none", id="no phase"),
        pytest.param(
            region("ION", phases=["lunch"]),
            "regions.ION.phases[0]: 'lunch' is not one of fsbl, start",
            id="strange phase",
        ),
        pytest.param(
            region("ION", hidden="yes"),
            "regions.ION.hidden: 'yes' is not true or false",
            id="hidden text",
        ),
        pytest.param(
            region("ION", macros={"CVIMMAP_ION_ADDR": "start"}),
            "regions.ION.macros.CVIMMAP_ION_ADDR: 'start' is not address, size or end",
            id="strange value of a macro",
        ),
        pytest.param(
            region("ION", macros={"ion-addr": "address"}),
            "regions.ION.macros.ion-addr: 'ion-addr' is not a macro name",
            id="name that C cannot read",
        ),
        pytest.param(
            region("ION", macros={"CVIMMAP_UIMAG_ADDR": "address"}),
            "macro CVIMMAP_UIMAG_ADDR is there twice",
            id="macro of two regions",
        ),
        pytest.param(
            region("ION", macros=["CVIMMAP_ION_ADDR"]),
            "regions.ION.macros: a list is not a mapping",
            id="macros as a list",
        ),
        pytest.param(
            lambda data: data["regions"].update(ION=None),
            "regions.ION: nothing is not a mapping",
            id="region without facts",
        ),
        pytest.param(
            lambda data: data["constants"].update(CVIMMAP_PQBIN_ADDR="none"),
            "constants.CVIMMAP_PQBIN_ADDR: 'none' is not a whole number",
            id="constant that is no number",
        ),
        pytest.param(
            lambda data: data["dram"].pop("size"), "dram: key 'size' is missing", id="no DRAM size"
        ),
        pytest.param(lambda data: data.pop("dram"), "key 'dram' is missing", id="no DRAM"),
        pytest.param(lambda data: data.update(rom={}), "unknown key 'rom'", id="unknown part"),
    ],
)
def test_bad_maps(tmp_path: Path, edit: Edit, complaint: str) -> None:
    with pytest.raises(UserError) as caught:
        memmap.load(changed(tmp_path, edit))
    assert re.match(r"memmap/toy\.yaml(:1)?: ", caught.value.message)
    assert complaint in caught.value.message


def test_a_map_that_is_wrong_only_with_rtos(tmp_path: Path) -> None:
    path = changed(tmp_path, region("FREERTOS", rtos_size="24 MiB"))
    memmap.load(path)
    with pytest.raises(UserError, match="UIMAG .* and UBOOT .* overlap"):
        memmap.load(path, rtos=True)


@pytest.mark.parametrize(
    "text",
    ["dram: [", "\xff\xfe", "dram: 1\ndram: 2\n", "- dram\n", "", "1: 2\n", "? [a]\n: b\n"]
    + ["!!map [a]", "dram: !!bool maybe", "dram: !!timestamp now", "dram: " + "[" * 2000],
)
def test_no_yaml(tmp_path: Path, text: str) -> None:
    path = tmp_path / "toy.yaml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(UserError) as caught:
        memmap.load(path)
    assert "toy.yaml" in caught.value.message


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"toy\.yaml cannot be read: No such file"):
        memmap.load(tmp_path / "toy.yaml")


def test_a_region_that_stands_there_twice_is_named(tmp_path: Path) -> None:
    path = tmp_path / "toy.yaml"
    path.write_text(MAP.read_text().replace("  H26X_BITSTREAM:\n", "  ION:\n"))
    with pytest.raises(UserError, match="key 'regions.ION' is given twice"):
        memmap.load(path)


REGIONS = st.builds(
    Region,
    name=st.just("TOY"),
    owner=st.just("test"),
    why=st.just("test"),
    address=st.integers(0, 24),
    size=st.integers(0, 12),
    phases=st.frozensets(st.sampled_from(PHASES), min_size=1),
    macros=st.just({}),
)


@given(REGIONS, REGIONS)
def test_regions_clash_exactly_if_some_byte_has_two_owners(one: Region, two: Region) -> None:
    shared = set(range(one.address, one.end)) & set(range(two.address, two.end))
    assert one.clashes(two) == two.clashes(one) == bool(shared and one.phases & two.phases)


@settings(max_examples=25)
@given(st.sampled_from(["STACK", "SHARE_MEM", "UIMAG"]), st.integers(0, 64 * MIB // PAGE))
def test_a_moved_region_is_taken_only_where_it_is_free(
    tmp_path_factory: pytest.TempPathFactory, board: MemoryMap, name: str, page: int
) -> None:
    old = board.region(name)
    start = board.dram.address + page * PAGE
    end = start + old.size
    others = [r for r in board.regions if r is not old and r.size and r.phases & old.phases]
    free = end <= DRAM_END and all(end <= r.address or r.end <= start for r in others)
    path = changed(tmp_path_factory.mktemp("map"), region(name, address=start))
    if free:
        assert memmap.load(path).region(name).address == start
    else:
        with pytest.raises(UserError, match=name):
            memmap.load(path)


def test_a_kernel_that_just_fits(tmp_path: Path, board: MemoryMap) -> None:
    room = board.region("KERNEL").size
    header = board.check_kernel(image(tmp_path / "Image", room))
    assert header == kernel.Header(text_offset=2 * MIB, image_size=room)


def test_a_kernel_that_grows_into_the_load_buffer(tmp_path: Path, board: MemoryMap) -> None:
    room = board.region("KERNEL").size
    with pytest.raises(UserError) as caught:
        board.check_kernel(image(tmp_path / "Image", room + 1))
    assert f"takes {room + 1} bytes" in caught.value.message
    assert "1 too few" in caught.value.message
    assert caught.value.hint and "its kernel/" in caught.value.hint


def test_a_kernel_linked_for_elsewhere(tmp_path: Path, board: MemoryMap) -> None:
    with pytest.raises(UserError, match="Image is linked for 0x400000 above"):
        board.check_kernel(image(tmp_path / "Image", MIB, text_offset=4 * MIB))


@pytest.mark.parametrize("length", [0, 1, 8, 63])
def test_a_kernel_that_ends_in_its_header(tmp_path: Path, board: MemoryMap, length: int) -> None:
    with pytest.raises(UserError, match=f"Image ends after {length} of the 64 bytes"):
        board.check_kernel(image(tmp_path / "Image", MIB, length=length))


def test_a_kernel_larger_than_it_says(tmp_path: Path, board: MemoryMap) -> None:
    with pytest.raises(UserError, match="has 4096 bytes, but .* takes only 4095"):
        board.check_kernel(image(tmp_path / "Image", 4095))


@given(st.binary(max_size=200))
def test_what_is_no_kernel(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("kernel") / "Image"
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"^error: Image "):
        kernel.read_header(path)


def test_boot_file(board: MemoryMap) -> None:
    board.check_boot_file(15 * MIB)
    with pytest.raises(UserError, match=r"boot\.sd takes 15728641 bytes; UIMAG .* 1 too few"):
        board.check_boot_file(15 * MIB + 1)


def test_sizes() -> None:
    assert [in_bytes(size) for size in ("768 KiB", "64 MiB", 4096)] == [768 << 10, 64 << 20, 4096]
