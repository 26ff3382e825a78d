# SPDX-License-Identifier: MIT
"""bazel-remote keeps a store, set up as docs/teams.md says. Needs it on the PATH."""

import contextlib
import re
import shlex
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from image.store.places import Server
from image.store.statement import Question
from tests.store.conftest import Maker
from tests.store.test_places import TEAMS, log_in, running
from tests.store.test_store import QUESTION, leave
from tests.web import free_port

COMMAND = re.compile(r"^ +(bazel-remote --dir .*)$", re.M)
# "builder:secret", as `htpasswd -nbs` writes it.
USERS = "builder:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n"


def command(folder: Path, port: int) -> list[str]:
    """The documented call, with our folder and port, and with users."""
    found = COMMAND.search(TEAMS.read_text())
    assert found
    call = found[1].replace("/srv/cache", str(folder / "cache"))
    call = call.replace("0.0.0.0:8080", f"127.0.0.1:{port}")
    users = ["--htpasswd_file", str(folder / "users"), "--allow_unauthenticated_reads"]
    return [*shlex.split(call), *users]


@contextlib.contextmanager
def bazel_remote(folder: Path) -> Iterator[str]:
    """A server; its address."""
    if not shutil.which("bazel-remote"):
        pytest.skip("bazel-remote is not installed on this machine")
    folder.mkdir()
    (folder / "users").write_text(USERS)
    port = free_port()
    with (
        (folder / "log").open("w") as log,
        running(command(folder, port), port, signal.SIGTERM, log) as url,
    ):
        yield url


@pytest.mark.parametrize("instance", ["", "/team/duo"])
def test_it_keeps_a_store(
    tmp_path: Path, make_store: Maker, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], instance: str,
) -> None:  # fmt: skip
    folder = tmp_path / "server"
    with bazel_remote(folder) as url:
        make_store(Server(url + instance)).put(QUESTION, leave(tmp_path / "made"), 1.0)
        assert "HTTP status 401" in capsys.readouterr().err
        with monkeypatch.context() as patch:
            log_in(tmp_path, patch)
            make_store(Server(url + instance)).put(QUESTION, tmp_path / "made", 1.0)
        reader = make_store(Server(url + instance))
        entry = reader.find(QUESTION)
        assert entry and reader.take(entry, tmp_path / "taken")
        assert reader.find(Question("toy", {})) is None and reader.is_on
    assert (tmp_path / "taken/staging/usr/bin/toy").stat().st_mode & 0o111
    said = capsys.readouterr().err + (folder / "log").read_text()
    assert "secret" not in said


def test_an_entry_whose_file_is_gone_is_not_shown(
    tmp_path: Path, make_store: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "server"
    log_in(tmp_path, monkeypatch)
    with bazel_remote(folder) as url:
        make_store(Server(url)).put(QUESTION, leave(tmp_path / "made"), 1.0)
        entry = make_store(Server(url)).find(QUESTION)
        assert entry
        kept = [path for path in folder.rglob(f"{entry.parcel.sha256}*") if path.is_file()]
        assert kept
        for path in kept:
            path.unlink()
        store = make_store(Server(url))
        again = store.find(QUESTION)
        assert again is None or not store.take(again, tmp_path / "taken")
        assert not (tmp_path / "taken").exists()
