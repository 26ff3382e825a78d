# SPDX-License-Identifier: MIT
"""Licence texts and sources to offer: the right ones, the same each time, and what is lacking."""

import csv
import dataclasses
import tarfile
from pathlib import Path

import pytest

from image import archive, legal, run
from image.fetch import bare
from image.key import hash_file, hash_tree
from image.legal import pages, sources
from image.recipes.package import Licence
from image.recipes.source import Repository
from tests.boards import toysdk
from tests.conftest import ROOT
from tests.report.elsewhere import plan_for


@pytest.fixture
def collected(card: Path, tmp_path: Path) -> tuple[Path, list[pages.Row]]:
    return legal.collect(plan_for(tmp_path / "out"))


def test_texts_and_sources_are_those_of_the_recipes(
    collected: tuple[Path, list[pages.Row]],
) -> None:
    folder, rows = collected
    for row in rows:
        expected = set(row.package.licence.files.values()) or {hash_file(ROOT / "LICENSE")}
        assert {hash_file(folder / text) for text in row.texts} == expected
        for source in row.package.sources:
            if not source.fallback:
                assert source.sha256 in {hash_file(folder / name) for name in row.sources}
    assert {row.package.name for row in rows if row.is_copyleft} >= {"linux", "busybox"}
    assert not next(row for row in rows if row.package.name == "musl").is_copyleft


def test_list_names_what_is_there(collected: tuple[Path, list[pages.Row]]) -> None:
    folder, rows = collected
    listed = list(csv.DictReader((folder / "manifest.csv").read_text().splitlines()))
    assert [line["package"] for line in listed] == [row.package.name for row in rows]
    for line in listed:
        names, sums = line["sources"].split(), line["sha256"].split()
        assert [hash_file(folder / name) for name in names] == sums
    assert (folder / "sources/linux/kernel.config").is_file()


def test_same_each_time(card: Path, tmp_path: Path) -> None:
    made = plan_for(tmp_path / "first")
    first, _ = legal.collect(made)
    second, _ = legal.collect(plan_for(tmp_path / "second"))
    assert hash_tree(first) == hash_tree(second)
    # A second call replaces the folder.
    (first / "stray").touch()
    legal.collect(made)
    assert hash_tree(first) == hash_tree(second)


def test_project_is_in_it_and_nothing_that_was_built(
    collected: tuple[Path, list[pages.Row]], tmp_path: Path
) -> None:
    archive.unpack(collected[0] / sources.OWN, tmp_path / "project")
    assert (tmp_path / "project/packages/llama/src/main.c").is_file()
    assert (tmp_path / "project/doit").stat().st_mode & 0o100
    tops = {path.name for path in (tmp_path / "project").iterdir()}
    assert tops <= {*sources.ROOMS, *sources.FILES}
    assert not list((tmp_path / "project").rglob("__pycache__"))


def test_vendor_parts_are_warned_of(card: Path, tmp_path: Path) -> None:
    made = plan_for(tmp_path)
    packages = made.project.packages
    unknown = list(legal._lacking(made, packages["duo-fsbl"], (), "2024.05"))
    assert "not known (LicenseRef-unstated-vendor)" in unknown[0]
    built = list(legal._lacking(made, packages["duo-release"], (), "1.1.4"))
    assert any("source is not known" in line for line in built)
    nothing = list(legal._lacking(made, packages["stories15m"], (), "1"))
    assert nothing == ["the recipe names no licence text; the licence is MIT"]


def test_folders_of_a_tree_given_by_hand(card: Path, tmp_path: Path) -> None:
    sdk = toysdk.write(tmp_path / "sdk", ROOT / "overlays/boards/milkv_duo/kernel/required.yaml")
    (sdk / "linux_5.10/COPYING").write_text("the text\n")
    made = plan_for(tmp_path / "out", SDK_DIR=str(sdk))
    package = dataclasses.replace(
        made.project.packages["duo-linux"],
        licence=Licence("GPL-2.0-only", {"linux_5.10/COPYING": ""}),
    )
    folder = tmp_path / "legal"
    (folder / "sources").mkdir(parents=True)
    names, _ = sources.collect_sources(made, package, folder)
    assert names == ("sources/duo-linux/duo-sdk.tar.gz",)
    with tarfile.open(folder / names[0]) as tar:
        members = tar.getnames()
    assert "linux_5.10/Makefile" in members
    assert not [name for name in members if name.startswith("fsbl")]
    assert list(sources.collect_texts(made, package, folder)) == ["linux_5.10_COPYING"]
    assert (folder / "linux_5.10_COPYING").read_text() == "the text\n"


def test_folders_of_a_repository(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for name in ("kernel/Makefile", "kernel/COPYING", "other/file"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(f"content of {name}\n")
    git = ["git", "-C", str(tree), "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "all"]):
        run.output([*git, *words])
    commit = run.output([*git, "rev-parse", "HEAD"]).strip()
    run.output(["git", "clone", "--quiet", "--bare", tree, tmp_path / "made-up.git"])
    repository = Repository("made-up", ("https://example.org/x.git",), commit, ("kernel",), (), "S")
    bare.pack(repository, ("kernel",), tmp_path, tmp_path / "first.tar")
    bare.pack(repository, ("kernel",), tmp_path, tmp_path / "second.tar")
    assert (tmp_path / "first.tar").read_bytes() == (tmp_path / "second.tar").read_bytes()
    assert archive.read_members(tmp_path / "first.tar", ["kernel/COPYING", "other/file"]) == {
        "kernel/COPYING": b"content of kernel/COPYING\n"
    }
    assert "content of" in bare.read_file(repository, "kernel/COPYING", tmp_path)
    with pytest.raises(run.CommandFailed):
        bare.read_file(repository, "kernel/missing", tmp_path)
