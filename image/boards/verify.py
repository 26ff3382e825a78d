# SPDX-License-Identifier: MIT
"""Whether fip.bin and boot.sd are whole, and fit the memory map and each other.

Pure functions of bytes: nothing is run, and what is wrong is told as a finding, not raised.
"""

import hashlib
import re
from dataclasses import dataclass

from image.boards import fdt, fip, fit, kernel, loader
from image.boards.memmap import MemoryMap
from image.errors import UserError
from image.words import listed, magic

# fsbl/test/cv181x/ddr_param.bin of the SDK; fsbl's ddr2_1333_x16 wants these 8192 bytes.
DDR_PARAM_SHA256 = "5b7d44720997f018621fe4a462111b2d53954a5d1e2a794c83dd1dd6516eebaa"
COMPATIBLE = "cvitek,cv180x"
# How the vendor's U-Boot calls the configuration, and the root, in its built-in environment.
ASKED = re.compile(rb"#(config-[\w.-]+)")
ROOT = re.compile(rb"\broot=(/dev/\w+)")
ION = b"ion-region\0"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what it is, and what it turned out to be."""

    ok: bool
    what: str
    detail: str

    def __str__(self) -> str:
        return f"{'ok' if self.ok else 'WRONG'}: {self.what}: {self.detail}"


@dataclass(frozen=True)
class Expected:
    """What a card has to say to the board. Addresses and sizes in bytes.

    `rtos_run` is 0 where the small core is to run nothing. `rtos_room` is what an RTOS takes of
    the memory from its run address on, wherever that is.
    """

    memory: tuple[int, int] = (0x80000000, 64 << 20)
    monitor_run: int = fip.MONITOR_RUN
    rtos_run: int = 0
    rtos_room: int = 768 << 10
    loader_run: int = fit.LOAD
    load: int = fit.LOAD
    limits: fit.Limits = fit.LIMITS
    root: str = "/dev/mmcblk0p2"


@dataclass(frozen=True)
class Board:
    """What the device tree tells Linux."""

    model: str
    compatible: tuple[str, ...]
    memory: tuple[tuple[int, int], ...]
    reserved: tuple[tuple[int, int], ...]
    ion: tuple[str, ...]  # nodes that set memory aside for camera and TPU
    bootargs: str  # U-Boot replaces them by its own


def expected(memmap: MemoryMap) -> Expected:
    """What a memory map asks for."""
    rtos = memmap.region("FREERTOS")
    monitor, room, boot_file = (memmap.region(name) for name in ("MONITOR", "KERNEL", "UIMAG"))
    return Expected(
        memory=memmap.memory_node(),
        monitor_run=monitor.address,
        rtos_run=rtos.address if rtos.size else 0,
        loader_run=memmap.region("LOADER").address,
        load=room.address,
        limits=fit.Limits(boot_file.size, room.size),
    )


def verify(fip_bin: bytes, boot_sd: bytes, wanted: Expected) -> list[Finding]:
    """All that can be known of both files without a board."""
    return [
        *verify_fip(fip_bin, wanted),
        *verify_boot(boot_sd, wanted),
        *verify_together(fip_bin, boot_sd, wanted),
    ]


def verify_fip(data: bytes, wanted: Expected) -> list[Finding]:
    """fip.bin alone: its structure, its parts and where they run."""
    try:
        parts = fip.unpack(data)
    except UserError as error:
        return [Finding(False, "fip.bin", error.message.removeprefix("fip.bin: "))]
    ddr = hashlib.sha256(parts.ddr_param).hexdigest()
    padded = fip.CHIP_CONF.ljust(fip.CHIP_CONF_SIZE, b"\0")
    run = loader.run_address(parts.loader)
    entry = run + loader.HEAD.size
    return [
        Finding(True, "fip.bin", f"{len(data)} bytes, magics, checksums and bounds are right"),
        Finding(ddr == DDR_PARAM_SHA256, "ddr_param", f"sha256 {ddr}"),
        Finding(parts.chip_conf == padded, "chip_conf", parts.chip_conf.rstrip(b"\0").hex()),
        _address("OpenSBI", parts.monitor_run, wanted.monitor_run),
        _address("RTOS", parts.rtos_run, wanted.rtos_run),
        _address("second loader", run, wanted.loader_run, f", entry {entry:#x}"),
    ]


def verify_boot(data: bytes, wanted: Expected) -> list[Finding]:
    """boot.sd alone: its structure, the kernel, the device tree."""
    try:
        parts = fit.unpack(data, wanted.limits)
        board = decode(parts.dtb)
    except UserError as error:
        return [Finding(False, "boot.sd", error.message.removeprefix("boot.sd: "))]
    return [
        Finding(True, "boot.sd", f"{len(data)} bytes, hashes, sizes and bounds are right"),
        _address("kernel", parts.load, wanted.load),
        _kernel(parts, wanted),
        Finding(
            board.memory == (wanted.memory,),
            "memory node",
            f"{_spans(board.memory)}, expected {_spans((wanted.memory,))}",
        ),
        Finding(not board.ion, "ION", ", ".join(board.ion) or "none"),
        Finding(COMPATIBLE in board.compatible, "compatible", ", ".join(board.compatible)),
        Finding(True, "model", board.model),
        Finding(True, "device tree's bootargs", board.bootargs or "none"),
    ]


def verify_together(fip_bin: bytes, boot_sd: bytes, wanted: Expected) -> list[Finding]:
    """What one file asks of the other; nothing if one of them cannot be read."""
    try:
        parts, boot = fip.unpack(fip_bin), fit.unpack(boot_sd, wanted.limits)
        board, raw = decode(boot.dtb), loader.raw_of(parts.loader)
    except UserError:
        return []
    names = _found(ASKED, raw)
    roots = _found(ROOT, raw)
    missing = [name for name in names if name not in boot.configurations]
    return [
        _rtos_apart(parts, board, wanted),
        Finding(
            not missing,
            "configuration that U-Boot asks for",
            ", ".join(names) + (f"; boot.sd lacks {', '.join(missing)}" if missing else "")
            or f"the default, {boot.configurations[0]}",
        ),
        Finding(
            roots == [wanted.root],
            "root that U-Boot tells Linux",
            f"{', '.join(roots) or 'none'}, expected {wanted.root}",
        ),
    ]


def decode(dtb: bytes) -> Board:
    """Read what matters of a device tree. Raises UserError."""
    tree = fdt.read(dtb)
    root = tree.root
    memory = [
        span
        for node in root.children
        if node.properties.get("device_type") == b"memory\0"
        for span in node.ranges("reg", root)
    ]
    chosen = root.child("chosen")
    has_bootargs = chosen is not None and "bootargs" in chosen.properties
    return Board(
        model=root.text("model"),
        compatible=root.texts("compatible"),
        memory=tuple(memory),
        reserved=tree.reserved,
        ion=tuple(node.name for node in root.walk() if _takes_ion(node)),
        bootargs=chosen.text("bootargs") if chosen and has_bootargs else "",
    )


def _takes_ion(node: fdt.Node) -> bool:
    """The vendor's reservation, unless it is one of no size."""
    return node.properties.get("compatible") == ION and any(node.cells("size"))


def _rtos_apart(parts: fip.Fip, board: Board, wanted: Expected) -> Finding:
    """Linux must not get the memory that the small core runs in."""
    what = "RTOS apart from Linux"
    if not fip.has_rtos(parts):
        return Finding(True, what, "fip.bin has no RTOS")
    start = parts.rtos_run
    end = start + max(wanted.rtos_room, len(parts.rtos))
    apart = all(address + size <= start or end <= address for address, size in board.memory)
    detail = f"fip.bin runs one in {start:#x} to {end:#x}, Linux is told {_spans(board.memory)}"
    return Finding(apart, what, detail)


def _kernel(parts: fit.Fit, wanted: Expected) -> Finding:
    if len(parts.kernel) < kernel.HEADER.size:
        return Finding(False, "kernel's memory", f"{len(parts.kernel)} bytes are not an Image")
    _, size, *magics = kernel.HEADER.unpack_from(parts.kernel)
    if tuple(magics) != kernel.MAGICS:
        return Finding(
            False,
            "kernel's memory",
            f"no RISC-V Image, its magic words are {listed(map(magic, magics))}",
        )
    size = max(size, len(parts.kernel))
    end, limit = parts.load + size, wanted.load + wanted.limits.kernel
    detail = f"with its bss it ends at {end:#x}, {limit:#x} is the limit"
    return Finding(end <= limit, "kernel's memory", detail)


def _address(what: str, address: int, wanted: int, more: str = "") -> Finding:
    shown, right = (f"{value:#x}" if value else "none" for value in (address, wanted))
    detail = f"runs at {shown}{more}" if address else "none"
    return Finding(address == wanted, what, f"{detail}, expected {right}")


def _spans(spans: tuple[tuple[int, int], ...]) -> str:
    return ", ".join(f"{size:#x} at {address:#x}" for address, size in spans) or "none"


def _found(pattern: re.Pattern[bytes], data: bytes) -> list[str]:
    return sorted({name.decode("ascii") for name in pattern.findall(data)})
