# SPDX-License-Identifier: MIT
"""Results: valid by their schema, and each figure again by hand from the raw record."""

import json
import re
import statistics
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from image.bench import results, sheet, speech, story, table
from image.bench.boot import Timeline
from image.bench.card import CardImage
from image.bench.protocol import Case, Protocol
from image.bench.watching import Costs, read_story
from tests.bench.bench import START, measured, session_of
from tests.bench.board import ALTERED, COSTS, PIECES, STORY, FakeBoard, dying

SCHEMA = json.loads((Path(results.__file__).parent / "schema.json").read_text())


def validate(result: dict[str, Any]) -> None:
    """By the schema, as it would be read from a file."""
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(result)))


@pytest.mark.parametrize(
    "board",
    [
        FakeBoard(),
        FakeBoard(has_baseline=True, is_emulated=True),
        FakeBoard(fault=dying(1, status=1), text=lambda run: ALTERED),
    ],
    ids=["plain", "emulated", "faulty"],
)
def test_results_are_as_the_schema_says(tmp_path: Path, board: FakeBoard) -> None:
    validate(measured(board, tmp_path, wanted="q16,fp32"))


def test_a_result_without_start_and_reference_is_valid_too(tmp_path: Path) -> None:
    session = session_of(FakeBoard(), tmp_path, Protocol(runs=2))
    session.measure(None, None)
    known = results.reference(session, None)
    assert known.told_by is None
    image = CardImage(is_on_card=False)
    result = results.assemble(session, "milkv_duo", image, known, [])
    validate(result)
    assert result["boot"] is None
    assert result["engines"][0]["runs"][0]["is_identical"] is None
    assert "told by nobody" in table.markdown(result)


def test_people_read_no_python(tmp_path: Path) -> None:
    """Lists and quotes in page, Markdown and on the terminal are those of sentences."""
    protocol = Protocol(runs=2, prompts=("Once upon a time", "It's"), seeds=(123, 7))
    board = FakeBoard(text=lambda run: ALTERED)
    session = session_of(board, tmp_path, protocol, "q16,fp32")
    session.measure(START, None)
    known = results.reference(session, {case: STORY for case in protocol.cases()})
    result = results.assemble(session, "milkv_duo", CardImage(is_on_card=False), known, ["a note"])
    said = table.protocol(result)
    assert 'prompts "Once upon a time" and "It\'s", seeds 123 and 7;' in said
    for text in (said, *table.differences(result), table.markdown(result), table.summary(result)):
        assert not re.search(r"\[['0-9]|\('|None|True|False|\b[bf]'", text), text
    page = sheet.html(result, [])
    assert page.count("first sound") == 1


def test_the_schema_refuses_what_it_does_not_describe(tmp_path: Path) -> None:
    result = measured(FakeBoard(), tmp_path)
    for change in ({"more": 1}, {"kind": "guessed"}, {"made": "today"}):
        with pytest.raises(ValidationError):
            validate({**result, **change})


def test_numbers_are_those_of_the_raw_record(tmp_path: Path) -> None:
    rates = [20.0, 20.1, 20.2, 19.9, 25.0, 20.0, 15.0, 20.1]
    result = measured(FakeBoard(rate=lambda run: rates[run - 1]), tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "partial.jsonl").read_text().splitlines()]
    raw = [line["value"] for line in lines[1:] if line["key"][0] == "run"]
    assert [run["tok_s"] for run in raw] == rates
    # 25 and 15 stand apart; the six others count.
    counted = sorted(run["tok_s"] for run in raw)[1:-1]
    entry = result["engines"][0]
    assert entry["tok_s"] == {
        "mean": pytest.approx(sum(counted) / 6),
        "sd": pytest.approx((sum((x - sum(counted) / 6) ** 2 for x in counted) / 5) ** 0.5),
        "min": 19.9,
        "max": 20.2,
        "counted": 6,
    }
    assert [run["number"] for run in entry["runs"] if run["is_left_out"]] == [5, 7]


def test_a_failed_run_does_not_shift_which_are_left_out(tmp_path: Path) -> None:
    rates = [99.0, 20.0, 20.1, 20.2, 19.9, 25.0, 20.0, 20.1]
    board = FakeBoard(rate=lambda run: rates[run - 1], fault=dying(1, signal=9))
    runs = measured(board, tmp_path)["engines"][0]["runs"]
    assert [run["number"] for run in runs if run["is_left_out"]] == [6]


def test_the_followed_story_gives_times_and_memory(tmp_path: Path) -> None:
    followed = measured(FakeBoard(), tmp_path)["engines"][0]["followed"]
    assert followed["first_token_s"] == 0.3
    assert followed["latencies_ms"] == [pytest.approx(50)] * (len(PIECES) - 1)
    assert followed["median_ms"] == pytest.approx(50)
    assert set(followed["rss_kib"]) == {6000}
    assert followed["mem_available_kib"] == 52000
    assert followed["card_read_kib"] == 4400


def test_speech_is_the_difference_that_a_voice_makes(tmp_path: Path) -> None:
    speech = measured(FakeBoard(), tmp_path)["speech"]
    # (5 - 2) seconds of computing for 10 seconds of speech.
    assert speech["cpu_s_per_speech_s"] == pytest.approx(0.3)
    assert (speech["first_sound_s"], speech["underruns"]) == (1.2, None)
    assert speech["mem_available_kib"] == 50000


def test_the_storytellers_own_line_of_figures_goes_before_its_words() -> None:
    line = {"speech_s": 9.0, "first_sound_s": -1.0, "speech_cpu_per_s": 0.25, "underruns": 2,
            "ring_lowest_ms": 800, "tokens_per_s_while_speaking": 31.0}  # fmt: skip
    words = "60 tokens  30.0 tokens/s  10.0 s of speech  first sound after 1.20 s  6.5 MiB resident"
    found = speech.figures(Costs(**COSTS), f"Once.\n{words}\n{json.dumps(line)}\n", "", [])
    told = speech.summary(dict.fromkeys(speech.WAYS, found))
    assert (told["cpu_s_per_speech_s"], told["cpu_is"]) == (0.25, "the voice's own clock")
    assert (told["underruns"], told["lowest_ms"], told["first_sound_s"]) == (2, 800, None)
    assert told["tok_s_while_speaking"] == 31.0


def test_the_reference_is_the_closest_to_run_c(tmp_path: Path) -> None:
    case = Case("Once upon a time", 123)
    for wanted, has_baseline, told_by in (
        ("q16,fp32,llama2c", True, results.BOARD_BASELINE),
        ("q16,fp32", False, results.BOARD_FLOAT32),
        ("q16", False, None),
    ):
        board = FakeBoard(has_baseline=has_baseline)
        session = session_of(board, tmp_path / wanted, Protocol(runs=1), wanted)
        session.measure(None, None)
        known = results.reference(session, None)
        assert known.told_by == told_by
        assert known.stories == ({case: STORY} if told_by else {})
        assert results.reference(session, {case: "Host's."}).told_by == results.HOST_STORIES


def test_stories_and_figures_share_a_file_as_in_the_contest() -> None:
    costs = Costs(**COSTS)
    run = read_story(costs, b"Once.\nachieved tok/s: 3.5\n")
    assert (run.text, run.tok_s) == ("Once.", 3.5)
    # run.c ends the story's line only when it ends itself.
    assert read_story(costs, b"Once.achieved tok/s: 3.5\n\n") == run
    # A story may say it too.
    told = b"He said\nachieved tok/s: 1.0\nand left.\nachieved tok/s: 2.0\n"
    assert read_story(costs, told).tok_s == 2.0
    assert read_story(costs, b"Once\xff\n").text == "Once\ufffd"


def test_where_stories_part() -> None:
    pieces = ["Once", " upon", " a", " time"]
    found = story.compare("Once upon a time", "Once upon a tide", pieces)
    assert (found.first_token, found.told) == (4, " time")
    assert found.words == "Once upon a [-time-] {+tide+}"
    longer = story.compare("Once upon a time", "Once upon a time, so", pieces)
    assert longer.first_token == 5
    assert story.compare("a b", "a c", []).first_token is None
    assert story.compare("same", "same", []) == story.Sameness(is_identical=True)


def test_long_differences_are_shortened() -> None:
    before = " ".join(f"w{i}" for i in range(200))
    after = before.replace("w100 ", "x ")
    shown = story.word_difference(before, after)
    assert shown == "w0 w1 w2 ... w97 w98 w99 [-w100-] {+x+} w101 w102 w103 ... w197 w198 w199"


def test_emulated_results_say_so_everywhere(tmp_path: Path) -> None:
    result = measured(FakeBoard(is_emulated=True), tmp_path)
    assert result["kind"] == "emulated"
    page = sheet.html(result, [result])
    for text in (table.summary(result), table.markdown(result), page):
        assert results.EMULATED_NOTE in text
    # Each picture of a speed, the start's included, carries it.
    captions = page.split("<figcaption>")[1:]
    assert sum(results.EMULATED_NOTE in words.split("</figcaption>")[0] for words in captions) == 4
    plain = measured(FakeBoard(), tmp_path / "board")
    assert results.EMULATED_NOTE not in sheet.html(plain, []) + table.markdown(plain)


def test_the_page_needs_nothing_else_and_trusts_no_text(tmp_path: Path) -> None:
    evil = STORY + "<script>alert(1)</script>"
    result = measured(FakeBoard(text=lambda run: evil), tmp_path)
    result["warnings"].append("<img src=x>")
    page = sheet.html(result, [])
    assert "<script" not in page and "<img" not in page
    for outside in ("http:", "https:", "url(", "@import", "<link"):
        assert outside not in page
    assert 'name="viewport" content="width=device-width' in page
    assert "prefers-color-scheme:dark" in page


def test_only_contest_runs_stand_beside_the_contest(tmp_path: Path) -> None:
    assert "24.3, judges" not in sheet.html(measured(FakeBoard(), tmp_path), [])
    page = sheet.html(measured(FakeBoard(), tmp_path / "30", runs=30), [])
    assert all(f"{rate:g}, judges, on the board" in page for _, rate in results.CONTEST)


def test_earlier_results_are_shown_when_they_are_of_the_same_work(tmp_path: Path) -> None:
    result = measured(FakeBoard(), tmp_path)
    older = {**result, "made": "2020-01-01T10:00:00Z"}
    (tmp_path / "a.json").write_text(json.dumps(older))
    (tmp_path / "b.json").write_text("{")
    (tmp_path / "c.json").write_text('{"format": 99}')
    found = sheet.earlier(tmp_path)
    assert [one["made"] for one in found] == [older["made"]]
    assert "2020-01-01 10:00" in sheet.html(result, found)
    other = {**older, "kind": "emulated"}
    assert "2020-01-01 10:00" not in sheet.html(result, [other])


def test_stages_are_in_the_order_of_time() -> None:
    shown = Timeline("power-on", {"b": 2.0, "a": 1.0}).as_json()["stages"]
    assert [stage["name"] for stage in shown] == ["a", "b"]


def test_the_mean_of_many_is_that_of_the_library(tmp_path: Path) -> None:
    entry = measured(FakeBoard(), tmp_path, runs=30)["engines"][0]
    rates = [run["tok_s"] for run in entry["runs"]]
    assert entry["tok_s"]["mean"] == pytest.approx(statistics.fmean(rates))
