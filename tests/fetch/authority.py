# SPDX-License-Identifier: MIT
"""Servers with certificates that only some know."""

import contextlib
import ssl
from collections.abc import Iterator
from pathlib import Path

from image import run
from tests.web import Web, running


def certificate(file: Path) -> Path:
    """A certificate for localhost that nobody trusts, with its key beside."""
    words = ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "2"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    words += ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"]
    run.output([*words, "-keyout", file.with_suffix(".key"), "-out", file])
    return file


@contextlib.contextmanager
def guarded(authority: Path) -> Iterator[Web]:
    """A server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, authority.with_suffix(".key"))
    with running(context) as web:
        yield web
