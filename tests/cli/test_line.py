# SPDX-License-Identifier: MIT
"""The command line: what a person may type, what each wrong word is answered with, and help."""

import re
import shlex
from pathlib import Path

import pytest

import dodo
from image import config, project
from image.cli import manual
from image.cli.line import Line, read
from image.cli.main import _help, _one_liners
from image.errors import UserError
from tests.conftest import ROOT, doit

LINES = _one_liners(dodo)


def line(*words: str, here: Path = ROOT, **environ: str) -> Line:
    return read(words, environ, here, ROOT)


def refusal(*words: str, **environ: str) -> str:
    with pytest.raises(UserError) as caught:
        read(words, environ, ROOT, ROOT)
    return str(caught.value)


def test_tasks_settings_and_what_follows() -> None:
    assert line().tasks == ("image",)
    typed = line("stories", "5", "board=qemu_virt")
    assert (typed.tasks, typed.words, typed.settings) == (
        ("stories",),
        ("5",),
        {"board": "qemu_virt"},
    )
    assert line("package:llama:rebuild", "image").tasks == ("package:llama:rebuild", "image")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("imgae", "no task 'imgae'.*did you mean image?"),
        ("Flash", "no task 'Flash'.*did you mean flash?"),
        ("menu", "no task 'menu'.*did you mean menuconfig?"),
        ("xyzzy", "no task 'xyzzy'.*./doit help"),
        ("forget", "no task 'forget'.*rebuild"),
        ("qemu_virt", "'qemu_virt' is not a task.*board=qemu_virt"),
        ("SDK_DIR", "'SDK_DIR' is not a task.*SDK_DIR=FOLDER"),
        ("package:lama", "no package 'lama'.*llama"),
        ("fetch:bosybux", "no package 'bosybux'.*busybox"),
        ("package:llama:again", "'package:llama:again' is not a task.*package:llama:rebuild"),
        ("list image", "list takes no other words"),
        ("image COLOUR=red", "COLOUR= is not a setting"),
        ("image Sdk_dir=/", "Sdk_dir= is not a setting.*SDK_DIR=?"),
        ("image LAMA_SRC=/", "LAMA_SRC= is not a setting.*LLAMA_SRC=?"),
        ("image --board=qemu_virt", "--board=qemu_virt is not an option.*board=qemu_virt"),
        ("image --sdk-dir", "--sdk-dir is not an option.*SDK_DIR=FOLDER"),
        ("image -q", "-q is not an option"),
        ("stories -3", "-3 is not an option"),
        ("image =x", "'=x' is not NAME=value"),
        ("image board=a board=b", "board= is given twice: 'a' and 'b'"),
        ("image board=a BOARD=b", "board= is given twice"),
        ("image file=x", "image: file= is not used here.*flash, check"),
        ("doctor OFFLINE=1", "doctor: OFFLINE= is not used here"),
        ("image OFFLINE=perhaps", "OFFLINE=perhaps is neither yes nor no"),
        ("run SOUND=loud", "SOUND=loud is not one of host, wav, page, none"),
        ("run SSH_PORT=0", "SSH_PORT=0 is not a whole number from 1 to 65535"),
        ("run SSH_PORT=65536", "SSH_PORT=65536 is not"),
        ("run CARD_SIZE_MIB=1_000", "CARD_SIZE_MIB=1_000 is not a whole number"),
        ("run CARD_SIZE_MIB=\u0661", "is not a whole number"),
        ("bench temperature=nan", "temperature=nan is not a number from 0 to 10"),
        ("bench engines=q17", "engines=q17 is not a list of q16, fp32, llama2c"),
        ("bench host=-oProxyCommand=x", "is not an address"),
        ("bench host=root@duo", "is not an address"),
        ("cycles args='", "args=' cannot be split into words"),
        ("image MODEL=/no/where", "MODEL=/no/where is not a file"),
        ("image MODEL=/usr", "MODEL=/usr is a folder, not a file"),
        ("image SDK_DIR=~/nowhere", "SDK_DIR=~/nowhere is not a folder \\(/"),
        ("image SDK_DIR=~nobody-here/x", "begins with ~, and that home directory is unknown"),
        ("image DL_DIR=/etc/passwd", "DL_DIR=/etc/passwd is not a folder"),
        ("image DL_DIR=/etc/passwd/dl", "DL_DIR=/etc/passwd/dl is not a folder"),
        ("image DL_MIRROR=ftp://x/y", "DL_MIRROR=ftp://x/y is neither an http"),
        ("image DL_MIRROR=/no/where", "DL_MIRROR=/no/where is not a folder"),
        ("image LLAMA_SRC=/no/where", "LLAMA_SRC=/no/where is not a folder"),
    ],
)
def test_each_wrong_word_gets_one_error(words: str, said: str) -> None:
    found = refusal(*words.split())
    assert re.search(said, found, re.S) and found.count("error: ") == 1


@pytest.mark.parametrize("word", ["1", "yes", "Y", "true", "ON"])
def test_yes(word: str) -> None:
    assert line(f"OFFLINE={word}").settings == {"OFFLINE": "1"}


@pytest.mark.parametrize("word", ["0", "no", "n", "False", "off"])
def test_no(word: str) -> None:
    settings = line(OFFLINE=word).settings
    assert settings == {"OFFLINE": "0"}
    assert not project.load(ROOT, {**settings, "board": "qemu_virt"}).fetch.offline


def test_empty_is_not_given() -> None:
    assert line("DL_DIR=", "FIP=", "board=").settings == {}
    assert line("DL_DIR=", DL_DIR="/usr", OFFLINE="").settings == {}


def test_paths_are_those_of_the_callers_folder_and_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home/sdk").mkdir(parents=True)
    (tmp_path / "a.img").touch()
    assert line("check", "file=a.img", here=tmp_path).settings == {"file": f"{tmp_path}/a.img"}
    typed = line("SDK_DIR=~/sdk", "DL_MIRROR=https://c/d", "DL_DIR=new", here=tmp_path)
    assert typed.settings == {
        "SDK_DIR": f"{tmp_path}/home/sdk",
        "DL_MIRROR": "https://c/d",
        "DL_DIR": f"{tmp_path}/new",
    }
    assert line("bench", "host=duo", "port=~/tty").settings["port"] == f"{tmp_path}/home/tty"


def test_the_environment_counts_where_a_task_reads_it_and_that_is_said() -> None:
    typed = line("image", DL_DIR="/usr", OFFLINE="yes", BOARD="qemu_virt", SOUND="nonsense")
    assert typed.settings == {"DL_DIR": "/usr", "OFFLINE": "1", "board": "qemu_virt"}
    assert set(typed.inherited) == set(typed.settings) and not typed.passed_over
    assert line("image", board="qemu_virt").settings == {"board": "qemu_virt"}
    over = line("image", "board=milkv_duo", "DL_DIR=/etc", DL_DIR="/usr", BOARD="qemu_virt")
    assert over.settings == {"board": "milkv_duo", "DL_DIR": "/etc"} and not over.inherited
    assert line("doctor", DL_DIR="/no/where", BOARD="x").settings == {}
    assert "OFFLINE=perhaps" in refusal("image", OFFLINE="perhaps")


def test_small_letters_of_the_environment_do_not_count_and_that_is_said() -> None:
    typed = line("flash", yes="1", device="/dev/sda", runs="3")
    assert typed.settings == {} and set(typed.passed_over) == {"yes", "device"}


def test_what_the_environment_does_is_said_on_the_screen(checkout: Path) -> None:
    said = doit(checkout, "explain", "musl", BOARD="qemu_virt", yes="1", merge=True)
    assert "board=qemu_virt (from the environment)\n" in said and "yes" not in said


def test_help_comes_by_each_name() -> None:
    for words in (("help",), ("-h",), ("--help",), ("help", "flash"), ("flash", "--help")):
        found = line(*words).help
        assert found is not None and "Settings" in _help(("flash",), LINES)
    assert line("help", "flash").help == line("flash", "-h").help == ("flash",)


def test_help_names_every_task_and_setting() -> None:
    overview = _help((), LINES)
    for name in LINES:
        assert f"\n  {name} " in overview
        told = _help((name,), LINES)
        assert told.startswith(f"./doit {name}")
        for option in manual.BY_NAME[name].reads:
            assert f"  {option.name}={option.kind.sign}" in told
            assert name in _help((option.name,), LINES)
    assert max(map(len, overview.splitlines())) <= manual.WIDE


def test_help_of_parts_and_of_misspelt_words() -> None:
    assert _help(("package:llama",), LINES).startswith("./doit package")
    with pytest.raises(UserError, match="'flsh'") as caught:
        _help(("flsh",), LINES)
    assert caught.value.hint == "did you mean flash?"


def test_examples_in_help_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("duo-buildroot-sdk", "llama"):
        (tmp_path / name).mkdir()
    for name in ("my.bin", "my_tokenizer.bin", "some.img.xz", "a.out", "stories.txt"):
        (tmp_path / name).touch()
    for entry in manual.ENTRIES:
        for example in entry.examples:
            assert line(*shlex.split(example), here=tmp_path).tasks[0].startswith(entry.name)


def test_every_task_of_the_front_desk_is_in_the_manual() -> None:
    creators = {name.removeprefix("task_") for name in vars(dodo) if name.startswith("task_")}
    assert creators == {re.sub(r"\W", "_", name) for name in manual.BY_NAME}


def test_a_task_without_an_entry_says_where_it_is_missing(tmp_path: Path) -> None:
    (tmp_path / "dodo.py").write_text("@reported\ndef task_test_moon(call: Call) -> None:\n")
    with pytest.raises(UserError, match="dodo.py has it, but image/cli/manual.py has no Entry"):
        read(["test:moon"], {}, tmp_path, tmp_path)
    with pytest.raises(UserError, match="there is no task 'test:moo'"):
        read(["test:moo"], {}, tmp_path, tmp_path)


def test_the_boards_are_named() -> None:
    for board in config.boards(ROOT):
        assert board in project.BOARD.meaning
