# SPDX-License-Identifier: MIT
"""Commands as a library: each gets its call, and needs neither a command line nor doit."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from image.cli import bending, call, commands, refusals, tasks
from image.cli.call import Call
from image.errors import UserError
from tests.conftest import CHOICES, FACTS, ROOT, copy_files

SAID = {"board": "qemu_virt"}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The choices of this checkout, and nothing else."""
    return copy_files(tmp_path, *CHOICES)


def test_configure(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands.configure(Call(small, SAID))
    assert capsys.readouterr().out == f".config: {small / '.config'}\n"
    assert "CONFIG_BOARD_QEMU_VIRT=y\n" in (small / ".config").read_text()
    with pytest.raises(UserError, match="which board"):
        commands.configure(Call(small))
    with pytest.raises(UserError, match="there is no board 'paper'"):
        commands.configure(Call(small, {"board": "paper"}))


def test_explain(all_sources: None, capsys: pytest.CaptureFixture[str]) -> None:
    one = Call(ROOT, SAID)
    commands.explain(one, ["fetch:musl", "musl"])
    first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["fetch:musl", "up", "to", "date"] and second.startswith("musl ")
    with pytest.raises(UserError, match="there is no step 'lama'") as caught:
        commands.explain(one, ["lama"])
    assert caught.value.hint == "did you mean llama?"
    assert one.plan is one.plan and one.plan.project is one.project


def test_each_call_has_its_own_options() -> None:
    calls = [Call(ROOT, {"board": name}) for name in ("qemu_virt", "milkv_duo")]
    assert [one.project.board.name for one in calls] == ["qemu_virt", "milkv_duo"]
    assert [one.project.board.is_emulated for one in calls] == [True, False]


def test_ram_is_told_of_boards_with_a_map() -> None:
    with pytest.raises(UserError, match="is of milkv_duo, not of qemu_virt") as caught:
        commands.show_ram(Call(ROOT, SAID))
    assert caught.value.hint == "./doit ram board=milkv_duo"


def test_check_of_no_image(tmp_path: Path) -> None:
    path = tmp_path / "some.img"
    path.write_bytes(b"no card\n" * 200)
    with pytest.raises(UserError, match="not a card image"):
        commands.check_image(Call(ROOT, {"file": str(path)}))


def test_compare_reads_files_of_the_caller(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(json.dumps({"format": -1}))
    with pytest.raises(UserError, match=str(tmp_path / "old.json")):
        commands.compare_results(Call(ROOT, folder=tmp_path), ["old.json", "old.json"])


def test_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("work/musl/log", "out/qemu_virt/images/card.img", "dl/source.tar"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    (tmp_path / "out/link").symlink_to(tmp_path / "dl")
    commands.clean(Call(tmp_path, {"all": "1"}))
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert left == ["dl", "dl/source.tar", "out", "work"]
    assert "dl/ is unchanged" in capsys.readouterr().out


def test_what_has_the_terminal_waits_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Call(ROOT, SAID)
    monkeypatch.setattr(bending, "this_call", lambda: asked)
    seen: list[object] = []
    plain = bending.foreground(lambda given: seen.append(given))
    worded = bending.foreground(lambda given, words: seen.append((given, words)), needs=["image"])
    plain["actions"][0]()
    worded["actions"][0](words=["a"])
    assert seen == [] and worded["task_dep"] == ["image"]
    bending.finish()
    assert seen == [asked, (asked, ["a"])]


def test_tasks_are_those_of_their_call() -> None:
    """Not of what was typed: two calls with other boards are made side by side."""
    emulated, duo = (Call(ROOT, {"board": board}) for board in ("qemu_virt", "milkv_duo"))
    assert [tasks.console(call)["task_dep"] for call in (emulated, duo)] == [["image"], []]
    assert tasks.flashing(Call(ROOT, {**SAID, "file": "card.img"}))["task_dep"] == []
    names = [{task["name"] for task in tasks.packages(call) if "name" in task}
             for call in (emulated, duo)]  # fmt: skip
    assert "linux" in names[0] - names[1] and "duo-linux" in names[1] - names[0]


def test_the_call_that_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["doit", "explain", "board=qemu_virt"])
    for cached in (call.line, call.this_call):
        cached.cache_clear()
    assert call.this_call().options["board"] == "qemu_virt"
    for cached in (call.line, call.this_call):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("task", "options", "said", "hint"),
    [
        ("run", {**SAID, "console": "/nowhere/c"}, "console of qemu_virt", "./doit shell"),
        ("run", {**SAID, "microphone": "/nowhere/w"}, "has no microphone", "leave it out"),
        ("package:mussel", SAID, "mussel is not in", "choose it: ./doit menuconfig"),
        ("package:duo-linux", SAID, "duo-linux is not in", "choose it: ./doit menuconfig"),
        ("package:duo-sdk", SAID, "duo-sdk is not in", "packages that need it"),
        ("image", {**SAID, "SDK_DIR": "/"}, "SDK_DIR= is for milkv_duo", "with board=milkv_duo"),
    ],
)
def test_refusals(task: str, options: dict[str, str], said: str, hint: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        refusals.refuse([task], Call(ROOT, options))
    assert caught.value.hint and hint in caught.value.hint


@pytest.mark.parametrize(
    ("kconfig", "said"),
    [
        (None, "packages/hello/Kconfig is missing"),
        ("# later\n", "packages/hello/Kconfig has no config PACKAGE_HELLO"),
        ('config PACKAGE_HELLO\n\tbool "hello"\n', "hello is not in the configuration of"),
    ],
)
def test_a_package_that_is_not_chosen(tmp_path: Path, kconfig: str | None, said: str) -> None:
    root = copy_files(tmp_path, *FACTS)
    folder = root / "packages/hello"
    folder.mkdir()
    recipe = (ROOT / "packages/busybox/package.yaml").read_text()
    (folder / "package.yaml").write_text(recipe.replace("name: busybox", "name: hello"))
    if kconfig:
        (folder / "Kconfig").write_text(kconfig)
    one = Call(root, SAID)
    calls: list[Callable[[], object]] = [
        lambda: refusals.refuse(["package:hello"], one),
        lambda: refusals.refuse(["fetch:hello"], one),
        lambda: commands.explain(one, ["hello"]),
        lambda: commands.explain(one, ["fetch:hello"]),
    ]
    for ask in calls:
        with pytest.raises(UserError, match=said) as caught:
            ask()
        assert "packages/hello/package.yaml" in caught.value.message


def test_what_the_environment_says_of_another_board_is_no_mistake() -> None:
    refusals._check_typed_sources(Call(ROOT, {**SAID, "SDK_DIR": "/"}, inherited=("SDK_DIR",)))
