# SPDX-License-Identifier: MIT
"""Servers that keep a store: nginx, and some that are slow, mute or cut the line."""

import contextlib
import getpass
import hashlib
import http.server
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, ClassVar

import pytest

from image import run, surroundings
from image.errors import UserError
from image.store import action, places
from image.store.places import Server, Trouble
from image.store.statement import RESULT, Question
from image.store.store import Store
from tests import web
from tests.fetch.authority import certificate, guarded
from tests.store.conftest import Maker
from tests.store.test_store import QUESTION, leave

NGINX = """\
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/store;
        client_max_body_size 2g;
{location}
    }}
}}
"""


# What docs/teams.md tells people to write.
TEAMS = Path(__file__).resolve().parents[2] / "docs/teams.md"
LOCATION = re.compile(r"^ +location .*?^        }$", re.M | re.S)


def location(folder: Path) -> str:
    """The documented part of the set-up, with our list of users."""
    found = LOCATION.search(TEAMS.read_text())
    assert found
    return found[0].replace("/etc/nginx/cache.users", str(folder / "users"))


@contextlib.contextmanager
def running(
    command: list[str], port: int, end: signal.Signals, output: IO[str] | None = None
) -> Iterator[str]:
    """A server until it gets that signal; its address."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    process = subprocess.Popen(command, env={"PATH": path}, stdout=output, stderr=output)
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(end)
        process.wait(30)


@contextlib.contextmanager
def nginx(folder: Path) -> Iterator[str]:
    """A server with WebDAV and a password, as docs/teams.md sets it up; its address."""
    if not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        pytest.skip("nginx is not installed on this machine")
    (folder / "store").mkdir(parents=True)
    (folder / "users").write_text("builder:{PLAIN}secret\n")
    port = web.free_port()
    (folder / "nginx.conf").write_text(
        NGINX.format(folder=folder, port=port, user=getpass.getuser(), location=location(folder))
    )
    command = ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    with running([*map(str, command)], port, signal.SIGQUIT) as url:
        yield url


def log_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = folder / "netrc"
    netrc.write_text("machine 127.0.0.1 login builder password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until it listens: there is no event that tells."""
    while process.poll() is None:
        with (
            contextlib.suppress(ConnectionRefusedError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.01)
    pytest.fail("the server ended")


def test_nginx_keeps_a_store(
    tmp_path: Path, make_store: Maker, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = tmp_path / "nginx"
    with nginx(folder) as url:
        make_store(Server(url)).put(QUESTION, leave(tmp_path / "made"), 1.0)
        assert "HTTP status 401" in capsys.readouterr().err
        log_in(tmp_path, monkeypatch)
        make_store(Server(url)).put(QUESTION, tmp_path / "made", 1.0)
        reader = make_store(Server(url))
        entry = reader.find(QUESTION)
        assert entry and reader.take(entry, tmp_path / "taken")
        assert reader.find(Question("toy", {})) is None and reader.is_on
    assert (tmp_path / "taken/staging/usr/bin/toy").stat().st_mode & 0o111
    said = capsys.readouterr().err + (folder / "access.log").read_text()
    assert "secret" not in said


def put_into(server: web.Web, shared: Path) -> None:
    """Serve what is in a folder."""
    for file in shared.rglob("*"):
        if file.is_file():
            server.page(f"/{file.relative_to(shared)}", file.read_bytes())


@pytest.fixture
def served(tmp_path: Path, make_store: Maker) -> Iterator[tuple[web.Web, Store]]:
    """A server that holds the result of QUESTION, and a store as a call uses it."""
    make_store().put(QUESTION, leave(tmp_path / "made"), 0.1)
    with web.running() as server:
        put_into(server, tmp_path / "shared")
        yield server, make_store(Server(server.url))


def result_page(server: web.Web, store: Store) -> web.Page:
    entry = store.find(QUESTION)
    assert entry
    return server.pages[f"/cas/{entry.statement.blobs[RESULT].sha256}"]


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("part", range(0, 10))
def test_a_connection_that_is_cut_costs_nothing_but_the_result(
    served: tuple[web.Web, Store], tmp_path: Path, part: int, is_chunked: bool
) -> None:
    server, store = served
    page = result_page(server, store)
    cut = len(page.content) * part // 10
    page.answers = (web.Answer(cut_after=cut, chunked=is_chunked),)
    entry = store.find(QUESTION)
    assert entry and not store.take(entry, tmp_path / "taken")
    assert not (tmp_path / "taken").exists() and not [*(tmp_path / "way").iterdir()]


@pytest.mark.parametrize(
    "answer",
    [web.Answer(mute=True), web.Answer(status=500), web.Answer(stall_after=3),
     web.Answer(cut_after=3, reset=True), web.Answer(body=b"x" * (5 << 20))],
    ids=["mute", "broken", "stalls", "resets", "floods"],
)  # fmt: skip
def test_a_server_in_trouble_is_left_alone(
    served: tuple[web.Web, Store],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: web.Answer,
) -> None:
    monkeypatch.setattr("image.store.places.SILENCE_S", 0.3)
    server, store = served
    page = server.pages[f"/ac/{QUESTION.key}"]
    page.answers = (answer,)
    assert store.find(QUESTION) is None
    assert store.find(QUESTION) is None
    assert len(page.asked) == 1, "it is asked no more"
    assert capsys.readouterr().err.count("is not used") == 1


def test_a_result_that_comes_more_slowly_than_it_is_built_is_built(
    served: tuple[web.Web, Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, store = served
    monkeypatch.setattr("image.store.store.PATIENCE_S", 0.1)
    page = result_page(server, store)
    page.answers = (web.Answer(rate=len(page.content) // 10),)  # ten seconds for it
    entry = store.find(QUESTION)
    assert entry and not store.take(entry, tmp_path / "taken")
    assert not store.is_on


def test_nobody_there(make_store: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    store = make_store(Server(f"http://127.0.0.1:{web.free_port()}"))
    assert store.find(QUESTION) is None and not store.is_on
    assert "no connection" in capsys.readouterr().err


def test_misses_that_take_long_are_enough_at_last(
    served: tuple[web.Web, Store], capsys: pytest.CaptureFixture[str]
) -> None:
    """A store that knows nothing, slowly, costs no more than a person can bear."""
    _, store = served
    store._patience_s = 0.0
    assert store.find(Question("other", {})) is None
    assert not store.is_on and "too slow" in capsys.readouterr().err


def test_what_a_server_says_of_us_is_not_repeated() -> None:
    """The library's messages hold addresses, and a proxy's may hold a password."""
    error = ValueError("http://user:secret@proxy.example failed")
    assert places._phrase(error) == "ValueError"


class Checking(http.server.BaseHTTPRequestHandler):
    """Modelled on bazel-remote: it looks at what it is given, and writes into entries.

    It takes no file of unknown length, no entry that is no ActionResult, and no file under another
    name than its hash; it notes in entries who sent them, and gives no entry whose files it lacks.
    """

    protocol_version = "HTTP/1.1"
    WORKER = b"\x4a\x0b\x0a\x09127.0.0.1"  # execution_metadata { worker: "127.0.0.1" }
    kept: ClassVar[dict[str, bytes]]

    def do_PUT(self) -> None:
        if "Content-Length" not in self.headers:
            self.close_connection = True
            self._answer(400)
            return
        data = self.rfile.read(int(self.headers["Content-Length"]))
        kind, name = self.path.split("/")[-2:]
        if kind == "cas":
            is_good = hashlib.sha256(data).hexdigest() == name
        else:
            held = action.decode(data)
            is_good = all(path and not path.startswith("/") for path in held.blobs) and all(
                re.fullmatch("[0-9a-f]{64}", blob.sha256) for blob in held.blobs.values()
            )
            data += self.WORKER
        if is_good:
            self.kept[f"{kind}/{name}"] = data
        self._answer(200 if is_good else 400)

    def do_GET(self) -> None:
        self._answer(*self._found())

    def do_HEAD(self) -> None:
        status, data = self._found()
        self._answer(status, b"", len(data))

    def _found(self) -> tuple[int, bytes]:
        name = "/".join(self.path.split("/")[-2:])
        data = self.kept.get(name)
        if data is None or not name.startswith("ac/"):
            return (404, b"") if data is None else (200, data)
        files = [f"cas/{blob.sha256}" for blob in action.decode(data).blobs.values()]
        return (200, data) if all(file in self.kept for file in files) else (404, b"")

    def _answer(self, status: int, data: bytes = b"", size: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data) if size is None else size))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def checking(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Checking, "kept", {}, raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Checking) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("log", ["built\n", ""])
@pytest.mark.parametrize("instance", ["", "/team/duo"])
def test_a_server_that_checks_what_it_keeps(
    checking: str, make_store: Maker, tmp_path: Path, log: str, instance: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    leave(tmp_path / "made")
    (tmp_path / "made/log").write_text(log)
    make_store(Server(checking + instance)).put(QUESTION, tmp_path / "made", 1.0)
    store = make_store(Server(checking + instance))
    entry = store.find(QUESTION)
    assert entry and store.take(entry, tmp_path / "taken")
    Checking.kept.pop(f"cas/{entry.parcel.sha256}")
    assert store.find(QUESTION) is None
    assert capsys.readouterr().err == ""


def test_a_certificate_of_nobody(
    tmp_path: Path, make_store: Maker, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    make_store().put(QUESTION, leave(tmp_path / "made"), 1.0)
    file = certificate(tmp_path / "company.pem")
    with guarded(file) as server:
        put_into(server, tmp_path / "shared")
        assert make_store(Server(server.url)).find(QUESTION) is None
        assert "its certificate is not trusted" in capsys.readouterr().err
        assert not any(page.asked for page in server.pages.values())
        monkeypatch.setattr(surroundings, "SYSTEM_CERTIFICATES", file)
        for name in surroundings.CERTIFICATES:
            monkeypatch.delenv(name, raising=False)
        store = make_store(Server(server.url))
        entry = store.find(QUESTION)
        assert entry and store.take(entry, tmp_path / "taken")


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system with room for 256 KiB."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        run.output(["mount", "-t", "tmpfs", "-o", "size=256k", "small", folder])
    except run.CommandFailed as error:
        pytest.skip(f"no file system to fill: {error.message}")
    try:
        yield folder
    finally:
        run.output(["umount", "--lazy", folder])


def leave_much(folder: Path) -> Path:
    """A result of a megabyte."""
    leave(folder)
    (folder / "staging/noise").write_bytes(random.Random(1).randbytes(1 << 20))
    return folder


def test_a_full_disk_of_the_store(
    tmp_path: Path, make_store: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(tmp_path / "shared") as shared:
        store = make_store()
        store.put(QUESTION, leave_much(tmp_path / "made"), 1.0)
        store.put(Question("other", {}), tmp_path / "made", 1.0)
        assert not [path for path in shared.rglob("*") if path.is_file()]
    told = capsys.readouterr().err
    assert told.count("keeps nothing: No space left on device") == 1
    assert make_store().find(QUESTION) is None


def test_a_full_disk_of_nginx(
    tmp_path: Path, make_store: Maker, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with nginx(tmp_path / "nginx") as url, small_disk(tmp_path / "nginx/store/cas"):
        log_in(tmp_path, monkeypatch)
        (tmp_path / "nginx/store/cas").chmod(0o777)
        store = make_store(Server(url))
        store.put(QUESTION, leave_much(tmp_path / "made"), 1.0)
        told = capsys.readouterr().err
        assert told.count("keeps nothing: HTTP status 5") == 1
        assert not store.is_on and make_store(Server(url)).find(QUESTION) is None


def test_a_full_disk_here(tmp_path: Path, make_store: Maker) -> None:
    make_store().put(QUESTION, leave_much(tmp_path / "made"), 1.0)
    for name in ("way", "work"):
        with small_disk(tmp_path / name) as full:
            store = make_store()
            entry = store.find(QUESTION)
            assert entry
            with pytest.raises(UserError, match="No space left on device") as caught:
                store.take(entry, tmp_path / "work/toy")
            assert "make room" in str(caught.value) and not [*full.iterdir()]


class Redirecting(http.server.BaseHTTPRequestHandler):
    """Sends a PUT elsewhere."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(307)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def test_results_are_not_sent_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"result")
    with http.server.HTTPServer(("127.0.0.1", 0), Redirecting) as server:
        threading.Thread(target=server.handle_request).start()
        with pytest.raises(Trouble, match="307"):
            Server(f"http://127.0.0.1:{server.server_port}").put("cas/0", file)
