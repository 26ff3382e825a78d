# SPDX-License-Identifier: MIT
"""Servers that keep a store: nginx, and some that are slow, mute or cut the line."""

import contextlib
import getpass
import http.server
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from image.store import places
from image.store.places import Server, Trouble
from image.store.statement import RESULT, Question
from image.store.store import Store
from tests import web
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def nginx(folder: Path) -> Iterator[str]:
    """A server with WebDAV and a password, as docs/teams.md sets it up; its address."""
    if not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        pytest.skip("nginx is not installed on this machine")
    (folder / "store").mkdir(parents=True)
    (folder / "users").write_text("builder:{PLAIN}secret\n")
    port = free_port()
    (folder / "nginx.conf").write_text(
        NGINX.format(folder=folder, port=port, user=getpass.getuser(), location=location(folder))
    )
    command = ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    path = f"{os.environ['PATH']}:/usr/sbin"
    process = subprocess.Popen([*map(str, command)], env={"PATH": path})
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(30)


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until it listens: there is no event that tells."""
    while process.poll() is None:
        with (
            contextlib.suppress(ConnectionRefusedError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.01)
    pytest.fail("nginx ended")


def test_nginx_keeps_a_store(
    tmp_path: Path, make_store: Maker, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = tmp_path / "nginx"
    with nginx(folder) as url:
        make_store(Server(url)).put(QUESTION, leave(tmp_path / "made"), 1.0)
        assert "HTTP status 401" in capsys.readouterr().err
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login builder password secret\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
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


@pytest.mark.parametrize("part", range(0, 10))
def test_a_connection_that_is_cut_costs_nothing_but_the_result(
    served: tuple[web.Web, Store], tmp_path: Path, part: int
) -> None:
    server, store = served
    page = result_page(server, store)
    page.answers = (web.Answer(cut_after=len(page.content) * part // 10),)
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
    store = make_store(Server(f"http://127.0.0.1:{free_port()}"))
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
