# SPDX-License-Identifier: MIT
"""Recipes: read, checked, ordered; a bad one is named."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from image import builders
from image.errors import UserError
from image.recipes.loading import configured, load, load_all
from image.recipes.package import Package, in_order
from tests.conftest import ROOT, judges

# Builders of bare files, which bring no licence text along.
DATA = ("files", "packed", "vendor_image")
GOOD = {
    "name": "toy",
    "version": "1.0",
    "summary": "a toy",
    "source": {
        "file": "toy.tar.gz",
        "urls": ["https://example.org/toy.tar.gz"],
        "sha256": "0" * 64,
    },
    "licence": {"spdx": "MIT", "files": {"COPYING": "1" * 64}},
    "build": "autotools",
}


def write(folder: Path, **changed: object) -> Path:
    recipe = {key: value for key, value in {**GOOD, **changed}.items() if value is not None}
    path = folder / str(GOOD["name"]) / "package.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(recipe))
    return path


def test_a_good_recipe(tmp_path: Path) -> None:
    package = load(write(tmp_path), builders.keys())
    assert (package.name, package.symbol, package.own_source) == ("toy", "PACKAGE_TOY", None)
    assert package.sources[0].urls == ("https://example.org/toy.tar.gz",)


def test_order(tmp_path: Path) -> None:
    base = load(write(tmp_path), builders.keys())

    def named(name: str, *needs: str) -> Package:
        return replace(base, name=name, needs=needs)

    packages = {one.name: one for one in (named("a", "b"), named("b", "c"), named("c"))}
    assert [package.name for package in in_order(packages, ["a"])] == ["c", "b", "a"]


def test_circles_are_found_through_programs_for_the_build_machine_too(tmp_path: Path) -> None:
    for name, needs in (("a", {"host": ["b"]}), ("b", {"needs": ["a"]})):
        path = tmp_path / name / "package.yaml"
        path.parent.mkdir()
        path.write_text(yaml.safe_dump({**GOOD, "name": name, **needs}))
    with pytest.raises(UserError, match=r"(a -> b -> a|b -> a -> b)"):
        load_all(tmp_path, builders.keys())


OURS = load_all(ROOT / "packages", builders.keys())


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_recipes(name: str) -> None:
    package = OURS[name]
    can_be_chosen = (package.folder / "Kconfig").is_file() or name in judges(OURS)
    assert can_be_chosen or package.is_only_needed, "nobody can choose it"
    assert package.licence.spdx
    for source in package.sources:
        assert source.urls or source.pypi or source.release
        assert all(url.startswith("https://") for url in source.urls)
    if package.sources and package.build not in DATA:
        assert package.licence.files, "the licence text of a source is pinned too"
    for patch in package.patches:
        assert "\nUpstream: " in patch.read_text(), "say whether upstream has it"


def test_our_programs_have_the_project_s_version() -> None:
    """Which pyproject.toml alone has."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    programs = [one for one in OURS.values() if one.build == "c" and not one.sources]
    assert {"storyteller", "llama", "listener", "common", "say"} <= {one.name for one in programs}
    for package in programs:
        assert package.version == version and "version" not in package.recipe, package.name


def test_choices_are_added_for_symbols_that_are_on(tmp_path: Path) -> None:
    folder = tmp_path / "bird"
    folder.mkdir()
    (folder / "package.yaml").write_text(
        'name: bird\nversion: "1"\n'
        "summary: sings\nlicence: {spdx: MIT}\nbuild: c\n"
        "needs: [musl]\nprograms: {bird: {files: [a.c], libraries: [m]}}\n"
        "choices:\n  LOUD: {needs: [air], cflags: [-DLOUD], programs: {bird: {libraries: [air]}}}\n"
    )
    package = load(folder / "package.yaml", builders.keys())
    on, off = configured(package, {"LOUD": True}), configured(package, {"LOUD": False})
    assert off.needs == ("musl",) and "cflags" not in off.recipe
    assert on.needs == ("air", "musl") and on.recipe["cflags"] == ["-DLOUD"]
    assert on.recipe["programs"] == {"bird": {"files": ["a.c"], "libraries": ["air", "m"]}}
    with pytest.raises(UserError, match="choices.LOUD: .*Kconfig symbol 'LOUD'"):
        configured(package, {})
