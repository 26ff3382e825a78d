# SPDX-License-Identifier: MIT
"""What one call works on: the folders, the choices, and what the command line overrides."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from image import builders, config, jobs, model
from image.boards import board as boards
from image.boards import fip, memmap
from image.boards.board import Board
from image.boards.memmap import MemoryMap
from image.config import Config
from image.errors import UserError, unknown
from image.fetch import Settings as FetchSettings
from image.options import File, Flag, Folder, Option, Place, Text, Whole, is_on
from image.recipes import voices
from image.recipes.loading import configured, load_all
from image.recipes.package import Package, variable

CHECKOUT = Path(__file__).resolve().parents[1]
BOARD = Option(
    "board",
    f"the board, {' or '.join(boards.names(CHECKOUT))}, without touching .config",
    Text("NAME"),
    default="from .config, else the first in the menu",
)
VOICE = Option(
    "voice",
    "who tells the stories, a voice of docs/sound.md, without touching .config",
    Text("NAME"),
    default="from the configuration",
)
SDK_DIR = Option(
    "SDK_DIR",
    "a local tree of the Duo's SDK, instead of the pinned one",
    Folder(),
    hint="a tree of https://github.com/milkv-duo/duo-buildroot-sdk",
)
MODEL = Option("MODEL", "a llama2.c model to put on the card, with TOKENIZER=", File())
TOKENIZER = Option("TOKENIZER", "the tokenizer that belongs to MODEL=", File())
FIP = Option(
    "FIP", "boot loaders for the card (fip.bin), instead of those built from the SDK", File()
)
DOWNLOADS = (
    Option("DL_DIR", "folder for downloads, can be shared", Folder(to_be=True), default="dl"),
    Option("DL_MIRROR", "where to look for sources before their own sites", Place()),
    Option("OFFLINE", "never use the network", Flag(), default="0"),
)
JOBS = Option(
    jobs.SETTING,
    "how many programs run at once; also -j N",
    Whole(1, 1024),
    default="one per processor",
)
# What a whole build reads.
OPTIONS = (BOARD, VOICE, MODEL, TOKENIZER, *DOWNLOADS, JOBS, SDK_DIR, FIP)
SOURCE_SUFFIX = "_SRC"


@dataclass(frozen=True)
class Project:
    """Everything a plan is made from. Nothing reads the environment after this was made."""

    root: Path
    config: Config
    packages: Mapping[str, Package]
    fetch: FetchSettings
    jobs: int
    local_sources: Mapping[str, Path]  # package name -> folder given with NAME_SRC=
    model_files: Mapping[str, Path]  # path in the root file system -> file given with MODEL=
    boot_files: Mapping[str, Path]  # path on the boot partition -> file given with FIP=

    @property
    def overlays(self) -> Path:
        """What we change in things that we do not own."""
        return self.root / "overlays"

    @functools.cached_property
    def board(self) -> Board:
        """The board that is built for. Raises UserError for a board.yaml that cannot be."""
        return boards.load(self.root, self.config.board)

    @property
    def root_overlays(self) -> tuple[Path, ...]:
        """What is laid over the packages' files in the root: for all boards, then for this one."""
        own = self.board.rootfs
        return (self.overlays / "rootfs", *((own,) if own.is_dir() else ()))

    @property
    def work(self) -> Path:
        """One folder per step key."""
        return self.root / "work"

    @functools.cached_property
    def memory_map(self) -> MemoryMap:
        """Who owns which part of the board's memory. Raises UserError for a map that cannot be.

        A boot loader that starts an operating system on the second core keeps memory for it.
        """
        file = self.boot_files.get(fip.NAME)
        read = fip.unpack(file.read_bytes()) if file else None
        rtos = fip.has_rtos(read) if read else bool(self.config.symbols.get("DUO_RTOS"))
        if self.board.memory_map is None:
            raise UserError(f"{self.board.name} has no memory map: {self.board.folder}/memmap.yaml")
        return memmap.load(self.board.memory_map, rtos)

    @property
    def out(self) -> Path:
        """Results for this board."""
        return self.root / "out" / self.config.board


def load(root: Path, options: Mapping[str, str], built_in: Sequence[str] = ()) -> Project:
    """Read choices, recipes and overrides; `built_in` names further voices to build in.

    Raises UserError for anything that cannot be used.
    """
    packages = load_all(root / "packages", builders.keys())
    symbols = _voices(root, options.get("voice"), built_in)
    chosen = config.load(root, options.get("board"), symbols)
    return Project(
        root=root,
        config=chosen,
        packages={name: configured(one, chosen.symbols) for name, one in packages.items()},
        fetch=FetchSettings(
            dl=Path(options.get("DL_DIR", root / "dl")).absolute(),
            mirror=options.get("DL_MIRROR"),
            offline=is_on(options, "OFFLINE"),
        ),
        jobs=jobs.chosen(options.get(jobs.SETTING)),
        local_sources=_local_sources(options, packages),
        model_files=model.chosen(options.get("MODEL"), options.get("TOKENIZER")),
        boot_files=_boot_files(root, chosen.board, options.get("FIP")),
    )


def _voices(root: Path, speaking: str | None, built_in: Sequence[str]) -> list[str]:
    """The symbols that make one voice speak, and build in others."""
    wanted = [*([speaking] if speaking else ()), *built_in]
    known = {voice.name: voice for voice in voices.read(root / "packages")[0]} if wanted else {}
    for name in wanted:
        if name not in known:
            raise unknown("there is no voice", name, known)
    return [
        *([known[speaking].chooser] if speaking else ()),
        *(known[name].symbol for name in built_in),
    ]


def source_options(root: Path) -> tuple[Option, ...]:
    """NAME_SRC= of each package that there is a recipe for."""
    names = [path.parent.name for path in sorted((root / "packages").glob("*/package.yaml"))]
    return tuple(
        Option(variable(name) + SOURCE_SUFFIX, f"build {name} from this folder", Folder())
        for name in names
    )


def _local_sources(options: Mapping[str, str], packages: Mapping[str, Package]) -> dict[str, Path]:
    settings = {variable(name) + SOURCE_SUFFIX: name for name in packages}
    settings |= {p.repository.setting: p.name for p in packages.values() if p.repository}
    found = {}
    for setting, name in settings.items():
        value = options.get(setting)
        if value:
            folder = Path(value).absolute()
            if not folder.is_dir():
                raise UserError(f"{setting}={value} is not a folder")
            found[name] = folder
    return found


def _boot_files(root: Path, board: str, file: str | None) -> dict[str, Path]:
    """The boot loaders of FIP=, by their path on the boot partition, looked at once.

    None for a board whose boot loaders are not built here.
    """
    if not file or boards.load(root, board).sdk is None:
        return {}
    path = Path(file).absolute()
    try:
        fip.unpack(path.read_bytes())
    except UserError as error:
        hint = "name a fip.bin for this board, or omit FIP= to build it from the SDK"
        raise UserError(f"FIP={file} is not a boot loader file: {error.message}", hint) from None
    except OSError as error:
        raise UserError(f"FIP={file} cannot be read: {error.strerror}") from None
    return {fip.NAME: path}
