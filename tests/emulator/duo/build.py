# SPDX-License-Identifier: MIT
"""Programs of this folder, compiled and put on a card in the place of the first boot loader."""

import struct
from pathlib import Path

from image import run
from image.boards import fip, loader
from image.boards.record import cksum, pad

FOLDER = Path(__file__).parent
CC = (
    "riscv64-linux-gnu-gcc", "-std=c11", "-Os", "-Wall", "-Wextra", "-Wconversion", "-pedantic",
    "-Werror", "-ffreestanding", "-nostdlib", "-static", "-fno-pic", "-no-pie", "-mcmodel=medany",
    "-march=rv64imac_zicsr_zifencei", "-mabi=lp64", "-T", FOLDER / "program.ld",
    "-Wl,--build-id=none", "-Wl,--no-warn-rwx-segments",
)  # fmt: skip
NOTHING = b"\0" * 512  # for a part that nobody reads
BOOT_MIB = 16
MIB = 1 << 20
SECTOR = 512
FIRST_SECTOR = 2048
FAT16 = 0x0E


def program(target: Path, *sources: str) -> bytes:
    """Compile a program of this folder; its bytes as BL2."""
    paths = [FOLDER / name for name in ("start.S", "console.c", *sources)]
    elf, flat = target.with_suffix(".elf"), target.with_suffix(".bin")
    run.run([*CC, *paths, "-o", elf])
    run.run(["riscv64-linux-gnu-objcopy", "-O", "binary", elf, flat])
    return flat.read_bytes()


def fip_bin(bl2: bytes, monitor: bytes = NOTHING, payload: bytes = NOTHING) -> bytes:
    """A fip.bin with these parts; `payload` is packed as a second loader is."""
    return fip.pack(
        fip.Fip(bl2=bl2, ddr_param=NOTHING, monitor=monitor, loader=second_loader(payload))
    )


def second_loader(payload: bytes) -> bytes:
    """Any bytes, under the head that fip.bin wants of a second loader."""
    body = pad(bytes(loader.HEAD.size) + payload)[loader.HEAD.size :]
    size = loader.HEAD.size + len(body)
    image = loader.HEAD.pack(b"\0" * 4, loader.RAW, 0, size, 0, b"\0" * 8) + body
    return image[:8] + cksum(image[12:]) + image[12:]


def card(path: Path, files: dict[str, bytes], size_mib: int = 2 * BOOT_MIB) -> Path:
    """A card image with one FAT partition that holds these files."""
    entry = struct.pack("<B3sB3sII", 0, b"", FAT16, b"", FIRST_SECTOR, BOOT_MIB * MIB // SECTOR)
    with path.open("wb") as image:
        image.truncate(size_mib * MIB)
        image.seek(446)
        image.write(entry.ljust(64, b"\0") + b"\x55\xaa")
    place = f"{path}@@{FIRST_SECTOR * SECTOR}"
    run.run(["mformat", "-i", place, "-T", str(BOOT_MIB * MIB // SECTOR), "::"])
    for name, data in files.items():
        put(path, name, data)
    return path


def put(image: Path, name: str, data: bytes) -> None:
    """A file into the first partition of a card image."""
    source = image.with_name(f"{image.name}.{name}")
    source.write_bytes(data)
    run.run(["mcopy", "-o", "-i", f"{image}@@{FIRST_SECTOR * SECTOR}", source, f"::{name}"])
