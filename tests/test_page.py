# SPDX-License-Identifier: MIT
"""What people read: pages for a phone and for paper, and sentences without Python in them."""

import re

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from image import page, words
from image.page.plot import Plot, Series

PARTS = page.environment().get_template("page/parts.html").module
STYLE = (page.TEMPLATES / "page/style.css").read_text()


def part(name: str, *values: object, **named: object) -> str:
    """What a macro of page/parts.html gives."""
    return str(getattr(PARTS, name)(*values, **named))


def test_a_table_of_many_columns_becomes_a_list_on_a_phone() -> None:
    html = part("table", ("engine", "tok/s", "sd", "min & max"), [("ours", 1, 2, 3)])
    assert '<table class="rows">' in html
    assert '<td data-of="min &amp; max">3</td>' in html
    assert "data-of" not in part("table", ("what", "figure"), [("a", "b")])
    phone = STYLE.partition("@media screen and (max-width")[2]
    assert "content:attr(data-of)" in phone


def test_what_is_folded_is_printed() -> None:
    """Its content stands outside of <details>, and the rule for paper shows it."""
    html = part("folded", "as a <table>", caller=lambda: Markup("<table></table>"))
    assert re.search(r'<details class="fold"><summary>as a &lt;table&gt;</summary></details>', html)
    assert html.endswith('<div class="folded"><table></table></div>\n')
    paper = STYLE.partition("@media print")[2]
    assert ".fold+.folded{display:block!important}" in paper
    assert ".fold:not([open])+.folded{display:none}" in STYLE


def test_a_template_that_asks_for_what_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="title"):
        page.render("page/page.html")


def test_a_plot_ends_at_round_numbers() -> None:
    """Values above the top run out of it; of counted things, no part is shown."""
    series = [Series("a<b", [(1, 5), (7, 950)]), Series("b", [(2, 3)], 5, is_line=False)]
    plot = Plot(series, "run", "ms", "both", top=11, is_counted=True)
    assert [tick[1::2] for tick in plot.ticks] == [
        ("0", "0"), ("2", "3"), ("4", "6"), ("6", "9"), ("8", "12")
    ]  # fmt: skip
    assert [y for _, y in plot.places(series[0])] == [104.5, plot.TOP]
    html = part("plot", plot)
    assert html.count("<circle") == 1 and html.count('class="stroke') == 1
    assert '<span class="key c0">&#9632; a&lt;b</span>' in html and "key c1" in html
    assert not Plot([Series("a", [])], "run", "ms", "nothing")


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
