# SPDX-License-Identifier: MIT
"""The reference engine's package: off by default, with the model as float32 where it is on.

Its source cannot be had on every machine: a stand-in takes its place.
"""

from pathlib import Path

import pytest

from image import builders, project, run
from image.bench.engines import BASELINE
from image.builders.toolchain import HOST
from image.model import FLOAT32_PATH
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import ROOT as INSTALLED
from image.plan.step import step_name
from image.recipes.loading import load
from image.steps import runner
from tests.conftest import FACTS, ROOT, copy_files, load_project
from tests.test_model import TINY, vocabulary, write

# As run.c: a story on stdout, its speed on stderr; and whether the compiler was asked for -Ofast.
STAND_IN = """#include <stdio.h>
int main(int count, char **words) {
#ifdef __FAST_MATH__
    puts("Once.");
#endif
    fprintf(stderr, "achieved tok/s: %d.5\\n", count - 1);
    return words[0] == NULL;
}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder to give as LLAMA2C_SRC: its licence is ours with another name in it."""
    folder = tmp_path / "llama2c"
    folder.mkdir()
    lines = (ROOT / "LICENSE").read_text().splitlines(keepends=True)
    lines[2] = "Copyright (c) 2023 Andrej\n"
    (folder / "llama2.c-350e04f-LICENSE").write_text("".join(lines))
    (folder / "run.c").write_text(STAND_IN)
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a plan is made from."""
    return copy_files(tmp_path / "checkout", *FACTS)


def planned(checkout: Path, *choices: str, **given: str) -> Plan:
    """The plan of the emulated board with some more choices."""
    lines = "".join(f"CONFIG_{choice}\n" for choice in choices)
    (checkout / ".config").write_text("CONFIG_BOARD_QEMU_VIRT=y\n" + lines)
    return graph.make(project.load(checkout, given))


def test_it_is_off_by_default(checkout: Path) -> None:
    names = set(planned(checkout).steps)
    assert not names & {"llama2c", "pocket-float32", "stories15m-float32"}
    assert "bench-watch" in names


def test_the_models_checkpoint_comes_with_it(checkout: Path, source: Path) -> None:
    given = {"LLAMA2C_SRC": str(source)}
    plan = planned(checkout, "PACKAGE_LLAMA2C=y", **given)
    assert {"llama2c", "pocket-float32"} <= set(plan.steps)
    assert "fetch:llama2c" not in plan.steps
    large = planned(checkout, "PACKAGE_LLAMA2C=y", "MODEL_STORIES15M=y", **given)
    assert "stories15m-float32" in large.steps and "pocket-float32" not in large.steps
    assert large.project.config.symbols["CARD_ROOT_MIB"] == 160


def test_a_model_given_by_hand_is_its_own_checkpoint(
    checkout: Path, source: Path, tmp_path: Path
) -> None:
    model = write(tmp_path / "m.bin", TINY)
    tokenizer = vocabulary(tmp_path / "t.bin")
    given = {"MODEL": str(model), "TOKENIZER": str(tokenizer), "LLAMA2C_SRC": str(source)}
    plan = planned(checkout, "PACKAGE_LLAMA2C=y", **given)
    assert "llama2c" in plan.steps and "pocket-float32" not in plan.steps
    assert plan.project.model_files[FLOAT32_PATH] == model


def test_checkpoints_lie_where_the_bench_looks() -> None:
    for name in ("pocket-float32", "stories15m-float32"):
        assert (
            FLOAT32_PATH
            in load(ROOT / "packages" / name / "package.yaml", builders.keys()).recipe["install"]
        )
    assert f"/{FLOAT32_PATH}" in BASELINE.words
    link = ROOT / "packages/pocket-float32/model.bin"
    assert link.samefile(ROOT / "packages/pocket/src/model.bin")


def test_it_is_built_unmodified_and_fast(source: Path) -> None:
    given = {"board": "qemu_virt", "LLAMA2C_SRC": str(source)}
    plan = graph.make(load_project(**given), ["llama2c"], HOST)
    step = plan.step(step_name("llama2c", HOST))
    runner.run_step(plan, step)
    program = plan.folder(step) / INSTALLED / "usr/bin" / BASELINE.words[0]
    assert run.output([program, "model"], merge=True) == "Once.\nachieved tok/s: 1.5\n"
    assert not list((ROOT / "packages/llama2c").glob("*.patch"))
