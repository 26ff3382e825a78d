# SPDX-License-Identifier: MIT
"""What is written of a measurement: figures per token, and tables that say what is lacking."""

import json
from pathlib import Path

import pytest

from image.cycles import report
from image.cycles.emulator import DUO, Block, Cost, Measured, read_result
from image.cycles.hardware import Check, Checked

TOKENS = 10
FOUND = Measured(
    is_whole=False,
    intervals=TOKENS,
    instructions=(600, 100, 100, 100, 100),
    costs=tuple(
        Cost(memory, 20_000_000, (8_000_000, 0, 2_000_000, 9_000_000, 1_000_000), 9_600, 400, 0)
        for memory in DUO
    ),
    blocks=(Block(0x10000, 1000, ((1, 0, 0, 0, 0),) * 3),),
)
MISSING = report.Missing("winner", "Q8_0", "cannot be had")


def checked(measured: float, modelled: float | None, unit: str = "tok/s") -> Checked:
    check = Check("something", "somewhere", unit, measured, lambda bench: 0.0)
    return Checked(check, modelled, "" if modelled else "no network")


def test_rows_are_per_token() -> None:
    rows = report.rows_of("ours", "q16", FOUND)
    assert [row.bandwidth_gb_s for row in rows] == [1.0, 1.3, 1.8]
    first = rows[0]
    assert first.cycles_per_token == 2_000_000
    assert first.instructions_per_token == 100
    assert first.bytes_per_token == 1000
    assert first.tok_s == 500
    assert first.roof_tok_s == 1e6


def test_json_holds_what_other_reports_read() -> None:
    text = report.as_json(
        report.rows_of("ours", "q16", FOUND), [MISSING], [checked(24.3, 27.0)], "a model"
    )
    value = json.loads(text)
    assert (value["kind"], value["model"]) == ("modelled", "a model")
    wanted = {
        "name", "mode", "bandwidth_gb_s", "cycles_per_token", "instructions_per_token",
        "bytes_per_token", "tok_s",
    }  # fmt: skip
    assert all(wanted <= set(row) for row in value["rows"])
    assert value["missing"] == [{"name": "winner", "mode": "Q8_0", "reason": "cannot be had"}]
    assert value["checks"][0]["error_percent"] == pytest.approx(11.1, abs=0.1)


def test_tables_say_what_is_lacking_and_what_is_wrong() -> None:
    checks = [checked(10, 11), checked(10, 13), checked(10, None)]
    text = report.as_markdown(report.rows_of("ours", "q16", FOUND), [MISSING], checks, "a model")
    assert "generated with a model." in text
    assert "not measured: cannot be had" in text
    assert "not measured: no network" in text
    assert "+10.0 %" in text and "within 20 %" in text
    assert "+30.0 %" in text and "OUTSIDE 20 %" in text
    assert "modelled" in text


def test_errors_of_times_are_of_speed() -> None:
    assert checked(50, 100, "ms").error_percent == pytest.approx(-50)
    assert checked(50, 100).error_percent == pytest.approx(100)


def test_picture(tmp_path: Path) -> None:
    rows = report.rows_of("ours", "q16", FOUND)
    for name in ("one.svg", "two.svg"):
        report.draw(rows, tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_run_without_marks_is_taken_as_a_whole() -> None:
    cores = [{"cycles": 5, "spent": [5, 0, 0, 0, 0], "lines": [1, 2, 0]}] * 3
    total = {"instructions": [5, 0, 0, 0, 0], "cores": cores}
    none = {"instructions": [0] * 5, "cores": [{"cycles": 0, "spent": [0] * 5, "lines": [0] * 3}]}
    raw = {
        "marks": 1,
        "first": none,
        "second": none,
        "last": none,
        "total": total,
        "blocks": [[16, 5, 1, *[5] * 15]],
        "first_blocks": [],
    }
    found = read_result(raw, DUO)
    assert found.is_whole and found.intervals == 1 and found.first is None
    assert found.costs[2].cycles == 5 and found.costs[2].bytes_written == 128
    assert found.blocks[0] == Block(16, 5, ((5,) * 5,) * 3)
    assert "the whole run" in report.totals(found)
