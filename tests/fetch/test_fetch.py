# SPDX-License-Identifier: MIT
"""Downloads from servers that misbehave: what ends up in dl/ is right, or there is nothing."""

import errno
import hashlib
import itertools
import json
import multiprocessing
import os
import random
import resource
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from image import fetch
from image.errors import UserError
from image.fetch import Settings, debian, http
from image.fetch import fetch as get
from image.fetch.http import Patience
from image.recipes.source import Fetched, Source, Unavailable
from tests.web import Answer, Web, running

CONTENT = random.Random(1).randbytes(100_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FILE = "toy-1.0.tar.gz"
QUICK = Patience(connect_s=2, silence_s=0.3, attempts=3, delay_s=0.01, longest_delay_s=0.05)
# For all that does not stall: a busy machine can be silent for a second.
CALM = replace(QUICK, connect_s=60, silence_s=60)
COUNTER = itertools.count()


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with running() as server:
        yield server


@pytest.fixture
def dl(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "dl", patience=CALM)


@pytest.fixture
def hasty(tmp_path: Path) -> Settings:
    """For servers that say nothing."""
    return Settings(tmp_path / "dl", patience=QUICK)


def source(*urls: str, sha256: str = SHA256, **more: str) -> Source:
    return Source(FILE, urls, sha256, **more)


def served(web: Web, *answers: Answer, content: bytes = CONTENT) -> tuple[str, list[str | None]]:
    """A fresh URL, and the list that its requests will be noted in."""
    path = f"/{next(COUNTER)}/{FILE}"
    return web.url + path, web.page(path, content, *answers).asked


def begin(dl: Settings, data: bytes) -> Path:
    """Leave a part behind, as a killed download does."""
    dl.dl.mkdir(parents=True, exist_ok=True)
    part = dl.dl / f"{FILE}.part"
    part.write_bytes(data)
    return part


def files(dl: Settings) -> set[str]:
    return {path.name for path in dl.dl.iterdir() if not path.name.startswith(".")}


def complaint(what: Source, dl: Settings) -> UserError:
    with pytest.raises(UserError) as caught:
        get(what, dl)
    assert FILE not in files(dl)
    return caught.value


def check(what: Source, dl: Settings) -> Fetched:
    """Fetch, and make sure that dl/ then holds the right file and nothing half."""
    found = get(what, dl)
    assert found.path.read_bytes() == CONTENT
    assert files(dl) == {FILE, f"{FILE}.json"}
    assert fetch.known(what, dl) == found
    return found


def test_once_is_enough(web: Web, dl: Settings) -> None:
    url, asked = served(web)
    found = check(source(url), dl)
    assert (found.origin, found.sha256, found.version) == (url, SHA256, None)
    assert check(source(url), dl) == found
    assert asked == [None]


@settings(max_examples=25)
@given(cuts=st.lists(st.integers(1, 40_000), max_size=4), begun=st.integers(0, 99_999))
def test_resumes_wherever_it_was_cut(
    web: Web, tmp_path_factory: pytest.TempPathFactory, cuts: list[int], begun: int
) -> None:
    dl = Settings(tmp_path_factory.mktemp("dl"), patience=CALM)
    if begun:
        begin(dl, CONTENT[:begun])
    url, asked = served(web, *(Answer(cut_after=cut) for cut in cuts), Answer())
    check(source(url), dl)
    starts = [begun + sum(cuts[:n]) for n in range(len(cuts) + 1)]
    expected = [f"bytes={start}-" if start else None for start in starts if start < len(CONTENT)]
    assert asked == expected


def test_slow_and_often_cut(web: Web, hasty: Settings) -> None:
    """What is read at once takes longer to come than silence may last."""
    content, rate = random.Random(2).randbytes(250_000), 140_000
    assert http.CHUNK / rate > QUICK.silence_s
    url, asked = served(web, Answer(rate=rate, cut_after=100_000), content=content)
    found = get(source(url, sha256=hashlib.sha256(content).hexdigest()), hasty)
    assert found.path.read_bytes() == content
    assert asked == [None, "bytes=100000-", "bytes=200000-"]


def test_stall_is_left_and_resumed(web: Web, hasty: Settings) -> None:
    url, asked = served(web, Answer(stall_after=30_000), Answer(stall_after=0), Answer())
    check(source(url), hasty)
    assert asked == [None, "bytes=30000-", "bytes=30000-"]


def test_cuts_lose_not_a_byte(web: Web, dl: Settings) -> None:
    content = CONTENT[:40]
    url, asked = served(web, Answer(cut_after=1), content=content)
    found = get(source(url, sha256=hashlib.sha256(content).hexdigest()), dl)
    assert found.path.read_bytes() == content
    assert asked == [None, *(f"bytes={start}-" for start in range(1, 40))]


def test_reset_is_resumed(web: Web, dl: Settings) -> None:
    url, asked = served(web, Answer(reset=True, cut_after=50_000), Answer())
    check(source(url), dl)
    assert len(asked) == 2


def test_no_answer_is_asked_again(web: Web, hasty: Settings) -> None:
    url, asked = served(web, Answer(mute=True), Answer())
    check(source(url), hasty)
    assert len(asked) == 2
    (hasty.dl / FILE).unlink()
    url, asked = served(web, Answer(mute=True))
    assert f"{url}: no answer for 0.3 s" in complaint(source(url), hasty).message
    assert len(asked) == QUICK.attempts


def test_stall_without_end_is_given_up(web: Web, hasty: Settings) -> None:
    url, asked = served(web, Answer(stall_after=0))
    assert f"{url}: it stopped sending" in complaint(source(url), hasty).message
    assert len(asked) == QUICK.attempts


def test_range_refused(web: Web, dl: Settings) -> None:
    begin(dl, CONTENT[:60_000])
    url, asked = served(web, Answer(ranges=False))
    check(source(url), dl)
    assert asked == ["bytes=60000-"]


def test_range_refused_and_always_cut(web: Web, dl: Settings) -> None:
    url, asked = served(web, Answer(ranges=False, cut_after=50_000))
    assert "the connection was cut" in complaint(source(url), dl).message
    assert len(asked) == 1 + QUICK.attempts


@pytest.mark.parametrize("shift", [-10, 10])
def test_other_range_than_asked_for(web: Web, dl: Settings, shift: int) -> None:
    begin(dl, CONTENT[:60_000])
    url, asked = served(web, Answer(shift=shift))
    check(source(url), dl)
    assert asked == ["bytes=60000-", None]


def test_other_ranges_and_cuts_for_ever(web: Web, dl: Settings) -> None:
    """Bytes that come a second time are no progress."""
    url, asked = served(web, *[Answer(cut_after=50_000), Answer(shift=1)] * 10)
    assert f"{url}: " in complaint(source(url), dl).message
    assert len(asked) == 1 + QUICK.attempts


def test_replaced_while_it_came(web: Web, dl: Settings) -> None:
    url, asked = served(web, Answer(body=CONTENT[::-1], cut_after=50_000), Answer())
    check(source(url), dl)
    assert asked == [None, "bytes=50000-", None]


def test_shorter_range_than_asked_for(web: Web, dl: Settings) -> None:
    begin(dl, CONTENT[:10])
    url, asked = served(web, Answer(span=40_000))
    check(source(url), dl)
    assert asked == ["bytes=10-", "bytes=40010-", "bytes=80010-"]


def test_part_that_is_too_long(web: Web, dl: Settings) -> None:
    begin(dl, CONTENT + b"more")
    url, asked = served(web)
    check(source(url), dl)
    assert asked == ["bytes=100004-", None]


def test_part_that_is_whole_already(web: Web, dl: Settings) -> None:
    begin(dl, CONTENT)
    url, asked = served(web)
    check(source(url), dl)
    assert asked == []


def test_part_of_something_else(web: Web, dl: Settings) -> None:
    begin(dl, b"<html>log in first</html>")
    url, asked = served(web)
    check(source(url), dl)
    assert asked == ["bytes=25-", None]


def test_part_goes_on_at_another_url(web: Web, dl: Settings) -> None:
    broken, _ = served(web, Answer(cut_after=70_000), Answer(status=404))
    url, asked = served(web)
    assert check(source(broken, url), dl).origin == url
    assert asked == ["bytes=70000-"]


def test_length_untold(web: Web, dl: Settings) -> None:
    url, asked = served(web, Answer(chunked=True, cut_after=20_000), Answer(chunked=True))
    check(source(url), dl)
    assert asked == [None, "bytes=20000-"]


def test_not_unpacked_on_the_way(web: Web, dl: Settings) -> None:
    url, _ = served(web, Answer(headers={"Content-Encoding": "gzip"}))
    check(source(url), dl)


def test_wrong_content(web: Web, dl: Settings) -> None:
    wrong = CONTENT[:-1] + b"?"
    first, _ = served(web, Answer(body=wrong))
    error = complaint(source(first), dl)
    assert f"{first}: gives another file, with sha256" in error.message
    assert files(dl) == set()
    second, asked = served(web)
    assert check(source(first, second), dl).origin == second
    assert asked == [None]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_refusal_is_final(web: Web, dl: Settings, status: int) -> None:
    url, asked = served(web, Answer(status=status))
    good, _ = served(web)
    assert f"{url}: HTTP {status}" in complaint(source(url), dl).message
    assert len(asked) == 1
    check(source(url, good), dl)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_busy_is_asked_again(web: Web, dl: Settings, status: int) -> None:
    url, asked = served(web, Answer(status=status), Answer(status=status), Answer())
    check(source(url), dl)
    assert len(asked) == 3
    url, asked = served(web, Answer(status=status))
    (dl.dl / FILE).unlink()
    assert f"{url}: HTTP {status}" in complaint(source(url), dl).message
    assert len(asked) == QUICK.attempts


@pytest.mark.parametrize(
    ("asks", "waits"),
    [
        ("2", [2.0, 2.0]),
        ("3600", [5.0, 5.0]),
        ("Fri, 01 Jan 2100 00:00:00 GMT", [5.0, 5.0]),
        ("Thu, 01 Jan 1970 00:00:00 GMT", [0.0, 0.0]),
        ("soon", [0.5, 1.0]),
    ],
)
def test_retry_after(
    web: Web, dl: Settings, monkeypatch: pytest.MonkeyPatch, asks: str, waits: list[float]
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("image.fetch.http.time.sleep", waited.append)
    url, _ = served(web, Answer(status=503, headers={"Retry-After": asks}))
    complaint(source(url), replace(dl, patience=Patience(2, 2, 3, 0.5, 5.0)))
    assert waited == waits


def test_redirects(web: Web, dl: Settings) -> None:
    good, asked = served(web)
    url, _ = served(web, Answer(status=302, headers={"Location": good}))
    begin(dl, CONTENT[:10])
    check(source(url), dl)
    assert asked == ["bytes=10-"]


def test_redirects_in_a_circle(web: Web, dl: Settings) -> None:
    path = f"/{next(COUNTER)}/{FILE}"
    web.page(path, b"", Answer(status=302, headers={"Location": path}))
    assert "Exceeded 30 redirects" in complaint(source(web.url + path), dl).message


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://no-such-host.invalid/toy", "there is no such host, or no network"),
        ("http://127.0.0.1:1/toy", "the connection is refused"),
    ],
)
def test_unreachable_is_left_at_once(
    web: Web, dl: Settings, monkeypatch: pytest.MonkeyPatch, url: str, why: str
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr("image.fetch.http.time.sleep", lambda _: pytest.fail("no use to wait"))
    good, _ = served(web)
    assert f"{url}: {why}" in complaint(source(url), dl).message
    check(source(url, good), dl)


def test_error_names_every_place_and_the_way_out(web: Web, dl: Settings) -> None:
    gone, _ = served(web, Answer(status=404))
    wrong, _ = served(web, Answer(body=b"wrong"))
    error = complaint(source(gone, wrong), replace(dl, mirror="/no/where"))
    lines = error.message.splitlines()
    assert lines[0] == f"{FILE} could not be fetched:"
    assert lines[1] == f"  /no/where/{FILE}: no such file"
    assert lines[2].startswith(f"  {gone}: HTTP 404")
    assert lines[3].startswith(f"  {wrong}: gives another file")
    assert error.hint is not None
    assert all(word in error.hint for word in (FILE, SHA256, str(dl.dl), "DL_MIRROR="))


def test_mirror_comes_first(web: Web, dl: Settings) -> None:
    url, asked = served(web)
    mirror, _ = served(web)
    found = check(source(url), replace(dl, mirror=mirror.removesuffix(FILE)))
    assert (found.origin, asked) == (mirror, [])


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_mirror_folder_works_offline(dl: Settings, tmp_path: Path, scheme: str) -> None:
    (tmp_path / FILE).write_bytes(CONTENT)
    settings = replace(dl, mirror=f"{scheme}{tmp_path}", offline=True)
    assert check(source("http://example.org/toy"), settings).origin == f"mirror {tmp_path}"
    assert (tmp_path / FILE).read_bytes() == CONTENT


def test_wrong_file_in_the_mirror(dl: Settings, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"wrong")
    error = complaint(source(), replace(dl, mirror=str(tmp_path)))
    assert f"{tmp_path / FILE}: gives another file" in error.message
    assert (files(dl), (tmp_path / FILE).read_bytes()) == (set(), b"wrong")


def test_offline(web: Web, dl: Settings) -> None:
    url, asked = served(web)
    offline = replace(dl, offline=True, mirror=web.url)
    what = source(url, debian="toy", fallback="toy-source")
    message = complaint(what, offline).message
    assert message.count("skipped, OFFLINE is set") == 4
    assert asked == []
    check(what, dl)
    assert check(what, offline).origin == url


def test_put_there_by_hand(dl: Settings) -> None:
    dl.dl.mkdir()
    assert fetch.known(source(), dl) is None
    (dl.dl / FILE).write_bytes(CONTENT)
    found = fetch.known(source(), dl)
    assert found is not None and found.origin == "put into dl/ manually"
    check(source(), dl)


def test_wrong_file_in_dl_is_set_aside(
    web: Web, dl: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    dl.dl.mkdir()
    (dl.dl / FILE).write_bytes(b"wrong")
    url, _ = served(web)
    assert fetch.known(source(url), dl) is None
    assert get(source(url), dl).path.read_bytes() == CONTENT
    assert (dl.dl / f"{FILE}.wrong").read_bytes() == b"wrong"
    assert f"it is now {FILE}.wrong" in capsys.readouterr().err


def test_file_changed_after_it_was_had(web: Web, dl: Settings) -> None:
    url, asked = served(web)
    path = check(source(url), dl).path
    status = path.stat()
    os.utime(path, ns=(1, 1))
    assert check(source(url), dl).origin == url
    path.write_bytes(b"wrong")
    assert fetch.known(source(url), dl) is None
    get(source(url), dl)
    assert path.stat().st_size == status.st_size
    assert len(asked) == 2


def test_recipe_names_another_sha256(web: Web, dl: Settings) -> None:
    url, _ = served(web)
    check(source(url), dl)
    assert fetch.known(source(url, sha256="0" * 64), dl) is None


@pytest.mark.parametrize(
    "rubbish", ["", "{", "[]", '{"file": "x"}', '{"fallback": "a"}', "\0", "7", "null"]
)
def test_rubbish_record(web: Web, dl: Settings, rubbish: str) -> None:
    url, _ = served(web)
    check(source(url), dl)
    (dl.dl / f"{FILE}.json").write_text(rubbish)
    check(source(url), dl)
    record = json.loads((dl.dl / f"{FILE}.json").read_text())
    assert (record["file"], record["sha256"]) == (FILE, SHA256)


def test_hashed_only_once(web: Web, dl: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    url, _ = served(web)
    check(source(url), dl)
    monkeypatch.setattr("image.recipes.source.hash_file", lambda _: pytest.fail("hashed again"))
    assert fetch.known(source(url), dl)


def test_disk_full(web: Web, dl: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    url, asked = served(web)
    with monkeypatch.context() as broken:
        broken.setattr("image.fetch.os.fsync", full)
        error = complaint(source(url), dl)
    assert error.message == f"{FILE}: {dl.dl}: No space left on device"
    assert error.hint and error.hint.startswith("make room")
    check(source(url), dl)
    assert asked == [None]


def test_goes_on_once_there_is_room(web: Web, dl: Settings) -> None:
    url, asked = served(web)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))
    try:
        error = complaint(source(url), dl)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "File too large" in error.message
    check(source(url), dl)
    assert asked == [None, "bytes=65536-"]


def test_dl_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError) as caught:
        get(source(), Settings(tmp_path / "file/dl"))
    assert "Not a directory" in caught.value.message
    assert caught.value.hint and "DL_DIR=" in caught.value.hint


def test_debian_source_archive(dl: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def archive(package: str, sha256: str, state: Path, release: str | None) -> Path:
        assert (package, sha256, state) == ("toy", SHA256, dl.dl / ".apt")
        asked.append(release)
        if release != "trixie":
            raise Unavailable("the distribution has no source package toy")
        state.mkdir(parents=True)
        (state / "toy_1.0.orig.tar.gz").write_bytes(CONTENT)
        return state / "toy_1.0.orig.tar.gz"

    asked: list[str | None] = []
    monkeypatch.setattr(debian, "source_archive", archive)
    complaint(source(debian="toy"), dl)
    assert asked == [None]
    found = check(source(debian="toy", release="trixie"), dl)
    assert found.origin == "Debian source package toy of trixie"
    assert asked[1:] == [None, "trixie"]


def test_distribution_is_not_asked_without_need(
    web: Web, dl: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("source_archive", "binary_source"):
        monkeypatch.setattr(debian, name, lambda *_: pytest.fail("asked"))
    url, _ = served(web)
    assert check(source(url, debian="toy", fallback="toy-source"), dl).origin == url
    (dl.dl / FILE).unlink()
    monkeypatch.setattr(debian, "source_archive", lambda *_: wrong_archive(dl))
    what = source(debian="toy", fallback="toy-source")
    with pytest.raises(pytest.fail.Exception, match="asked"):  # only then for the fallback
        get(what, dl)


def wrong_archive(dl: Settings) -> Path:
    path = dl.dl / ".apt/toy.orig.tar.gz"
    path.parent.mkdir()
    path.write_bytes(b"wrong")
    return path


def test_distribution_out_of_reach(dl: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object) -> NoReturn:
        raise Unavailable("this machine has no apt")

    monkeypatch.setattr(debian, "source_archive", nothing)
    monkeypatch.setattr(debian, "binary_source", nothing)
    error = complaint(source(debian="toy", fallback="toy-source"), dl)
    assert error.message.splitlines()[1:] == [
        "  Debian source package toy: this machine has no apt",
        "  Debian package toy-source: this machine has no apt",
    ]


def test_fallback(
    dl: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def package(name: str, state: Path) -> tuple[Path, str]:
        state.mkdir(parents=True, exist_ok=True)
        path = state / f"{name}.tar.xz"
        path.write_bytes(b"another version")
        return path, "1:2.0-1"

    def nothing(*_: object) -> NoReturn:
        raise Unavailable("the distribution has no source package toy")

    monkeypatch.setattr(debian, "binary_source", package)
    monkeypatch.setattr(debian, "source_archive", nothing)
    what = source(debian="toy", fallback="toy-source-2")
    found = get(what, dl)
    assert found.path == dl.dl / "toy-source-2_1%3a2.0-1.tar.xz"
    assert found.sha256 == hashlib.sha256(b"another version").hexdigest()
    assert (found.version, found.origin) == ("1:2.0-1", "Debian package toy-source-2 1:2.0-1")
    assert "using the distribution's" in capsys.readouterr().err
    assert fetch.known(what, dl) == found
    # The place of another source it does not take, nor when it was changed.
    assert fetch.known(replace(what, fallback="toy-source-3"), dl) is None
    assert fetch.known(replace(what, fallback=None), dl) is None
    found.path.write_bytes(b"something else")
    assert fetch.known(what, dl) is None
    assert get(what, dl) == found
    # The right file goes before it.
    (dl.dl / FILE).write_bytes(CONTENT)
    right = fetch.known(what, dl)
    assert right is not None and right.path.name == FILE


def test_two_threads_share_one_download(web: Web, dl: Settings) -> None:
    url, asked = served(web, Answer(rate=400_000))
    threads = [threading.Thread(target=get, args=(source(url), dl)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(source(url), dl)
    assert asked == [None]


def start(what: Source, dl: Settings) -> multiprocessing.process.BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=get, args=(what, dl))
    process.start()
    return process


def test_two_processes_share_one_download(web: Web, dl: Settings) -> None:
    url, asked = served(web, Answer(rate=200_000))
    processes = [start(source(url), dl) for _ in range(2)]
    for process in processes:
        process.join()
        assert process.exitcode == 0
        process.close()
    check(source(url), dl)
    assert asked == [None]


def test_killed_and_resumed(web: Web, dl: Settings) -> None:
    url, asked = served(web, Answer(rate=40_000), Answer())
    process = start(source(url), dl)
    part = dl.dl / f"{FILE}.part"
    while not (part.is_file() and part.stat().st_size):
        assert process.is_alive()
        time.sleep(0.01)
    process.kill()
    process.join()
    process.close()
    begun = part.stat().st_size
    assert files(dl) == {part.name} and 0 < begun < len(CONTENT)
    assert fetch.known(source(url), dl) is None
    check(source(url), dl)
    assert asked == [None, f"bytes={begun}-"]


def test_what_is_said_without_a_terminal(
    web: Web, dl: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    url, _ = served(web)
    get(source(url), dl)
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        f"{FILE}: from {url}",
        f"{FILE}: 0.1 MB, sha256 verified",
    ]
    assert said.out == ""
