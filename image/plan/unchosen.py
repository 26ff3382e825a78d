# SPDX-License-Identifier: MIT
"""A package that there is a recipe of, but no step for: why, and how to choose it."""

from image.config import Config
from image.errors import UserError
from image.recipes.package import Package


def error(package: Package, config: Config) -> UserError:
    """The error for a package that the configuration leaves out, or that nobody can choose."""
    recipe = f"packages/{package.name}/package.yaml"
    where = f"the configuration of {config.board}"
    message = f"{package.name} is not in {where}; its recipe is {recipe}"
    if package.symbol in config.symbols:
        return UserError(message, hint="choose it: ./doit menuconfig")
    if package.is_only_needed:
        return UserError(message, hint="it is built with packages that need it")
    kconfig = f"packages/{package.name}/Kconfig"
    has_file = (package.folder / "Kconfig").is_file()
    lacks = f"{kconfig} has no config {package.symbol}" if has_file else f"{kconfig} is missing"
    hint = f"give it a config {package.symbol}, as packages/dropbear/Kconfig has one"
    return UserError(f"{package.name} cannot be chosen: {recipe} is there, but {lacks}", hint)
