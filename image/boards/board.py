# SPDX-License-Identifier: MIT
"""A board: all that tells it from others, as overlays/boards/NAME/board.yaml says.

Kernel fragments, patches, memory map and files for the card are next to it, in that folder. Nothing
in this package may ask for a board by its name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from image.boards import entry
from image.boards.entry import MIB, Entry
from image.errors import UserError, unknown

FOLDER = "overlays/boards"
FILE = "board.yaml"
HARDWARE, QEMU = "hardware", "qemu"
NEEDED = ("title", "machine", "memory", "kernel")
OPTIONAL = ("device_tree", "sdk", "first_build")


@dataclass(frozen=True)
class FirstBuild:
    """What a first build was once measured to cost."""

    download_mb: int  # of sources
    disk_mb: int  # at most, while the kernel is built
    processor_minutes: int  # of all processors together


@dataclass(frozen=True)
class Board:
    """One board, as its folder says."""

    name: str
    title: str  # as a person calls it
    machine: str  # HARDWARE or QEMU
    memory_mib: int
    kernel: str  # the package that its kernel comes from
    folder: Path
    device_tree: str | None = None  # the package that brings it; None: the boot loader has it
    sdk: str | None = None  # the package with the vendor's sources, of which boot loaders are made
    first_build: FirstBuild | None = None

    @property
    def is_emulated(self) -> bool:
        """Whether QEMU is the board."""
        return self.machine == QEMU

    @property
    def memory_map(self) -> Path | None:
        """The file that says who owns which part of its memory, if it has one."""
        path = self.folder / "memmap.yaml"
        return path if path.is_file() else None

    @property
    def rootfs(self) -> Path:
        """What goes over the packages' files in the root file system, on this board only."""
        return self.folder / "rootfs"

    @property
    def boot(self) -> Path:
        """What is on its boot partition in addition to the packages' files."""
        return self.folder / "boot"


def load(root: Path, name: str) -> Board:
    """The board of that name in a checkout.

    Raises UserError naming the file, the key, the value and the remedy.
    """
    folder = root / FOLDER / name
    if not (folder / FILE).is_file():
        raise unknown("there is no board", name, names(root))
    file = entry.read(folder / FILE)
    file.check_keys(NEEDED, OPTIONAL)
    size = file.size("memory")
    if size < MIB or size % MIB:
        raise UserError(f"{file.place}: memory is '{file.data['memory']}'", "such as: 64 MiB")
    return Board(
        name=name,
        title=file.text("title"),
        machine=file.choice("machine", (HARDWARE, QEMU)),
        memory_mib=size // MIB,
        kernel=file.text("kernel"),
        folder=folder,
        device_tree=file.text("device_tree") if "device_tree" in file else None,
        sdk=file.text("sdk") if "sdk" in file else None,
        first_build=_first_build(file.entry("first_build")) if "first_build" in file else None,
    )


def load_all(root: Path) -> Iterator[Board]:
    """Every board of a checkout, by name. Errors as `load`."""
    return (load(root, name) for name in names(root))


def first(root: Path, is_wanted: Callable[[Board], object]) -> Board:
    """The first board by name that is wanted, to name as an example. Raises UserError."""
    found = next(filter(is_wanted, load_all(root)), None)
    if found is None:
        raise UserError(f"no board in {FOLDER} can do that", hint="see ./doit list")
    return found


def names(root: Path) -> list[str]:
    """The boards of a checkout."""
    return sorted(path.parent.name for path in (root / FOLDER).glob(f"*/{FILE}"))


def _first_build(file: Entry) -> FirstBuild:
    keys = ("download_mb", "disk_mb", "processor_minutes")
    file.check_keys(keys)
    return FirstBuild(*(file.number(key) for key in keys))
