# SPDX-License-Identifier: MIT
"""Sources: values that cannot be are refused with the value and what is expected."""

from pathlib import Path
from typing import Any

import pytest

from image import builders
from image.errors import UserError
from image.recipes.loading import load_all
from image.recipes.source import Source, find

GOOD: dict[str, Any] = {
    "file": "toy-1.0+b~1.tar.gz",
    "urls": ("https://example.org/toy.tar.gz", "http://example.org:8080/toy?raw=1"),
    "sha256": "0123456789abcdef" * 4,
    "debian": "toy",
    "release": "trixie",
    "fallback": "toy-source-1.0",
}


def test_a_good_one() -> None:
    assert Source(**GOOD).debian == "toy"
    assert Source("toy", (), "0" * 64).fallback is None


@pytest.mark.parametrize("file", ["", "a/b", "../toy", ".hidden", "-rf", "a b", "toy\n", 7, None])
def test_file_names(file: object) -> None:
    with pytest.raises(UserError, match="is not a file name"):
        Source(**{**GOOD, "file": file})


@pytest.mark.parametrize(
    "sha256", ["", "0" * 63, "0" * 65, "A" * 64, "g" * 64, "0" * 64 + "\n", int("1" * 64), None]
)
def test_hashes(sha256: object) -> None:
    with pytest.raises(UserError, match="is not 64 hexadecimal digits in lower case, in quotes"):
        Source(**{**GOOD, "sha256": sha256})


@pytest.mark.parametrize(
    "url", ["", "h", "ftp://example.org/x", "https://example.org", "https:///x", "https://a/b c", 7]
)
def test_urls(url: object) -> None:
    with pytest.raises(UserError, match="is not a URL"):
        Source(**{**GOOD, "urls": (url,)})


@pytest.mark.parametrize("key", ["debian", "fallback", "release"])
@pytest.mark.parametrize("name", ["", "Toy", "toy=1.0", "--option", "toy;x", 7])
def test_package_names(key: str, name: object) -> None:
    with pytest.raises(UserError, match=f"{key} '{name}' is not the name of a Debian"):
        Source(**{**GOOD, key: name})


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert find(tmp_path / "no" / "where", Source(**GOOD)) is None


def test_one_name_one_content() -> None:
    """Two recipes must not give one name in dl/ to two files."""
    root = Path(__file__).resolve().parents[2]
    sources = [
        s
        for package in load_all(root / "packages", builders.keys()).values()
        for s in package.sources
    ]
    assert len({s.file for s in sources}) == len({(s.file, s.sha256) for s in sources})
