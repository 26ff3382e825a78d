# SPDX-License-Identifier: MIT
"""The verifier: what is right passes, each thing that is wrong is told, nothing is raised."""

import dataclasses
import hashlib
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image.boards import fdt, fip, fit, memmap, verify
from image.boards import loader as second
from image.boards.verify import Expected, Finding

MAP = Path(__file__).resolve().parents[2] / "overlays/boards/milkv_duo/memmap.yaml"
RTOS_RUN = 0x83F40000
WHOLE = (0x80000000, 64 << 20)
BELOW_RTOS = (0x80000000, 0x3F40000)
ASKS = b"bootm ${uImage_addr}#config-cv1800b_milkv_duo_sd;\0root=root=/dev/mmcblk0p2 rootwait rw\0"
WANTED = Expected()
WITH_RTOS = Expected(memory=BELOW_RTOS, rtos_run=RTOS_RUN)
UNKNOWN_DDR = "ddr_param"  # the real one is not ours to keep here


def loader(body: bytes = ASKS, run: int = 0x80200000) -> bytes:
    head = struct.pack("<4s4sIIQ8s", b"jump", b"BL33", 0, 0, run, bytes(8))
    return second.squeeze(head + body)


PARTS = fip.Fip(b"first stage", b"made up", b"OpenSBI", loader())
RTOS = dataclasses.replace(PARTS, rtos=b"FreeRTOS", rtos_run=RTOS_RUN)


def kernel_image(memory: int = 3000, magic: bytes = b"RISCV\0\0\0") -> bytes:
    return struct.pack("<8xQQ24x8s4s4x", 0x200000, memory, magic, b"RSC\x05") + bytes(1000)


def device_tree(
    *memory: tuple[int, int],
    ion: int | None = None,
    compatible: bytes = b"cvitek,cv180x\0",
    bootargs: bytes | None = None,
) -> bytes:
    reg = b"".join(struct.pack(">QQ", *span) for span in memory)
    two = struct.pack(">I", 2)
    children = [
        fdt.Node(f"memory@{memory[0][0]:x}", {"device_type": b"memory\0", "reg": reg}),
        fdt.Node("chosen", {} if bootargs is None else {"bootargs": bootargs}),
    ]
    if ion is not None:
        heap = {"compatible": b"ion-region\0", "size": struct.pack(">Q", ion)}
        children.append(fdt.Node("reserved-memory", {}, (fdt.Node("ion", heap),)))
    properties = {
        "model": b"Cvitek. CV180X ASIC. C906.\0", "compatible": compatible,
        "#address-cells": two, "#size-cells": two,
    }  # fmt: skip
    return fdt.write(fdt.Tree(fdt.Node("", properties, tuple(children)), ((0x80000000, 0x40000),)))


BOOT = fit.pack(fit.Fit(kernel_image(), device_tree(WHOLE)))
BOOT_BELOW = fit.pack(fit.Fit(kernel_image(), device_tree(BELOW_RTOS)))


def wrong(findings: list[Finding]) -> list[str]:
    """What is wrong, but for the made up ddr_param."""
    return [finding.what for finding in findings if not finding.ok and finding.what != UNKNOWN_DDR]


@pytest.mark.parametrize(
    ("parts", "boot", "wanted"), [(PARTS, BOOT, WANTED), (RTOS, BOOT_BELOW, WITH_RTOS)]
)
def test_what_is_right(parts: fip.Fip, boot: bytes, wanted: Expected) -> None:
    findings = verify.verify(fip.pack(parts), boot, wanted)
    assert wrong(findings) == []
    assert len({finding.what for finding in findings}) == len(findings) == 17


def test_rtos_in_the_memory_of_linux() -> None:
    """The one mistake that no file shows alone."""
    findings = verify.verify(fip.pack(RTOS), BOOT, WANTED)
    assert wrong(findings) == ["RTOS", "RTOS apart from Linux"]
    # Even if somebody expects it so.
    careless = dataclasses.replace(WITH_RTOS, memory=WHOLE)
    assert wrong(verify.verify(fip.pack(RTOS), BOOT, careless)) == ["RTOS apart from Linux"]
    assert wrong(verify.verify(fip.pack(PARTS), BOOT_BELOW, WITH_RTOS)) == ["RTOS"]
    assert wrong(verify.verify(fip.pack(RTOS), BOOT_BELOW, WANTED)) == ["RTOS", "memory node"]


@pytest.mark.parametrize(
    ("memory", "apart"),
    [
        ((0x80000000, 0x3F40000), True),
        ((0x80000000, 0x3F40001), False),
        ((0x84000000, 0x1000), True),
        ((0x83FFFFFF, 1), False),
        ((0x83F50000, 0x1000), False),
    ],
)
def test_bounds_of_the_rtos(memory: tuple[int, int], apart: bool) -> None:
    boot = fit.pack(fit.Fit(kernel_image(), device_tree((0x80000000, 0x1000), memory)))
    found = wrong(verify.verify_together(fip.pack(RTOS), boot, WITH_RTOS))
    assert found == ([] if apart else ["RTOS apart from Linux"])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"chip_conf": b"other"}, "chip_conf"),
        ({"monitor_run": 0x80040000}, "OpenSBI"),
        ({"rtos": b"x", "rtos_run": RTOS_RUN}, "RTOS"),
        ({"loader": loader(run=0x801FFFE0)}, "second loader"),
    ],
)
def test_parts_of_fip_bin(change: dict[str, bytes | int], what: str) -> None:
    parts = dataclasses.replace(PARTS, **change)  # type: ignore[arg-type]
    assert wrong(verify.verify_fip(fip.pack(parts), WANTED)) == [what]


def test_ddr_param(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> Finding:
        findings = verify.verify_fip(fip.pack(PARTS), WANTED)
        return next(finding for finding in findings if finding.what == UNKNOWN_DDR)

    assert not found().ok
    known = hashlib.sha256(PARTS.ddr_param.ljust(512, b"\0")).hexdigest()
    monkeypatch.setattr(verify, "DDR_PARAM_SHA256", known)
    assert found().ok


@pytest.mark.parametrize(
    ("image", "tree", "what"),
    [
        (kernel_image(magic=b"ARM\0\0\0\0\0"), device_tree(WHOLE), "kernel's memory"),
        (b"short", device_tree(WHOLE), "kernel's memory"),
        (kernel_image(memory=(18 << 20) + 1), device_tree(WHOLE), "kernel's memory"),
        (kernel_image(), device_tree(BELOW_RTOS), "memory node"),
        (kernel_image(), device_tree(WHOLE, WHOLE), "memory node"),
        (kernel_image(), device_tree(WHOLE, ion=0x1ACD000), "ION"),
        (kernel_image(), device_tree(WHOLE, compatible=b"other\0"), "compatible"),
    ],
)
def test_parts_of_boot_sd(image: bytes, tree: bytes, what: str) -> None:
    assert wrong(verify.verify_boot(fit.pack(fit.Fit(image, tree)), WANTED)) == [what]


def test_kernel_at_its_limit() -> None:
    boot = fit.pack(fit.Fit(kernel_image(memory=18 << 20), device_tree(WHOLE)))
    assert wrong(verify.verify_boot(boot, WANTED)) == []


def test_kernel_that_is_larger_than_it_says() -> None:
    wanted = dataclasses.replace(WANTED, limits=fit.Limits(kernel=2000))
    boot = fit.pack(fit.Fit(kernel_image(memory=0), device_tree(WHOLE)))
    finding = next(
        finding for finding in verify.verify_boot(boot, wanted) if finding.what == "kernel's memory"
    )
    assert finding.ok and f"ends at {0x80200000 + len(kernel_image()):#x}" in finding.detail


def test_kernel_elsewhere() -> None:
    boot = fit.pack(fit.Fit(kernel_image(), device_tree(WHOLE), load=0x80080000))
    assert wrong(verify.verify_boot(boot, WANTED)) == ["kernel"]


def test_a_heap_of_nothing_is_no_ion() -> None:
    boot = fit.pack(fit.Fit(kernel_image(), device_tree(WHOLE, ion=0)))
    assert wrong(verify.verify_boot(boot, WANTED)) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (ASKS, []),
        (
            ASKS.replace(b"duo_sd", b"duo_musl_riscv64_sd"),
            [],
        ),
        (
            ASKS.replace(b"duo_sd", b"duo256m_sd"),
            ["configuration that U-Boot asks for"],
        ),
        (ASKS.replace(b"p2", b"p3"), ["root that U-Boot tells Linux"]),
        (b"root=/dev/mmcblk0p2", []),
        (b"", ["root that U-Boot tells Linux"]),
    ],
)
def test_what_u_boot_asks_for(body: bytes, found: list[str]) -> None:
    parts = dataclasses.replace(PARTS, loader=loader(body))
    assert wrong(verify.verify_together(fip.pack(parts), BOOT, WANTED)) == found


def test_decoded_device_tree() -> None:
    board = verify.decode(device_tree(BELOW_RTOS, ion=4096, bootargs=b"quiet\0"))
    assert board == verify.Board(
        model="Cvitek. CV180X ASIC. C906.",
        compatible=("cvitek,cv180x",),
        memory=(BELOW_RTOS,),
        reserved=((0x80000000, 0x40000),),
        ion=("ion",),
        bootargs="quiet",
    )


def test_files_that_are_damaged() -> None:
    packed = fip.pack(PARTS)
    damaged = packed[:0x1000] + b"?" + packed[0x1001:]
    findings = verify.verify(damaged, BOOT[:-1], WANTED)
    assert [(finding.ok, finding.what) for finding in findings] == [
        (False, "fip.bin"),
        (False, "boot.sd"),
    ]
    assert "BL2_IMG_CKSUM" in findings[0].detail
    assert str(findings[0]).startswith("WRONG: fip.bin: PARAM_CKSUM")


@given(st.data())
def test_no_damage_raises(data: st.DataObject) -> None:
    files = []
    for whole in (fip.pack(PARTS), BOOT):
        damaged = bytearray(whole)
        for _ in range(data.draw(st.integers(0, 3))):
            damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        files.append(bytes(damaged[: data.draw(st.integers(0, len(whole)) | st.just(len(whole)))]))
    assert verify.verify(files[0], files[1], WANTED)


def test_bombs_are_findings() -> None:
    parts = fit.Fit(bytes(19 << 20), device_tree(WHOLE))
    boot = fit.pack(parts, fit.Limits(kernel=19 << 20))
    assert wrong(verify.verify_boot(boot, WANTED)) == ["boot.sd"]


@pytest.mark.parametrize(
    ("rtos", "run", "size"), [(False, 0, 64 << 20), (True, RTOS_RUN, 0x3F40000)]
)
def test_expected_of_the_memory_map(rtos: bool, run: int, size: int) -> None:
    wanted = verify.expected(memmap.load(MAP, rtos))
    assert (wanted.rtos_run, wanted.memory) == (run, (0x80000000, size))
    assert (wanted.monitor_run, wanted.loader_run) == (0x80000000, 0x80200000)
    assert wanted.load == 0x80200000
    assert wanted.limits.file == 15 << 20
    assert wanted.load + wanted.limits.kernel <= 0x81400000
