# SPDX-License-Identifier: MIT
"""A link between a browser and the page's server, on the loopback: slow, or lost unheard."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

PART_BYTES = 1460  # of a packet
WINDOW_BYTES = 16384  # what may wait on its way


class Link:
    """Passes connections on to another port of this machine.

    `bytes_s` is how much of the server's all of them get through together; None: all of it.
    """

    def __init__(self, to: int, bytes_s: float | None = None) -> None:
        self.to = to
        self.bytes_s = bytes_s
        self.line = threading.Lock()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.door.getsockname()[1])
        self.sockets: list[socket.socket] = []
        self.lost = 0  # connections: they pass on nothing more, and do not end
        self.ended = threading.Event()

    def lose(self) -> None:
        """All connections so far are lost, and neither side hears of it."""
        self.lost = len(self.sockets)

    def _pass_on(
        self, number: int, source: socket.socket, sink: socket.socket, bytes_s: float | None
    ) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(PART_BYTES):
                if number < self.lost:
                    self.ended.wait()
                if bytes_s is not None:
                    with self.line:  # it is busy for as long as these bytes take
                        time.sleep(len(part) / bytes_s)
                sink.sendall(part)
            sink.shutdown(socket.SHUT_WR)

    def serve(self) -> None:
        """Take connections until the door is closed."""
        with contextlib.suppress(OSError):
            while True:
                browser = self.door.accept()[0]
                server = socket.socket()
                server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
                server.connect(("127.0.0.1", self.to))
                number = len(self.sockets)
                self.sockets += [browser, server]
                for way in ((browser, server, None), (server, browser, self.bytes_s)):
                    words = (number, *way)
                    threading.Thread(target=self._pass_on, args=words, daemon=True).start()


@contextlib.contextmanager
def linked(to: int, bytes_s: float | None = None) -> Iterator[Link]:
    """A link to a port of this machine, for the length of a `with`."""
    link = Link(to, bytes_s)
    waiter = threading.Thread(target=link.serve)
    waiter.start()
    try:
        yield link
    finally:
        link.ended.set()
        link.door.shutdown(socket.SHUT_RDWR)
        waiter.join()
        link.door.close()
        for one in link.sockets:
            one.close()
