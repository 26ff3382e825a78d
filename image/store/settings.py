# SPDX-License-Identifier: MIT
"""Which store a call uses: CACHE= and what goes with it, or .cache.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from image import options, yamlfile
from image.errors import UserError, unknown
from image.options import File, Flag, Option
from image.store.places import Folder, Place, Server
from image.store.signature import Signer, Verifier
from image.store.store import Store

FILE = ".cache.yaml"
SIGNERS = "allowed_signers"  # beside it: part of the project, as its recipes are
ON_THE_WAY = ".store"  # in work/: files that come from a store, or go there
OFF = ("", "0", "no", "off")
# Of an address, however it is mistyped otherwise: user:password@
PASSWORD = re.compile(r"\w+://.*@|[^/]*:.*@")


@dataclass(frozen=True)
class Address:
    """The address of a store, or a folder, or nothing to use none."""

    sign: str = "URL|FOLDER"

    def read(self, value: str, here: Path) -> str:
        """As of all kinds of values. An address with a password is not repeated."""
        if value.lower() in OFF:
            return ""
        if PASSWORD.match(value):
            hint = "put user and password into ~/.netrc, which is read for this host"
            raise UserError("CACHE= holds a user's name or password", hint)
        if not re.match(r"https?://", value):
            return options.Place(self.sign).read(value, here)
        parts = urlsplit(value)
        if not parts.hostname or parts.query or parts.fragment:
            raise ValueError("is not an address: http:// or https://, host and path")
        return value.rstrip("/")


PLACE = Option(
    "CACHE", "a store of results that a team shares (0: none)", Address(), default=f"from {FILE}"
)
PUSH = Option("CACHE_PUSH", "put what is built here into the store", Flag(), default=f"from {FILE}")
KEY = Option(
    "CACHE_KEY", "SSH key that signs it; a public one: the agent's", File(), default=f"from {FILE}"
)
OPTIONS = (PLACE, PUSH, KEY)
BY_NAME = {"url": PLACE, "push": PUSH, "key": KEY}  # as the file calls them


def load(root: Path, given: Mapping[str, str]) -> Store | None:
    """The store of a call; None where it uses none. Raises UserError for settings that cannot be.

    `given` are the options of the call, which count before the file.
    """
    values = {**_file(root), **given}
    address = values.get(PLACE.name, "")
    if not address:
        return None
    signers = root / SIGNERS
    if not signers.is_file():
        message = f"{PLACE.name}={address} needs {signers}: whose results are trusted"
        raise UserError(message, "one line for each builder: NAME, a blank, and their public key")
    return Store(
        name=f"the store {address}",
        place=_place(address),
        verifier=Verifier(signers),
        signer=_signer(values),
        folder=root / "work" / ON_THE_WAY,
    )


def _place(address: str) -> Place:
    return Server(address) if re.match(r"https?://", address) else Folder(Path(address))


def _signer(values: Mapping[str, str]) -> Signer | None:
    if not options.is_on(values, PUSH.name):
        return None
    if KEY.name not in values:
        hint = f"{KEY.name}=~/.ssh/id_ed25519, or key: in {FILE}"
        raise UserError(f"{PUSH.name}=1 needs an SSH key to sign with", hint)
    return Signer(Path(values[KEY.name]))


def _file(root: Path) -> dict[str, str]:
    """What the file says, as options."""
    path = root / FILE
    if not path.exists():
        return {}
    read = yamlfile.read(path, FILE)
    if not isinstance(read.value, dict):
        raise read.error((), f"holds no settings: {', '.join(BY_NAME)}")
    return {BY_NAME[name].name: _value(read, root, name) for name in _known(read.value)}


def _known(settings: dict[Any, Any]) -> list[str]:
    for name in settings:
        if name not in BY_NAME:
            raise unknown(f"{FILE}: there is no setting", str(name), BY_NAME)
    return list(settings)


def _value(read: yamlfile.YamlFile, root: Path, name: str) -> str:
    value = read.value[name]
    text = {True: "1", False: "0"}.get(value, value) if isinstance(value, bool) else value
    if not isinstance(text, str):
        raise read.error((name,), f"is not text: {value}")
    try:
        return BY_NAME[name].kind.read(text, root)
    except ValueError as error:
        raise read.error((name,), f"'{text}' {error}") from None
