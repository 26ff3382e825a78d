# SPDX-License-Identifier: MIT
"""Recipes: read, checked, ordered; a bad one is named."""

from pathlib import Path

import pytest
import yaml

from image.errors import UserError
from image.recipes.package import configured, in_order, load, load_all

ROOT = Path(__file__).resolve().parents[2]
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
    package = load(write(tmp_path))
    assert (package.name, package.symbol, package.own_source) == ("toy", "PACKAGE_TOY", None)
    assert package.sources[0].urls == ("https://example.org/toy.tar.gz",)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"name": "other"}, "toy/package.yaml: name is 'other', the folder 'toy'"),
        ({"build": "cmake"}, "toy/package.yaml: 'cmake' is not a builder"),
        ({"colour": "red"}, "toy/package.yaml: unknown key 'colour' for a 'autotools' package"),
        ({"programs": {}}, "toy/package.yaml: unknown key 'programs' for a 'autotools' package"),
        ({"licence": None}, "toy/package.yaml: key 'licence' is missing"),
        ({"version": None}, "toy/package.yaml: key 'version' is missing"),
        ({"source": {"file": "x"}}, "toy/package.yaml: key 'urls' is missing"),
    ],
)
def test_bad_recipes(tmp_path: Path, changed: dict[str, object], complaint: str) -> None:
    with pytest.raises(UserError) as caught:
        load(write(tmp_path, **changed))
    assert complaint in caught.value.message


def test_broken_yaml(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text("name: [")
    with pytest.raises(UserError, match="toy/package.yaml is not valid YAML"):
        load(path)


def test_unknown_need(tmp_path: Path) -> None:
    write(tmp_path, needs=["nothing"])
    with pytest.raises(UserError, match="needs 'nothing', which is not a package"):
        load_all(tmp_path)


def test_order_and_circles(tmp_path: Path) -> None:
    base = load(write(tmp_path))

    def named(name: str, *needs: str) -> dict[str, object]:
        return {"name": name, "needs": needs}

    packages = {
        str(change["name"]): type(base)(**{**vars(base), **change})
        for change in (
            named("a", "b"),
            named("b", "c"),
            named("c"),
            named("d", "e"),
            named("e", "d"),
        )
    }
    assert [package.name for package in in_order(packages, ["a"])] == ["c", "b", "a"]
    with pytest.raises(UserError, match="d -> e -> d"):
        in_order(packages, ["d"])


@pytest.mark.parametrize("name", sorted(load_all(ROOT / "packages")))
def test_our_recipes(name: str) -> None:
    package = load_all(ROOT / "packages")[name]
    assert (package.folder / "Kconfig").is_file() or package.repository
    assert package.licence.spdx
    for source in package.sources:
        assert source.urls or source.pypi or source.release
        assert all(url.startswith("https://") for url in source.urls)
    if package.sources and package.build not in DATA:
        assert package.licence.files, "the licence text of a source is pinned too"
    for patch in package.patches:
        assert "\nUpstream: " in patch.read_text(), "say whether upstream has it"


def test_choices_are_added_for_symbols_that_are_on(tmp_path: Path) -> None:
    folder = tmp_path / "bird"
    folder.mkdir()
    (folder / "package.yaml").write_text(
        "name: bird\nversion: 1\nsummary: sings\nlicence: {spdx: MIT}\nbuild: c\n"
        "needs: [musl]\nprograms: {bird: {files: [a.c], libraries: [m]}}\n"
        "choices:\n  LOUD: {needs: [air], cflags: [-DLOUD], programs: {bird: {libraries: [air]}}}\n"
    )
    package = load(folder / "package.yaml")
    on, off = configured(package, {"LOUD": True}), configured(package, {"LOUD": False})
    assert off.needs == ("musl",) and "cflags" not in off.recipe
    assert on.needs == ("air", "musl") and on.recipe["cflags"] == ["-DLOUD"]
    assert on.recipe["programs"] == {"bird": {"files": ["a.c"], "libraries": ["air", "m"]}}
    with pytest.raises(UserError, match="choices: 'LOUD' is not a Kconfig symbol"):
        configured(package, {})
