# SPDX-License-Identifier: MIT
"""A board that is nothing but Python: answers the bench's lines, and fails as it is told to."""

import hashlib
import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from image.bench.target import LinkLost, Output
from image.errors import UserError

STORY = "Once upon a time, there was a little cat named Tom. He had a red ball."
ALTERED = "Once upon a time, there was a little dog named Tom. He had a red ball."
PIECES = re.findall(r"\s?\S+", STORY)
MEMINFO = "MemTotal:       60000 kB\nMemFree: 50000 kB\nMemAvailable:   56000 kB\nSwapTotal: 0 kB\n"
COSTS: dict[str, Any] = {
    "status": 0, "signal": 0, "wall_s": 2.0, "user_s": 1.5, "system_s": 0.25,
    "peak_rss_kib": 6400, "minor_faults": 300, "major_faults": 2, "card_read_kib": 0,
}  # fmt: skip
DATA = "/dev/vda3 ext4 200000 {used} {free} 1% /data"
FILED, SILENT = 5.0, 2.0  # seconds of computing, with a voice and without


@dataclass
class FakeBoard:
    """Tells the same story each time. `rate` gives a run's tok/s; `fault` may stand in its way."""

    rate: Callable[[int], float] = lambda run: 20.0 + 0.01 * (run % 5)
    fault: Callable[["FakeBoard", int], Output | None] = lambda board, run: None
    text: Callable[[int], str] = lambda run: STORY
    has_baseline: bool = False
    data_free_kib: int = 190000
    name: str = "a fake board"
    is_emulated: bool = False
    runs: int = 0  # of the protocol, that were begun
    lines: list[str] = field(default_factory=list)
    reconnects: int = 0
    is_closed: bool = False
    files: dict[str, bytes] = field(default_factory=dict)

    def command(self, line: str, limit_s: float = 0) -> Output:
        """The answer to one of the bench's lines."""
        self.lines.append(line)
        if "bench-watch" in line and "command -v" not in line:
            return self._watch(line)
        for words, answer in self._facts():
            if words in line:
                return answer
        return Output("", 1)

    def reconnect(self, limit_s: float) -> None:
        """The cable is put in again."""
        self.reconnects += 1

    def close(self) -> None:
        """The end."""
        self.is_closed = True

    def _facts(self) -> list[tuple[str, Output]]:
        programs = ["/usr/bin/run", "/usr/bin/bench-watch"]
        programs += ["/usr/bin/llama2c"] if self.has_baseline else []
        free = self.data_free_kib
        facts = [
            ("command -v", "\n".join(programs) + "\n"),
            ("meminfo", MEMINFO),
            ("/proc/version", "Linux version 5.10.4 (storyteller@duo)\n"),
            ("df ", DATA.format(used=200000 - free, free=free) + "\n"),
            ("thermal_zone0", "41500\n"),
            ("--help", "storyteller: help\n"),
        ]
        found = [(words, Output(text, 0)) for words, text in facts]
        for path, content in self.files.items():
            found.append((f"sha256sum {path}", Output(dump(content), 0)))
        return found

    def _watch(self, line: str) -> Output:
        if "storyteller" in line:
            return self._speak(line)
        if "--trace" in line:
            return self._trace()
        self.runs += 1
        answer = self.fault(self, self.runs)
        if answer is not None:
            return answer
        told = f"{self.text(self.runs)}\nachieved tok/s: {self.rate(self.runs):f}\n"
        return Output(json.dumps(COSTS) + "\n" + dump(told.encode()), 0)

    def _trace(self) -> Output:
        rows = [f"{300000 + 50000 * i} {len(p)} 6000 52000" for i, p in enumerate(PIECES)]
        rows.append("2000000 1 0 58000")  # the line's end
        self._keep(STORY + "\n", "chosen: 3\n", rows)
        return Output(json.dumps({**COSTS, "first_output_s": 0.3, "card_read_kib": 4400}), 0)

    def _speak(self, line: str) -> Output:
        words = (
            "60 tokens  30.0 tokens/s  10.0 s of speech  first sound after 1.20 s  6.5 MiB resident"
        )
        self._keep(f"{STORY}\n{words}\n", "", ["1000 10 6600 50000"])
        cost = {"--wav": FILED, "--no-sound": SILENT}
        spent = next((s for option, s in cost.items() if option in line), 3.0)
        return Output(json.dumps({**COSTS, "user_s": spent, "system_s": 0.0}), 0)

    def _keep(self, out: str, err: str, rows: list[str]) -> None:
        trace = "".join(row + "\n" for row in rows)
        for name, text in (("out", out), ("err", err), ("trace", trace)):
            self.files[f"/tmp/bench/{name}"] = text.encode()


def dump(content: bytes) -> str:
    """A file as `dumping` prints it."""
    return f"{hashlib.sha256(content).hexdigest()}  {shlex.quote('name')}\n{content.hex()}\n"


def dying(
    number: int, status: int = 0, signal: int = 0
) -> Callable[[FakeBoard, int], Output | None]:
    """One run's engine ends badly in the middle of its story."""

    def fault(board: FakeBoard, run: int) -> Output | None:
        if run != number:
            return None
        costs = {**COSTS, "status": -1 if signal else status, "signal": signal}
        return Output(json.dumps(costs) + "\n" + dump(STORY[:20].encode()), 0)

    return fault


def cut(*numbers: int) -> Callable[[FakeBoard, int], Output | None]:
    """The cable is pulled while these runs are under way; each try of a run counts."""

    def fault(board: FakeBoard, run: int) -> Output | None:
        if run in numbers:
            raise LinkLost("the cable was pulled")
        return None

    return fault


def away(board: FakeBoard, limit_s: float) -> None:
    """It never comes back."""
    raise UserError("the board does not come back")
