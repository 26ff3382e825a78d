# SPDX-License-Identifier: MIT
"""What goes wrong on a board is told, does not stop the rest, and costs no run twice."""

import json
from pathlib import Path

import pytest

from image.bench import engines, table
from image.bench.protocol import Protocol
from image.bench.target import LinkLost, Output, fetch
from image.errors import UserError
from tests.bench.bench import measured, session_of
from tests.bench.board import ALTERED, STORY, FakeBoard, away, cut, dump, dying


def test_an_altered_story_is_found_and_shown(tmp_path: Path) -> None:
    result = measured(FakeBoard(text=lambda run: ALTERED if run == 3 else STORY), tmp_path)
    entry = result["engines"][0]
    assert [run["is_identical"] for run in entry["runs"]] == [True, True, False, *[True] * 5]
    (difference,) = entry["differences"]
    # "Once upon a time, there was a little" are eight words, and tokens of this board.
    assert (difference["run"], difference["first_token"]) == (3, 9)
    assert "a little [-cat-] {+dog+} named" in difference["words"]
    assert "run 3: a different story from token 9 on" in table.summary(result)


@pytest.mark.parametrize(
    ("fault", "words"),
    [(dying(2, status=1), "status 1"), (dying(2, signal=11), "ended by signal 11")],
)
def test_a_dying_run_is_recorded_and_the_rest_goes_on(
    tmp_path: Path, fault: object, words: str
) -> None:
    result = measured(FakeBoard(fault=fault), tmp_path)  # type: ignore[arg-type]
    runs = result["engines"][0]["runs"]
    assert [run["failure"] for run in runs] == [None, words, *[None] * 6]
    assert result["engines"][0]["tok_s"]["counted"] == 7
    assert f"run 2 failed: {words}" in table.summary(result)


def test_a_run_without_figures_failed(tmp_path: Path) -> None:
    def silent(board: FakeBoard, run: int) -> Output | None:
        costs = json.dumps({**json.loads(board_costs()), "status": 0})
        return Output(costs + "\n" + dump(b"Once"), 0) if run == 1 else None

    result = measured(FakeBoard(fault=silent), tmp_path)
    assert result["engines"][0]["runs"][0]["failure"] == "the engine reported no tok/s"


def board_costs() -> str:
    """A run's costs as the board prints them."""
    return FakeBoard().command("bench-watch /tmp/bench run model.bin").text.partition("\n")[0]


def test_a_cut_link_repeats_only_its_run(tmp_path: Path) -> None:
    board = FakeBoard(fault=cut(4))
    result = measured(board, tmp_path)
    assert board.reconnects == 1
    assert board.runs == 8 + 1
    assert len(result["engines"][0]["runs"]) == 8
    assert all(run["failure"] is None for run in result["engines"][0]["runs"])


def test_a_board_that_stays_away_leaves_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    protocol = Protocol(runs=8)
    monkeypatch.setattr(FakeBoard, "reconnect", away)
    with pytest.raises(UserError, match="does not come back"):
        session_of(FakeBoard(fault=cut(6)), tmp_path, protocol).measure(None, None)
    monkeypatch.undo()
    board = FakeBoard()
    again = session_of(board, tmp_path, protocol)
    assert again.record.was_begun
    again.measure(None, None)
    assert board.runs == 3, "five of eight were there already"


def test_a_run_that_always_cuts_the_link_ends_the_bench(tmp_path: Path) -> None:
    board = FakeBoard(fault=cut(2, 3, 4))
    with pytest.raises(UserError, match="run q16 .* 2: the cable was pulled") as caught:
        measured(board, tmp_path)
    assert not isinstance(caught.value, LinkLost)


def test_an_interrupt_keeps_what_was_measured(tmp_path: Path) -> None:
    def press(board: FakeBoard, run: int) -> Output | None:
        if run == 5:
            raise KeyboardInterrupt
        return None

    with pytest.raises(KeyboardInterrupt):
        session_of(FakeBoard(fault=press), tmp_path, Protocol(runs=8)).measure(None, None)
    board = FakeBoard()
    session_of(board, tmp_path, Protocol(runs=8)).measure(None, None)
    assert board.runs == 4


def test_a_record_cut_by_a_crash_loses_its_last_run_only(tmp_path: Path) -> None:
    protocol = Protocol(runs=3)
    session_of(FakeBoard(), tmp_path, protocol).measure(None, None)
    path = tmp_path / "partial.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n" + lines[-1][:20])
    again = session_of(FakeBoard(), tmp_path, protocol)
    assert len(again.record) == len(lines) - 2
    again.measure(None, None)
    assert len(path.read_text().splitlines()) == len(lines)


def test_a_full_data_partition_is_named_and_measured_around(tmp_path: Path) -> None:
    result = measured(FakeBoard(data_free_kib=0), tmp_path)
    assert "/data is full (0 of 200000 KiB left)" in result["warnings"][0]
    assert result["engines"][0]["tok_s"]["counted"] == 8


def test_a_full_tmp_ends_with_the_remedy(tmp_path: Path) -> None:
    def full(board: FakeBoard, run: int) -> Output | None:
        return Output("bench-watch: cannot write into /tmp/bench: No space left on device\n", 1)

    with pytest.raises(UserError, match="No space left on device") as caught:
        measured(FakeBoard(fault=full), tmp_path)
    assert "/tmp" in (caught.value.hint or "")


def test_a_garbled_answer_is_asked_again_without_a_new_connection(tmp_path: Path) -> None:
    def garbled(board: FakeBoard, run: int) -> Output | None:
        told = dump(b"Once upon").replace("4f6e", "4f6f")
        return Output(board_costs() + "\n" + told, 0) if run == 2 else None

    board = FakeBoard(fault=garbled)
    assert measured(board, tmp_path)["engines"][0]["tok_s"]["counted"] == 8
    assert (board.runs, board.reconnects) == (9, 0)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="/tmp/bench/no cannot be read on the board"):
        fetch(FakeBoard(), "/tmp/bench/no")


def test_a_missing_baseline_is_said_and_refused_only_when_asked_for() -> None:
    found, lack = engines.on_card(FakeBoard(), None)
    assert [engine.name for engine in found] == ["q16", "fp32"]
    assert lack is not None and "llama2c is not on the card" in lack
    with pytest.raises(UserError, match="llama2c is not on the card"):
        engines.on_card(FakeBoard(), "llama2c")
    found, lack = engines.on_card(FakeBoard(has_baseline=True), None)
    assert [engine.name for engine in found][-1] == "llama2c" and lack is None
    with pytest.raises(UserError, match="engines=q32 is not a list of .*'q32'"):
        engines.on_card(FakeBoard(), "q32")
