# SPDX-License-Identifier: MIT
"""The choices: good files give their values, bad ones (bad/) are refused, line by line."""

import gc
import os
import random
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from image import builders, config
from image.config import assignments
from image.errors import UserError
from image.recipes.loading import load_all
from tests.conftest import CHOICES, ROOT, copy_files, judges

BAD = Path(__file__).resolve().parent / "bad"
BAD_FILES = sorted(BAD.glob("*_defconfig"))
BOARDS = sorted(path.parent.name for path in ROOT.glob("overlays/boards/*/board.yaml"))
HOSTILE = {
    "srctree": "/nowhere",
    "CONFIG_": "OTHER_",
    "KCONFIG_CONFIG": "elsewhere",
    "KCONFIG_CONFIG_HEADER": "# not wanted\n",
    "KCONFIG_FUNCTIONS": "antigravity",
    "KCONFIG_STRICT": "y",
    "KCONFIG_WARN_UNDEF": "y",
    "KCONFIG_ALLCONFIG": "1",
    "KCONFIG_OVERWRITECONFIG": "1",
}


def small_tree(root: Path, **defconfigs: str) -> Path:
    """A checkout with the Kconfig file of tests/config/bad and the given files."""
    folder = root / "defconfigs"
    folder.mkdir(parents=True)
    shutil.copy(BAD / "Kconfig", folder)
    for board in ("apple", "pear"):
        (root / "overlays/boards" / board).mkdir(parents=True)
    for board, text in defconfigs.items():
        (folder / f"{board}_defconfig").write_text(text)
    return root


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small checkout with two boards."""
    return small_tree(tmp_path / "small", apple="", pear="# Pears.\n\nCONFIG_BOARD_PEAR=y\n")


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """The choices of this checkout, without its .config."""
    return copy_files(tmp_path / "real", *CHOICES)


def refusal(call: Callable[[], object]) -> UserError:
    """The error that a call ends in."""
    with pytest.raises(UserError) as caught:
        call()
    return caught.value


# Bad files


@pytest.mark.parametrize("path", BAD_FILES, ids=lambda path: path.name.removesuffix("_defconfig"))
def test_bad_file_is_refused(tmp_path: Path, path: Path) -> None:
    root = small_tree(tmp_path)
    shutil.copy(path, root / "defconfigs")
    text = path.read_bytes().decode("latin-1")
    expected = [e.strip().split(" | ") for e in re.findall(r"^# expect: (.*)$", text, re.M)]
    error = refusal(lambda: config.load(root, path.name.removesuffix("_defconfig")))
    complaints = [line for line in error.message.splitlines() if path.name in line]
    assert expected and len(complaints) == len(expected)
    for complaint, parts in zip(complaints, expected, strict=True):
        assert all(part in complaint for part in parts), complaint
    assert error.hint and "defconfig" in error.hint


@pytest.mark.parametrize(
    ("board", "line", "parts"),
    [
        ("milkv_duo", "CONFIG_LINUX_NET=y", ["depends on CONFIG_PACKAGE_LINUX"]),
        ("milkv_duo", "CONFIG_STORYTELER_SPEED=80", ["CONFIG_STORYTELLER_SPEED?"]),
        ("milkv_duo", "CONFIG_CARD_BOOT_MIB=8", ["16 to 512"]),
        ("milkv_duo", "CONFIG_PACKAGE_POCKET=y", ["cannot be set directly"]),
        ("qemu_virt", "CONFIG_BOARD_MILKV_DUO=y", ["CONFIG_BOARD_QEMU_VIRT already"]),
        ("qemu_virt", "# CONFIG_PACKAGE_LLAMA is not set", ["STORYTELLER needs it"]),
    ],
)
def test_bad_line_for_a_board(real: Path, board: str, line: str, parts: list[str]) -> None:
    with (real / f"defconfigs/{board}_defconfig").open("a") as file:
        file.write(f"{line}\n")
    error = refusal(lambda: config.load(real, board))
    assert "\n" not in error.message
    assert all(part in error.message for part in parts), error.message


def test_bad_dot_config_says_how_to_replace_it(small: Path) -> None:
    (small / ".config").write_text("CONFIG_SOUNDS=y\n")
    error = refusal(lambda: config.load(small))
    assert error.message.startswith(".config:1: ")
    assert "./doit configure" in str(error.hint)
    config.configure(small, "pear")
    assert config.load(small).board == "pear"


def test_dot_config_that_is_no_file(small: Path) -> None:
    (small / ".config").mkdir()
    assert "cannot be read" in refusal(lambda: config.load(small)).message


@pytest.mark.parametrize("board", ["aple", "", "../pear", "Kconfig"])
def test_unknown_board(small: Path, board: str) -> None:
    error = refusal(lambda: config.load(small, board))
    assert f"'{board}'" in error.message
    assert "there are: apple, pear" in str(error.hint)


def test_unknown_board_suggests_the_nearest() -> None:
    assert "did you mean qemu_virt?" in str(refusal(lambda: config.load(ROOT, "qemu_vrt")).hint)


def half_a_board(root: Path, symbol: str, chosen: str) -> Path:
    """A checkout with a folder for a board `plum`, its Kconfig and its defconfig."""
    folder = root / "overlays/boards/plum"
    shutil.copytree(ROOT / "overlays/boards/qemu_virt", folder)
    kconfig = (folder / "Kconfig").read_text()
    (folder / "Kconfig").write_text(kconfig.replace("BOARD_QEMU_VIRT", symbol))
    (root / "defconfigs/plum_defconfig").write_text(f"CONFIG_{chosen}=y\n")
    return root


def test_board_without_its_defconfig(real: Path) -> None:
    root = half_a_board(real, "BOARD_PLUM", "BOARD_PLUM")
    assert config.load(root, "plum").board == "plum"
    (root / "defconfigs/plum_defconfig").unlink()
    error = refusal(lambda: config.load(root, "plum"))
    assert "defconfigs/plum_defconfig is missing" in error.message
    assert "CONFIG_BOARD_PLUM=y" in str(error.hint)


def test_board_whose_kconfig_was_not_renamed(real: Path) -> None:
    root = half_a_board(real, "BOARD_QEMU_VIRT", "BOARD_PLUM")
    error = refusal(lambda: config.load(root, "plum"))
    assert error.message == (
        "plum_defconfig:1: CONFIG_BOARD_PLUM=y: overlays/boards/plum/Kconfig has no"
        " config BOARD_PLUM"
    )
    assert "in capitals" in str(error.hint)


@pytest.mark.parametrize("line", ["CONFIG_BOARD_QEMU_VIRT=y", "# of the default board"])
def test_board_whose_defconfig_is_a_plain_copy(real: Path, line: str) -> None:
    """It would build the card of the board that it was copied from."""
    root = half_a_board(real, "BOARD_PLUM", "BOARD_PLUM")
    (root / "defconfigs/plum_defconfig").write_text(f"{line}\n")
    error = refusal(lambda: config.load(root, "plum"))
    assert error.message.startswith("defconfigs/plum_defconfig chooses the board ")
    assert error.message.endswith(", not plum")
    assert "CONFIG_BOARD_PLUM=y" in str(error.hint)


def test_board_whose_symbol_is_not_its_folder_s(real: Path) -> None:
    root = half_a_board(real, "BOARD_PLUMM", "BOARD_PLUMM")
    calls: list[Callable[[], object]] = [
        lambda: config.load(root, "plum"),
        lambda: config.configure(root, "plum"),
    ]
    for call in calls:
        error = refusal(call)
        assert error.message == (
            "overlays/boards/plum/Kconfig: BOARD_PLUMM is chosen, but there is no"
            " overlays/boards/plumm"
        )
        assert "in capitals" in str(error.hint)
    assert not (root / ".config").exists()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_missing_or_broken_kconfig(small: Path) -> None:
    kconfig = small / "defconfigs/Kconfig"
    kconfig.write_text("config\n")
    assert "Kconfig" in refusal(lambda: config.load(small, "pear")).message
    kconfig.unlink()
    assert "Kconfig" in refusal(lambda: config.load(small, "pear")).message
    gc.collect()  # kconfiglib leaves the broken file open: let it be noticed here, not later


def test_folder_name_that_kconfiglib_takes_for_a_pattern(tmp_path: Path) -> None:
    root = small_tree(tmp_path / "copy [2]", apple="")
    assert "[2]" in refusal(lambda: config.load(root, "apple")).message


# Good files


@pytest.mark.parametrize("board", BOARDS)
def test_board(board: str) -> None:
    loaded = config.load(ROOT, board)
    symbols = loaded.symbols
    assert loaded.board == board
    assert loaded.origin == ROOT / f"defconfigs/{board}_defconfig"
    assert {type(value) for value in symbols.values()} == {bool, int, str}


@pytest.mark.parametrize(
    ("board", "has_pocket", "root_mib"), [("milkv_duo", False, 96), ("qemu_virt", True, 24)]
)
def test_what_our_boards_choose(board: str, has_pocket: bool, root_mib: int) -> None:
    symbols = config.load(ROOT, board).symbols
    assert symbols["PACKAGE_STORYTELLER"] is True
    assert symbols["MODEL_POCKET"] is has_pocket
    assert symbols["CARD_ROOT_MIB"] == root_mib


@pytest.mark.parametrize("board", BOARDS)
def test_root_has_room_for_the_network_of_heart(real: Path, board: str) -> None:
    """With pocket it is 25.8 MiB, and the card still fits one of 64 MiB."""
    with (real / f"defconfigs/{board}_defconfig").open("a") as file:
        file.write("CONFIG_MODEL_POCKET=y\nCONFIG_STORYTELLER_USE_HEART=y\n")
    assert config.load(real, board).symbols["CARD_ROOT_MIB"] == 28


def test_every_board_has_defaults() -> None:
    assert config.boards(ROOT) == BOARDS


def test_values_of_all_types(small: Path) -> None:
    (small / ".config").write_text(
        "# A comment\n\nCONFIG_BOARD_PEAR=y\n# CONFIG_BOARD_APPLE is not set\nCONFIG_SIZE=31  \n"
        'CONFIG_SOUND=y\nCONFIG_SOUND=y\nCONFIG_GREETING="say \\"hi\\" \\\\ o/ \u2028 = # \u00fc"\n'
        'CONFIG_NAME=""\n# CONFIG_SPEECH is not set\n#CONFIG_LOUD=y\n'
    )
    symbols = config.load(small).symbols
    assert symbols["SIZE"] == 31
    assert symbols["GREETING"] == 'say "hi" \\ o/ \u2028 = # \u00fc'
    assert symbols["NAME"] == ""
    assert (symbols["SOUND"], symbols["SPEECH"], symbols["LOUD"]) == (True, False, False)


@pytest.mark.parametrize(
    "mangle", [lambda text: text.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf".__add__]
)
def test_files_from_windows(small: Path, mangle: Callable[[bytes], bytes]) -> None:
    path = config.configure(small, "pear")
    expected = config.load(small)
    path.write_bytes(mangle(path.read_bytes()))
    assert config.load(small) == expected


def test_no_newline_at_the_end(small: Path) -> None:
    (small / ".config").write_text("CONFIG_SIZE=12")
    assert config.load(small).symbols["SIZE"] == 12


def test_relative_root(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = config.load(small, "pear").symbols
    monkeypatch.chdir(small.parent)
    assert config.load(Path("small"), "pear").symbols == expected
    assert config.configure(Path("small"), "pear").is_file()


# .config


def test_dot_config_precedes_the_default_board(small: Path) -> None:
    assert config.load(small).board == "apple"
    path = config.configure(small, "pear")
    assert path == small / ".config"
    assert config.load(small).board == "pear"
    assert config.load(small).origin == path


def test_board_leaves_dot_config_alone(small: Path) -> None:
    (small / ".config").write_text("rubbish\n")
    before = (small / ".config").stat()
    assert config.load(small, "pear").board == "pear"
    assert (small / ".config").read_text() == "rubbish\n"
    assert (small / ".config").stat().st_mtime_ns == before.st_mtime_ns


def test_load_writes_nothing(small: Path) -> None:
    before = sorted(small.rglob("*"))
    config.load(small, "pear")
    assert sorted(small.rglob("*")) == before


@pytest.mark.parametrize("board", BOARDS)
def test_configure_gives_what_the_board_gives(real: Path, board: str) -> None:
    (real / ".config").write_bytes(b"\0\xff")
    config.configure(real, board)
    assert config.load(real).symbols == config.load(ROOT, board).symbols
    assert sorted(path.name for path in real.iterdir()) == [
        ".config", "defconfigs", "overlays", "packages",
    ]  # fmt: skip


def test_configure_replaces_in_one_step(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.configure(small, "apple")
    before = (small / ".config").read_text()

    def refuse(_: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    error = refusal(lambda: config.configure(small, "pear"))
    assert "No space left" in error.message
    assert (small / ".config").read_text() == before


def test_configure_unknown_board_keeps_dot_config(small: Path) -> None:
    (small / ".config").write_text("CONFIG_SIZE=11\n")
    refusal(lambda: config.configure(small, "plum"))
    assert (small / ".config").read_text() == "CONFIG_SIZE=11\n"


def test_model_changed_by_hand(real: Path) -> None:
    """What follows from a choice is not in .config, where it would contradict the new one."""
    path = config.configure(real, "qemu_virt")
    text = path.read_text()
    changed = text.replace("# CONFIG_MODEL_STORIES15M is not set", "CONFIG_MODEL_STORIES15M=y")
    path.write_text(
        changed.replace("CONFIG_MODEL_POCKET=y\n", "# CONFIG_MODEL_POCKET is not set\n")
    )
    symbols = config.load(real).symbols
    assert (symbols["PACKAGE_STORIES15M"], symbols["PACKAGE_POCKET"]) == (True, False)


# savedefconfig


@pytest.mark.parametrize("board", BOARDS)
def test_defconfigs_are_minimal(real: Path, board: str, capsys: pytest.CaptureFixture[str]) -> None:
    config.configure(real, board)
    config.savedefconfig(real)
    path = real / f"defconfigs/{board}_defconfig"
    assert capsys.readouterr().out == f"{path}\n"
    assert path.read_bytes() == (ROOT / f"defconfigs/{board}_defconfig").read_bytes()


def test_savedefconfig_keeps_leading_comments_only(small: Path) -> None:
    target = small / "defconfigs/pear_defconfig"
    target.write_text(
        "# Pears.\n# Ripe.\nCONFIG_BOARD_PEAR=y\n# a note\n# CONFIG_SPEECH is not set\n"
    )
    config.configure(small, "pear")
    config.savedefconfig(small)
    assert target.read_text() == (
        "# Pears.\n# Ripe.\nCONFIG_BOARD_PEAR=y\n# CONFIG_SPEECH is not set\n"
    )


def test_savedefconfig_without_dot_config(small: Path) -> None:
    assert "configure" in str(refusal(lambda: config.savedefconfig(small)).hint)


def random_settings(draw: random.Random) -> str:
    """Lines that are all good for every board."""
    lines = {
        f"CONFIG_BOARD_{draw.choice(('MILKV_DUO', 'QEMU_VIRT'))}=y",
        f"CONFIG_MODEL_{draw.choice(('STORIES15M', 'POCKET'))}=y",
        f"CONFIG_CARD_BOOT_MIB={draw.randint(16, 512)}",
        f"CONFIG_CARD_ROOT_MIB={draw.choice((4, 24, 96, 1024))}",
        f"CONFIG_STORYTELLER_SPEED={draw.randint(50, 200)}",
        f"CONFIG_PACKAGE_DATAPART={draw.choice('yn')}",
    }
    return "".join(f"{line}\n" for line in sorted(lines) if draw.random() < 0.7)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_saved_is_what_was_chosen(real: Path, seed: int) -> None:
    (real / ".config").write_text(random_settings(random.Random(seed)))
    chosen = config.load(real)
    config.savedefconfig(real)
    assert config.load(real, chosen.board).symbols == chosen.symbols


# Surroundings


def test_the_environment_has_no_say(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = config.load(real, "qemu_virt")
    config.configure(real, "qemu_virt")
    written = (real / ".config").read_bytes()
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    assert config.load(real, "qemu_virt") == plain
    config.configure(real, "qemu_virt")
    config.savedefconfig(real)
    assert (real / ".config").read_bytes() == written
    for board in BOARDS:
        name = f"defconfigs/{board}_defconfig"
        assert (real / name).read_bytes() == (ROOT / name).read_bytes()
    assert dict(os.environ) == before


def test_the_environment_is_restored_after_an_error(small: Path) -> None:
    before = dict(os.environ)
    (small / "defconfigs/Kconfig").unlink()
    refusal(lambda: config.load(small, "pear"))
    assert dict(os.environ) == before


def test_nothing_is_printed(small: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (small / ".config").write_text("CONFIG_SIZE=99\nCONFIG_NO=y\nCONFIG_LOUD=y\n")
    refusal(lambda: config.load(small))
    assert capfd.readouterr() == ("", "")


def test_menuconfig_needs_a_terminal(small: Path) -> None:
    assert "terminal" in refusal(lambda: config.menuconfig(small)).message
    assert not (small / ".config").exists()


def open_menu(root: Path, term: str = "xterm") -> "pexpect.spawn[str]":
    """The menu of a checkout, on a terminal."""
    call = f"from image import config; config.menuconfig(config.Path({str(root)!r}))"
    settings = {"PATH": os.environ["PATH"], "TERM": term, "KCONFIG_CONFIG": "elsewhere"}
    return pexpect.spawn(
        sys.executable,
        ["-c", call],
        cwd=ROOT,
        env=settings,
        encoding="utf-8",
        timeout=20,
    )


@pytest.mark.parametrize("answer", ["y", "n"])
def test_menuconfig_writes_when_told_to(small: Path, answer: str) -> None:
    (small / "defconfigs/apple_defconfig").write_text("CONFIG_SIZE=12\n")
    menu = open_menu(small)
    menu.expect("loud|greeting")
    menu.send("q")
    menu.expect("Save configuration")
    menu.send(answer)
    menu.expect(pexpect.EOF)
    assert (small / ".config").exists() is (answer == "y")
    if answer == "y":
        assert "CONFIG_BOARD=" not in (small / ".config").read_text()
    assert config.load(small).symbols["SIZE"] == 12


def test_menuconfig_on_a_strange_terminal(small: Path) -> None:
    menu = open_menu(small, term="never-heard-of")
    menu.expect("the terminal cannot show a menu")
    menu.expect(pexpect.EOF)


# The choices themselves


def tree() -> Any:
    """All symbols of this checkout."""
    return config._tree(ROOT)


def test_all_that_is_asked_is_explained() -> None:
    found = tree()
    items = [*found.unique_defined_syms, *found.unique_choices]
    asked = [item for item in items if any(node.prompt for node in item.nodes)]
    assert len(asked) > 10
    assert not [item.name for item in asked if not any(node.help for node in item.nodes)]


def test_all_types_are_known() -> None:
    assert {symbol.type for symbol in tree().unique_defined_syms} <= set(assignments.TYPE_NAMES)


def test_the_tree_has_no_warnings() -> None:
    assert tree().warnings == []


def test_every_package_has_its_symbol() -> None:
    symbols = config.load(ROOT, "qemu_virt").symbols
    packages = load_all(ROOT / "packages", builders.keys())
    for name, package in packages.items():
        if package.is_only_needed or name in judges(packages):
            continue
        assert f"PACKAGE_{name.upper().replace('-', '_')}" in symbols


@pytest.mark.parametrize(
    ("board", "line", "has_page"),
    [
        ("milkv_duo", "", True),
        ("milkv_duo", "CONFIG_DUO_SOUND_GADGET=y", False),
        ("qemu_virt", "", True),
        ("qemu_virt", "# CONFIG_PACKAGE_STORY_PAGE is not set", False),
    ],
)
def test_the_page_brings_its_network_and_the_browser_as_sound(
    real: Path, board: str, line: str, has_page: bool
) -> None:
    with (real / f"defconfigs/{board}_defconfig").open("a") as file:
        file.write(f"{line}\n")
    symbols = config.load(real, board).symbols
    network = symbols["DUO_NET" if board == "milkv_duo" else "LINUX_NET"]
    assert symbols["PACKAGE_STORY_PAGE"] is has_page and network is has_page
    assert symbols["STORYTELLER_SOUND"] == ("any, page" if has_page else "any")
    if board == "milkv_duo":
        assert symbols["DUO_SOUND_NAME"] == ("page" if has_page else "gadget")
