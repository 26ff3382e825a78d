# SPDX-License-Identifier: MIT
"""A link between a browser and the page's server, on the loopback, which is lost unheard."""

import contextlib
import socket
import threading
from collections.abc import Iterator

PART_BYTES = 4096


class Link:
    """Passes connections on to another port of this machine."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.door.getsockname()[1])
        self.sockets: list[socket.socket] = []
        self.lost = 0  # connections: they pass on nothing more, and do not end
        self.ended = threading.Event()

    def lose(self) -> None:
        """All connections so far are lost, and neither side hears of it."""
        self.lost = len(self.sockets)

    def _pass_on(self, number: int, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(PART_BYTES):
                if number < self.lost:
                    self.ended.wait()
                sink.sendall(part)
            sink.shutdown(socket.SHUT_WR)

    def serve(self) -> None:
        """Take connections until the door is closed."""
        with contextlib.suppress(OSError):
            while True:
                browser = self.door.accept()[0]
                server = socket.create_connection(("127.0.0.1", self.to))
                number = len(self.sockets)
                self.sockets += [browser, server]
                for ends in ((browser, server), (server, browser)):
                    words = (number, *ends)
                    threading.Thread(target=self._pass_on, args=words, daemon=True).start()


@contextlib.contextmanager
def linked(to: int) -> Iterator[Link]:
    """A link to a port of this machine, for the length of a `with`."""
    link = Link(to)
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
