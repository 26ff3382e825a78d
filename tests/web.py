# SPDX-License-Identifier: MIT
"""A web server on the loopback that misbehaves as told: cuts, stalls, lies, is busy."""

import contextlib
import http.server
import re
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SLICE_S = 0.05  # a throttled answer goes out in slices of this length


def free_port() -> int:
    """A port of this machine's loopback that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """How one request is answered; by default as well-behaved servers do."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None  # instead of the page's content
    ranges: bool = True  # whether Range is honoured
    shift: int = 0  # begin this many bytes after the one that was asked for
    span: int | None = None  # a range is answered with at most so many bytes
    cut_after: int | None = None  # close the connection after so many bytes of the body
    stall_after: int | None = None  # say no more after so many bytes, but keep the connection
    reset: bool = False  # end the connection as a router does that forgets it, with RST
    mute: bool = False  # take the request, say nothing
    rate: int | None = None  # bytes per second
    chunked: bool = False  # the length of the body is not told beforehand


@dataclass
class Page:
    """One path: its content, and the answers to requests in order; the last one stays."""

    content: bytes
    answers: tuple[Answer, ...]
    asked: list[str | None] = field(default_factory=list)  # the Range header of each request


class Web:
    """A running server: `pages` by path, `url` of its root."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Page] = {}
        self.stopped = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
            self.url = f"https://localhost:{self.server.server_port}"

    def page(self, path: str, content: bytes, *answers: Answer) -> Page:
        """Serve `content` at `path` from now on."""
        self.pages[path] = Page(content, answers or (Answer(),))
        return self.pages[path]


@contextlib.contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """A server for the length of a `with`. What is asked of it as a proxy is a page, too."""
    web = Web(tls)
    thread = threading.Thread(target=web.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield web
    finally:
        web.stopped.set()
        web.server.shutdown()
        web.server.server_close()
        thread.join()


def _handler(web: Web) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            page = web.pages.get(self.path)
            if page is None:
                self.send_error(404)
                return
            answer = page.answers[min(len(page.asked), len(page.answers) - 1)]
            page.asked.append(self.headers["Range"])
            with contextlib.suppress(ConnectionError):
                self._answer(page, answer)

        def _answer(self, page: Page, answer: Answer) -> None:
            if answer.mute:
                web.stopped.wait()
                return
            body = page.content if answer.body is None else answer.body
            wanted = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
            status, headers = answer.status, dict(answer.headers)
            if wanted and answer.ranges and status == 200:
                start = int(wanted[1]) + answer.shift
                if start >= len(body):
                    status, headers["Content-Range"], body = 416, f"bytes */{len(body)}", b""
                else:
                    status = 206
                    end = min(start + (answer.span or len(body)), len(body))
                    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(body)}"
                    body = body[start:end]
            self._send(status, headers, body, answer)

        def _send(self, status: int, headers: dict[str, str], body: bytes, how: Answer) -> None:
            self.send_response(status)
            framing = {"Transfer-Encoding": "chunked"} if how.chunked else {}
            framing["Connection"] = "close"
            for name, value in {"Content-Length": str(len(body)), **headers, **framing}.items():
                if not (how.chunked and name == "Content-Length"):
                    self.send_header(name, value)
            self.end_headers()
            limits = [n for n in (how.cut_after, how.stall_after) if n is not None]
            for piece in _pieces(body[: min(limits)] if limits else body, how.rate):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if how.chunked else piece)
                if how.rate:
                    web.stopped.wait(SLICE_S)
            if how.chunked and not limits:
                self.wfile.write(b"0\r\n\r\n")
            if how.stall_after is not None:
                self.wfile.flush()
                web.stopped.wait()
            if how.reset:
                self._reset()

        def _reset(self) -> None:
            linger = struct.pack("ii", 1, 0)  # on, for no time: close() sends RST
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            # The socket stays open as long as this file holds it, and is shut down in order then.
            self.rfile.close()
            self.connection.close()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _pieces(body: bytes, rate: int | None) -> Iterator[bytes]:
    length = int(rate * SLICE_S) if rate else max(len(body), 1)
    for start in range(0, len(body), length):
        yield body[start : start + length]
