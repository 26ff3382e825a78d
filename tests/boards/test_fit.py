# SPDX-License-Identifier: MIT
"""boot.sd and device trees: what U-Boot's own tools read, and no more than that."""

import binascii
import dataclasses
import hashlib
import lzma
import shutil
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from image import run
from image.boards import fdt, fit
from image.errors import UserError

DTS = """\
/dts-v1/;
/memreserve/ 0x80000000 0x40000;
/ {
    #address-cells = <2>;
    #size-cells = <2>;
    model = "a board";
    compatible = "maker,board", "maker,chip";
    memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0x3f40000>; };
    soc { #size-cells = <1>; #address-cells = <1>; empty; uart@10 { reg = <0x10 0x20 0x30 4>; }; };
};
"""
ITS = """\
/dts-v1/;
/ {
    description = "as the vendor writes it";
    #address-cells = <2>;
    images {
        kernel-1 {
            description = "kernel";
            data = /incbin/("Image.lzma");
            type = "kernel"; arch = "riscv"; os = "linux"; compression = "lzma";
            load = <0x0 0x80200000>;
            entry = <0x0 0x80200000>;
            hash-2 { algo = "crc32"; };
        };
        fdt-board {
            description = "device tree";
            data = /incbin/("board.dtb");
            type = "flat_dt"; arch = "riscv"; compression = "none";
            hash-1 { algo = "sha256"; };
        };
    };
    configurations {
        config-board { kernel = "kernel-1"; fdt = "fdt-board"; };
    };
};
"""
TREE = fdt.Tree(
    fdt.Node(
        "",
        {"model": b"a board\0", "#address-cells": struct.pack(">I", 2)},
        (
            fdt.Node("memory@80000000", {"reg": struct.pack(">QI", 0x80000000, 4096)}),
            fdt.Node("chosen", {"empty": b"", "one": struct.pack(">I", 1)}),
        ),
    ),
    ((0x80000000, 0x40000),),
)
DTB = fdt.write(TREE)
KERNEL = hashlib.shake_256(b"kernel").digest(5000) * 10
FIT = fit.Fit(KERNEL, DTB)
BOOT = fit.pack(FIT)
NAMES = fit.CONFIGURATIONS

needs_mkimage = pytest.mark.skipif(not shutil.which("mkimage"), reason="u-boot-tools is not here")
needs_dtc = pytest.mark.skipif(not shutil.which("dtc"), reason="dtc is not here")


def test_parts_come_back() -> None:
    assert fit.unpack(BOOT) == FIT
    assert fit.pack(fit.unpack(BOOT)) == BOOT


@settings(max_examples=30)
@given(
    kernel=st.binary(max_size=3000),
    names=st.lists(st.from_regex(r"config-[a-z0-9_]{1,40}", fullmatch=True), min_size=1, max_size=4,
                   unique=True),
    load=st.integers(0, 2**64 - 1),
)  # fmt: skip
def test_round_trip(kernel: bytes, names: list[str], load: int) -> None:
    parts = fit.Fit(kernel, DTB, tuple(names), load)
    assert fit.unpack(fit.pack(parts)) == parts


def test_what_the_image_says() -> None:
    root = fdt.read(BOOT).root
    kernel = root.find("images/kernel-1")
    dtb = root.find("images/fdt-1")
    assert kernel and dtb
    assert [kernel.text(key) for key in ("type", "os", "arch", "compression")] == [
        "kernel", "linux", "riscv", "lzma",
    ]  # fmt: skip
    assert kernel.cells("load") == kernel.cells("entry") == (0, 0x80200000)
    data = kernel.value("data")
    assert lzma.decompress(data, format=lzma.FORMAT_ALONE) == KERNEL
    check, digest = kernel.child("hash-1"), dtb.child("hash-1")
    assert check and check.text("algo") == "crc32"
    assert check.number("value") == binascii.crc32(data)
    assert digest and digest.text("algo") == "sha256"
    assert digest.value("value") == hashlib.sha256(DTB).digest()
    configurations = root.find("configurations")
    assert configurations and configurations.text("default") == "config-cv1800b_milkv_duo_sd"
    assert [child.name for child in configurations.children] == [
        "config-cv1800b_milkv_duo_sd", "config-cv1800b_milkv_duo_musl_riscv64_sd",
    ]  # fmt: skip
    # U-Boot's fit_check_format asks for both.
    assert {"description", "timestamp"} <= set(root.properties)


@needs_mkimage
def test_u_boot_tools_read_it(tmp_path: Path) -> None:
    file = tmp_path / "boot.sd"
    file.write_bytes(BOOT)
    said = run.output(["dumpimage", "-l", file])
    for line in (
        "Image 0 (kernel-1)", "Compression:  lzma compressed", "Load Address: 0x80200000",
        "Entry Point:  0x80200000", "Image 1 (fdt-1)", f"Default Configuration: '{NAMES[0]}'",
        f"Configuration 1 ({NAMES[1]})",
    ):  # fmt: skip
        assert line in said
    assert run.output(["mkimage", "-l", file]) == said
    run.output(["dumpimage", "-T", "flat_dt", "-p", "0", "-o", tmp_path / "kernel", file])
    run.output(["dumpimage", "-T", "flat_dt", "-p", "1", "-o", tmp_path / "dtb", file])
    unpacked = lzma.decompress((tmp_path / "kernel").read_bytes(), format=lzma.FORMAT_ALONE)
    assert unpacked == KERNEL
    assert (tmp_path / "dtb").read_bytes() == DTB


@needs_mkimage
@needs_dtc
def test_mkimage_writes_the_same(tmp_path: Path) -> None:
    packed = lzma.compress(KERNEL, format=lzma.FORMAT_ALONE, preset=9)
    (tmp_path / "Image.lzma").write_bytes(packed)
    (tmp_path / "board.dtb").write_bytes(DTB)
    (tmp_path / "multi.its").write_text(ITS)
    run.output(["mkimage", "-f", "multi.its", "boot.sd"], cwd=tmp_path)
    read = fit.unpack((tmp_path / "boot.sd").read_bytes())
    assert read == fit.Fit(KERNEL, DTB, ("config-board",))


@needs_dtc
def test_device_tree_compiler_agrees(tmp_path: Path) -> None:
    (tmp_path / "a.dts").write_text(DTS)
    run.output(["dtc", "-q", "-p", "0x1000", "-O", "dtb", "-o", "a.dtb", "a.dts"], cwd=tmp_path)
    tree = fdt.read((tmp_path / "a.dtb").read_bytes())
    assert tree.reserved == ((0x80000000, 0x40000),)
    assert tree.root.texts("compatible") == ("maker,board", "maker,chip")
    memory, soc = tree.root.child("memory"), tree.root.child("soc")
    assert memory and memory.ranges("reg", tree.root) == ((0x80000000, 0x3F40000),)
    uart = tree.root.find("soc/uart")
    assert soc and soc.value("empty") == b""
    assert uart and uart.ranges("reg", soc) == ((0x10, 0x20), (0x30, 4))
    (tmp_path / "b.dtb").write_bytes(fdt.write(tree))
    said = [run.output(["dtc", "-q", "-O", "dts", tmp_path / f"{name}.dtb"]) for name in "ab"]
    assert said[0] == said[1]


names = st.from_regex(r"[a-z][a-z0-9,._+-]{0,30}", fullmatch=True)
properties = st.dictionaries(names, st.binary(max_size=40), max_size=4)
nodes = st.recursive(
    st.builds(fdt.Node, names, properties),
    lambda children: st.builds(
        fdt.Node,
        names,
        properties,
        st.lists(children, max_size=3, unique_by=lambda node: node.name).map(tuple),
    ),
    max_leaves=12,
)
reserved = st.lists(st.tuples(st.integers(1, 2**64 - 1), st.integers(0, 2**64 - 1)), max_size=3)


@given(nodes, reserved.map(tuple))
def test_trees_come_back(node: fdt.Node, pairs: tuple[tuple[int, int], ...]) -> None:
    tree = fdt.Tree(dataclasses.replace(node, name=""), pairs)
    if deep(tree.root) > fdt.DEPTH:
        return
    assert fdt.read(fdt.write(tree)) == tree


def deep(node: fdt.Node) -> int:
    return 1 + max(map(deep, node.children), default=0)


def nested(depth: int) -> bytes:
    node = fdt.Node("x")
    for _ in range(depth - 2):
        node = fdt.Node("x", {}, (node,))
    return fdt.write(fdt.Tree(fdt.Node("", {}, (node,))))


def test_nesting_has_an_end() -> None:
    fdt.read(nested(fdt.DEPTH))
    with pytest.raises(UserError, match="nested more than"):
        fdt.read(nested(fdt.DEPTH + 1))


def test_nesting_that_python_could_not_follow() -> None:
    structure = struct.pack(">II", 1, 0) * 100_000
    with pytest.raises(UserError, match="nested more than"):
        fdt.read(tree_of(structure))


def tree_of(structure: bytes, strings: bytes = b"") -> bytes:
    """A tree with any structure block."""
    offset = 40 + 16
    total = offset + len(structure) + len(strings)
    sizes = (len(strings), len(structure))
    head = struct.pack(">10I", 0xD00DFEED, total, offset, offset + len(structure), 40, 17, 16, 0,
                       *sizes)  # fmt: skip
    return head + bytes(16) + structure + strings


@pytest.mark.parametrize(
    ("structure", "strings", "said"),
    [
        ((), b"", "the structure block ends"),
        ((9,), b"", "no root node"),
        ((1, 0, 2), b"", "the structure block ends"),
        ((1, 0, 2, 1, 0, 2, 9), b"", "something follows the root node"),
        ((1, 0, 9), b"", "token 0x9"),
        ((1, 0, 7), b"", "token 0x7"),
        ((1, 0, 3, 0xFFFFFFFF, 0, 2, 9), b"a\0", "the structure block ends"),
        ((1, 0, 3, 0, 5, 2, 9), b"a\0", "no name at 0x5"),
        ((1, 0, 3, 0, 0, 2, 9), b"a", "no name at 0x0"),
        ((1, 0, 3, 0, 0, 2, 9), b"a" * 300 + b"\0", "no name at 0x0"),
        ((1, 0, 3, 0, 0, 2, 9), b"\xff\0", "no name at 0x0"),
        ((1, 0, 3, 0, 0, 3, 0, 0, 2, 9), b"a\0", "property a twice"),
        ((1, 0, 1, 0x61000000, 2, 1, 0x61000000, 2, 2, 9), b"", "child 'a' twice"),
        ((1, 0, 1, 0x61000000, 2, 3, 0, 0, 2, 9), b"a\0", "token 0x3"),
        ((1, 0x61616161), b"", "no name at 0x4"),
    ],
)
def test_malformed_structure(structure: tuple[int, ...], strings: bytes, said: str) -> None:
    words = b"".join(struct.pack(">I", word) for word in structure)
    with pytest.raises(UserError, match=said):
        fdt.read(tree_of(words, strings))


@pytest.mark.parametrize(
    ("offset", "value", "said"),
    [
        (0, 0xD00DFEEE, "magic is 0xd00dfeee"),
        (4, 0xFFFFFFFF, "the header says 4294967295 bytes"),
        (4, 12, "the header says 12 bytes"),
        (8, 0xFFFFFFFF, "structure block at 0xffffffff"),
        (8, 4, "structure block at 0x4"),
        (12, 0xFFFFFFFF, "strings block at 0xffffffff"),
        (16, 0xFFFFFFFF, "reservation block at 0xffffffff"),
        (20, 3, "version is 3"),
        (24, 18, "version is 17"),
        (32, 0xFFFFFFFF, "strings block at"),
        (36, 0xFFFFFFFF, "structure block at"),
    ],
)
def test_malformed_header(offset: int, value: int, said: str) -> None:
    damaged = DTB[:offset] + struct.pack(">I", value) + DTB[offset + 4 :]
    with pytest.raises(UserError, match=said):
        fdt.read(damaged)


@pytest.mark.parametrize(
    ("value", "read", "said"),
    [
        (b"text", "text", "is not text"),
        (b"\xff\0", "text", "is not text"),
        (b"a\0b\0", "text", "is not one text"),
        (b"", "text", "is not text"),
        (b"abc", "cells", "is not a list of numbers"),
        (bytes(12), "number", "is not one number"),
        (b"", "number", "is not one number"),
    ],
)
def test_properties_of_another_kind(value: bytes, read: str, said: str) -> None:
    node = fdt.Node("n", {"p": value})
    with pytest.raises(UserError, match=f"property p of node 'n' {said}"):
        getattr(node, read)("p")
    with pytest.raises(UserError, match="node 'n' has no property q"):
        getattr(node, read)("q")


@pytest.mark.parametrize(("cells", "size"), [(0, 8), (3, 16), (0xFFFFFFFF, 8), (2, 13)])
def test_ranges_of_strange_widths(cells: int, size: int) -> None:
    parent = fdt.Node("", {"#address-cells": struct.pack(">I", cells)})
    with pytest.raises(UserError, match="property reg"):
        fdt.Node("n", {"reg": bytes(size)}).ranges("reg", parent)


@given(st.binary(max_size=400), st.integers(0, 3))
def test_any_bytes(noise: bytes, kind: int) -> None:
    data = (noise, b"\xd0\x0d\xfe\xed" + noise, DTB[:40] + noise, tree_of(noise))[kind]
    with pytest.raises(UserError):
        fit.unpack(data)


@given(st.integers(0, len(DTB) * 8 - 1))
def test_a_flipped_bit_of_a_tree(bit: int) -> None:
    damaged = flipped(DTB, bit)
    try:
        fdt.read(damaged)
    except UserError as error:
        assert str(error).startswith("error: device tree: ")


@given(st.data())
def test_a_flipped_bit_of_an_image(data: st.DataObject) -> None:
    start = data.draw(st.sampled_from([0, len(BOOT) - 1500]))
    bit = data.draw(st.integers(start * 8, (start + 1500) * 8 - 1))
    try:
        read = fit.unpack(flipped(BOOT, bit))
    except UserError:
        return
    # What is left is words that mean nothing to U-Boot: descriptions, the time, other names.
    assert (read.kernel, read.dtb) == (KERNEL, DTB)


def flipped(data: bytes, bit: int) -> bytes:
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


@given(st.integers(0, len(BOOT) - 1))
def test_truncation(size: int) -> None:
    with pytest.raises(UserError):
        fit.unpack(BOOT[:size])


def changed(path: str, **values: bytes | None) -> bytes:
    """BOOT with properties of one node set, or taken away."""

    def edit(node: fdt.Node, names: list[str]) -> fdt.Node:
        if not names:
            merged = {**node.properties, **values}
            kept = {name: value for name, value in merged.items() if value is not None}
            return dataclasses.replace(node, properties=kept)
        children = [
            edit(child, names[1:]) if child.name == names[0] else child for child in node.children
        ]
        return dataclasses.replace(node, children=tuple(children))

    return fdt.write(fdt.Tree(edit(fdt.read(BOOT).root, path.split("/"))))


BOMB = lzma.compress(bytes(40 << 20), format=lzma.FORMAT_ALONE, preset=0)
SECOND = "configurations/" + NAMES[1]


@pytest.mark.parametrize(
    ("path", "values", "said"),
    [
        ("images/kernel-1", {"data": BOMB}, "kernel-1 is damaged, its crc32"),
        ("images/kernel-1", {"data": None}, "no property data"),
        ("images/kernel-1", {"compression": b"gzip\0"}, "compression 'gzip', 'lzma' expected"),
        ("images/kernel-1", {"arch": b"arm64\0"}, "arch 'arm64', 'riscv' expected"),
        ("images/kernel-1", {"type": None}, "no property type"),
        ("images/kernel-1", {"load": bytes(8)}, "load address is 0x0, its entry 0x80200000"),
        ("images/kernel-1", {"load": bytes(12)}, "is not one number"),
        ("images/kernel-1/hash-1", {"algo": b"md5\0"}, "hash md5 is not known"),
        ("images/kernel-1/hash-1", {"value": bytes(4)}, "kernel-1 is damaged"),
        ("images/fdt-1", {"data": DTB + b"x"}, "fdt-1 is damaged, its sha256"),
        ("images/fdt-1/hash-1", {"value": None}, "no property value"),
        ("configurations", {"default": b"config-x\0"}, "default configuration 'config-x'"),
        (SECOND, {"fdt": b"kernel-1\0"}, "name different kernels"),
        (SECOND, {"kernel": None}, "no property kernel"),
    ],
)
def test_malformed_images(path: str, values: dict[str, bytes | None], said: str) -> None:
    with pytest.raises(UserError, match=said):
        fit.unpack(changed(path, **values))


def without(*names: str) -> bytes:
    """BOOT without the children of those names, anywhere."""

    def edit(node: fdt.Node) -> fdt.Node:
        kept = tuple(edit(child) for child in node.children if child.name not in names)
        return dataclasses.replace(node, children=kept)

    return fdt.write(fdt.Tree(edit(fdt.read(BOOT).root)))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("hash-1",), "kernel-1 has no hash"),
        (("kernel-1",), "image 'kernel-1' of a configuration is not there"),
        (("images",), "image 'kernel-1' of a configuration is not there"),
        (("configurations",), "it has no configuration"),
        (NAMES, "it has no configuration"),
    ],
)
def test_images_that_lack_something(names: tuple[str, ...], said: str) -> None:
    with pytest.raises(UserError, match=said):
        fit.unpack(without(*names))


def test_the_default_comes_first() -> None:
    data = changed("configurations", default=NAMES[1].encode() + b"\0")
    assert fit.unpack(data).configurations == NAMES[::-1]
    data = changed("configurations", default=None)
    assert fit.unpack(data).configurations == NAMES


@pytest.mark.parametrize("size", [len(KERNEL) - 1, 0])
def test_kernel_that_is_too_large(size: int) -> None:
    limits = fit.Limits(kernel=size)
    with pytest.raises(UserError, match=f"{len(KERNEL) - size} more than the memory map leaves"):
        fit.pack(FIT, limits)
    with pytest.raises(UserError, match=f"expands to more than {size} bytes"):
        fit.unpack(BOOT, limits)
    fit.unpack(fit.pack(FIT, fit.Limits(kernel=len(KERNEL))))


def test_file_that_is_too_large() -> None:
    limits = fit.Limits(file=len(BOOT) - 1)
    for act in (lambda: fit.pack(FIT, limits), lambda: fit.unpack(BOOT, limits)):
        with pytest.raises(UserError, match="1 more than U-Boot's buffer"):
            act()
    assert fit.pack(FIT, fit.Limits(file=len(BOOT))) == BOOT


def test_kernel_that_expands_without_end() -> None:
    digest = fdt.Node("hash-1", {"algo": b"crc32\0", "value": crc(BOMB)})
    root = fdt.read(changed("images/kernel-1", data=BOMB)).root
    images, configurations = root.children
    kernel = dataclasses.replace(images.children[0], children=(digest,))
    images = dataclasses.replace(images, children=(kernel, images.children[1]))
    data = fdt.write(fdt.Tree(dataclasses.replace(root, children=(images, configurations))))
    with pytest.raises(UserError, match="kernel-1 expands to more than"):
        fit.unpack(data)


def crc(data: bytes) -> bytes:
    return struct.pack(">I", binascii.crc32(data))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"configurations": ()}, "no configuration"),
        ({"dtb": b"no tree"}, "boot.sd: device tree: 7 bytes are none"),
    ],
)
def test_what_cannot_be_packed(change: dict[str, bytes | tuple[str, ...]], said: str) -> None:
    with pytest.raises(UserError, match=said):
        fit.pack(dataclasses.replace(FIT, **change))  # type: ignore[arg-type]
