# SPDX-License-Identifier: MIT
"""A finished card image, opened and looked at part by part; nothing of the build is trusted."""

import json
import re
import struct
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from image import elf, reading, run
from image.boards import fip, fit, memmap, verify
from image.boards.verify import Finding
from image.card import disk_image, imagefile, line_ends, manifest_file
from image.errors import UserError
from image.key import hash_file
from image.options import File, Option

FILE = Option(
    "file", "the card image, .img, packed or not", File(), default="the one that was built"
)
OPTIONS = (FILE,)
SUM = re.compile(r"([0-9a-f]{64})  ([^/\0]*[^/\0.])")
SECTOR = 512
CHUNK = 1 << 20
FAT_TYPE, LINUX_TYPE = "c", "83"
FIP, BOOT_SD = fip.NAME, fit.NAME
# What the root must hold for the demo to start.
NEEDED = ("sbin/init", "etc/inittab", "etc/init.d/start", "usr/bin/storyteller", "usr/bin/run",
          "usr/share/llama/model.bin", "usr/share/llama/tokenizer.bin")  # fmt: skip


@dataclass(frozen=True)
class Partition:
    """An entry of the card's table, in sectors."""

    start: int
    size: int
    kind: str
    bootable: bool

    @property
    def end(self) -> int:
        return self.start + self.size


def check(image: Path, memory_map: Path) -> list[Finding]:
    """Everything that can be said of a card image, plain or packed, without booting it.

    `memory_map` is the file that a board's boot files are held against. Raises UserError when the
    file cannot be looked at at all.
    """
    imagefile.check(image)
    with tempfile.TemporaryDirectory(prefix="check-") as name:
        folder = Path(name)
        plain = _unpacked(image, folder)
        boot, root = _partitions(plain)
        findings = [*_table(plain, boot, root), *_sums(image)]
        if all(finding.ok for finding in findings):
            fat = _extract(plain, boot, folder / "boot")
            findings += [*_identity(image, fat), *_boot(fat, folder, memory_map)]
            findings += _root(_extract(plain, root, folder / "root"), folder / "tree")
        return findings


def _unpacked(image: Path, folder: Path) -> Path:
    if not imagefile.is_packed(image):
        return image
    plain = folder / "card.img"
    with plain.open("wb") as file:
        for piece in imagefile.unpacked(image):
            file.write(piece)
    return plain


def _partitions(image: Path) -> tuple[Partition, Partition]:
    try:
        table = json.loads(run.output(["sfdisk", "--json", image]))["partitiontable"]
    except run.CommandFailed:
        raise UserError(f"{image} has no partition table: it is not a card image") from None
    entries = [
        Partition(one["start"], one["size"], one["type"], one.get("bootable", False))
        for one in table.get("partitions", ())
    ]
    if len(entries) != 2:
        raise UserError(f"{image} has {len(entries)} partitions; a card has two, boot and root")
    return entries[0], entries[1]


def _table(image: Path, boot: Partition, root: Partition) -> Iterable[Finding]:
    sectors = image.stat().st_size // SECTOR
    yield Finding(boot.kind == FAT_TYPE and boot.bootable, "boot partition", "FAT, bootable, first")
    yield Finding(root.kind == LINUX_TYPE, "root partition", "Linux, second")
    inside = boot.end <= root.start and root.end <= sectors
    yield Finding(inside, "partitions", f"in order and inside the image's {sectors} sectors")


def _sums(image: Path) -> Iterable[Finding]:
    """The checksums next to the image, if it is where it was built."""
    sums = image.with_name("sha256sums")
    for line in sums.read_bytes().decode(errors="replace").splitlines() if sums.is_file() else ():
        entry = SUM.fullmatch(line)
        if entry is None:
            yield Finding(False, sums.name, "it is damaged: ./doit image makes a new one")
            continue
        expected, name = entry.groups()
        path = image.with_name(name)
        same = path.is_file() and hash_file(path) == expected
        yield Finding(same, name, "as sha256sums says" if same else "not the file of sha256sums")


def _identity(image: Path, fat: Path) -> Iterable[Finding]:
    """The boot partition's id, if the manifest is next to the image: part of the card's key."""
    beside = image.with_name(manifest_file.NAME)
    if not beside.is_file() or not image.with_name("sha256sums").is_file():
        return
    key = (reading.json_object_or_none(beside) or {}).get("key")
    if not isinstance(key, str):
        yield Finding(False, beside.name, "damaged: it names no key of the card")
        return
    wanted, found = disk_image.volume_id(key), _volume_id(fat)
    same = found == wanted
    yield Finding(same, "boot partition", f"id {found}" + ("" if same else f", not {wanted}"))


def _volume_id(fat: Path) -> str:
    """Of a FAT file system, as mkfs.fat takes it. Microsoft's fatgen103: BS_VolID."""
    with fat.open("rb") as file:
        start = file.read(SECTOR)
    is_fat32 = start[22:24] == bytes(2)
    (number,) = struct.unpack_from("<I", start, 67 if is_fat32 else 39)
    return f"{number:08X}"


def _extract(image: Path, part: Partition, target: Path) -> Path:
    with image.open("rb") as source, target.open("wb") as file:
        source.seek(part.start * SECTOR)
        left = part.size * SECTOR
        while left and (chunk := source.read(min(left, CHUNK))):
            file.write(chunk)
            left -= len(chunk)
    return target


def _boot(fat: Path, folder: Path, memory_map: Path) -> Iterable[Finding]:
    yield _program(("fsck.fat", "-n", str(fat)), "boot partition", "a clean FAT file system")
    listed = run.output(["mdir", "-b", "-i", fat, "::"]).split()
    names = [name.removeprefix("::/") for name in listed]
    if FIP not in names and BOOT_SD not in names:
        return  # another board's card, which has no such files
    yield Finding(names[:1] == [FIP], FIP, "the first file on the boot partition")
    chain = run.output(["mshowfat", "-i", fat, f"::/{FIP}"])
    yield Finding(len(re.findall(r"<\d+-\d+>|<\d+>", chain)) == 1, FIP, "in one piece")
    for name in (FIP, BOOT_SD):
        run.output(["mcopy", "-n", "-i", fat, f"::/{name}", folder / name])
    yield from _boot_files((folder / FIP).read_bytes(), (folder / BOOT_SD).read_bytes(), memory_map)


def _boot_files(loaders: bytes, kernel: bytes, memory_map: Path) -> Iterable[Finding]:
    """Held against the memory map as it is for boot loaders that start an RTOS, or do not."""
    try:
        rtos = fip.has_rtos(fip.unpack(loaders))
    except UserError:
        rtos = False
    yield from verify.verify(loaders, kernel, verify.expected(memmap.load(memory_map, rtos)))


def _root(erofs: Path, tree: Path) -> Iterable[Finding]:
    extract = ("fsck.erofs", f"--extract={tree}", "--no-preserve", str(erofs))
    checked = _program(extract, "root partition", "a valid EROFS file system")
    yield checked
    if not checked.ok:
        return
    lacking = [name for name in NEEDED if not (tree / name).exists()]
    detail = f"{', '.join(lacking)} missing" if lacking else "complete for the storyteller"
    yield Finding(not lacking, "root file system", detail)
    files = [p for p in sorted(tree.rglob("*")) if p.is_file() and not p.is_symlink()]
    names = {str(path.relative_to(tree)): path for path in files}
    foreign = [name for name, path in names.items() if line_ends.is_foreign(path, name)]
    detail = f"/{', /'.join(foreign)}: has Windows line endings (CR LF)" if foreign else "LF"
    yield Finding(not foreign, "line ends", detail)
    programs = [path for path in files if elf.is_elf(path)]
    for path in programs:
        problem = elf.problem(path)
        if problem:
            yield Finding(False, f"/{path.relative_to(tree)}", problem)
    yield Finding(bool(programs), "programs", f"{len(programs)} looked at: RISC-V, lp64d, static")


def _program(command: tuple[str, ...], what: str, detail: str) -> Finding:
    """Whether a checking program is content."""
    try:
        run.output(command, merge=True)
    except run.CommandFailed as error:
        return Finding(False, what, error.message)
    return Finding(True, what, detail)
