# SPDX-License-Identifier: MIT
"""A bench of a fake board, from its first question to the assembled result."""

from pathlib import Path
from typing import Any

from image.bench import engines, results
from image.bench.boot import Timeline
from image.bench.card import CardImage
from image.bench.protocol import Case, Protocol
from image.bench.record import Record
from image.bench.session import Session
from tests.bench.board import STORY, FakeBoard

START = Timeline("power-on", {"boot loader": 0.4, "kernel": 2.0, "first word": 4.5})
BY_HOST = {Case("Once upon a time", 123): STORY}


def session_of(board: FakeBoard, folder: Path, protocol: Protocol, wanted: str = "q16") -> Session:
    """As `doit bench` makes it."""
    there, _ = engines.on_card(board, wanted)
    return Session(board, protocol, tuple(there), Record(folder / "partial.jsonl", {"bench": 1}))


def measured(
    board: FakeBoard, folder: Path, runs: int = 8, wanted: str = "q16", by_host: Any = BY_HOST
) -> dict[str, Any]:
    """The result of a whole bench."""
    session = session_of(board, folder, Protocol(runs=runs), wanted)
    session.measure(START, None)
    known = results.reference(session, by_host)
    return results.assemble(session, "milkv_duo", CardImage(is_on_card=False), known, [])
