# SPDX-License-Identifier: MIT
"""Mistakes in recipes: each gives one error that names file, line, key and what is allowed."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from image import builders
from image.errors import UserError
from image.recipes.loading import configured, load_all
from tests.conftest import ROOT

SCHEMA = jsonschema.Draft202012Validator(
    json.loads((ROOT / "image/recipes/schema.json").read_text())
)
GOOD = """\
name: toy
version: "1.0"
summary: a toy
licence: {spdx: MIT, files: {COPYING: HASH}}
source:
  - file: toy.tar.gz
    urls: [https://example.org/toy.tar.gz]
    sha256: HASH
needs: [other]
build: kconfig
make: {ARCH: riscv}
base: tinyconfig
fragments: ["overlays/boards/{board}/base.config"]
targets: [all, "CONFIG_PREFIX={staging} install"]
install:
  usr/bin/toy: toy
choices:
  LOUD:
    fragments: [loud.config]
""".replace("HASH", "0123456789abcdef" * 4)
OTHER = """\
name: other
version: "1"
summary: another toy
licence: {spdx: MIT}
build: files
"""
SYMBOLS = {"LOUD": True, "PACKAGE_TOY": True}
HASH = "sha256: " + "0123456789abcdef" * 4


# What is wrong: old text, new text; line of the error (None: the whole file); what it says; whether
# the JSON schema finds it, too (not what other files, or YAML itself, decide).
MISTAKES = {
    "unknown key": ("needs:", "neds:", 9, ("neds", "unknown key", "did you mean needs?"), True),
    "wrong type": ("[other]", "other", 9, ("needs", "'other' is not a list", "[other]"), True),
    "missing key": ('version: "1.0"\n', "", None, ("'version' is missing", "in quotes"), True),
    "source without addresses": ("    urls: [https://example.org/toy.tar.gz]\n", "", 6,
                                 ("source[0]", "'urls' is missing"), True),
    "unknown builder": ("kconfig", "kconfg", 10, ("build", "'kconfg'", "mean kconfig?"), True),
    "key of another builder": ("base: tinyconfig\n", "base: tinyconfig\ninclude: [.]\n", 13,
                               ("include", "only of c, dtb", "keys of 'kconfig' alone:"), True),
    "bad sha256": (HASH, HASH[:-1], 8, ("source[0].sha256", "64 hexadecimal digits"), True),
    "bad SPDX": ("spdx: MIT", "spdx: GPL-2", 4, ("licence.spdx", "'GPL-2'", "did you mean GPL-2.0"),
                 False),
    "bad URL": ("https:", "htp:", 7, ("source[0].urls[0]", "htp:", "http:// or https://"), True),
    "two sources of one name": ("needs:", "  - {file: toy.tar.gz, urls: [], " + HASH + "}\nneeds:",
                                9, ("source[1].file", "another source", "rename"), False),
    "unknown need": ("[other]", "[othr]", 9, ("needs[0]", "'othr'", "did you mean other?"), False),
    "circle of needs": ("[other]", "[toy]", 9, ("needs[0]", "circle: toy -> toy"), False),
    "empty file": (GOOD, "# nothing\n", None, ("the file is empty", "name, version"), True),
    "not a mapping": (GOOD, "- toy\n", None, ("not a mapping", "KEY: VALUE"), True),
    "tab": ("  usr/bin", "\tusr/bin", 16, ("tab", "spaces"), False),
    "key given twice": ("install:", "needs: []\ninstall:", 15,
                        ("'needs' is given twice, first in line 9",), False),
    "no licence": ("licence: {spdx: MIT, ", "licence: {", 4,
                   ("licence", "'spdx' is missing", "MIT OR"), True),
    "absolute path": ("usr/bin/toy:", "/usr/bin/toy:", 16,
                      ("install[/usr/bin/toy]", "without a leading /"), True),
    "path with ..": ("usr/bin/toy:", "usr/../toy:", 16, ("install[usr/../toy]", "without .."),
                     True),
    "unknown symbol": ("LOUD:", "LOAD:", 18, ("choices.LOAD", "Kconfig symbol 'LOAD'", "Kconfig"),
                       False),
    "unknown placeholder": ("{board}", "{bord}", 13,
                            ("fragments[0]", "{bord}", "{board}"), False),
    "version that is a number": ('"1.0"', "1.0", 2, ("version", "'1.0'", "in quotes"), True),
    "need of a placeholder": ("ARCH: riscv", 'ARCH: "{needs[musl]}"', 11,
                              ("make.ARCH", "'musl' is not in needs", "needs: other"), False),
    "alias": ("needs: [other]", "needs: &a [other]\nhost: *a", 10, ("alias",), False),
    "choice that does not fit": ("    fragments: [loud", "    licence: [loud", 19,
                                 ("choices.LOUD.licence", "unknown key"), True),
    "date that is none": ('"1.0"', "2026-02-30", None, ("not valid YAML", "in quotes"), False),
    "name of another folder": ("name: toy", "name: tow", 1, ("name", "'tow'", "'toy'"), False),
}  # fmt: skip


def write(folder: Path, text: str) -> None:
    for name, recipe in (("toy", text), ("other", OTHER)):
        path = folder / "packages" / name / "package.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(recipe)


def load(folder: Path) -> None:
    for package in load_all(folder / "packages", builders.keys()).values():
        configured(package, SYMBOLS)


def test_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA.schema)


def test_none(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    load(tmp_path)
    assert SCHEMA.is_valid(yaml.safe_load(GOOD))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_is_named(mistake: str, tmp_path: Path) -> None:
    old, new, line, said, is_in_schema = MISTAKES[mistake]
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    write(tmp_path, text)
    with pytest.raises(UserError) as caught:
        load(tmp_path)
    place = "packages/toy/package.yaml" + (f":{line}" if line else "")
    assert caught.value.message.startswith((f"{place}: ", f"{place} "))
    assert [part for part in said if part not in str(caught.value)] == []
    assert len(str(caught.value).splitlines()) <= 2
    if is_in_schema:
        assert not SCHEMA.is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("name", ["package.yml", "Package.yaml", "packages.yaml"])
def test_wrong_file_name(name: str, tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    folder = tmp_path / "packages/toy"
    (folder / "package.yaml").rename(folder / name)
    with pytest.raises(UserError) as caught:
        load(tmp_path)
    assert caught.value.message == f"packages/toy/{name}: a recipe is named package.yaml"


def test_one_file_name_for_two_files(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    other = f"source: {{file: toy.tar.gz, urls: [], sha256: '{'1' * 64}'}}\n"
    (tmp_path / "packages/other/package.yaml").write_text(OTHER + other)
    with pytest.raises(UserError, match=r"toy/package.yaml:6: source\[0\].file: .*other"):
        load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [b"\xff", b"name: \x00", b"a: !!int b", b"a: !b c", b"{[a]: b}", b"[" * 500, b"? a\n? a\n"],
)
def test_rubbish_is_refused(text: bytes, tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "packages/toy/package.yaml").write_bytes(text)
    with pytest.raises(UserError, match="packages/toy/package.yaml.* is not valid YAML"):
        load(tmp_path)


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("packages/*/package.yaml")), ids=lambda p: p.parent.name
)
def test_schema_takes_our_recipes(path: Path) -> None:
    SCHEMA.validate(yaml.safe_load(path.read_text()))
