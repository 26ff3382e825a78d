# SPDX-License-Identifier: MIT
"""Reference stories: what the original run.c told, a line of JSON each."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Golden:
    """A story that the original run.c told, and what it was asked with."""

    model: str
    prompt: str
    temperature: float
    topp: float
    seed: int
    steps: int
    text: str = ""

    @property
    def options(self) -> tuple[str, ...]:
        """The command line that asks for this story."""
        numbers = {"-t": self.temperature, "-p": self.topp, "-s": self.seed, "-n": self.steps}
        words = [word for name, value in numbers.items() for word in (name, str(value))]
        return (*words, "-i", self.prompt)


def load(model: str) -> list[Golden]:
    """The stories of a model; every checkout holds them."""
    lines = (FOLDER / f"{model}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Golden(**json.loads(line)) for line in lines]


def write(model: str, stories: Iterable[Golden]) -> Path:
    """Put the stories of a model in place of those that were there; returns the file."""
    lines = [json.dumps(asdict(story), ensure_ascii=False) + "\n" for story in stories]
    target = FOLDER / f"{model}.jsonl"
    target.write_text("".join(lines), encoding="utf-8")
    return target
