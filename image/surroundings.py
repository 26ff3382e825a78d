# SPDX-License-Identifier: MIT
"""What of the caller's environment the programs that we start may see, and what they see instead.

Two people's builds must not differ by what happens to be exported in their shells; but a proxy, or
a company's certificates, have to reach every program that uses the network, under its own names.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from image.errors import UserError

UMASK = 0o022  # of all files that we or our programs make: modes end up on the card
KEPT = ("HOME", "TERM", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
# File systems are made by programs that Debian keeps from the PATH of ordinary users.
SYSTEM_FOLDERS = ("/usr/sbin", "/sbin")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
# Each names the certificates to trust for another program: Python's requests (and pip), curl,
# OpenSSL, git. What only one of them is told holds for all.
CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "GIT_SSL_CAINFO")
PIP_VARIABLES = (
    "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX",
    "PIP_TRUSTED_HOST", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY", "PIP_TIMEOUT",
    "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES", "PIP_CACHE_DIR", "PIP_NO_CACHE_DIR",
    "PIP_KEYRING_PROVIDER",
)  # fmt: skip
# Where Debian's update-ca-certificates adds those of a company.
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a program: little of the caller's, C locale, UTC, and `extra`."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    fixed = {"PATH": search_path(), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC0"}
    return {**kept, **fixed, **network(), **(extra or {})}


def of_the_caller() -> dict[str, str]:
    """The environment of what is handed the terminal: the caller's language, sound, ssh agent."""
    return {**os.environ, "PATH": search_path(), **network()}


def search_path() -> str:
    """The caller's PATH, and the folders of system programs."""
    given = [folder for folder in os.environ.get("PATH", os.defpath).split(":") if folder]
    return ":".join([*given, *(folder for folder in SYSTEM_FOLDERS if folder not in given)])


def which(name: str) -> str | None:
    """Full path of a program as our programs would find it."""
    return shutil.which(name, path=search_path())


def network() -> dict[str, str]:
    """Proxies and certificates as every program knows them. Raises UserError for a missing file."""
    return {**_proxies(), **_certificates()}


def certificates() -> Path | None:
    """The file (or folder) of the certificates to trust; None: each program's own."""
    for name in CERTIFICATES:
        value = os.environ.get(name)
        if value and not Path(value).exists():
            raise UserError(f"{name}={value}: there is no such file", f"fix or unset {name}")
        if value:
            return Path(value)
    return SYSTEM_CERTIFICATES if SYSTEM_CERTIFICATES.is_file() else None


def for_pip() -> dict[str, str]:
    """What the user has told pip of index, cache and network; not where it is to install."""
    told = {name: os.environ[name] for name in PIP_VARIABLES if name in os.environ}
    return {**told, "PIP_USER": "0"}  # a pip.conf may say otherwise, too


def for_ssh() -> dict[str, str]:
    """Where the ssh agent is that holds the user's keys."""
    return {name: os.environ[name] for name in ("SSH_AUTH_SOCK",) if name in os.environ}


def _proxies() -> dict[str, str]:
    """In both cases, since git reads only small letters where others prefer capitals."""
    values = {name: os.environ.get(name, os.environ.get(name.upper(), "")) for name in PROXIES}
    # Not every program knows the one for all kinds.
    for name in ("http_proxy", "https_proxy"):
        values[name] = values[name] or values["all_proxy"]
    given = {name: value for name, value in values.items() if value}
    return {**given, **{name.upper(): value for name, value in given.items()}}


def _certificates() -> dict[str, str]:
    told = [name for name in CERTIFICATES if os.environ.get(name)]
    found = certificates()
    if not told or found is None:
        return {}
    return {name: os.environ.get(name) or str(found) for name in CERTIFICATES}
