# SPDX-License-Identifier: MIT
"""Kernel overlays: fragments that agree, on each board; the Duo's patches and device trees."""

import contextlib
import itertools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from image import builders, config, run
from image.boards import board as boards
from image.builders import kconfig, required
from image.config import Config
from image.errors import UserError
from image.recipes.loading import load_all
from image.recipes.package import Package
from tests.conftest import CHOICES, ROOT, copy_files

OVERLAY = ROOT / "overlays/boards/milkv_duo"
SOUNDS = ("USB", "GADGET", "PAGE", "I2S2", "DAC", "NONE")
MICROPHONE = ("-DDUO_MICROPHONE_ADC", "-DDUO_MICROPHONE_DB=12")

# What milkv_duo.dts needs of the vendor's files, with two of the nodes that it takes out.
VENDOR = """
#define GPIO_ACTIVE_HIGH 0
#include "cvi_board_memmap.h"
/ {
    #address-cells = <2>;
    #size-cells = <2>;
    cvitek-ion { };
    sd: cv-sd@4310000 { };
    usb: usb@04340000 { dr_mode = "otg"; };
    portc: gpio { gpio-controller; #gpio-cells = <2>; };
    dmac: dma@0x4330000 { #dma-cells = <3>; };
    i2s0: i2s@04100000 { dmas = <&dmac 0 1 1>; };
    i2s2: i2s@04120000 { #sound-dai-cells = <0>; dmas = <&dmac 6 1 1>; };
    i2s3: i2s@04130000 { dmas = <&dmac 7 1 1>; };
    adc: adc@0300A100 { };
    dac: dac@0300A000 { };
    sound_adc { };
    sound_dac { };
    aliases { };
};
"""
MEMORY_MAP = """
#define CVIMMAP_KERNEL_MEMORY_ADDR 0x80000000
#define CVIMMAP_KERNEL_MEMORY_SIZE 0x4000000
"""


# packages/ and overlays/boards/NAME/kernel: what trees are configured by.


def fragments_of(package: Package) -> list[str]:
    """All fragments that a recipe may merge, as it names them."""
    return [*package.recipe["fragments"], *package.recipe.get("optional", {}).values()]


def configured_trees() -> Iterator[tuple[str, str]]:
    """(package, board) of each tree that fragments configure, with each board that it is for."""
    packages = load_all(ROOT / "packages", builders.keys()).values()
    for package, board in itertools.product(packages, boards.load_all(ROOT)):
        if package.build == "kconfig":
            names = [name.split("/") for name in fragments_of(package)]
            folders = {parts[2] for parts in names if parts[:2] == ["overlays", "boards"]}
            is_kernel = board.kernel == package.name
            if folders <= {board.name} or (folders == {"{board}"} and is_kernel):
                yield package.name, board.name


TREES = sorted(configured_trees())


def choices(root: Path, package: Package, board: str) -> Iterator[Config]:
    """The configurations of a board that merge other fragments: all picks of what a menu offers."""
    defconfig = root / f"defconfigs/{board}_defconfig"
    given = defconfig.read_text().splitlines()
    menu = config._tree(root).syms
    optional = package.recipe.get("optional", {})
    asked = [name for name in optional if any(node.prompt for node in menu[name].nodes)]
    for values in itertools.product("yn", repeat=len(asked)):
        picks = dict(zip(asked, values, strict=True))
        # The page would bring a network by itself; on the Duo it is a choice of sound.
        is_duo = board == "milkv_duo"
        picks |= {"DUO_SOUND_NONE": "y"} if is_duo else {"PACKAGE_STORY_PAGE": "n"}
        kept = [line for line in given if not {*re.findall(r"CONFIG_(\w+)", line)} & {*picks}]
        lines = [*kept, *(f"CONFIG_{name}={value}" for name, value in picks.items())]
        defconfig.write_text("\n".join(lines))
        with contextlib.suppress(UserError):  # ssh without a network, which nobody can choose
            yield config.load(root, board)


@pytest.fixture
def merged(tree: tuple[str, str], tmp_path: Path) -> list[list[Path]]:
    """The fragments, and the list of required symbols, of each configuration of a tree."""
    name, board = tree
    package = load_all(ROOT / "packages", builders.keys())[name]
    root = copy_files(tmp_path, *CHOICES)
    return [kconfig.files(package, ROOT, one) for one in choices(root, package, board)]


def test_all_recipes_and_boards_are_looked_at() -> None:
    ours = {("linux", "qemu_virt"), ("duo-linux", "milkv_duo"), ("duo-uboot", "milkv_duo")}
    assert {*ours, ("duo-mainline", "milkv_duo"), ("busybox", "qemu_virt")} <= {*TREES}
    assert {board.name for board in boards.load_all(ROOT)} == {board for _, board in TREES}


@pytest.mark.parametrize("tree", TREES, ids="-".join)
def test_no_option_is_set_twice(merged: list[list[Path]]) -> None:
    """An optional fragment may only repeat what a board has anyway, with the same value."""
    always = set.intersection(*map(set, merged))
    for files in merged:
        places: dict[str, tuple[Path, str]] = {}
        for path in files:
            for number, (symbol, value) in kconfig.enumerate_assignments(path):
                other, same = places.get(symbol, (None, value))
                is_repeated = other in always and path not in always and value == same
                assert other is None or is_repeated, f"{symbol}: {other} and {path}:{number}"
                places[symbol] = (path, value)


@pytest.mark.parametrize("tree", TREES, ids="-".join)
def test_no_fragment_contradicts_what_is_required(merged: list[list[Path]]) -> None:
    for files in merged:
        lists = [required.read(path) for path in files if path.suffix == ".yaml"]
        wanted = {row.symbol: row.value for rows in lists for row in rows}
        for path in files:
            for number, (symbol, value) in kconfig.enumerate_assignments(path):
                assert value == wanted.get(symbol, value), f"{path}:{number}: {symbol}={value}"


@pytest.mark.parametrize("board", boards.names(ROOT))
def test_each_fragment_is_used(board: str) -> None:
    packages = load_all(ROOT / "packages", builders.keys())
    names = fragments_of(packages[boards.load(ROOT, board).kernel])
    used = {ROOT / name.format(board=board) for name in names}
    assert used == set((ROOT / f"overlays/boards/{board}/kernel").glob("*.config"))


@pytest.mark.parametrize(
    "patch", sorted(OVERLAY.glob("patches/linux/*")), ids=lambda path: path.name
)
def test_patches(patch: Path) -> None:
    header, mark, changes = patch.read_text().partition("\n--- ")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.patch", patch.name)
    assert mark and "\nUpstream: " in header
    names = re.findall(r"(?m)^\+\+\+ b/(.*)", changes)
    assert names and all(name.startswith("linux_5.10/") for name in names)


def word(name: str) -> int:
    """The constant of a macro that the patch brings into vector.S."""
    text = (OVERLAY / "patches/linux/0002-riscv-vector-words.patch").read_text()
    found = re.search(rf"(?m)^\+#define {name}\t+\.word (0x[0-9a-f]+)", text)
    assert found, name
    return int(found[1], 16)


def test_vector_words() -> None:
    """Encoded from the fields of the RVV 0.7.1 specification; t0, t2, t3, a0 are x5, 7, 28, 10."""
    vector, setting, unmasked = 0x57, 0b111 << 12, 1 << 25
    e8_m8 = 0b00011
    assert word("VL_MAX") == e8_m8 << 20 | 0 << 15 | setting | 5 << 7 | vector
    assert word("VL_VTYPE") == 1 << 31 | 7 << 20 | 5 << 15 | setting | 28 << 7 | vector
    assert word(r"V_ST\(v\)") == unmasked | 10 << 15 | 0x27
    assert word(r"V_LD\(v\)") == 0b100 << 26 | unmasked | 10 << 15 | 0x07


def test_descriptors_are_enough() -> None:
    """The DMA driver has some, for 64 bytes each: no buffer of sound may want more, or smaller."""
    text = (OVERLAY / "patches/linux/0008-dma-descriptors.patch").read_text()
    made = re.search(r"#define DESCRIPTORS \((\d+) / BM_DMA_PERIOD_LEN\)", text)
    largest = re.search(r"HW_PARAM_BUFFER_BYTES, \d+, (\d+)\)", text)
    step = re.search(r"HW_PARAM_PERIOD_BYTES, (\d+)\)", text)
    assert made and largest and step
    assert made[1] == largest[1]
    assert int(step[1]) % (2 * 64) == 0  # a buffer's lowest bit, halved, is the longest piece
    # As much as lies ready for the streams, so that none needs memory when it is opened.
    reserve = (OVERLAY / "patches/linux/0006-pcm-preallocation.patch").read_text()
    assert "+\t\tprealloc_buffer_size = 64 * 1024;" in reserve and int(largest[1]) == 64 << 10
    # What cannot be prepared is NULL for the sound core; an error pointer is followed.
    added = re.findall(r"(?m)^\+(?!\+\+).*", text)
    assert not any("ERR_PTR" in line for line in added)
    assert len(re.findall(r"(?m)^-.*ERR_PTR\(-E", text)) == 4


@pytest.mark.skipif(not shutil.which("dtc"), reason="needs dtc")
@pytest.mark.parametrize("microphone", [MICROPHONE, ()], ids=["microphone", "deaf"])
@pytest.mark.parametrize("sound", SOUNDS)
def test_device_tree(sound: str, microphone: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "cv180x_base_riscv.dtsi").write_text(VENDOR)
    (tmp_path / "cvi_board_memmap.h").write_text(MEMORY_MAP)
    plain, source = tmp_path / "plain.dts", OVERLAY / "dts/milkv_duo.dts"
    words = ("-E", "-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp")
    defines = (f"-DDUO_SOUND_{sound}", *microphone)
    run.output(["cc", *words, *defines, f"-I{tmp_path}", "-o", plain, source])
    tree = run.output(["dtc", "-q", "-I", "dts", "-O", "dts", plain])
    assert "reg = <0x00 0x80000000 0x00 0x4000000>;" in tree
    assert "cvitek-ion" not in tree and "no-1-8-v;" in tree
    assert ('label = "status";' in tree) == (sound != "DAC")
    assert ("dac@0300A000 {" in tree) == (sound == "DAC")
    assert ("maxim,max98357a" in tree) == (sound == "I2S2")
    for part in ("adc@0300A100 {", "sound_adc {", "i2s@04100000 {", "gain-db = <0x0c>;"):
        assert (part in tree) == bool(microphone)
    assert ("dma@0x4330000 {" in tree) == (sound in ("DAC", "I2S2") or bool(microphone))
    assert f'dr_mode = "{"host" if sound == "USB" else "otg"}";' in tree
