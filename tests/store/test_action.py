# SPDX-License-Identifier: MIT
"""Entries of the store as other programs read them."""

import hypothesis
import pytest
from hypothesis import strategies as st

from image.store.action import Action, Blob, NoAction, decode, encode

BLOBS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.builds(Blob, st.text("0123456789abcdef"), st.integers(1, 1 << 62)),
    max_size=3,
)


@hypothesis.given(st.builds(Action, BLOBS, st.binary(), st.binary()))
def test_what_is_written_is_read(action: Action) -> None:
    assert decode(encode(action)) == action


def test_it_is_what_the_protocol_says() -> None:
    """Bytes by hand, from the field numbers of remote_execution.proto."""
    action = Action({"log": Blob("ab", 300)}, b"says", b"signed")
    digest = b"\x0a\x02ab\x10\xac\x02"
    file = b"\x0a\x03log\x12" + bytes([len(digest)]) + digest
    assert encode(action) == (
        b"\x12" + bytes([len(file)]) + file + b"\x2a\x04says" + b"\x3a\x06signed"
    )


def test_fields_that_we_do_not_use_are_passed_over() -> None:
    others = b"\x20\x01" + b"\x4a\x02xy" + b"\x49" + b"8" * 8 + b"\x1d" + b"4444"
    action = Action({}, b"says", b"")
    assert decode(others + encode(action)) == action


@hypothesis.given(st.binary())
def test_anything_else_is_refused_or_read(data: bytes) -> None:
    try:
        decode(data)
    except NoAction as error:
        assert str(error)


@pytest.mark.parametrize("end", range(1, 30))
def test_a_cut_entry_is_refused_or_says_less(end: int) -> None:
    whole = encode(Action({"log": Blob("ab", 300)}, b"says", b"signed"))
    try:
        assert decode(whole[:end]) != decode(whole) or end >= len(whole)
    except NoAction as error:
        assert "cut short" in str(error)
