# SPDX-License-Identifier: MIT
"""One story on the board: asked for, and what came back made into figures."""

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from image.bench.engines import FOLDER, Engine
from image.bench.protocol import Case, Protocol
from image.bench.target import Garbled, Output, Target, dumping, fetch, undumped
from image.errors import UserError

RUN_S = 3600.0  # for a story that nobody has timed yet; ten minutes were the contest's longest
PATIENCE = 5  # times what the engine's first story took, and this besides:
LEAST_RUN_S = 60.0
ACHIEVED = re.compile(rb"achieved tok/s: ([0-9.]+)\n")
FRESH = f"mkdir -p {FOLDER} && rm -f {FOLDER}/*"
# Else a story that was told before would be in memory already.
COLD = "sync; echo 3 > /proc/sys/vm/drop_caches"


@dataclass(frozen=True)
class Costs:
    """What bench-watch reports on a program."""

    status: int  # -1: ended by a signal
    signal: int
    wall_s: float
    user_s: float
    system_s: float
    peak_rss_kib: int
    minor_faults: int
    major_faults: int
    card_read_kib: int
    first_output_s: float | None = None

    @property
    def cpu_s(self) -> float:
        """Computing time."""
        return self.user_s + self.system_s

    @property
    def failure(self) -> str | None:
        """Why it counts as failed, in words; None: it ended well."""
        if self.signal:
            return f"ended by signal {self.signal}"
        return f"status {self.status}" if self.status else None


@dataclass(frozen=True)
class Run:
    """One telling of the protocol."""

    costs: Costs
    tok_s: float | None  # as the engine says
    text: str

    @property
    def failure(self) -> str | None:
        """Why it cannot be counted; None: it can."""
        if self.costs.failure is None and self.tok_s is None:
            return "the engine reported no tok/s"
        return self.costs.failure

    def as_json(self) -> dict[str, Any]:
        """For results and for the record of a resumed bench."""
        return {"costs": asdict(self.costs), "tok_s": self.tok_s, "text": self.text}

    @staticmethod
    def from_json(value: dict[str, Any]) -> "Run":
        """The inverse of as_json."""
        return Run(Costs(**value["costs"]), value["tok_s"], value["text"])


@dataclass(frozen=True)
class Write:
    """One write of a story: a token's text, mostly."""

    at_s: float  # since the program's start
    size: int  # bytes
    rss_kib: int
    available_kib: int


def tell(target: Target, engine: Engine, protocol: Protocol, case: Case, usual_s: float) -> Run:
    """One run of the protocol, which takes about `usual_s`.

    Raises LinkLost when it is not heard to its end, and UserError when it cannot be watched.
    """
    line = f"{FRESH}; {engine.line(protocol, case)} && {dumping(f'{FOLDER}/out')}"
    said = target.command(line, min(RUN_S, LEAST_RUN_S + PATIENCE * usual_s))
    first, _, dump = said.text.partition("\n")
    costs = read_costs(Output(first, said.status if not dump else 0))
    return read_story(costs, undumped(dump))


def trace(target: Target, line: str, is_cold: bool) -> tuple[Costs, bytes, str, list[Write]]:
    """A program under `bench-watch --trace`: costs, output, complaints, and when it wrote."""
    before = f"{FRESH}; {COLD}" if is_cold else FRESH
    costs = read_costs(target.command(f"{before}; {line}", RUN_S))
    out, err, writes = (fetch(target, f"{FOLDER}/{name}") for name in ("out", "err", "trace"))
    return costs, out, err.decode(errors="replace"), read_trace(writes)


def read_costs(said: Output) -> Costs:
    """What bench-watch printed. Raises UserError with its complaint."""
    if said.status != 0:
        raise UserError(
            f"the board cannot run the bench: {said.text.strip() or f'status {said.status}'}",
            hint="is /tmp full? It is memory: a restart empties it",
        )
    try:
        return Costs(**json.loads(said.text))
    except (ValueError, TypeError):
        raise Garbled(f"bench-watch's answer is garbled: {said.text.strip()[:80]}") from None


def read_story(costs: Costs, out: bytes) -> Run:
    """What the contest's redirection gathers: the story and the engine's tok/s.

    run.c's own end of the story's line comes after its tok/s, since only that is not buffered.
    """
    found = list(ACHIEVED.finditer(out))
    if not found:
        return Run(costs, None, story_of(out))
    last = found[-1]
    return Run(costs, float(last[1]), story_of(out[: last.start()] + out[last.end() :]))


def story_of(told: bytes) -> str:
    """A story as text, without the line ends after it."""
    return told.decode(errors="replace").rstrip("\n")


def read_trace(trace: bytes) -> list[Write]:
    """The lines of FOLDER/trace. Raises Garbled."""
    try:
        rows = [tuple(map(int, line.split())) for line in trace.splitlines()]
        return [Write(at / 1e6, size, rss, available) for at, size, rss, available in rows]
    except ValueError:
        raise Garbled("the board's trace is not a list of numbers") from None
