# SPDX-License-Identifier: MIT
"""`doit deploy`: what is sent, what is refused, and what a board's answers may look like."""

import tarfile
from pathlib import Path

import pytest

from image.device import deploy
from image.device.deploy import State
from image.errors import UserError
from image.key import hash_file

ROOM = 20 << 20


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A root as it was built."""
    root = tmp_path / "root"
    for name, text in (("usr/bin/teller", "new"), ("usr/share/model", "m" * 5000), ("etc/a", "a")):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if "bin" in name else 0o644)
    (root / "usr/bin/sh").symlink_to("busybox")
    (root / "run").mkdir()
    return root


def state(tree: Path, **other: str) -> State:
    """A board that runs this tree, but for some paths ("_" for "/"; empty: not there)."""
    files = {**deploy.entries(tree), **{name.replace("_", "/"): v for name, v in other.items()}}
    return State(True, ROOM, {name: what for name, what in files.items() if what})


def compare(tree: Path, there: State) -> deploy.Change:
    return deploy.compare(tree, deploy.entries(tree), there)


def test_an_equal_board_gets_nothing(tree: Path) -> None:
    change = compare(tree, state(tree))
    assert (change.sent, change.removed, change.size, change.tops) == ((), (), 0, [])


def test_what_differs_is_sent(tree: Path) -> None:
    there = state(
        tree,
        usr_bin_teller="755 0123",  # another content
        usr_share_model=deploy.entries(tree)["usr/share/model"].replace("644", "600"),
        usr_bin_sh="-> dash",
        etc_a="",  # not there
        etc_b="644 0123",  # not here
    )
    change = compare(tree, there)
    assert change.sent == ("etc/a", "usr/bin/sh", "usr/bin/teller", "usr/share/model")
    assert change.removed == ("etc/b",)
    assert change.tops == ["etc", "usr"]
    # In whole pages: 1 + 1 + 1 + 2.
    assert change.size == 5 * 4096


def test_a_board_without_room_or_overlays_is_left_alone(tree: Path) -> None:
    change = compare(tree, state(tree, usr_share_model=""))
    deploy.check_fits(change, State(True, deploy.RESERVE + change.size, {}))
    with pytest.raises(UserError, match="do not fit into the board's memory"):
        deploy.check_fits(change, State(True, deploy.RESERVE + change.size - 1, {}))
    with pytest.raises(UserError, match="0.0 MB can be used"):
        deploy.check_fits(change, State(True, 0, {}))
    with pytest.raises(UserError, match="cannot overlay files on its root"):
        deploy.check_fits(change, State(False, ROOM, {}))


ANSWER = """\
=== can
nodev\toverlay
=== memory
50000 kB
=== modes
755 usr/bin/teller
644 etc/a
=== files
aa11  usr/bin/teller
bb22  etc/a
=== links
'usr/bin/sh' -> 'busybox'
usr/bin/ls -> busybox
=== end
"""


def test_a_boards_answer_is_read() -> None:
    read = deploy.parse(ANSWER)
    assert (read.has_overlays, read.memory) == (True, 50000 << 10)
    assert read.files == {
        "usr/bin/teller": "755 aa11",
        "etc/a": "644 bb22",
        "usr/bin/sh": "-> busybox",
        "usr/bin/ls": "-> busybox",
    }
    assert not deploy.parse(ANSWER.replace("nodev\toverlay\n", "")).has_overlays


@pytest.mark.parametrize("cut", ["", "=== can\n", ANSWER[:-10], ANSWER.replace("50000 kB", "?")])
def test_half_an_answer_is_none(cut: str) -> None:
    with pytest.raises(UserError, match="incomplete"):
        deploy.parse(cut)


def test_the_archive_is_of_roots_files(tree: Path, tmp_path: Path) -> None:
    deploy.pack(tree, ["usr/bin/teller", "usr/bin/sh"], tmp_path / "a.tar")
    with tarfile.open(tmp_path / "a.tar") as archive:
        found = {entry.name: entry for entry in archive}
    assert found["usr/bin/teller"].mode == 0o755 and found["usr/bin/teller"].uid == 0
    assert found["usr/bin/sh"].linkname == "busybox"


def test_names_that_a_shell_would_break(tree: Path) -> None:
    (tree / "etc/a b").touch()
    with pytest.raises(UserError, match="etc/a b: a name with blanks"):
        deploy.entries(tree)


def board(ssh: Path, tree: Path, memory_kib: int) -> Path:
    """An ssh to a board that runs an older teller; keeps what it is asked to do."""
    what = hash_file(tree / "etc/a"), hash_file(tree / "usr/share/model")
    answer = (
        f"=== can\nnodev overlay\n=== memory\n{memory_kib} kB\n=== modes\n755 usr/bin/teller\n"
        f"644 etc/a\n644 usr/share/model\n=== files\n00  usr/bin/teller\n{what[0]}  etc/a\n"
        f"{what[1]}  usr/share/model\n=== links\n'usr/bin/sh' -> 'busybox'\n=== end\n"
    )
    log = ssh.with_name("log")
    ssh.with_name("answer").write_text(answer)
    ssh.write_text(
        f'#!/bin/sh\nfor last; do :; done\necho "$*" >> {log}\ncase $last in\n'
        f"*sha256sum*) cat {ssh.with_name('answer')} ;;\n"
        f"*'tar -x'*) tar -t >> {log} ;;\n*) echo started ;;\nesac\n"
    )
    return log


def test_one_changed_program(ssh: Path, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = board(ssh, tree, 50000)
    deploy.copy_changes(tree, {"SSH_PORT": "2222"})
    said = capsys.readouterr().out
    assert "  usr/bin/teller\n" in said and "1 sent" in said
    assert "until the board restarts" in said and "The storyteller restarts." in said
    asked = log.read_text()
    assert "Port=2222" in asked and "root@127.0.0.1" in asked
    assert "lowerdir=/$top" in asked and "for top in usr;" in asked
    assert asked.count("\nusr/bin/teller\n") == 1


def test_too_much_is_not_sent(ssh: Path, tree: Path) -> None:
    log = board(ssh, tree, 4096)
    with pytest.raises(UserError, match="do not fit"):
        deploy.copy_changes(tree, {})
    assert "tar" not in log.read_text()


def test_nobody_there(ssh: Path, tree: Path) -> None:
    ssh.write_text("#!/bin/sh\necho 'Connection refused' >&2\nexit 255\n")
    with pytest.raises(UserError, match="no answer from 192.168.42.1: ssh: Connection refused"):
        deploy.copy_changes(tree, {})
    ssh.write_text("#!/bin/sh\necho 'find: not found' >&2\nexit 127\n")
    with pytest.raises(UserError, match="1.2.3.4 could not do it: ssh: find: not found"):
        deploy.copy_changes(tree, {"host": "1.2.3.4"})
