# SPDX-License-Identifier: MIT
"""Where a store keeps its bytes: a folder, or a server that speaks Bazel's HTTP cache protocol.

GET and PUT of /ac/KEY and /cas/SHA256, each name 64 hexadecimal digits:
https://bazel.build/remote/caching#http-caching
"""

import contextlib
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from image import output
from image.surroundings import certificates

if TYPE_CHECKING:
    # Takes long to load; few calls use a store.
    import requests

CHUNK = 1 << 18
# A server in the same building answers in milliseconds.
CONNECT_S = 1.0
SILENCE_S = 1.0  # without a single byte
PUT_SILENCE_S = 60.0  # it may write a large file to its disk before it answers
NOT_FOUND = (404, 410)


class Trouble(Exception):
    """The store does not do what it should; the message says what, without credentials."""


class Place(Protocol):
    """What can hold a store's files. `name` is an address relative to it: cas/SHA256."""

    def get(self, name: str) -> contextlib.AbstractContextManager[Iterator[bytes] | None]:
        """The content in pieces; None where there is none. Raises Trouble, also in between."""

    def put(self, name: str, file: Path) -> None:
        """Keep the content of a file under a name. Raises Trouble."""

    def has(self, name: str) -> bool:
        """Whether there is something of that name. Raises Trouble."""


@dataclass(frozen=True)
class Folder:
    """A folder, such as one of a file server."""

    path: Path

    @contextlib.contextmanager
    def get(self, name: str) -> Iterator[Iterator[bytes] | None]:
        """As of a place."""
        with _told():
            try:
                file = (self.path / name).open("rb")
            except FileNotFoundError:
                file = None
        if file is None:
            yield None
            return
        with file:
            yield _pieces(file)

    def put(self, name: str, file: Path) -> None:
        """As of a place. Appears whole: others may read at the same time."""
        target = self.path / name
        with _told():
            if not target.parent.is_dir():
                target.parent.mkdir(parents=True, exist_ok=True)
                # Whoever may write to the folder may write to those in it.
                target.parent.chmod(stat.S_IMODE(self.path.stat().st_mode))
            with output.whole(target) as partial:
                shutil.copyfile(file, partial)

    def has(self, name: str) -> bool:
        """As of a place."""
        with _told():
            return (self.path / name).is_file()


@dataclass(frozen=True)
class Server:
    """A server, by its address without a / at the end. Credentials are those of ~/.netrc."""

    url: str
    # Connections that are kept, of threads that do not need them at the moment.
    _idle: "list[requests.Session]" = field(default_factory=list, repr=False, compare=False)

    @contextlib.contextmanager
    def get(self, name: str) -> Iterator[Iterator[bytes] | None]:
        """As of a place."""
        with self._answered("GET", name, SILENCE_S, stream=True) as response:
            if response.status_code in NOT_FOUND:
                yield None
                return
            _check(response)
            yield self._received(response)

    def put(self, name: str, file: Path) -> None:
        """As of a place."""
        with file.open("rb") as opened:
            # requests would not tell the length of an empty file, which some servers insist on.
            data = opened if file.stat().st_size else b""
            with self._answered("PUT", name, PUT_SILENCE_S, data=data) as response:
                _check(response)

    def has(self, name: str) -> bool:
        """As of a place."""
        with self._answered("HEAD", name, SILENCE_S) as response:
            if response.status_code in NOT_FOUND:
                return False
            _check(response)
            return True

    @contextlib.contextmanager
    def _answered(
        self, method: str, name: str, silence_s: float, **more: Any
    ) -> "Iterator[requests.Response]":
        import requests

        # Without "identity" a server may compress once more what is compressed.
        headers = {"Accept-Encoding": "identity"}
        trusted = str(certificates() or "") or True
        try:
            session = self._idle.pop()
        except IndexError:
            session = requests.Session()
        try:
            response = session.request(
                method, f"{self.url}/{name}", headers=headers, timeout=(CONNECT_S, silence_s),
                verify=trusted, allow_redirects=method != "PUT", **more,
            )  # fmt: skip
        except requests.RequestException as error:
            raise Trouble(_phrase(error)) from None
        with response:
            yield response
        self._idle.append(session)

    def _received(self, response: "requests.Response") -> Iterator[bytes]:
        import requests
        import urllib3

        try:
            # As they come: whoever waits for them has to see how slowly.
            while piece := response.raw.read1(CHUNK, decode_content=False):
                yield piece
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise Trouble(_phrase(error)) from None


def _pieces(file: Any) -> Iterator[bytes]:
    with _told():
        while piece := file.read(CHUNK):
            yield piece


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Trouble(error.strerror or str(error)) from None


def _check(response: "requests.Response") -> None:
    if response.status_code >= 300:
        raise Trouble(f"HTTP status {response.status_code}")


def _phrase(error: Exception) -> str:
    """What went wrong, without the address: a proxy's may hold a password."""
    text = str(error)
    for sign, meant in (
        ("NewConnectionError", "no connection"),
        ("NameResolutionError", "no such host"),
        ("ConnectTimeout", "no connection in time"),
        ("timed out", "no answer in time"),
        ("IncompleteRead", "the answer was cut"),
        ("SSL", "its certificate is not trusted"),
        ("reset by peer", "the connection was cut"),
    ):
        if sign in text or sign in type(error).__name__:
            return meant
    return type(error).__name__
