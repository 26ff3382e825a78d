# SPDX-License-Identifier: MIT
"""All recipes, read, checked against each other and the choices, as packages."""

import functools
import graphlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from image import yamlfile
from image.errors import UserError, nearest
from image.recipes import keys, voices
from image.recipes.check import Checked, check_recipe, merged
from image.recipes.keys import CHOICES, SYMBOL, Builders
from image.recipes.package import Licence, Package
from image.recipes.source import Repository, Source
from image.recipes.voices import Voice

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
FILE = "package.yaml"
VOICES = "voices"
NOT_READ = Checked(yamlfile.YamlFile("", None, {}))  # of a package that is not from a file


def load_all(packages: Path, builders: Builders) -> dict[str, Package]:
    """Every recipe below `packages`, by name. Raises UserError at the first bad one."""
    for folder in sorted(packages.iterdir()):
        _check_file_name(folder)
    known: tuple[Voice, ...] = ()
    voice_file = NOT_READ
    if (packages / voices.FOLDER).is_dir():
        known, voice_file = voices.read(packages)
    paths = sorted(packages.glob(f"*/{FILE}"))
    found = {path.parent.name: load(path, builders, known) for path in paths}
    voice_file.compare(keys.PACKAGE, found, "there is no package")
    hint = "a new one is a file speech_NAME.c with its header"
    voice_file.compare(voices.ENGINE, voices.engines(packages), "there is no speech engine", hint)
    for package in found.values():
        _checked(package).compare(keys.PACKAGE, found, "there is no package")
        _check_tree(package, found)
    _check_circles(found)
    _check_sources(found)
    return found


def load(path: Path, builders: Builders, known: Sequence[Voice] = ()) -> Package:
    """Read and check one package.yaml; `known` are the voices that it may take something from.

    Raises UserError naming file, line, key and remedy.
    """
    folder = path.parent
    file = yamlfile.read(path, f"{folder.parent.name}/{folder.name}/{path.name}")
    checked = check_recipe(file, folder.name, builders)
    recipe = dict(file.value)
    if uses := recipe.pop(VOICES, None):
        recipe[CHOICES] = {**voices.choices(known, uses), **recipe.get(CHOICES, {})}
    return _package(recipe, folder, checked)


def _checked(package: Package) -> Checked:
    return package.checked or NOT_READ


def _check_file_name(folder: Path) -> None:
    if not folder.is_dir() or (folder / FILE).is_file():
        return
    near = nearest(FILE, [path.name for path in folder.iterdir() if path.is_file()])
    if near:
        name = f"{folder.parent.name}/{folder.name}"
        raise UserError(f"{name}/{near}: a recipe is named {FILE}", f"rename it to {FILE}")


def _check_tree(package: Package, found: Mapping[str, Package]) -> None:
    for name, folders in package.tree.items():
        repository = found[name].repository
        if repository is None:
            problem = f"'{name}' is not a package with a repository"
            raise _checked(package).file.error(("tree", name), problem)
        for number, folder in enumerate(folders):
            if folder.split("/")[0] not in repository.folders:
                hint = f"folders that {name} brings: {', '.join(repository.folders)}"
                problem = f"{name} does not bring '{folder}'"
                raise _checked(package).file.error(("tree", name, number), problem, hint)


def _check_circles(found: Mapping[str, Package]) -> None:
    needs = {name: package.all_needs for name, package in found.items()}
    try:
        graphlib.TopologicalSorter(needs).prepare()
    except graphlib.CycleError as error:
        circle = error.args[1][::-1]
        checked = _checked(found[circle[0]])
        places = [at for at, need in checked.of(keys.PACKAGE) if need == circle[1]]
        at = next((at for at in places if at[0] != "name"), ())
        problem = f"packages need each other in a circle: {' -> '.join(circle)}"
        raise checked.file.error(at, problem, "take one of these needs out") from None


def _check_sources(found: Mapping[str, Package]) -> None:
    """Two packages may have the same source, but not two sources of one name."""
    seen: dict[str, tuple[str, str]] = {}
    for package in found.values():
        for at, file in _checked(package).of(keys.FILE):
            sha256 = next(source.sha256 for source in package.sources if source.file == file)
            other, known = seen.setdefault(file, (package.name, sha256))
            if known != sha256:
                problem = f"'{file}' is another file in packages/{other}"
                raise _checked(package).file.error(at, problem, "rename one of them")


def configured(package: Package, symbols: Mapping[str, Any]) -> Package:
    """The recipe with what its `choices` add for each Kconfig symbol that is on.

    What a choice brings stands before the recipe's own: libraries are linked in that order.
    """
    what = "there is no Kconfig symbol"
    _checked(package).compare(SYMBOL, symbols, what, "Kconfig files declare them")
    recipe = {key: value for key, value in package.recipe.items() if key != CHOICES}
    for symbol, more in package.recipe.get(CHOICES, {}).items():
        if symbol not in symbols:  # of a voice
            problem = f"the menu does not know {symbol}"
            raise _checked(package).file.error((VOICES,), problem, voices.REMEDY)
        if symbols[symbol]:
            recipe = merged(more, recipe)
    return replace(package, recipe=recipe, needs=tuple(recipe.get("needs", ())))


def _package(recipe: dict[str, Any], folder: Path, checked: Checked) -> Package:
    licence = recipe["licence"]
    return Package(
        name=recipe["name"],
        version=recipe.get("version") or own_version(),
        summary=recipe["summary"],
        folder=folder,
        sources=tuple(_source(entry) for entry in _entries(recipe.get("source"))),
        licence=Licence(licence["spdx"], dict(licence.get("files", {}))),
        needs=tuple(recipe.get("needs", ())),
        build=recipe["build"],
        recipe=recipe,
        repository=_repository(recipe["repository"]) if "repository" in recipe else None,
        checked=checked,
    )


@functools.cache
def own_version() -> str:
    """The project's version: pyproject.toml is the one place that has it."""
    return str(tomllib.loads(PYPROJECT.read_text())["project"]["version"])


def _entries(source: Any) -> list[dict[str, Any]]:
    if source is None:
        return []
    return source if isinstance(source, list) else [source]


def _source(entry: dict[str, Any]) -> Source:
    return Source(**{**entry, "urls": tuple(entry["urls"])})


def _repository(entry: dict[str, Any]) -> Repository:
    lists = {key: tuple(entry[key]) for key in ("urls", "folders", "marks")}
    return Repository(**{**entry, **lists})
