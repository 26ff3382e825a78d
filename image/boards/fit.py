# SPDX-License-Identifier: MIT
"""boot.sd: kernel and device tree in one FIT image, as the vendor's U-Boot wants them."""

import binascii
import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass

from image.boards import alone
from image.boards.fdt import Node, Tree, read, write
from image.errors import UserError

# U-Boot boots `#config-` CVICHIP `_` CVIBOARD (u-boot-2021.10/include/configs/cv180x-asic.h), and
# the SDKs build it for the folders of build/boards/cv180x: the first SDK for cv1800b_milkv_duo_sd,
# the second (duo-buildroot-sdk-v2) for cv1800b_milkv_duo_musl_riscv64_sd.
CONFIGURATIONS = ("config-cv1800b_milkv_duo_sd", "config-cv1800b_milkv_duo_musl_riscv64_sd")
NAME = "boot.sd"  # on the card's boot partition
KERNEL, DTB = "kernel-1", "fdt-1"
LOAD = 0x80200000
# The vendor's U-Boot unpacks LZMA alone, no gzip. The vendor packs with level 9; it differs from 7
# in its dictionary only, of 64 MiB, and 16 MiB are as good for a kernel that is no larger.
COMPRESSION, PRESET = "lzma", 7
# What both images have to say of themselves, kernel first.
KINDS = (
    {"type": "kernel", "os": "linux", "arch": "riscv", "compression": COMPRESSION},
    {"type": "flat_dt", "arch": "riscv", "compression": "none"},
)
HASHES: dict[str, Callable[[bytes], bytes]] = {
    "crc32": lambda data: struct.pack(">I", binascii.crc32(data)),
    "sha256": lambda data: hashlib.sha256(data).digest(),
}


@dataclass(frozen=True)
class Limits:
    """What the memory map leaves room for, in bytes: boot.sd, and the kernel unpacked."""

    file: int = 15 << 20
    kernel: int = 18 << 20


LIMITS = Limits()


@dataclass(frozen=True)
class Fit:
    """What a boot.sd holds. All configurations mean the same; the first is the default."""

    kernel: bytes  # the Image, not compressed
    dtb: bytes
    configurations: tuple[str, ...] = CONFIGURATIONS
    load: int = LOAD  # where the kernel is unpacked to and started


def pack(fit: Fit, limits: Limits = LIMITS) -> bytes:
    """The bytes of boot.sd; the same for equal parts. Raises UserError if they are too large."""
    if not fit.configurations:
        raise UserError("boot.sd: it has no configuration")
    _check_kernel(len(fit.kernel), limits)
    read(fit.dtb, "boot.sd: device tree")
    data = write(Tree(_root(fit)))
    _check_file(len(data), limits)
    return data


def unpack(data: bytes, limits: Limits = LIMITS) -> Fit:
    """Read a boot.sd, this builder's or the vendor's. Raises UserError for what U-Boot refuses.

    That is: damage that a hash shows, a kernel that is not compressed with LZMA, or more of
    anything than `limits`.
    """
    _check_file(len(data), limits)
    root = read(data, "boot.sd").root
    configurations = _configurations(root)
    choices = {(node.text("kernel"), node.text("fdt")) for node in configurations}
    if len(choices) != 1:
        raise UserError("boot.sd: its configurations name different kernels or device trees")
    names = choices.pop()
    kernel, dtb = (_image(root, name, kind) for name, kind in zip(names, KINDS, strict=True))
    load, entry = kernel.number("load"), kernel.number("entry")
    if load != entry:
        raise UserError(f"boot.sd: the kernel's load address is {load:#x}, its entry {entry:#x}")
    packed = kernel.value("data")
    expanded = alone.expand(packed, limits.kernel, f"boot.sd: {kernel.name}")
    return Fit(expanded, dtb.value("data"), tuple(node.name for node in configurations), load)


def _root(fit: Fit) -> Node:
    address = struct.pack(">Q", fit.load)
    kernel = _image_node(
        KERNEL, "Linux", alone.squeeze(fit.kernel, PRESET), "crc32",
        {**_texts(KINDS[0]), "load": address, "entry": address},
    )  # fmt: skip
    dtb = _image_node(DTB, "device tree", fit.dtb, "sha256", _texts(KINDS[1]))
    choices = tuple(
        Node(name, _texts({"description": "Milk-V Duo", "kernel": KERNEL, "fdt": DTB}))
        for name in fit.configurations
    )
    return Node(
        "",
        {
            "timestamp": bytes(4),
            **_texts({"description": "duo-storyteller"}),
            "#address-cells": struct.pack(">I", 2),
        },
        (
            Node("images", {}, (kernel, dtb)),
            Node("configurations", _texts({"default": fit.configurations[0]}), choices),
        ),
    )


def _image_node(
    name: str, description: str, data: bytes, algorithm: str, properties: dict[str, bytes]
) -> Node:
    digest = {"value": HASHES[algorithm](data), **_texts({"algo": algorithm})}
    properties = {**_texts({"description": description}), "data": data, **properties}
    return Node(name, properties, (Node("hash-1", digest),))


def _texts(values: dict[str, str]) -> dict[str, bytes]:
    return {name: value.encode("ascii") + b"\0" for name, value in values.items()}


def _configurations(root: Node) -> tuple[Node, ...]:
    """The configurations, the default one first."""
    parent = root.find("configurations")
    if parent is None or not parent.children:
        raise UserError("boot.sd: it has no configuration")
    nodes = list(parent.children)
    if "default" in parent.properties:
        default = parent.text("default")
        if default not in [node.name for node in nodes]:
            raise UserError(f"boot.sd: its default configuration '{default}' is not there")
        nodes.sort(key=lambda node: node.name != default)
    return tuple(nodes)


def _image(root: Node, name: str, expected: dict[str, str]) -> Node:
    """An image of that kind, its hashes right."""
    node = root.find(f"images/{name}")
    if node is None:
        raise UserError(f"boot.sd: image '{name}' of a configuration is not there")
    for key, value in expected.items():
        if node.text(key) != value:
            raise UserError(f"boot.sd: {name} has {key} '{node.text(key)}', '{value}' expected")
    hashes = [child for child in node.children if child.name.startswith("hash")]
    if not hashes:
        raise UserError(f"boot.sd: {name} has no hash")
    for child in hashes:
        algorithm = child.text("algo")
        if algorithm not in HASHES:
            raise UserError(f"boot.sd: {name}: hash {algorithm} is not known")
        if child.value("value") != HASHES[algorithm](node.value("data")):
            raise UserError(f"boot.sd: {name} is damaged, its {algorithm} is wrong")
    return node


def _check_kernel(size: int, limits: Limits) -> None:
    if size > limits.kernel:
        raise UserError(
            f"the kernel has {size} bytes, {size - limits.kernel} more than the memory map leaves",
            hint="disable kernel options",
        )


def _check_file(size: int, limits: Limits) -> None:
    if size > limits.file:
        raise UserError(
            f"boot.sd has {size} bytes, {size - limits.file} more than U-Boot's buffer",
            hint="make the kernel smaller",
        )
