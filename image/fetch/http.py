# SPDX-License-Identifier: MIT
"""One file over HTTP, in as many pieces as it takes."""

import contextlib
import email.utils
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from image.recipes.source import Unavailable
from image.surroundings import certificates

if TYPE_CHECKING:
    # A quarter of the time in which ./doit starts; few calls download anything.
    import requests

CHUNK = 1 << 16
CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
TOO_BUSY = (429, 500, 502, 503, 504)  # statuses that another try may change


@dataclass(frozen=True)
class Patience:
    """How long to wait for what; a download that advances is never given up."""

    connect_s: float = 10.0
    silence_s: float = 30.0  # without a single byte
    attempts: int = 4  # in a row that bring nothing new
    delay_s: float = 1.0  # before another attempt; doubles with each that brings nothing new
    longest_delay_s: float = 30.0  # whatever Retry-After says

    def delay(self, idle: int, asked_s: float | None = None) -> float:
        """Seconds until another attempt, after that many in a row that brought nothing new.

        None at all while a download that is cut now and then advances; `asked_s` is the server's.
        """
        doubled = self.delay_s * 2 ** (idle - 1) if idle else 0.0
        return min(doubled if asked_s is None else asked_s, self.longest_delay_s)


class _Interrupted(Exception):
    """A download stopped before its end; trying again may bring more."""

    def __init__(self, reason: str, delay_s: float | None = None) -> None:
        super().__init__(reason)
        self.delay_s = delay_s  # what the server asked for


class _Unreachable(_Interrupted):
    """Not even a connection."""


def download(url: str, part: Path, title: str, patience: Patience) -> bool:
    """Add to the file `part`, from where it ends, until it is whole. `title` is for the bar.

    Returns whether all of it came in one answer, so that no two versions can be mixed in it.
    Raises Unavailable, with a phrase, when the URL does not answer or brings nothing new.
    What came is kept: it is for the caller to say whether the content is right.
    """
    longest = first = _size(part)
    idle = 0
    with tqdm(
        desc=title, unit="B", unit_scale=True, leave=False, disable=None, file=sys.stderr
    ) as bar:
        while True:
            try:
                return _transfer(url, part, bar, patience)
            except _Interrupted as reason:
                idle = 0 if _size(part) > longest else idle + 1
                longest = max(longest, _size(part))
                is_unreachable = isinstance(reason, _Unreachable) and longest == first
                if idle >= patience.attempts or is_unreachable:
                    raise Unavailable(str(reason)) from None
                time.sleep(patience.delay(idle, reason.delay_s))


def _transfer(url: str, part: Path, bar: "tqdm[Any]", patience: Patience) -> bool:
    """One request. Returns whether it brought all of the file, or only its end.

    Raises _Interrupted when it did not bring the file to its end.
    """
    begun = _size(part)
    with _opened(url, begun, patience) as response:
        start, end = _extent(response, begun, part)
        bar.total, bar.n = end, start
        with part.open("ab") as file:
            file.truncate(start)
            while data := _read(response):
                file.write(data)
                bar.update(len(data))
    if end is not None and _size(part) < end:
        raise _Interrupted(f"cut after {_size(part)} of {end} bytes")
    return start == 0


@contextlib.contextmanager
def _opened(url: str, begun: int, patience: Patience) -> "Iterator[requests.Response]":
    import requests

    # Without "identity", some servers mark a .tar.gz as encoded, and it would be unpacked here.
    headers = {"Accept-Encoding": "identity"}
    if begun:
        headers["Range"] = f"bytes={begun}-"
    timeouts = (patience.connect_s, patience.silence_s)
    try:
        trusted = str(certificates() or "") or True
        response = requests.get(url, headers=headers, stream=True, timeout=timeouts, verify=trusted)
    except requests.RequestException as error:
        raise _translated(error, patience) from None
    with response:
        yield response


def _extent(response: "requests.Response", begun: int, part: Path) -> tuple[int, int | None]:
    """From which byte to which an answer goes. Raises Unavailable or _Interrupted if it is none."""
    status = response.status_code
    length = response.headers.get("Content-Length", "")
    if status == 200:
        return 0, int(length) if length.isdigit() else None
    if status == 206:
        extent = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if extent and int(extent[1]) == begun:
            return begun, int(extent[2]) if extent[2] != "*" else None
    reason = f"HTTP {status} {response.reason}"
    if status in TOO_BUSY:
        raise _Interrupted(reason, _retry_after(response))
    if status in (206, 416):
        # What we have is no beginning of what the server has: start anew.
        part.unlink(missing_ok=True)
        raise _Interrupted(f"{reason}, but not with the requested bytes")
    raise Unavailable(reason)


def _read(response: "requests.Response") -> bytes:
    """The next bytes, however few, so that a cut loses none that came; empty at the end."""
    import urllib3

    try:
        data: bytes = response.raw.read1(CHUNK, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError:
        raise _Interrupted("it stopped sending") from None
    except urllib3.exceptions.HTTPError:
        raise _Interrupted("the connection was cut") from None
    return data


def _translated(error: "requests.RequestException", patience: Patience) -> Exception:
    """A failed request as a phrase, and whether another try makes sense."""
    import requests
    import urllib3

    cause = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(cause, urllib3.exceptions.NameResolutionError):
        return _Unreachable("there is no such host, or no network")
    if isinstance(error, requests.exceptions.ProxyError):
        return _Unreachable("the proxy does not work")
    if isinstance(error, requests.exceptions.SSLError):
        return _Unreachable("its certificate is rejected")
    if isinstance(error, requests.ConnectTimeout):
        return _Unreachable(f"no connection within {patience.connect_s:g} s")
    if isinstance(cause, urllib3.exceptions.NewConnectionError):
        return _Unreachable("the connection is refused")
    if isinstance(error, requests.ReadTimeout):
        return _Interrupted(f"no answer for {patience.silence_s:g} s")
    if isinstance(error, requests.ConnectionError):
        return _Interrupted("the connection was cut")
    return Unavailable((str(error) or type(error).__name__).splitlines()[0])


def _retry_after(response: "requests.Response") -> float | None:
    """Seconds that a busy server asks us to wait; it may name a time instead."""
    value = response.headers.get("Retry-After", "")
    if value.isdigit():
        return float(value)
    with contextlib.suppress(ValueError):
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    return None


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
