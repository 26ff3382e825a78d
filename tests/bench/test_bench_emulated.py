# SPDX-License-Identifier: MIT
"""The bench of the emulated board itself: a short one whole, and one with faults put in."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from image.bench import engines, links, sheet, system, table
from image.bench.card import CardImage
from image.bench.links import ConsoleTarget
from image.bench.protocol import Case, Protocol
from image.bench.record import Record
from image.bench.results import EMULATED_NOTE, assemble, reference
from image.bench.session import Session
from tests.bench.test_bench_results import validate
from tests.conftest import ROOT, doit

pytestmark = pytest.mark.usefixtures("quiet")

STEPS = 24
RUNS = 4
# Stands before the engine: its 2nd call dies, its 3rd alters the story, its 4th takes the power.
FAULTY = """#!/bin/sh
echo >> /tmp/calls
case $(wc -l < /tmp/calls) in
    2) kill -SEGV $$ ;;
    3) /tmp/real "$@" > /tmp/story 2> /tmp/figures
       sed 's/time/tide/' /tmp/story; cat /tmp/figures >&2; exit ;;
    4) poweroff -f ;;
esac
exec /tmp/real "$@"
"""
PUT_IN = (
    "cp /usr/bin/run /tmp/real",
    f"printf '%s' {shlex.quote(FAULTY)} > /tmp/faulty",
    "chmod +x /tmp/faulty",
    "mount -o bind /tmp/faulty /usr/bin/run",
    "dd if=/dev/zero of=/data/all bs=64k 2> /dev/null; dd if=/dev/zero of=/data/rest bs=1k; true",
)


def test_a_short_bench_whole(card: Path) -> None:
    said = doit(ROOT, "bench", "board=qemu_virt", "engines=q16", "runs=2", f"steps={STEPS}")
    assert EMULATED_NOTE in said
    paths = [ROOT / word for word in said.split() if word.startswith("out/qemu_virt/bench/")]
    assert [path.suffix for path in paths] == [".json", ".md", ".html"]
    result = json.loads(paths[0].read_text())
    validate(result)
    assert result["kind"] == "emulated" and result["image"]["is_on_card"]
    (entry,) = result["engines"]
    assert [run["is_identical"] for run in entry["runs"]] == [True, True], table.differences(result)
    # Each token but BOS, without the line's end.
    assert len(entry["followed"]["at_s"]) == STEPS
    assert 0 < entry["followed"]["first_token_s"] < entry["followed"]["at_s"][-1]
    assert entry["followed"]["card_read_kib"] > 1000, "the model was not read from the card"
    assert result["system"]["swap_total_kib"] == 0
    assert result["speech"]["failures"] == {}
    assert result["speech"]["cpu_s_per_speech_s"] > 0
    stages = [stage["name"] for stage in result["boot"]["stages"]]
    assert stages[:5] == ["boot loader", "U-Boot", "kernel", "init", "storyteller"]
    # The first words may be heard before they are seen.
    assert sorted(stages[5:]) == ["first word", "first word aloud"]
    raw = paths[0].with_suffix(".raw.jsonl")
    assert len(raw.read_text().splitlines()) == 1 + 1 + 1 + 1 + 2 + 1 + 3
    assert sheet.earlier(paths[0].parent)[-1] == result
    for path in (*paths, raw):
        path.unlink()


@pytest.fixture
def board(card: Path, tmp_path: Path) -> Iterator[ConsoleTarget]:
    """The emulated board at its shell."""
    target = links.emulated(card, tmp_path / "run", 64)
    target.open()
    yield target
    target.close()


def test_faults_are_survived_and_told(board: ConsoleTarget, tmp_path: Path) -> None:
    protocol = Protocol(runs=RUNS, steps=STEPS)
    there, _ = engines.on_card(board, "q16")
    session = Session(board, protocol, tuple(there), Record(tmp_path / "partial.jsonl", {}))
    case = Case("Once upon a time", 123)
    timeline = board.time_restart()  # as on a serial line
    assert timeline.stages["boot loader"] == 0
    assert timeline.stages["kernel"] < timeline.stages["storyteller"]
    for line in PUT_IN:
        said = board.command(line)
        assert said.status == 0, said
    described = system.describe(board)
    (warning,) = system.warnings(described)
    assert "/data is full" in warning
    # The first call of the faulty engine is the followed story; the last run starts the board anew.
    session.record.put(["boot"], timeline.as_json())
    session.record.put(["system"], described)
    session.measure(None, None)
    known = reference(session, {case: session.record[("trace", "q16", *_words(case))]["text"]})
    result = assemble(session, "qemu_virt", CardImage(is_on_card=False), known, [])
    validate(result)
    runs = result["engines"][0]["runs"]
    assert [run["failure"] for run in runs] == ["ended by signal 11", None, None, None]
    assert [run["is_identical"] for run in runs[1:]] == [False, True, True]
    (difference,) = result["engines"][0]["differences"]
    assert difference["first_token"] == 4 and "[-time,-] {+tide,+}" in difference["words"]


def _words(case: Case) -> tuple[str, str]:
    return case.prompt, str(case.seed)
