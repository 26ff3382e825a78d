# SPDX-License-Identifier: MIT
"""Boards are data: board.yaml is read strictly, and a third board is a folder and a defconfig."""

import ast
import re
from pathlib import Path

import pytest

from image import project
from image.boards import board as boards
from image.errors import UserError
from image.plan import graph
from tests.conftest import ROOT
from tests.test_examples import follow

GOOD = {"title": "A board", "machine": "qemu", "memory": "64 MiB", "kernel": "linux"}
NAMES = [path.parent.name for path in ROOT.glob("overlays/boards/*/board.yaml")]
BIG = "qemu_virt_big"


def written(root: Path, **values: str) -> Path:
    """A checkout with one board."""
    folder = root / boards.FOLDER / "toy"
    folder.mkdir(parents=True)
    lines = [f"{key}: {value}\n" for key, value in {**GOOD, **values}.items() if value]
    (folder / boards.FILE).write_text("".join(lines))
    return root


def test_what_a_board_says() -> None:
    duo, emulated = boards.load(ROOT, "milkv_duo"), boards.load(ROOT, "qemu_virt")
    assert (duo.machine, duo.kernel, duo.device_tree) == ("hardware", "duo-linux", "duo-dtb")
    judges = ["duo-mainline", "duo-mainline-uboot"]
    assert duo.stand_in == boards.StandIn("qemu-duo", "milkv-duo", 16000, judges)
    assert duo.memory_map and duo.memory_map.is_file() and not duo.is_emulated
    assert emulated.is_emulated and emulated.memory_map is None and emulated.sdk is None
    assert emulated.memory_mib == duo.memory_mib == 64
    assert emulated.first_build == boards.FirstBuild(209, 2000, 15)
    assert [board.name for board in boards.load_all(ROOT)] == sorted(NAMES)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"title": ""}, "toy/board.yaml: key 'title' is missing"),
        ({"title": "[1]"}, "toy/board.yaml:1: title: a list is not text"),
        ({"machine": "paper"}, "toy/board.yaml:2: machine: 'paper' is not hardware or qemu"),
        ({"memory": "much"}, "toy/board.yaml:3: memory: 'much' is not bytes"),
        ({"memory": "7"}, "toy/board.yaml:3: memory: '7' is not whole MiB"),
        ({"memory": "1025 KiB"}, "toy/board.yaml:3: memory: '1025 KiB' is not whole MiB"),
        ({"kernal": "linux"}, "toy/board.yaml:5: kernal: unknown key 'kernal'"),
        ({"first_build": "7"}, "toy/board.yaml:5: first_build: '7' is not a mapping"),
        (
            {"stand_in": "{package: a, machine: b, judges: [c]}"},
            "toy/board.yaml:5: stand_in: key 'sound_hz'",
        ),
        ({"first_build": "{disk_mb: 1}"}, "toy/board.yaml:5: first_build: key 'download_mb'"),
        ({"kernel": "linux\nkernel: other"}, "toy/board.yaml:5 is not valid YAML"),
    ],
)
def test_what_a_board_cannot_say(values: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        boards.load(written(tmp_path, **values), "toy")
    assert said in caught.value.message


def test_an_unknown_board(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no board 'toi'") as caught:
        boards.load(written(tmp_path), "toi")
    assert caught.value.hint == "did you mean toy? there are: toy"


@pytest.fixture
def third(checkout: Path) -> Path:
    """A checkout with a third board: all that it takes are files beside those of the others."""
    follow("A board", checkout)
    return checkout


def test_a_third_board_is_data(third: Path, all_sources: None) -> None:
    plans = {name: graph.make(project.load(third, {"board": name})) for name in ("qemu_virt", BIG)}
    small, big = plans.values()
    board = big.project.board
    assert (board.name, board.title) == (BIG, "Emulated board (QEMU), 128 MB")
    assert board.is_emulated and board.memory_mib == 128
    assert big.project.config.symbols["CARD_ROOT_MIB"] == 40
    assert big.steps.keys() == small.steps.keys()
    moved = {n for n in big.steps if not n.startswith("fetch") and _key(big, n) != _key(small, n)}
    assert moved == {"linux", "rootfs", "card", "release"}
    files = big.inputs(big.step("linux"))["files"]
    assert f"overlays/boards/{BIG}/kernel/device.config" in files
    assert big.inputs(big.step("rootfs"))["overlay"].keys() == {"rootfs", f"boards/{BIG}/rootfs"}


def _key(plan: graph.Plan, name: str) -> str:
    return plan.key(plan.step(name))


def strings(path: Path) -> list[str]:
    """The texts of a module, without docstrings and without what a person types: board=NAME."""
    tree = ast.parse(path.read_text())
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    texts = [n.value for n in nodes if isinstance(n.value, str) and id(n) not in said]
    return [re.sub(r"\bboard=\w+", "", text) for text in texts]


@pytest.mark.parametrize("path", [ROOT / "dodo.py", *sorted(ROOT.glob("image/**/*.py"))], ids=str)
def test_no_module_knows_a_board_by_name(path: Path) -> None:
    names = re.compile(rf"\b({'|'.join(NAMES)})\b")
    assert [text for text in strings(path) if names.search(text)] == []
