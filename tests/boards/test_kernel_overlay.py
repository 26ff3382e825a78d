# SPDX-License-Identifier: MIT
"""The board's kernel overlay: fragments that agree, patches with a reason, the device trees."""

import itertools
import re
import shutil
from pathlib import Path

import pytest
import yaml

from image import run
from image.builders import kconfig
from tests.conftest import ROOT

OVERLAY = ROOT / "overlays/boards/milkv_duo"
RECIPE = yaml.safe_load((ROOT / "packages/duo-linux/package.yaml").read_text())
SOUNDS = ("USB", "GADGET", "I2S2", "DAC", "NONE")

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
    i2s2: i2s@04120000 { #sound-dai-cells = <0>; dmas = <&dmac 6 1 1>; };
    i2s3: i2s@04130000 { dmas = <&dmac 7 1 1>; };
    dac: dac@0300A000 { };
    sound_dac { };
    aliases { };
};
"""
MEMORY_MAP = """
#define CVIMMAP_KERNEL_MEMORY_ADDR 0x80000000
#define CVIMMAP_KERNEL_MEMORY_SIZE 0x4000000
"""


def kernels() -> list[list[Path]]:
    """The fragments of each kernel that the choices can ask for."""
    pairs = itertools.product(("DUO_NET", "DUO_NO_NET"), ("DUO_DEBUG", "DUO_NO_DEBUG"))
    return [
        [
            ROOT / name
            for name in (*RECIPE["fragments"], *(RECIPE["optional"][symbol] for symbol in symbols))
        ]
        for symbols in pairs
    ]


@pytest.mark.parametrize("fragments", kernels(), ids=str)
def test_no_option_is_set_twice(fragments: list[Path]) -> None:
    places: dict[str, str] = {}
    for path in fragments:
        for number, (symbol, _) in kconfig.enumerate_assignments(path):
            assert symbol not in places, f"{symbol}: {places[symbol]} and {path.name}:{number}"
            places[symbol] = f"{path.name}:{number}"


def test_each_fragment_is_used() -> None:
    used = {ROOT / name for name in (*RECIPE["fragments"], *RECIPE["optional"].values())}
    assert used == set(OVERLAY.glob("kernel/*.config"))


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
@pytest.mark.parametrize("sound", SOUNDS)
def test_device_tree(sound: str, tmp_path: Path) -> None:
    (tmp_path / "cv180x_base_riscv.dtsi").write_text(VENDOR)
    (tmp_path / "cvi_board_memmap.h").write_text(MEMORY_MAP)
    plain, source = tmp_path / "plain.dts", OVERLAY / "dts/milkv_duo.dts"
    words = ("-E", "-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp")
    run.output(["cc", *words, f"-DDUO_SOUND_{sound}", f"-I{tmp_path}", "-o", plain, source])
    tree = run.output(["dtc", "-q", "-I", "dts", "-O", "dts", plain])
    assert "reg = <0x00 0x80000000 0x00 0x4000000>;" in tree
    assert "cvitek-ion" not in tree and "no-1-8-v;" in tree
    assert ('label = "status";' in tree) == (sound != "DAC")
    assert ("dac@0300A000 {" in tree) == (sound == "DAC")
    assert ("maxim,max98357a" in tree) == (sound == "I2S2")
    assert ("dma@0x4330000 {" in tree) == (sound in ("DAC", "I2S2"))
    assert f'dr_mode = "{"host" if sound == "USB" else "otg"}";' in tree
