# SPDX-License-Identifier: MIT
"""Everything a bench found out, as the JSON that image/bench/schema.json describes."""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from image.bench import speech, story, system
from image.bench.card import CardImage
from image.bench.engines import BASELINE, Engine
from image.bench.numbers import summary
from image.bench.protocol import Case, left_out
from image.bench.record import Record
from image.bench.session import Session, run_key, trace_key
from image.bench.watching import Run, Write

FORMAT = 1
EMULATED_NOTE = "emulated, not a speed figure"
# Tokens per second on the Milk-V Duo, as the contest's judges measured them: stories15M, the
# protocol's defaults (plctlab/rvspoc, S2311).
CONTEST = (
    ("run.c, float32", 0.36),
    ("runq.c, int8, with swap", 6.15),
    ("best entry, int8", 24.30),
)
HOST_STORIES = "this machine: our engine in float32, of the model in the image"
BOARD_BASELINE = "the board: llama2.c's run.c"
BOARD_FLOAT32 = "the board: our engine in float32"


@dataclass(frozen=True)
class Reference:
    """The stories that all others are held against, and who told them; nobody: no stories."""

    told_by: str | None
    stories: Mapping[Case, str]


def reference(session: Session, by_host: Mapping[Case, str] | None) -> Reference:
    """The host's stories where it knows the card's model, else the board's closest to run.c."""
    if by_host:
        return Reference(HOST_STORIES, by_host)
    for name, told_by in ((BASELINE.name, BOARD_BASELINE), ("fp32", BOARD_FLOAT32)):
        for engine in session.engines:
            stories = {case: _followed(session.record, engine, case) for case in _cases(session)}
            if engine.name == name and all(run.costs.failure is None for run in stories.values()):
                return Reference(told_by, {case: run.text for case, run in stories.items()})
    return Reference(None, {})


def assemble(
    session: Session, board: str, card: CardImage, known: Reference, notes: list[str]
) -> dict[str, Any]:
    """The whole result of a bench whose record is complete."""
    record = session.record
    tellings = {way: record["speech", way] for way in speech.WAYS}
    is_emulated = session.target.is_emulated
    return {
        "format": FORMAT,
        "kind": "emulated" if is_emulated else "measured",
        "note": EMULATED_NOTE if is_emulated else None,
        "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "board": board,
        "reached": session.target.name,
        "image": card.as_json(),
        "protocol": session.protocol.as_json(),
        "reference": {
            "told_by": known.told_by,
            "stories": [
                {"prompt": case.prompt, "seed": case.seed, "text": text}
                for case, text in known.stories.items()
            ],
        },
        "engines": [
            _engine(session, engine, case, known)
            for engine in session.engines
            for case in _cases(session)
        ],
        "speech": speech.summary(tellings),
        "system": record["system",],
        "boot": record.get(("boot",)),
        "warnings": notes + system.warnings(record["system",]),
    }


def _engine(session: Session, engine: Engine, case: Case, known: Reference) -> dict[str, Any]:
    record = session.record
    numbers = range(1, session.protocol.runs + 1)
    runs = [Run.from_json(record[run_key(engine, case, number)]) for number in numbers]
    good = [place for place, run in enumerate(runs) if run.failure is None]
    rates = [runs[place].tok_s or 0.0 for place in good]
    apart = {good[place] for place in left_out(rates)}
    pieces = record[trace_key(engine, case)]["pieces"]
    text = known.stories.get(case)
    same = [None if text is None else story.compare(text, run.text, pieces) for run in runs]
    return {
        "engine": engine.name,
        "title": engine.title,
        "prompt": case.prompt,
        "seed": case.seed,
        "tok_s": summary(rates),
        "runs": [
            {
                "number": place + 1,
                "tok_s": run.tok_s,
                "failure": run.failure,
                "is_left_out": place in apart,
                "is_identical": sameness.is_identical if sameness else None,
                "wall_s": run.costs.wall_s,
                "cpu_s": round(run.costs.cpu_s, 6),
                "peak_rss_kib": run.costs.peak_rss_kib,
                "minor_faults": run.costs.minor_faults,
                "major_faults": run.costs.major_faults,
                "card_read_kib": run.costs.card_read_kib,
            }
            for place, (run, sameness) in enumerate(zip(runs, same, strict=True))
        ],
        "differences": [
            {"run": place + 1, **sameness.as_json()}
            for place, (run, sameness) in enumerate(zip(runs, same, strict=True))
            if sameness and not sameness.is_identical and run.failure is None
        ],
        "followed": _shown(record[trace_key(engine, case)]),
        "sensors": record["sensors", engine.name],
    }


def _shown(value: dict[str, Any]) -> dict[str, Any]:
    """The story that was followed, from a card of which nothing was read before."""
    costs = Run.from_json({name: value[name] for name in ("costs", "tok_s", "text")}).costs
    writes = [Write(*row) for row in value["writes"]]
    if value["pieces"] and value["pieces"][-1] == "\n":
        del writes[-1]  # the line's end, told by a program that has let go of its memory
    places = [write.at_s for write in writes]
    gaps = [(b - a) * 1000 for a, b in zip(places, places[1:], strict=False)]
    return {
        "failure": costs.failure,
        "engine_says": value["engine_says"],
        "first_token_s": costs.first_output_s,
        "card_read_kib": costs.card_read_kib,
        "major_faults": costs.major_faults,
        "peak_rss_kib": costs.peak_rss_kib,
        "mem_available_kib": min((write.available_kib for write in writes), default=None),
        "median_ms": statistics.median(gaps) if gaps else None,
        "latencies_ms": [round(gap, 3) for gap in gaps],
        "at_s": [round(place, 6) for place in places],
        "rss_kib": [write.rss_kib for write in writes],
        "available_kib": [write.available_kib for write in writes],
    }


def _followed(record: Record, engine: Engine, case: Case) -> Run:
    value = record[trace_key(engine, case)]
    return Run.from_json({name: value[name] for name in ("costs", "tok_s", "text")})


def _cases(session: Session) -> list[Case]:
    return list(session.protocol.cases())
