# SPDX-License-Identifier: MIT
"""How packages are built: one module per kind, named in a recipe's `build` key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from image.builders import (
    autotools,
    c,
    dtb,
    espeak,
    files,
    fip,
    firmware,
    fit,
    kconfig,
    make,
    musl,
    packed,
    spoken,
    vendor_image,
    weigh,
)
from image.builders.job import Job
from image.config import Config
from image.package import Package

Files = Callable[[Package, Path, Config], list[Path]]


def _no_files(package: Package, project: Path, config: Config) -> list[Path]:
    return []


def _formats(package: Package, project: Path, config: Config) -> list[Path]:
    """The modules that know the formats of the board's files."""
    return sorted((project / "image/duo").glob("*.py"))


def _kernel_files(package: Package, project: Path, config: Config) -> list[Path]:
    """What configures a tree, and, where its objects are weighed, the module that does it."""
    weighing = [Path(weigh.__file__)] if package.recipe.get("weigh") else []
    return [*kconfig.files(package, project, config), *weighing]


@dataclass(frozen=True)
class Builder:
    """`module` is hashed into the keys of what it builds; `files` names what it reads besides."""

    module: Path
    build: Callable[[Job], None]
    files: Files = _no_files


BUILDERS: Mapping[str, Builder] = {
    "autotools": Builder(Path(autotools.__file__), autotools.build),
    "c": Builder(Path(c.__file__), c.build),
    "dtb": Builder(Path(dtb.__file__), dtb.build, dtb.files),
    "espeak": Builder(Path(espeak.__file__), espeak.build),
    "files": Builder(Path(files.__file__), files.build),
    "fip": Builder(Path(fip.__file__), fip.build, _formats),
    "firmware": Builder(Path(firmware.__file__), firmware.build),
    "fit": Builder(Path(fit.__file__), fit.build, _formats),
    "kconfig": Builder(Path(kconfig.__file__), kconfig.build, _kernel_files),
    "make": Builder(Path(make.__file__), make.build),
    "musl": Builder(Path(musl.__file__), musl.build),
    "packed": Builder(Path(packed.__file__), packed.build),
    "spoken": Builder(Path(spoken.__file__), spoken.build),
    "vendor_image": Builder(Path(vendor_image.__file__), vendor_image.build),
}
