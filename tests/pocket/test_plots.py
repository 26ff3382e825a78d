# SPDX-License-Identifier: MIT
"""The plots: enough of them, each unlike the others, each of a length that can be told."""

import random
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from image.errors import UserError
from packages.pocket.training import plots
from packages.pocket.training.stories import LONGEST, Generator

DRAFTS = 15  # of a plot, of which enough are short enough, so that few are drawn in vain
ENOUGH_FIT = 2
RUN = 10  # words: two plots with so many in common, in a row, would be copies


def test_there_are_many_kinds(generator: Generator) -> None:
    assert len(generator.plots) >= 400
    kinds = Counter(plot.kind for plot in generator.plots)
    wanted = {"friendship", "fear", "mistake", "invention", "journey", "joke", "riddle", "weather"}
    assert wanted | {"bedtime"} <= {kind for kind, count in kinds.items() if count >= 20}
    starts = Counter(start for plot in generator.plots for start in plot.starts)
    assert min(starts[start] for start in plots.STARTS) >= 70


def test_plots_are_unlike(generator: Generator) -> None:
    assert len({plot.title for plot in generator.plots}) == len(generator.plots)
    seen = dict[tuple[str, ...], str]()
    for plot in generator.plots:
        words = plot.text.split()
        for run in {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}:
            assert seen.setdefault(run, plot.title) == plot.title, f"{plot.title}: {' '.join(run)}"


def test_each_plot_fits_the_model(generator: Generator) -> None:
    rng = random.Random(1)
    for plot in generator.plots:
        lengths = (len(generator.draft(plot, rng)) for _ in range(DRAFTS))
        fit = (length for length in lengths if length <= LONGEST)
        assert len([*islice(fit, ENOUGH_FIT)]) == ENOUGH_FIT, f"{plot.title} is too long"


def test_family_is_the_heros(generator: Generator) -> None:
    """ "said mother" is never meant: it is somebody's."""
    for plot in generator.plots:
        for before in plot.text.split("{family}")[:-1]:
            assert before.endswith(
                ("{his} ", "{His} ", "{hero's} ", "{Hero's} ", "your ", "my ")
            ), plot.title


def test_the_guides_plot_can_be_read(generator: Generator, tmp_path: Path) -> None:
    guide = (plots.PLOTS.parent / "README.md").read_text()
    (tmp_path / "guide.txt").write_text(guide.split("```")[1].removeprefix("text\n"))
    (plot,) = plots.load(generator.words, generator.slots, tmp_path)
    assert '"It is shy," said' in generator.story_of(plot, random.Random(0))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# No start\nText.", "a heading is"),
        ("# A (house)\nText.", "a plot starts with"),
        ("# A (place: nowhere)\nText.", "nowhere is neither"),
        ("# A (place)\n", "without text"),
        ("# A (place)\n[a|b", "bracket"),
        ("# A (place)\n{heroine} ran.", "no such slot"),
        ("# A (place)\n{hero: a|b} ran.", "such a slot already"),
        ("# A (place)\n{hero ran.", "brace"),
    ],
)
def test_errors_name_file_and_line(
    text: str, reason: str, generator: Generator, tmp_path: Path
) -> None:
    (tmp_path / "new.txt").write_text("# Good (place)\nText.\n" + text)
    with pytest.raises(UserError, match=rf"new\.txt:3: .*{reason}"):
        plots.load(generator.words, generator.slots, tmp_path)


def test_a_plot_that_is_too_long_is_named(generator: Generator) -> None:
    plot = plots.Plot("Endless", "new", ("place",), frozenset(), "{He} walked and walked. " * 60)
    with pytest.raises(UserError, match=r"new\.txt: Endless"):
        generator.story_of(plot, random.Random(0))
