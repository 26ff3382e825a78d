# SPDX-License-Identifier: MIT
"""What each object of a kernel weighs, and for the sake of which symbols it is there."""

import json
from pathlib import Path

import pytest

from image import elf, run
from image.boards import kernel
from image.builders import weigh
from image.errors import UserError
from image.plan import graph
from image.plan.step import BOOT, STAGING
from tests.conftest import load_project

SOURCE = """\
char bss[4096];
int data[256] = {1};
__attribute__((section(".init.text"))) int start(void) { return 1; }
int %s(void) { return data[0]; }
"""
MAKEFILES = {
    "Makefile": "obj-y += drivers/\n",
    "drivers/Makefile": (
        "obj-y += always.o\n"
        "obj-$(CONFIG_OFF) += usb/\n"
        "obj-$(CONFIG_USB) += usb/ # the stack\n"
        "obj-$(CONFIG_USB_PHY) \\\n    += usb/\n"
    ),
    "drivers/usb/Makefile": (
        "obj-$(CONFIG_HUB) += hub.o\nhub-y := port.o\nhub-$(CONFIG_FAST) += fast.o\n"
        "obj-$(subst m,y,$(CONFIG_SOUND)) += sound.o\n"
    ),
}
ENABLED = {"USB", "USB_PHY", "HUB", "FAST", "SOUND"}


def compile_object(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    code = path.with_suffix(".c")
    code.write_text(SOURCE % path.stem)
    run.output(["gcc", "-c", "-g", code, "-o", path])


@pytest.fixture
def tree(compiler: None, tmp_path: Path) -> Path:
    objects = ["drivers/always.o", *(f"drivers/usb/{n}.o" for n in ("port", "fast", "sound"))]
    for name in objects:
        compile_object(tmp_path / name)
    compile_object(tmp_path / "drivers/unlinked.o")
    for name, text in MAKEFILES.items():
        (tmp_path / name).write_text(text)
    run.output(["ar", "cDPrST", "drivers/usb/built-in.a", *objects[1:]], cwd=tmp_path)
    run.output(["ar", "cDPrST", "drivers/built-in.a", *objects], cwd=tmp_path)
    return tmp_path


def test_symbols_from_the_nearest_outwards(tree: Path) -> None:
    rows = {row["path"]: row for row in weigh.weigh(tree, "", ENABLED)}
    assert {path.split("/")[-1]: row["symbols"] for path, row in rows.items()} == {
        "always.o": [],
        "port.o": ["HUB", "USB or USB_PHY"],
        "fast.o": ["FAST", "HUB", "USB or USB_PHY"],
        "sound.o": ["SOUND", "USB or USB_PHY"],
    }


def test_sizes_are_those_that_size_tells(tree: Path) -> None:
    for row in weigh.weigh(tree, "", ENABLED):
        text, data, bss = run.output(["size", tree / row["path"]]).splitlines()[1].split()[:3]
        assert row["kept"] + row["freed"] == int(text) + int(data) + int(bss)
        assert 0 < row["freed"] < 100 and row["kept"] > 4096


def test_a_damaged_object_is_refused(tree: Path) -> None:
    whole = tree / "drivers/always.o"
    whole.write_bytes(whole.read_bytes()[:200])
    with pytest.raises(UserError, match=r"always\.o is not a complete"):
        elf.loaded_sections(whole)


def test_the_emulated_boards_kernel(card: Path) -> None:
    """Objects add up to the kernel, but for what the linker saves: dead code, parts of calls."""
    plan = graph.make(load_project())
    folder = plan.folder(plan.step("linux"))
    rows = json.loads((folder / STAGING / weigh.RESULT).read_text())["objects"]
    total = sum(row["kept"] + row["freed"] for row in rows)
    assert 1.0 < total / kernel.read_header(folder / BOOT / "Image").image_size < 1.2
    symbols = {symbol for row in rows for symbol in row["symbols"]}
    assert {"EXT4_FS", "EROFS_FS", "SND"} <= symbols
