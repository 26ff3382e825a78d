# SPDX-License-Identifier: MIT
"""What people read: pages for a phone and for paper, and sentences without Python in them."""

import re

import pytest

from image import page, words


def test_a_table_of_many_columns_becomes_a_list_on_a_phone() -> None:
    html = page.table(("engine", "tok/s", "sd", "min & max"), [("ours", 1, 2, 3)])
    assert "<table class=rows>" in html
    assert '<td data-of="min &amp; max">3</td>' in html
    assert "data-of" not in page.table(("what", "figure"), [("a", "b")])
    phone = page.STYLE.partition("@media screen and (max-width")[2]
    assert "content:attr(data-of)" in phone


def test_what_is_folded_is_printed() -> None:
    """Its content stands outside of <details>, and the rule for paper shows it."""
    html = page.folded("as a <table>", "<table></table>")
    assert re.search(r"<details class=fold><summary>as a &lt;table&gt;</summary></details>", html)
    assert html.endswith("<div class=folded><table></table></div>")
    paper = page.STYLE.partition("@media print")[2]
    assert ".fold+.folded{display:block!important}" in paper
    assert ".fold:not([open])+.folded{display:none}" in page.STYLE


@pytest.mark.parametrize(
    ("values", "said"),
    [([], "none"), ([1], "1"), ([1, 2], "1 and 2"), (["a", "b", "c"], "a, b and c")],
)
def test_lists_in_sentences(values: list[object], said: str) -> None:
    assert words.listed(values) == said


def test_texts_and_marks() -> None:
    assert words.quoted("it's\n") == '"it\'s\\x0a"'
    assert words.magic(b"B3Z4") == '"B3Z4"'
    assert words.magic(b"\xff\0") == "0xff00"
