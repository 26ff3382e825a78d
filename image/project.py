# SPDX-License-Identifier: MIT
"""What one call works on: the folders, the choices, and what the command line overrides."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from image import config, jobs, model
from image.config import Config
from image.duo import fip, memmap
from image.duo.memmap import MemoryMap
from image.errors import UserError
from image.fetch import Settings as FetchSettings
from image.package import Package, configured, load_all, variable

# Settings of a call, given as NAME=value on the command line or in the environment.
SETTINGS: Mapping[str, str] = {
    "board": "board to build for, without touching .config",
    "MODEL": "a llama2.c model file to put on the card",
    "TOKENIZER": "the tokenizer that belongs to MODEL",
    "DL_MIRROR": "where to look for sources before their own sites: a URL or a folder",
    "DL_DIR": "folder of downloaded sources, to share between checkouts (default: dl)",
    "jobs": "how many programs run at once; also -j N (default: one per processor)",
    "OFFLINE": "1: never use the network",
    "SDK_DIR": "a local tree of the Duo SDK, instead of the pinned one",
    "FIP": "a boot loader file (fip.bin) for the card, instead of the one built from the SDK",
    "CARD_SIZE_MIB": "doit run: size of the emulated card",
    "program": "doit cycles: a static riscv64 program to look at",
    "args": "doit cycles: its arguments",
    "env": "doit cycles: NAME=VALUE words for its environment",
    "speech": "doit cycles: 1: what the voices cost, instead of the engines",
    "by_symbol": "doit cycles: 1: show what each of its functions costs",
    "file": "doit check, flash: the card image (default: the one that was built)",
    "device": "doit flash: the card's device, /dev/NAME (default: asked)",
    "yes": "doit flash: 1: write to device= without asking",
    "force": "doit flash: 1: a card of more than 128 GB, too",
    "loop": "doit flash: 1: device= may be a loop device",
    "port": "doit diagnose, bench, shell: the board's serial port (default: the only one)",
    "host": "doit diagnose, bench, shell, deploy: the board's address, for ssh",
    "SSH_PORT": "doit run, shell, deploy: the emulated board's ssh is this port of this machine",
    "engines": "doit bench: which ones, of q16, fp32 and llama2c (default: all on the card)",
    "runs": "doit bench: how often each story is told (default: 30)",
    "prompts": "doit bench: beginnings, divided by | (default: Once upon a time)",
    "seeds": "doit bench: numbers, each with every prompt (default: 123)",
    "temperature": "doit bench: as run.c's -t (default: 1.0)",
    "topp": "doit bench: as run.c's -p (default: 0.9)",
    "steps": "doit bench: tokens at most (default: 256)",
    "releases": "doit test:fresh: which of bookworm, trixie and sid, divided by commas",
    "WORK": "doit test:fresh: the folder for its systems (default: work/fresh)",
    "SOUND": "doit run: 'host', 'wav' or 'none'",
}
SOURCE_SUFFIX = "_SRC"
PATHS = ("MODEL", "TOKENIZER", "DL_MIRROR", "DL_DIR", "SDK_DIR", "FIP", "WORK", "program", "file")


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

    @property
    def root_overlays(self) -> tuple[Path, ...]:
        """What is laid over the packages' files in the root: for all boards, then for this one."""
        own = self.overlays / "board" / self.config.board
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
        given = self.boot_files.get(fip.NAME)
        read = fip.unpack(given.read_bytes()) if given else None
        rtos = fip.has_rtos(read) if read else bool(self.config.symbols.get("DUO_RTOS"))
        return memmap.load(self.overlays / "memmap" / f"{self.config.board}.yaml", rtos)

    @property
    def out(self) -> Path:
        """Results for this board."""
        return self.root / "out" / self.config.board


def load(root: Path, given: Mapping[str, str]) -> Project:
    """Read choices, recipes and overrides. Raises UserError for anything that cannot be used."""
    packages = load_all(root / "packages")
    _refuse_unknown(given, packages)
    chosen = config.load(root, given.get("board"))
    return Project(
        root=root,
        config=chosen,
        packages={name: configured(one, chosen.symbols) for name, one in packages.items()},
        fetch=FetchSettings(
            dl=Path(given.get("DL_DIR", root / "dl")).absolute(),
            mirror=given.get("DL_MIRROR"),
            offline=given.get("OFFLINE", "0") not in ("", "0"),
        ),
        jobs=jobs.chosen(given.get(jobs.SETTING)),
        local_sources=_local_sources(given, packages),
        model_files=model.chosen(given.get("MODEL"), given.get("TOKENIZER")),
        boot_files=_boot_files(given.get("FIP")),
    )


def names(packages: Mapping[str, Package]) -> dict[str, str]:
    """Every setting that a call may give, with its meaning."""
    sources = {
        variable(name) + SOURCE_SUFFIX: f"build {name} from this folder" for name in packages
    }
    return {**SETTINGS, **sources}


def with_whole_paths(given: Mapping[str, str], here: Path) -> dict[str, str]:
    """The same settings, with relative paths made whole from the folder `here`."""
    return {
        name: str(here / value)
        if value and "://" not in value and (name in PATHS or name.endswith(SOURCE_SUFFIX))
        else value
        for name, value in given.items()
    }


def _refuse_unknown(given: Mapping[str, str], packages: Mapping[str, Package]) -> None:
    known = names(packages)
    for name in given:
        if name not in known:
            raise UserError(f"{name}= is no setting", hint=f"settings: {', '.join(sorted(known))}")


def _local_sources(given: Mapping[str, str], packages: Mapping[str, Package]) -> dict[str, Path]:
    settings = {variable(name) + SOURCE_SUFFIX: name for name in packages}
    settings |= {p.repository.setting: p.name for p in packages.values() if p.repository}
    found = {}
    for setting, name in settings.items():
        value = given.get(setting)
        if value:
            folder = Path(value).absolute()
            if not folder.is_dir():
                raise UserError(f"{setting}={value} is not a folder")
            found[name] = folder
    return found


def _boot_files(given: str | None) -> dict[str, Path]:
    if not given:
        return {}
    path = Path(given).absolute()
    if not path.is_file():
        raise UserError(f"FIP={given} is not a file")
    return {fip.NAME: path}
