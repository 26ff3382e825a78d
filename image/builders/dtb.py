# SPDX-License-Identifier: MIT
"""Builder `dtb`: a device tree of ours that includes parts of a source tree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from image.builders.job import Job
from image.recipes.keys import NAME, PATH, SYMBOL
from image.recipes.kinds import Key, List, Map
from image.recipes.package import Package

if TYPE_CHECKING:
    from image.config import Config

KEYS = (
    Key("dts", PATH, "the device tree source, in the checkout", required=True),
    Key("include", List(PATH), "folders of the source to include from"),
    Key(
        "defines", Map(SYMBOL, NAME), "what is defined as a Kconfig symbol's number, or if it is on"
    ),
)

# As Linux does it, scripts/Makefile.lib.
PREPROCESS = ("-E", "-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp")


def files(package: Package, project: Path, config: Config) -> list[Path]:
    """The device tree source and everything next to it."""
    return sorted((project / package.recipe["dts"]).parent.iterdir())


def define(name: str, value: str | int | bool) -> list[str]:
    """The preprocessor's option for a symbol: its number, even 0, or that it is on."""
    if isinstance(value, bool):
        return [f"-D{name}"] if value else []
    return [f"-D{name}={value}"]


def build(job: Job) -> None:
    """Preprocess and compile the recipe's `dts` with the defines that the choices ask for."""
    source = job.project / job.option("dts")
    result = job.staging / source.with_suffix(".dtb").name
    plain = job.source / source.name
    defines = [
        word
        for symbol, name in job.option("defines", {}).items()
        for word in define(name, job.config.symbols[symbol])
    ]
    includes = [f"-I{job.source / folder}" for folder in job.option("include")]
    compiler = job.target.prefix + "gcc"
    job.run(compiler, *PREPROCESS, *defines, *includes, "-o", plain, source)
    job.run("dtc", "-I", "dts", "-O", "dtb", "-o", result, plain)
