# SPDX-License-Identifier: MIT
"""Builder `kconfig`: Linux, busybox and other trees that are configured by fragments."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from image.builders import required as requirements
from image.builders import weigh
from image.builders.job import Job, copy_file
from image.builders.toolchain import STANDARD
from image.errors import UserError
from image.recipes.keys import DIRECTORY, OVERLAY, SYMBOL, VARIABLES
from image.recipes.kinds import Flag, Key, List, Map, Text
from image.recipes.package import Package

if TYPE_CHECKING:
    from image.config import Config

KEYS = (
    DIRECTORY,
    VARIABLES,
    Key("musl", Flag(), "whether it makes programs for the board, with musl"),
    Key(
        "base",
        Text("a make target, or with a / a file of the source"),
        "the configuration to start from",
        required=True,
    ),
    Key("fragments", List(OVERLAY), "configuration fragments, merged in this order", required=True),
    Key("optional", Map(SYMBOL, OVERLAY), "fragments merged if a Kconfig symbol is on"),
    Key("required", OVERLAY, "list of symbols that must come out as it says, with reasons"),
    Key(
        "targets",
        List(Text("words, in which {staging} is where results go", fields=("staging",))),
        "what make makes, one after the other; all if left out",
    ),
    Key("weigh", Flag(), "whether the size of each object is recorded, for ./doit report"),
)

ASSIGNMENT = re.compile(r"^(?:(CONFIG_\w+)=(.*)|# (CONFIG_\w+) is not set)$")


def files(package: Package, project: Path, config: Config) -> list[Path]:
    """The fragments that a configuration asks for, and the list of required symbols."""
    recipe = package.recipe
    optional = dict(recipe.get("optional", {})).items()
    names = [*recipe["fragments"], *(name for symbol, name in optional if config.symbols[symbol])]
    names += [recipe["required"]] if "required" in recipe else []
    paths = [project / name.format(board=config.board) for name in names]
    for path in paths:
        if not path.is_file():
            missing = path.relative_to(project)
            raise UserError(f"{package.name}/package.yaml: there is no {missing}")
    return paths


def build(job: Job) -> None:
    """Configure from the recipe's `base` plus its fragments, check that all took, then make."""
    given = files(job.package, job.project, job.config)
    fragments = [path for path in given if path.suffix != ".yaml"]
    config = job.directory / ".config"
    make = ["make", f"--directory={job.directory}", *_variables(job)]
    _start(job, make, config)
    _append(config, fragments)
    # Both trees know it: every symbol that is still open takes its default.
    job.run(*make, "oldconfig" if job.option("musl", False) else "olddefconfig")
    check(config, fragments, [path for path in given if path.suffix == ".yaml"])
    for target in job.option("targets", ["all"]):
        job.run(*make, *target.format(staging=job.staging).split())
    if job.option("weigh", False):
        enabled = {s.removeprefix("CONFIG_") for s, value in read(config).items() if value != "n"}
        weigh.record(job.directory, job.target.prefix, enabled, job.staging / weigh.RESULT)


def _start(job: Job, make: list[str], config: Path) -> None:
    """The recipe's `base`: a file of the source tree, or a make target."""
    base = job.option("base")
    if "/" not in base:
        job.run(*make, base)
        return
    if not (job.source / base).is_file():
        raise UserError(f"{job.package.name}: the source has no {base}", "is this the right tree?")
    copy_file(job.source / base, config)


def check(config: Path, fragments: list[Path], required: list[Path]) -> None:
    """Raise UserError for each fragment line or required symbol that the tree did not take."""
    values = read(config)
    wrong = [
        f"{path.name}:{number}: {symbol} should be {value}, is {values.get(symbol, 'n')}"
        for path in fragments
        for number, (symbol, value) in enumerate_assignments(path)
        if values.get(symbol, "n") != value
    ]
    for path in required:
        for row in requirements.read(path):
            if values.get(row.symbol, "n") != row.value:
                wrong.append(f"{path.name}: {row.symbol} should be {row.value}: {row.why}")
    if wrong:
        raise UserError(
            "these kernel options did not take effect:\n  " + "\n  ".join(wrong),
            hint="a dependency is off, or the symbol does not exist in this version",
        )


def read(path: Path) -> dict[str, str]:
    """Symbols of a .config or fragment, with their values; unset ones are 'n'."""
    return dict(assignment for _, assignment in enumerate_assignments(path))


def enumerate_assignments(path: Path) -> list[tuple[int, tuple[str, str]]]:
    """(line number, (symbol, value)) of each assignment in a .config or fragment."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = ASSIGNMENT.match(line.strip())
        if match:
            symbol, value, unset = match.groups()
            found.append((number, (unset, "n") if unset else (symbol, value)))
    return found


def _variables(job: Job) -> list[str]:
    variables = job.variables
    if job.option("musl", False):
        variables += [f"CC={job.cc}", f"EXTRA_CFLAGS={' '.join(job.cflags)}"]
        variables += [f"EXTRA_LDFLAGS={' '.join(job.ldflags)}"]
    return [*variables, f"HOSTCC=gcc {STANDARD}", f"CROSS_COMPILE={job.target.prefix}"]


def _append(config: Path, fragments: list[Path]) -> None:
    """Append the fragments to the base, without the base's values of the same symbols.

    Appended, since of two picks in one choice Linux takes the later; without those values, since
    busybox cannot read a symbol twice.
    """
    given: dict[str, str] = {}
    for fragment in fragments:
        given.update(read(fragment))
    base = {symbol: value for symbol, value in read(config).items() if symbol not in given}
    lines = [
        f"# {symbol} is not set" if value == "n" else f"{symbol}={value}"
        for symbol, value in [*base.items(), *given.items()]
    ]
    config.write_text("\n".join(lines) + "\n")
