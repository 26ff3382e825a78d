# SPDX-License-Identifier: MIT
"""A board: all that tells it from others, as overlays/boards/NAME/board.yaml says.

Kernel fragments, patches, memory map and files for the card are next to it, in that folder. Nothing
in this package may ask for a board by its name.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from image import yamlfile
from image.boards.sizes import MIB, Size, in_bytes
from image.errors import UserError, unknown
from image.recipes.check import check
from image.recipes.keys import PACKAGE
from image.recipes.kinds import Key, List, Record, Text, Whole

FOLDER = "overlays/boards"
FILE = "board.yaml"
HARDWARE, QEMU = "hardware", "qemu"
FIRST_BUILD = Record(
    (
        Key("download_mb", Whole(0), "of sources", required=True),
        Key("disk_mb", Whole(0), "at most, while the kernel is built", required=True),
        Key("processor_minutes", Whole(0), "of all processors together", required=True),
    )
)
STAND_IN = Record(
    (
        Key("package", PACKAGE, "what builds that QEMU", required=True),
        Key("machine", Text(), "how that QEMU calls the board", required=True),
        Key("sound_hz", Whole(1), "the rate of its sound, for a recording", required=True),
        Key("judges", List(PACKAGE), "programs of others, by which tests judge it", required=True),
    )
)
KEYS = (
    Key("title", Text(), "what a person calls it", required=True),
    Key("machine", Text(f"{HARDWARE} or {QEMU}", f"{HARDWARE}|{QEMU}"),
        "what it is: a thing, or QEMU", required=True),
    Key("memory", Size(), "its memory, in whole MiB", required=True),
    Key("kernel", PACKAGE, "the package that its kernel comes from", required=True),
    Key("device_tree", PACKAGE, "the package that brings it; the boot loader if left out"),
    Key("sdk", PACKAGE, "the package with the vendor's sources, if boot loaders are made"),
    Key("first_build", FIRST_BUILD, "what a first build was once measured to cost"),
    Key("stand_in", STAND_IN, "a machine of ours that runs the card of a thing"),
)  # fmt: skip


@dataclass(frozen=True)
class FirstBuild:
    """What a first build was once measured to cost; see FIRST_BUILD."""

    download_mb: int
    disk_mb: int
    processor_minutes: int


@dataclass(frozen=True)
class StandIn:
    """A machine of ours, in a QEMU of ours, that runs a board's card; see STAND_IN."""

    package: str
    machine: str
    sound_hz: int
    judges: Sequence[str]


@dataclass(frozen=True)
class Board:
    """One board, as its folder says; see KEYS."""

    name: str
    title: str
    machine: str
    memory_mib: int
    kernel: str
    folder: Path
    device_tree: str | None = None
    sdk: str | None = None
    first_build: FirstBuild | None = None
    stand_in: StandIn | None = None

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
    file = yamlfile.read(folder / FILE)
    check(file, Record(KEYS))
    said = file.value
    size = in_bytes(said["memory"])
    if size < MIB or size % MIB:
        raise file.error(("memory",), f"'{said['memory']}' is not whole MiB", "such as: 64 MiB")
    first_build, stand_in = said.get("first_build"), said.get("stand_in")
    return Board(
        name=name,
        title=said["title"],
        machine=said["machine"],
        memory_mib=size // MIB,
        kernel=said["kernel"],
        folder=folder,
        device_tree=said.get("device_tree"),
        sdk=said.get("sdk"),
        first_build=FirstBuild(**first_build) if first_build else None,
        stand_in=StandIn(**stand_in) if stand_in else None,
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
