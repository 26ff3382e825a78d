# SPDX-License-Identifier: MIT
"""CACHE=, CACHE_PUSH=, CACHE_KEY= and .cache.yaml: what they may say, and which of them counts."""

from pathlib import Path

import pytest

from image.errors import UserError
from image.options import by_name
from image.store import settings
from image.store.places import Folder, Server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "allowed_signers").write_text("ada ssh-ed25519 AAAA\n")
    (tmp_path / "shared").mkdir()
    (tmp_path / "key").write_text("")
    return tmp_path


def read(root: Path, **given: str) -> dict[str, str]:
    options = by_name(settings.OPTIONS)
    return {name: options[name].read(value, root) for name, value in given.items()}


def test_without_a_word_there_is_none(root: Path) -> None:
    assert settings.load(root, {}) is None


def test_a_folder(root: Path) -> None:
    store = settings.load(root, read(root, CACHE="shared"))
    assert store and store.place == Folder(root / "shared") and store.signer is None


def test_a_server_from_the_file(root: Path) -> None:
    (root / ".cache.yaml").write_text("url: https://cache.example/duo/\npush: true\nkey: key\n")
    store = settings.load(root, {})
    assert store and store.place == Server("https://cache.example/duo")
    assert store.signer and store.signer.key == root / "key"
    assert store.name == "the store https://cache.example/duo"


def test_the_command_line_counts_before_the_file(root: Path) -> None:
    (root / ".cache.yaml").write_text("url: https://cache.example\n")
    assert settings.load(root, read(root, CACHE="0")) is None
    assert settings.load(root, read(root, CACHE="")) is None
    store = settings.load(root, read(root, CACHE="shared"))
    assert store and store.place == Folder(root / "shared")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("ftp://cache.example", "is neither an http:// or https:// address nor a folder"),
        ("nowhere", "is not a folder"),
        ("https://", "is not an address"),
        ("https://cache.example/?a=b", "is not an address"),
    ],
)
def test_addresses_that_cannot_be(root: Path, value: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        read(root, CACHE=value)
    assert value in str(caught.value) and said in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["https://ada:secret@cache.example", "https://ada:#secret@cache.example", "ada:secret@cache",
     "ftp://ada:secret@cache.example", "https://ada:/secret@cache.example", "https://secret@cache"],
)  # fmt: skip
def test_a_password_in_an_address_is_refused_and_not_repeated(root: Path, address: str) -> None:
    (root / ".cache.yaml").write_text(f"url: '{address}'\n")
    for ask in (lambda: read(root, CACHE=address), lambda: settings.load(root, {})):
        with pytest.raises(UserError) as caught:
            ask()
        assert "secret" not in str(caught.value) and "netrc" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("adress: https://cache.example", ".cache.yaml: there is no setting 'adress'"),
        ("- url", ".cache.yaml: holds no settings: url, push, key"),
        ("url: 7", ".cache.yaml:1: url: is not text: 7"),
        ("url: nowhere", ".cache.yaml:1: url: 'nowhere' is not a folder"),
        ("url: shared\nkey: none", ".cache.yaml:2: key: 'none' is not a file"),
        ("url: shared\npush: true", "CACHE_PUSH=1 needs an SSH key to sign with"),
    ],
)
def test_mistakes_in_the_file_are_told(root: Path, text: str, said: str) -> None:
    (root / ".cache.yaml").write_text(f"{text}\n")
    with pytest.raises(UserError) as caught:
        settings.load(root, {})
    assert said in str(caught.value)


def test_nobody_is_trusted_by_default(root: Path) -> None:
    (root / "allowed_signers").unlink()
    with pytest.raises(UserError, match="whose results are trusted"):
        settings.load(root, read(root, CACHE="shared"))
