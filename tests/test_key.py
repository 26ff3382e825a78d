# SPDX-License-Identifier: MIT
"""Content keys: equal for equal content, different for different content, told in words."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from image.key import changes, hash_tree, key_of, list_tree

# Few letters: two values have keys in common, and differ below them.
TEXT = st.text("aé ", max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
OBJECT = st.dictionaries(TEXT, JSON, max_size=4)


@given(OBJECT)
def test_order_does_not_matter(value: dict[str, object]) -> None:
    turned = dict(reversed(value.items()))
    assert key_of(value) == key_of(turned)


@given(OBJECT, OBJECT)
def test_changes_are_told_exactly_when_there_are_some(
    old: dict[str, object], new: dict[str, object]
) -> None:
    assert bool(list(changes(old, new))) == (old != new)


def test_changes_name_what_changed() -> None:
    old = {"recipe": {"cflags": ["-O2"]}, "files": {"a.c": "0" * 64, "b.c": "1" * 64}}
    new = {"recipe": {"cflags": ["-O3"]}, "files": {"a.c": "2" * 64, "c.c": "3" * 64}}
    assert list(changes(old, new)) == [
        "files a.c changed",
        "files b.c removed",
        "files c.c added",
        'recipe cflags changed: ["-O2"] -> ["-O3"]',
    ]


def test_tree_hash_sees_content_mode_and_links(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").symlink_to("a")
    first = hash_tree(tmp_path)
    assert first["b"] == "-> a"
    (tmp_path / "a").chmod(0o755)
    second = hash_tree(tmp_path)
    (tmp_path / "a").write_text("2")
    assert len({str(first), str(second), str(hash_tree(tmp_path))}) == 3


def test_tree_listing_leaves_out_git(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("x")
    (tmp_path / "a").write_text("1")
    assert list(list_tree(tmp_path)) == ["a"]
