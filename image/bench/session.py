# SPDX-License-Identifier: MIT
"""One bench from its first question to its last run, whatever becomes of the line meanwhile."""

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from tqdm import tqdm

from image.bench import boot, engines, speech, system, watching
from image.bench.boot import Timeline
from image.bench.engines import Engine
from image.bench.protocol import Case, Protocol
from image.bench.record import Record
from image.bench.target import Garbled, LinkLost, Target
from image.bench.watching import Run, Write
from image.errors import UserError

BACK_S = 180.0  # for a board to come back: somebody has to put in the plug, and it starts
LOSSES = 3  # in one run; a board that is lost each time has another trouble than its cable

Key = tuple[str, ...]


@dataclass(frozen=True)
class Session:
    """What is measured where, and what is known already."""

    target: Target
    protocol: Protocol
    engines: tuple[Engine, ...]
    record: Record

    def measure(self, start: Timeline | None, restart: Callable[[], Timeline] | None) -> None:
        """Everything that the record lacks. `start` was seen already; `restart` shows one.

        Raises UserError when the board stays away; the record keeps what was measured.
        """
        wanted = self._steps(start, restart)
        done = sum(key in self.record for key, _ in wanted)
        with tqdm(
            total=len(wanted), initial=done, unit="run", disable=None, leave=False, file=sys.stderr
        ) as bar:
            for key, action in wanted:
                if key in self.record:
                    continue
                bar.set_description_str(" ".join(key)[:40])
                self.record.put(key, self._heard(key, action))
                bar.update()

    def _steps(
        self, start: Timeline | None, restart: Callable[[], Timeline] | None
    ) -> list[tuple[Key, Callable[[], Any]]]:
        steps: list[tuple[Key, Callable[[], Any]]] = []
        if start or restart:
            steps.append((("boot",), lambda: self._boot(start, restart)))
        steps.append((("system",), lambda: system.describe(self.target)))
        for engine in self.engines:
            for case in self.protocol.cases():
                steps += self._of_story(engine, case)
            steps.append((("sensors", engine.name), lambda: system.sensors(self.target)))
        case = next(self.protocol.cases())
        for way in speech.WAYS:
            steps.append((("speech", way), self._speech(case, way)))
        return steps

    def _of_story(self, engine: Engine, case: Case) -> list[tuple[Key, Callable[[], Any]]]:
        def run() -> dict[str, Any]:
            usual_s = self.record[trace_key(engine, case)]["costs"]["wall_s"]
            return watching.tell(self.target, engine, self.protocol, case, usual_s).as_json()

        keys = [run_key(engine, case, number) for number in range(1, self.protocol.runs + 1)]
        # First the one from a card that nothing was read of.
        return [(trace_key(engine, case), self._trace(engine, case)), *((key, run) for key in keys)]

    def _trace(self, engine: Engine, case: Case) -> Callable[[], dict[str, Any]]:
        line = engine.line(self.protocol, case, trace=True)
        return lambda: traced(*watching.trace(self.target, line, is_cold=True))

    def _speech(self, case: Case, way: str) -> Callable[[], dict[str, Any]]:
        return lambda: speech.tell(self.target, self.protocol, case, way)

    def _boot(
        self, start: Timeline | None, restart: Callable[[], Timeline] | None
    ) -> dict[str, Any]:
        timeline = start
        if timeline is None and restart:
            tqdm.write("restarting the board to time its start", file=sys.stderr)
            timeline = restart()
        assert timeline is not None
        return boot.with_records(timeline, self.target).as_json()

    def _heard(self, key: Key, action: Callable[[], Any]) -> Any:
        """What an action gives; again after each loss of the line. Raises UserError."""
        for loss in range(1, LOSSES + 1):
            try:
                return action()
            except LinkLost as error:
                if loss == LOSSES:
                    raise UserError(f"{' '.join(key)}: {error.message}", error.hint) from None
                tqdm.write(f"{' '.join(key)}: {error.message}; once more", file=sys.stderr)
                if not isinstance(error, Garbled):
                    self.target.reconnect(BACK_S)
        raise AssertionError


def run_key(engine: Engine, case: Case, number: int) -> Key:
    """Where the record has a run of the protocol; numbers begin with 1."""
    return ("run", engine.name, case.prompt, str(case.seed), str(number))


def trace_key(engine: Engine, case: Case) -> Key:
    """Where it has the story that was followed word by word."""
    return ("trace", engine.name, case.prompt, str(case.seed))


def traced(costs: watching.Costs, out: bytes, err: str, writes: list[Write]) -> dict[str, Any]:
    """A followed story for the record: its pieces, and what was seen at each."""
    pieces, place = [], 0
    for write in writes:
        pieces.append(out[place : place + write.size].decode(errors="replace"))
        place += write.size
    run = Run(costs, None, watching.story_of(out))
    return {
        **run.as_json(),
        "engine_says": err.strip(),
        "pieces": pieces,
        "writes": [list(asdict(write).values()) for write in writes],
    }


def named(names: list[str]) -> tuple[Engine, ...]:
    """Engines by name, in the usual order."""
    return tuple(engine for engine in engines.ENGINES if engine.name in names)
