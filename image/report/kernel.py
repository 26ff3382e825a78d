# SPDX-License-Identifier: MIT
"""What of a kernel costs how much: by option, and by part of its source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from image.boards import kernel
from image.builders import kconfig, weigh
from image.plan.graph import Plan
from image.plan.step import BOOT, STAGING
from image.reading import json_object
from image.recipes.package import Package

DEEP = ("arch", "drivers", "fs", "net", "sound")  # folders whose folders are told apart


@dataclass(frozen=True)
class Option:
    """A symbol, and the objects that are there for its sake, in bytes as compiled.

    `kept` stays in memory, `freed` is given back after the start. `asked` is the fragment that
    asks for it; empty: it came by default, or another one brought it.
    """

    symbol: str
    kept: int
    freed: int
    objects: int
    asked: str


@dataclass(frozen=True)
class Kernel:
    """A built kernel. `size` is what it takes in memory as linked, `init` what it gives back."""

    size: int
    init: int
    objects: list[dict[str, Any]]
    options: list[Option]

    @property
    def resident(self) -> int:
        """What it keeps, in bytes, in whole pages."""
        return -(-self.size // kernel.PAGE) * kernel.PAGE - self.init

    @property
    def compiled(self) -> int:
        """All objects as the compiler made them: more than what is linked of them."""
        return sum(row["kept"] + row["freed"] for row in self.objects)

    def parts(self) -> dict[str, int]:
        """What it keeps, by folder of the source: `resident`, shared out as the objects weigh."""
        weights: dict[str, int] = {}
        for row in self.objects:
            name = part_of(row["path"])
            weights[name] = weights.get(name, 0) + row["kept"]
        return share_out(self.resident, weights) or {".": self.resident}


def find(plan: Plan) -> Package | None:
    """The package that is the kernel of this plan."""
    return next((package for package in plan.packages if package.recipe.get("weigh")), None)


def read(plan: Plan, package: Package) -> Kernel:
    """The kernel that a package has built."""
    folder = plan.folder(plan.step(package.name))
    image = next(path for path in (folder / BOOT / "Image", folder / STAGING / "Image")
                 if path.is_file())  # fmt: skip
    objects = json_object(folder / STAGING / weigh.RESULT, f"rm -r {folder}")["objects"]
    project = plan.project
    given = [p for p in kconfig.files(package, project.root, project.config)
             if p.suffix == ".config"]  # fmt: skip
    return Kernel(
        size=kernel.read_header(image).image_size,
        init=kernel.read_init_size(folder / STAGING / "System.map"),
        objects=objects,
        options=options(objects, asked_for(given)),
    )


def asked_for(fragments: Iterable[Path]) -> dict[str, str]:
    """Which fragment turns each symbol on."""
    return {
        symbol.removeprefix("CONFIG_"): path.name
        for path in fragments
        for symbol, value in kconfig.read(path).items()
        if value != "n"
    }


def options(objects: Iterable[Mapping[str, Any]], asked: Mapping[str, str]) -> list[Option]:
    """Each symbol with all that it guards, that of other symbols below it included; dearest first.

    An object counts for each of its guards, so that the rows do not add up.
    """
    found: dict[str, Option] = {}
    for row in objects:
        for symbol in row["symbols"]:
            before = found.get(symbol)
            found[symbol] = Option(
                symbol=symbol,
                kept=row["kept"] + (before.kept if before else 0),
                freed=row["freed"] + (before.freed if before else 0),
                objects=1 + (before.objects if before else 0),
                asked=_asked(symbol, asked),
            )
    return sorted(found.values(), key=lambda one: (-one.kept - one.freed, one.symbol))


def part_of(path: str) -> str:
    """The folder of an object that a picture names: two deep where one holds much."""
    parts = path.split("/")[:-1]
    return "/".join(parts[:2] if parts and parts[0] in DEEP else parts[:1]) or "."


def share_out(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Whole numbers in proportion to `weights` that add up to `total`."""
    whole = sum(weights.values())
    if not whole:
        return {}
    shares = {name: total * weight // whole for name, weight in weights.items()}
    rest = sorted(weights, key=lambda name: (-(total * weights[name] % whole), name))
    for name in rest[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


def _asked(symbol: str, asked: Mapping[str, str]) -> str:
    names = [asked[one] for one in symbol.split(weigh.OR) if one in asked]
    return ", ".join(dict.fromkeys(names))
