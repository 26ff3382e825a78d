# SPDX-License-Identifier: MIT
"""The story page: who may reach it, what it serves, and what a browser shows of a story."""

import contextlib
import re
import socket
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import requests
from numpy.typing import NDArray

from image.errors import UserError
from image.recipes.loading import own_version
from image.tell import page
from tests import axe, web
from tests.browser import Browser, opened
from tests.emulator import listen
from tests.storyteller import build, client, fake_teller, fuzzing
from tests.storyteller.link import Link, linked
from tests.storyteller.started import HUNG_S
from tests.storyteller.test_program import LONG, Bench

FILES = build.ROOT / page.FILES
MOST_BYTES = 100_000
FOLLOWERS = 6
WORDS_FOUND = 0.6  # by a recogniser of general English
TOLD = (" there was a small dog. The dog was very happy in the big garden. Then the sun went down,"
        " and the dog was tired. He went home to his mother.")  # fmt: skip
SILENT_MS = 300
AHEAD_S = 0.3  # MOST_S of sound.js
PARTS = build.ROOT / "packages/story-page"
REQUESTS = 5_000  # each of them is a connection
AT_ONCE = 50
SCREENS = ((390, 844), (320, 480), (1280, 800))
LYING = (844, 390)  # a phone
# What is being spoken is above the buttons, or on a wide screen beside them, and on the screen.
IS_READ = """(() => {
  const [buttons, now] = ["nav", ".now"].map((one) =>
    document.querySelector(one).getBoundingClientRect());
  return now.bottom <= innerHeight + 1 &&
    (buttons.top >= now.bottom - 1 || buttons.left >= now.right - 1);
})()"""
SLOW_BYTES_S = 48_000  # one and a half times 16,000 samples a second
ABOUT_BYTES = 159  # as docs/story-page.md says


@pytest.fixture(scope="session")
def server(compiler: None) -> Path:
    """The page's server, as its recipe builds it for this machine."""
    return build.host_package(page.PACKAGE) / "usr/bin/story-page"


@pytest.fixture
def bench(teller: Path, tmp_path: Path) -> Bench:
    """The storyteller under sanitizers; the engine is a stand-in that takes its time."""
    made = Bench(teller, tmp_path)
    made.data.mkdir()
    made.write(LONG, word_ms=20, settings="pause=3600\nsteps=100000\n")
    return made


@dataclass(frozen=True)
class Site:
    """A page that is served, the storyteller behind it, and another client of that."""

    port: int
    client: client.Client

    @property
    def url(self) -> str:
        """As a browser has it."""
        return f"http://localhost:{self.port}"

    def get(self, path: str, **headers: str) -> requests.Response:
        """One request; it is not waited for the end of a stream."""
        return requests.get(self.url + path, headers=headers, stream=True, timeout=HUNG_S)

    def stream(self, path: str, **headers: str) -> requests.Response:
        """What comes as it is told; it is not waited for its end."""
        sent = {"Origin": self.url, **headers}
        return requests.post(self.url + path, headers=sent, stream=True, timeout=HUNG_S)

    def post(self, body: bytes, **headers: str) -> int:
        """Ask for something; returns the status."""
        sent = {"Origin": self.url, **headers}
        return requests.post(f"{self.url}/do", data=body, headers=sent, timeout=HUNG_S).status_code


@contextlib.contextmanager
def served(bench: Bench, server: Path, *options: str) -> Iterator[Site]:
    """A page of a story that is being told."""
    port = web.free_port()
    words = bench.words("--no-figures", *options)
    with (
        page.served(page.Page(server, FILES), bench.data, bench.folder / "log", port) as path,
        client.telling(words, path) as own,
    ):
        own.wait_for(event="text")
        yield Site(port, own)


@pytest.fixture
def site(bench: Bench, server: Path) -> Iterator[Site]:
    """A story that is only shown."""
    with served(bench, server, "--no-sound") as made:
        yield made


@pytest.fixture
def audible(bench: Bench, server: Path, quiet: None) -> Iterator[Site]:
    """A story that browsers play, slow enough for a recogniser; then the storyteller ends.

    It is paused until "tell": however long a listener takes to come, there is no more to be missed.
    """
    bench.write(TOLD, settings="speed=80\n")
    options = ("--device", "page", "--prompt", "Once upon a time", "--stories", "1")
    with served(bench, server, *options) as made:
        made.client.send(do="pause")
        made.client.wait_for(event="state", state="paused")
        yield made


def test_the_page_is_small_and_its_own(site: Site) -> None:
    assert sum(path.stat().st_size for path in FILES.iterdir()) < MOST_BYTES
    with site.get("/") as answer:
        assert answer.ok and "<title>Storyteller</title>" in answer.text
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
    for path in FILES.iterdir():
        assert "http" not in path.read_text().replace("http-equiv", ""), path
        if path.name != "index.html":
            with site.get(f"/{path.name.removesuffix('.html')}") as answer:
                assert answer.content == path.read_bytes()


def test_words_that_are_offered_have_pictures() -> None:
    """But for what systems of today may have no picture of."""
    lists = ("heroes", "places", "things")
    lines = [line for of in lists for line in (build.WORDS / f"{of}.txt").read_text().splitlines()]
    offered = {line for line in lines if line and not line.startswith("#")}
    pictures = (FILES / "pictures.js").read_text().split("`")[1].split(",")
    shown = {pair.strip().partition(" ")[2] for pair in pictures}
    assert offered - shown == {"feather"} and shown <= offered


def test_only_what_is_in_the_table_is_served(site: Site) -> None:
    for path in ("/package.yaml", "/../package.yaml", "/%2e%2e/package.yaml", "//etc/passwd",
                 "/page.css/", "/index.html%00", "/do"):  # fmt: skip
        with socket.create_connection(("127.0.0.1", site.port), HUNG_S) as browser:
            lines = f"GET {path} HTTP/1.1\r\nHost: localhost:{site.port}\r\nConnection: close\r\n"
            browser.sendall(f"{lines}\r\n".encode())
            status = browser.makefile("rb").readline()
        assert re.match(rb"HTTP/1.1 4\d\d ", status), (path, status)


def test_pages_from_elsewhere_are_refused(site: Site) -> None:
    body = b'{"do":"pause"}'
    assert site.post(body, Origin="http://example.org") == 403
    assert site.post(body, Origin=f"https://localhost:{site.port}") == 403
    assert site.post(body, Origin="null") == 403
    assert site.post(body, Host=f"example.org:{site.port}") == 403
    # A name that leads here, as DNS rebinding has it.
    for path in ("/", "/stories.txt", "/favourites", "/health"):
        with site.get(path, Host=f"example.org:{site.port}") as answer:
            assert answer.status_code == 403
        with site.get(path, Origin="http://example.org") as answer:
            assert answer.status_code == 403
    for path in ("/do", "/story", "/sound"):
        no_origin = requests.post(site.url + path, data=body, timeout=HUNG_S)
        assert no_origin.status_code == 403
    # An image of a page from elsewhere says nothing of where it comes from, and takes no place.
    for path in ("/story", "/sound"):
        with site.get(path) as answer:
            assert answer.status_code == 404
    assert not [event for event in site.client.seen if event.get("state") == "paused"]
    assert site.post(body) == 200
    site.client.wait_for(event="state", state="paused")


def test_what_is_sent_is_bounded(site: Site) -> None:
    assert site.post(b"x" * 1023) == 200  # the storyteller's own answer goes to nobody
    assert site.post(b"x" * 1024) == 413
    assert site.post(b"x" * 1_000_000) == 413
    assert site.post(b'{"do":"pause"}\n{"do":"next"}') == 400
    with site.get("/", **{"X-Long": "x" * 20_000}) as answer:
        assert answer.status_code >= 400
    assert site.post(b'{"do":"pause"}') == 200
    site.client.wait_for(event="state", state="paused")


def greeting(said: bytes, *lines: str, body: bytes = b"") -> bytes:
    """An input of the fuzzer: what the storyteller says, and what a browser does."""
    request = "\r\n".join((*lines, "Host: board", "Origin: http://board"))
    if body:
        request += f"\r\nContent-Length: {len(body)}"
    return bytes([len(said)]) + said + request.encode() + b"\r\n\r\n" + body


def test_fuzz_requests(server: Path, programs: Path, tmp_path: Path) -> None:
    """Any bytes of browsers, and of a storyteller, at the whole server."""
    sources = [path for path in PARTS.glob("src/*.c") if path.name != "main.c"]
    library = build.host_package("libmicrohttpd") / "usr"
    words: list[str | Path] = [f"-I{PARTS / 'src'}", "-isystem", library / "include"]
    words += ['-DPACKAGE_VERSION="1"', PARTS / "fuzz/request.c", *sources]
    words += [f"-L{library / 'lib'}", "-lmicrohttpd", "-lpthread"]
    hello = b'{"event":"hello","protocol":3,"sound":16000}\n'
    inputs = (
        greeting(hello, "POST /story HTTP/1.1", "Content-Length: 0"),
        greeting(hello + b'{"event":"sound"}\n' + bytes(60), "POST /sound HTTP/1.1"),
        greeting(b'{"event":"error","problem":"x"}\n', "POST /sound HTTP/1.0"),
        greeting(hello, "POST /do HTTP/1.1", body=b'{"do":"pause"}'),
        greeting(b'{"event":"error","problem":"x"}\n', "POST /recording HTTP/1.1", body=b"7"),
        greeting(b"", "GET /health HTTP/1.1", "Connection: close"),
        greeting(b"", "GET /../figures HTTP/1.1"),
        greeting(hello, "POST /do HTTP/1.1", "Transfer-Encoding: chunked")
        + b'e\r\n{"do":"pause"}\r\n0\r\n\r\n',
    )
    program = fuzzing.compile_fuzzer(programs / "fuzz-request", *words)
    fuzzing.fuzz(program, tmp_path, inputs, REQUESTS, 2048)


def test_fifty_requests_at_once(site: Site) -> None:
    """More than there are places for: each is answered or refused, and the story continues."""
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def ask(number: int) -> int:
            path = ("/", "/story", "/page.js", "/health", "/sound")[number % 5]
            fetch = site.stream if path in ("/story", "/sound") else site.get
            try:
                with fetch(path) as answer:
                    return answer.status_code
            except requests.ConnectionError:  # no place for another connection
                return 0

        statuses = list(pool.map(ask, range(AT_ONCE)))
    assert set(statuses) <= {0, 200, 429, 503} and statuses.count(200) >= AT_ONCE // 5, statuses
    site.client.wait_for(event="text")
    with site.get("/") as answer:
        assert answer.ok


def test_six_pages_and_one_more(site: Site) -> None:
    site.client.close()
    with contextlib.ExitStack() as stack:
        followed = []  # who forgets a stream's lines closes it
        for _ in range(FOLLOWERS):
            answer = stack.enter_context(site.stream("/story"))
            followed.append(answer.iter_lines())
            assert answer.ok and b'"hello"' in next(followed[-1])
        with site.stream("/story") as answer:
            assert answer.status_code == 429


def test_the_place_of_a_page_that_has_gone_is_free(site: Site) -> None:
    """Also while nothing is told: a child may press "reload" again and again."""
    site.post(b'{"do":"pause"}')
    site.client.wait_for(event="state", state="paused")
    head = f"POST /story HTTP/1.1\r\nHost: localhost:{site.port}\r\nOrigin: {site.url}\r\n"
    with socket.create_connection(("127.0.0.1", site.port), HUNG_S) as browser:
        browser.sendall(f"{head}Content-Length: 0\r\n\r\n".encode())
        said = browser.makefile("rb")
        while b'"hello"' not in said.readline():
            pass
        browser.shutdown(socket.SHUT_WR)
        assert all(line != b"\n" for line in said), "it was found out only by saying something"


def whole_text(client: client.Client) -> str:
    """Of the story, when the storyteller has ended."""
    while client.event() is not None:
        pass
    return client.told


def understood(samples: NDArray[np.int16], rate: int, text: str) -> float:
    """Share of the words that a recogniser finds."""
    assert rate == listen.RATE  # of the voice that the tests have
    return listen.words_found(listen.hear(listen.Sound(samples)), text)


def test_the_stream_is_the_story(audible: Site) -> None:
    with audible.stream("/sound") as answer:
        assert answer.ok and answer.headers["Content-Type"] == "audio/wav"
        audible.client.send(do="tell")
        wav = answer.content
    rate = int.from_bytes(wav[24:28], "little")
    samples = np.frombuffer(wav, "<i2", offset=client.WAV_HEADER_BYTES)
    assert understood(samples, rate, whole_text(audible.client)) > WORDS_FOUND


def test_who_has_no_sound_is_told(site: Site) -> None:
    with site.stream("/sound") as answer:
        assert answer.status_code == 503


def test_another_at_the_same_port_is_told(site: Site, server: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(UserError, match="Address already in use"),
        page.served(page.Page(server, FILES), tmp_path, tmp_path / "other.log", site.port),
    ):
        pass


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser; the test is skipped where there is none."""
    with opened() as browser:
        yield browser


def test_a_child_follows_pauses_and_asks(site: Site, browser: Browser) -> None:
    browser.driver.get(site.url)
    marked = browser.wait("document.querySelector('.now')?.textContent")
    assert marked
    browser.wait("document.querySelectorAll('#story span').length > 2")
    assert browser.script("return document.querySelectorAll('.now').length") == 1
    shown = browser.script("return document.querySelector('#story').textContent")
    assert shown.split()[:5] == site.client.told.split()[:5]
    browser.click("#main")
    site.client.wait_for(event="state", state="paused")
    browser.wait("document.querySelector('#main').innerText === 'Tell'")
    browser.click("#main")
    site.client.wait_for(event="state", state="telling")
    browser.wait("document.querySelector('#chips #places button')")
    browser.click("#heroes button:nth-of-type(2)")
    chosen = browser.script(
        "return document.querySelector('#heroes [aria-pressed=true]').lastChild.textContent"
    )
    assert browser.script("return document.querySelector('#about').value") == f"a {chosen}"
    browser.type("#about", " on the moon\ue007")  # and Enter
    note = site.client.wait_for(event="note")["text"]
    assert chosen in note and "moon" in note
    browser.wait(f"document.querySelector('#note').textContent === {note!r}")
    browser.click("#main")
    site.client.wait_for(event="state", state="paused")  # from here on, nothing comes by itself
    browser.click("#next")
    site.client.wait_for(event="story", number=2)
    # Whatever a story says is text: nothing of it becomes a part of the page.
    assert browser.script("return document.querySelectorAll('#story *:not(span)').length") == 0


def test_the_page_can_be_used_by_everybody(site: Site, browser: Browser) -> None:
    browser.driver.get(site.url)
    browser.wait("document.querySelector('.now') && document.querySelector('#things')")
    nameless = browser.script(
        "return [...document.querySelectorAll('button, input, meter')]"
        ".filter((one) => !(one.ariaLabel || one.textContent || one.labels?.length)).length"
    )
    assert nameless == 0  # each control has a name for a screen reader
    for width, height in (*SCREENS, LYING):
        browser.resize(width, height)
        browser.wait(f"innerWidth === {width}")
        assert browser.script("return document.documentElement.scrollWidth") <= width
        assert browser.wait(IS_READ)


def test_keys_alone(site: Site, browser: Browser) -> None:
    """Tab enters each row of words just once; arrows are for what is in it."""
    tab, left, right, home, end = "\ue004", "\ue012", "\ue014", "\ue011", "\ue010"
    browser.driver.get(site.url)
    browser.wait("document.querySelector('.now') && document.querySelector('#things')")
    browser.script("document.querySelector('#about').focus()")
    browser.press(tab)  # to the button that asks
    for keys, word in ((right, "1"), (left, "count - 1"), (end + right + left + home, "0")):
        browser.press(tab)
        for key in keys:
            browser.press(key)
        assert browser.script(
            "const all = [...document.activeElement.parentElement.querySelectorAll('button')];"
            f"const count = all.length; return all[{word}] === document.activeElement"
        ), keys
    browser.press(" ")
    assert browser.script("return document.activeElement.ariaPressed") == "true"
    assert browser.script("return document.querySelector('#about').value").startswith("a ")
    browser.press(tab)
    assert browser.script("return document.activeElement.textContent") == "For parents"


@pytest.mark.parametrize("is_dark", [False, True])
def test_nothing_grave_keeps_people_out(site: Site, browser: Browser, is_dark: bool) -> None:
    program = axe.source()
    site.client.send(do="add", about="heroes = walrus")
    site.client.send(do="pause")  # however long it takes, there is no more to be read
    site.client.wait_for(event="state", state="paused")
    browser.darken(is_dark)
    for width, height in SCREENS:
        browser.resize(width, height)
        browser.driver.get(site.url)
        browser.wait("document.querySelector('#story span') && document.querySelector('#things')")
        assert axe.findings(browser, program) == []
        open_for_parents(browser, site.url)
        assert axe.findings(browser, program) == []
    browser.script("document.querySelector('#words button').textContent = ''")
    (finding,) = axe.findings(browser, program)
    assert finding.startswith("button-name: ")


def heard_in(browser: Browser, audible: Site) -> float:
    """Share of a story's words that a recogniser finds in what a browser plays."""
    browser.driver.get(audible.url)
    browser.wait("document.querySelector('#listen').checkVisibility()")
    browser.click("#listen")
    browser.wait("document.querySelector('#listen').ariaPressed === 'true'")
    audible.client.send(do="tell")
    text = whole_text(audible.client)
    browser.wait("document.querySelector('#main').disabled")  # the end of the storyteller, too
    samples, rate = browser.played()
    later = text.partition(".")[2]  # some of the first sentence was told before the pause
    return understood(samples, rate, later)


def test_a_browser_plays_the_story(audible: Site, browser: Browser) -> None:
    assert heard_in(browser, audible) > WORDS_FOUND


# From the touch of a button until the loudspeaker is silent, in milliseconds.
SILENT = """
const begun = performance.now();
document.querySelector('#main').click();
window.silent = null;
window.audio.addEventListener('statechange', () => {
  window.silent = { ms: performance.now() - begun, state: window.audio.state };
}, { once: true });
"""


def test_a_pause_ends_the_sound(bench: Bench, server: Path, browser: Browser, quiet: None) -> None:
    with served(bench, server, "--device", "page") as site:
        browser.driver.get(site.url)
        browser.wait("document.querySelector('#listen').checkVisibility()")
        browser.click("#listen")
        browser.wait("window.played.length > 20")
        browser.script(SILENT)
        silent = browser.wait("window.silent")
        assert silent["state"] == "suspended" and silent["ms"] < SILENT_MS
        site.client.wait_for(event="state", state="paused")
        browser.wait("document.querySelector('#main').innerText === 'Tell'")
        before = browser.script("return window.played.length")
        browser.click("#main")
        browser.wait(f"window.played.length > {before} && window.audio.state === 'running'")
        # Who pauses it elsewhere hears no more than this of what has come already.
        ahead = browser.script("return Math.max(...window.played.map(({ahead}) => ahead))")
        assert ahead <= AHEAD_S


def test_without_javascript_the_page_says_so(site: Site, browser: Browser) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    for path, shown in {"": "nav", "/parents": "#gate"}.items():
        browser.driver.get(site.url + path)
        text = browser.driver.find_element("css selector", "main").text
        assert "JavaScript is missing" in text
        assert not browser.driver.find_element("css selector", shown).is_displayed()


def test_another_voice_is_played_at_its_own_rate(
    server: Path, tmp_path: Path, browser: Browser
) -> None:
    """The storyteller starts again with a voice of another rate, while the page listens."""
    port = web.free_port()
    with page.served(page.Page(server, FILES), tmp_path, tmp_path / "log", port) as path:
        with fake_teller.humming(path, 16000):
            browser.driver.get(f"http://localhost:{port}")
            browser.wait("document.querySelector('#listen').checkVisibility()")
            browser.click("#listen")
            browser.wait("window.audio?.sampleRate === 16000")
        browser.wait("document.querySelector('#main').disabled")
        with fake_teller.humming(path, 22050):
            browser.wait("window.audio.sampleRate === 22050")
            assert browser.script("return document.querySelector('#listen').ariaPressed") == "true"


def test_forgotten_pages_leave_room_for_the_one_that_is_seen(site: Site, browser: Browser) -> None:
    """A browser opens six connections to one place: eight pages would wait for each other."""
    for _ in range(FOLLOWERS + 2):
        browser.driver.switch_to.new_window("tab")
        browser.driver.get(site.url)
        browser.wait("document.querySelector('.now')")
    browser.click("#main")
    site.client.wait_for(event="state", state="paused")
    browser.driver.switch_to.window(browser.driver.window_handles[1])
    browser.wait("document.querySelector('#main').innerText === 'Tell'")


def test_of_two_pages_one_is_heard(bench: Bench, server: Path, browser: Browser) -> None:
    with served(bench, server, "--device", "page") as site:
        for _ in range(2):
            browser.driver.switch_to.new_window("tab")
            browser.driver.get(site.url)
            browser.wait("document.querySelector('#listen').checkVisibility()")
            browser.click("#listen")
            browser.wait("document.querySelector('#listen').ariaPressed === 'true'")
        browser.driver.switch_to.window(browser.driver.window_handles[1])
        browser.wait("document.querySelector('#listen').ariaPressed === 'false'")


def test_one_page_too_many_is_told(site: Site, browser: Browser) -> None:
    site.client.close()
    with contextlib.ExitStack() as stack:
        for _ in range(FOLLOWERS):
            assert stack.enter_context(site.stream("/story")).ok
        browser.driver.get(site.url)
        browser.wait("document.querySelector('#note').textContent.startsWith('Too many pages')")
    browser.wait("document.querySelector('.now')")


# What a page from elsewhere can try in the same browser; each attempt says "refused", or what came.
HOSTILE = """<!doctype html><meta charset="utf-8"><body><script>
const at = "SITE";
const no = () => "refused";
const said = (answer) => answer.text().then((text) => `${answer.type}: ${text}`);
const loaded = (tag, path) => new Promise((done) => {
  const one = document.createElement(tag);
  one.onload = one.oncanplay = () => done(tag);
  one.onerror = () => done("refused");
  one.src = at + path;
  document.body.append(one);
});
const send = (mode, path, verb) => fetch(at + path, { method: "POST", mode,
  body: `{"do":"${verb}"}` }).then(said, no);
const submitted = () => new Promise((done) => {
  const frame = document.createElement("iframe");
  const form = document.createElement("form");
  frame.name = "frame";
  Object.assign(form, { method: "post", enctype: "text/plain", target: "frame" });
  form.action = at + "/do";
  form.innerHTML = `<input name='{"do":"next","about":"' value='"}'>`;
  document.body.append(frame, form);
  frame.onload = () => done(frame.contentDocument?.body.innerText ?? "refused");
  form.submit();
});
const spoken = () => new Promise((done) => {
  const one = new WebSocket(at.replace("http", "ws") + "/story");
  one.onopen = () => done("open");
  one.onerror = () => done("refused");
});
navigator.sendBeacon(at + "/do", '{"do":"pause"}');
Promise.all([
  ...["/", "/story", "/health", "/stories.txt"].flatMap((path) =>
    ["cors", "no-cors"].map((mode) => fetch(at + path, { mode }).then(said, no))),
  ...["cors", "no-cors"].flatMap((mode) => [send(mode, "/do", "pause"), send(mode, "/story", ""),
    send(mode, "/sound", "")]),
  loaded("img", "/story"), loaded("script", "/stories.txt"), loaded("script", "/page.js"),
  loaded("audio", "/sound"), submitted(), spoken(),
]).then((all) => { window.all = all; });
</script>"""


def test_a_page_from_elsewhere_reads_and_changes_nothing(site: Site, browser: Browser) -> None:
    with web.running() as elsewhere:
        hostile = HOSTILE.replace("SITE", site.url).encode()
        elsewhere.page("/", hostile, web.Answer(headers={"Content-Type": "text/html"}))
        browser.driver.get(f"{elsewhere.url}/")
        said = browser.wait("window.all")
    assert len(said) > 15 and set(said) == {"refused"}, said
    assert site.post(b'{"do":"keep"}') == 200
    site.client.wait_for(event="note")  # whatever was sent before has arrived by now
    seen = site.client.seen
    assert {event.get("state") for event in seen} <= {None, "starting", "telling"}
    assert max(event.get("number", 0) for event in seen) == 1


@contextlib.contextmanager
def opened_over(link: Link) -> Iterator[Browser]:
    """A browser that reaches the page through a link, under the page's own name."""
    with opened(f"MAP localhost:{link.to} 127.0.0.1:{link.port}") as browser:
        yield browser


def test_a_slow_link_is_enough(audible: Site) -> None:
    """Half as much again as the sound needs."""
    with linked(audible.port, SLOW_BYTES_S) as link, opened_over(link) as browser:
        assert heard_in(browser, audible) > WORDS_FOUND


def test_a_connection_that_is_lost_unheard_is_left(server: Path, tmp_path: Path) -> None:
    """As on a machine that was asleep: nothing comes, and no end of it either."""
    port = web.free_port()
    is_there = "!document.querySelector('#main').disabled"
    with (
        page.served(page.Page(server, FILES), tmp_path, tmp_path / "log", port) as path,
        fake_teller.humming(path, 16000),
        linked(port) as link,
        opened_over(link) as browser,
    ):
        browser.driver.get(f"http://localhost:{port}")
        browser.wait(is_there)
        link.lose()
        browser.wait("document.querySelector('#note').textContent.startsWith('I cannot hear')")
        browser.wait(is_there)


def test_what_has_no_room_is_not_sent(site: Site, browser: Browser) -> None:
    """Nobody would see the storyteller's complaint: the page that asked is gone by then."""
    browser.driver.get(site.url)
    browser.wait("document.querySelector('.now')")
    browser.type("#about", "\u00e9" * 80 + "\ue007")  # 160 bytes, and Enter
    browser.wait("document.querySelector('#note').textContent.startsWith('That is too long')")
    assert len(browser.script("return document.querySelector('#about').value")) == 80
    assert not [event for event in site.client.seen if event["event"] == "note"]


def open_for_parents(browser: Browser, url: str) -> None:
    """As one who can multiply opens it, and waits until all is shown."""
    browser.driver.get(f"{url}/parents")
    browser.wait("document.querySelector('#question').textContent")
    browser.type("#answer", "0\ue007")  # and Enter
    browser.wait("document.querySelector('#note').textContent === 'That is not it.'")
    assert browser.script("return document.querySelector('#open').hidden")
    first, second = browser.script(
        "return document.querySelector('#question').textContent.match(/\\d+/g)"
    )
    browser.type("#answer", f"\ue003{int(first) * int(second)}\ue007")
    browser.wait("document.querySelector('#blocked-status')?.textContent")
    browser.wait("document.querySelector('#health dt')")


def test_parents_set_the_volume(site: Site, browser: Browser) -> None:
    open_for_parents(browser, site.url)
    assert browser.script("return document.querySelector('#volume').value") == "100"
    browser.type("#volume", "\ue003\ue003\ue00355\ue007")
    site.client.wait_for(event="volume", percent=55, most=55)
    browser.wait("document.querySelector('#volume-status').textContent === 'Set on this page.'")
    browser.type("#quiet", "\ue003\ue003late\ue007")
    browser.wait("document.querySelector('#quiet-status').textContent.includes('Not changed')")
    assert browser.script("return document.querySelector('#quiet').value") == "no"
    longest = browser.script("return document.querySelector('#quiet').maxLength")
    assert len("quiet = ") + longest == ABOUT_BYTES
    voices = browser.script("return [...document.querySelector('#voice')].map((one) => one.value)")
    assert voices == ["slt", "kal16"]


# A storyteller that was too busy to hear that, twice.
DEAF = """
const fetch = window.fetch;
let deaf = 2;
window.fetch = (path, how) => how?.body?.includes('"settings"') && deaf-- > 0
  ? Promise.resolve(new Response("", { status: 503 })) : fetch(path, how);
"""


def test_parents_get_the_settings_of_a_busy_storyteller(site: Site, browser: Browser) -> None:
    browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": DEAF})
    open_for_parents(browser, site.url)


def test_parents_add_and_remove_words(site: Site, browser: Browser) -> None:
    open_for_parents(browser, site.url)
    browser.type("#heroes", "Lazy Walrus\ue007")
    browser.wait("document.querySelector('#heroes-list li')?.textContent.startsWith('lazy walrus')")
    assert browser.script("return document.querySelector('#heroes').value") == ""
    browser.type("#blocked", "!kill*\ue007")
    browser.wait("document.querySelector('#blocked-status').textContent.startsWith('Not changed')")
    browser.click("#heroes-list button")
    browser.wait("!document.querySelector('#heroes-list li')")


# As browsers save: the test reads what the page would have saved.
SAVED = """
window.saved = [];
URL.createObjectURL = (blob) => {
  window.blob = blob;
  blob.text().then((text) => window.saved.push(text));
  return "#";
};
"""


def test_parents_read_replay_and_save_what_was_told(
    bench: Bench, server: Path, browser: Browser
) -> None:
    bench.write(" and went home. The end.", settings="pause=3600\n")
    with served(bench, server, "--no-sound", "--prompt", "A <b>fox</b> sat") as site:
        site.client.wait_for(event="state", state="ready")
        site.client.send(do="keep")
        site.client.wait_for(event="note")
        open_for_parents(browser, site.url)
        browser.wait("document.querySelector('#told details')")
        text = "A <b>fox</b> sat and went home. The end."
        for of in ("told", "kept"):
            shown = f"document.querySelector('#{of} .told')?.textContent"
            assert browser.wait(shown) == text
        assert browser.script("return document.querySelectorAll('#open b').length") == 0
        browser.script(SAVED)
        browser.click("#told summary")
        browser.click("#told button:nth-of-type(2)")
        assert browser.wait("window.saved[0]") == f"{text}\n"
        browser.click("#told button")
        site.client.wait_for(event="story", number=2)
        browser.wait("document.querySelectorAll('#told details').length === 2")
        assert browser.script("return document.querySelector('#told [open]') !== null")
        with site.get("/stories.txt") as answer:
            assert answer.text == (bench.data / "stories.txt").read_text()


# What is saved, as bytes that come through WebDriver.
BLOB = """
const done = arguments[0];
window.blob.arrayBuffer().then((found) => done([...new Uint8Array(found)]));
"""


def test_parents_save_a_told_story_as_sound(bench: Bench, server: Path, browser: Browser) -> None:
    told = f"Once upon a time{TOLD}"
    (bench.data / "stories.txt").write_text(f"story 1  seed 7  2026-11-29\n{told}\n\n")
    status = "document.querySelector('#told [role=status]').textContent"
    with served(bench, server, "--no-sound") as site:
        browser.resize(*SCREENS[1])
        open_for_parents(browser, site.url)
        browser.wait("document.querySelector('#told details')")
        browser.script(SAVED)
        browser.click("#told summary")
        browser.click("#told button:nth-of-type(3)")
        browser.wait(f"{status}.includes('press Pause')")
        widest = browser.script("return document.documentElement.scrollWidth")
        assert widest == SCREENS[1][0]
        site.client.send(do="pause")
        site.client.wait_for(event="state", state="paused")
        browser.click("#told button:nth-of-type(3)")
        browser.wait(f"{status} === 'Saved.'")
        path = bench.folder / "saved.wav"
        path.write_bytes(bytes(browser.driver.execute_async_script(BLOB)))
    with wave.open(str(path)) as file:
        assert file.getnframes() * 2 + client.WAV_HEADER_BYTES == path.stat().st_size
        assert file.getframerate() == 16_000 and file.getnframes() > 5 * 16_000


@pytest.mark.parametrize("body", [b"", b"x", b"7x", b"9" * 21, b"9" * 2000, b'7","do":"next'])
def test_only_a_seed_is_taken_for_one(site: Site, body: bytes) -> None:
    url, headers = f"{site.url}/recording", {"Origin": site.url}
    assert requests.post(url, body, headers=headers, timeout=HUNG_S).status_code == 400
    headers["Origin"] = "http://example.org"
    assert requests.post(url, b"7", headers=headers, timeout=HUNG_S).status_code == 403
    assert requests.get(url, timeout=HUNG_S).status_code == 404


def test_parents_see_how_the_storyteller_is(bench: Bench, server: Path, browser: Browser) -> None:
    bench.write(" and went home. The end.", settings="pause=3600\n")
    with served(bench, server, "--no-sound") as site:
        site.client.wait_for(event="state", state="ready")
        open_for_parents(browser, site.url)
        browser.wait("document.querySelectorAll('#health dt').length === 9")
        shown = browser.script("return document.querySelector('#health').innerText")
        assert own_version() in shown and "no sound" in shown and "NaN" not in shown
        with site.get("/health") as answer:
            health = answer.json()
    assert 0 < health["available"] < health["memory"]
    assert 0 < health["free"] < health["card"]


def test_only_the_end_of_long_figures_is_read(bench: Bench, server: Path) -> None:
    with served(bench, server, "--no-sound") as site:
        (bench.data / "stories.jsonl").write_text("x" * 10_000 + "\nlast\n")
        with site.get("/figures") as answer:
            assert len(answer.content) == 4096 and answer.text.endswith("\nlast\n")
        (bench.data / "stories.jsonl").unlink()
        (bench.data / "stories.jsonl").mkdir()
        for path in ("/figures", "/older-stories.txt"):  # no file; not there
            with site.get(path) as answer:
                assert answer.status_code == 404
