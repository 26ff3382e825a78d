# SPDX-License-Identifier: MIT
"""Plan and steps on a toy package: keys, reasons, stamps, and what failures leave behind."""

from pathlib import Path

import pytest
import yaml

from image import builders, run
from image.builders.toolchain import HOST
from image.config import Config
from image.errors import UserError
from image.fetch import Settings
from image.plan import graph
from image.plan.graph import STAMP, Plan
from image.project import Project
from image.recipes.loading import load_all
from image.steps import runner

RECIPE = {
    "name": "toy",
    "version": "1",
    "summary": "a toy",
    "licence": {"spdx": "MIT"},
    "build": "c",
    "programs": {"toy": {"files": ["*.c"]}},
    "install": {"usr/bin/toy": "toy", "etc/toys": "toys"},
    "settings": {"etc/toy.conf": {"loud": "TOY_LOUD"}},
    "include": ["TOY_ECHO"],  # stands for a choice that a builder reads
}


def write(root: Path, code: str = "int main(void) { return 0; }\n") -> None:
    folder = root / "packages/toy"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "package.yaml").write_text(yaml.safe_dump(RECIPE))
    (folder / "src/main.c").write_text(code)
    (folder / "toys").write_text("ball\n")


def make(root: Path, loud: int = 3, echo: bool = False, **sources: Path) -> Plan:
    project = Project(
        root=root,
        config=Config("qemu_virt", {"TOY_LOUD": loud, "TOY_ECHO": echo}, root),
        packages=load_all(root / "packages", builders.keys()),
        fetch=Settings(root / "dl"),
        jobs=2,
        local_sources=sources,
        model_files={},
        boot_files={},
    )
    return graph.make(project, ["toy"], HOST)


def run_first(plan: Plan) -> Path:
    step = plan.step("host:toy")
    runner.run_step(plan, step)
    return plan.folder(step)


def why(root: Path, loud: int = 3, echo: bool = False) -> str:
    plan = make(root, loud, echo)
    return plan.why(plan.step("host:toy"))


def test_a_step_is_done_once(tmp_path: Path) -> None:
    write(tmp_path)
    assert why(tmp_path) == "first build"
    folder = run_first(make(tmp_path))
    assert why(tmp_path) == "up to date"
    run.output([folder / "root/usr/bin/toy"])
    assert (folder / "root/etc/toy.conf").read_text() == "loud=3\n"
    assert (folder / "root/etc/toys").read_text() == "ball\n"
    assert not (folder / "src").exists()


def test_each_input_is_seen_and_named(tmp_path: Path) -> None:
    write(tmp_path)
    run_first(make(tmp_path))
    assert why(tmp_path, loud=4) == "settings etc/toy.conf loud changed: 3 -> 4"
    assert why(tmp_path, echo=True) == "choices TOY_ECHO changed: false -> true"
    (tmp_path / "packages/toy/toys").write_text("doll\n")
    assert why(tmp_path) == "files packages/toy/toys changed"
    (tmp_path / "packages/toy/toys").write_text("ball\n")
    assert why(tmp_path) == "up to date"
    write(tmp_path, "int main(void) { return 1; }\n")
    assert why(tmp_path) == "files packages/toy/src/main.c changed"


def test_a_step_without_sources_names_the_ones_it_waits_for(tmp_path: Path) -> None:
    write(tmp_path)
    for name, needs in (("air", ["wood"]), ("wood", []), ("toy", ["air"])):
        recipe = {**RECIPE, "name": name, "needs": needs}
        if name == "wood":
            licence = {"spdx": "MIT", "files": {"COPYING": "0" * 64}}
            source = {"file": "w.tar", "urls": ["https://example.org/w.tar"], "sha256": "0" * 64}
            recipe |= {"source": source, "licence": licence}
        path = tmp_path / f"packages/{name}/package.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(recipe))
    plan = make(tmp_path)
    said = [plan.why(plan.step(name)) for name in ("host:toy", "host:wood", "fetch:wood")]
    assert said == ["waits for fetch:wood", "waits for fetch:wood", "not in dl/ yet: w.tar"]
    assert not plan.is_done(plan.step("host:toy"))


def test_a_failed_step_has_no_stamp_and_goes_on_later(tmp_path: Path) -> None:
    write(tmp_path, "int main(void) { return nothing; }\n")
    with pytest.raises(run.CommandFailed) as caught:
        run_first(make(tmp_path))
    assert caught.value.log and "nothing" in run.tail(caught.value.log)
    assert why(tmp_path) == "first build"
    write(tmp_path)
    folder = run_first(make(tmp_path))
    left = {path for path in folder.parent.iterdir() if path.is_dir()}
    assert left == {folder}, "what was never finished is removed"


def test_old_builds_are_kept_for_a_while(tmp_path: Path) -> None:
    for number in range(7):
        write(tmp_path, f"int main(void) {{ return {number}; }}\n")
        folder = run_first(make(tmp_path))
    assert len(list(folder.parent.glob(f"*/{STAMP}"))) == runner.KEPT_BUILDS
    write(tmp_path, "int main(void) { return 5; }\n")
    assert why(tmp_path) == "up to date"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"inputs": 1}', '{"inputs": {}}'])
def test_a_damaged_stamp_is_none(content: str, tmp_path: Path) -> None:
    write(tmp_path)
    folder = run_first(make(tmp_path))
    (folder / STAMP).write_text(content)
    assert why(tmp_path) == "first build"
    assert run_first(make(tmp_path)) == folder
    assert why(tmp_path) == "up to date"


def test_edit_during_a_build_counts_next_time(tmp_path: Path) -> None:
    write(tmp_path)
    plan = make(tmp_path)
    key = plan.key(plan.step("host:toy"))
    write(tmp_path, "int main(void) { return 2; }\n")
    assert plan.key(plan.step("host:toy")) == key
    assert make(tmp_path).key(plan.step("host:toy")) != key


def test_local_source_is_built_without_patches(tmp_path: Path) -> None:
    write(tmp_path)
    local = tmp_path / "local"
    local.mkdir()
    (local / "main.c").write_text("int main(void) { return 7; }\n")
    folder = run_first(make(tmp_path, toy=local))
    with pytest.raises(run.CommandFailed) as caught:
        run.output([folder / "root/usr/bin/toy"])
    assert caught.value.status == 7


def test_what_install_names_must_be_there(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "packages/toy/toys").unlink()
    with pytest.raises(UserError, match="toy/package.yaml: install: etc/toys: 'toys' was not"):
        run_first(make(tmp_path))


def test_what_install_names_is_there_once(tmp_path: Path) -> None:
    """Else a folder of sources could get onto the card in place of the files meant."""
    write(tmp_path)
    (tmp_path / "packages/toy/src/toys").mkdir()
    with pytest.raises(UserError, match="'toys' is both in the source and next to the recipe"):
        run_first(make(tmp_path))


def test_unknown_step(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(UserError, match="there is no step 'tory'"):
        make(tmp_path).step("tory")
