# SPDX-License-Identifier: MIT
"""Keys of builders, and stores in a folder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from image import run
from image.store.places import Folder, Place
from image.store.signature import Signer, Verifier
from image.store.store import Store

Maker = Callable[..., Store]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Private keys by whose they are."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ada", "eve"):
        run.output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name])
    return {name: folder / name for name in ("ada", "eve")}


@pytest.fixture
def signers(tmp_path: Path, keys: dict[str, Path]) -> Path:
    """The list of whom to trust: ada, not eve."""
    file = tmp_path / "allowed_signers"
    file.write_text(f"ada {keys['ada'].with_suffix('.pub').read_text()}")
    return file


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine can be silent for a second; tests of impatience say so."""
    monkeypatch.setattr("image.store.places.CONNECT_S", 60)
    monkeypatch.setattr("image.store.places.SILENCE_S", 60)
    monkeypatch.setattr("image.store.store.PATIENCE_S", 60)


@pytest.fixture
def make_store(tmp_path: Path, signers: Path, keys: dict[str, Path]) -> Maker:
    """A store as one call uses it; each is filled by ada, in tmp_path/shared."""

    def made(place: Place | None = None, who: str = "ada") -> Store:
        shared = place or Folder(tmp_path / "shared")
        store = Store("the store", shared, Verifier(signers), Signer(keys[who]), tmp_path / "way")
        store._patience_s = 60
        return store

    return made
