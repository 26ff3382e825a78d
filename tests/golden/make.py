# SPDX-License-Identifier: MIT
"""Ask builds of the original run.c for the reference stories, and write them into this folder.

    .venv/bin/python -m tests.golden.make RUN [RUN ...] [--only MODEL] [--jobs N]

RUN is a program built of run.c of karpathy/llama2.c, commit 350e04f; give one with -O3 and one
with -Ofast. A story is kept where all of them tell the same.
"""

import argparse
import itertools
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from image.errors import UserError
from tests import models
from tests.golden.story import Golden, write
from tests.models import Model

PROMPTS = (
    "Once upon a time",
    "",
    "Once upon a time, there was a shy princess who lived near the pond. One day,",
    "Zoë und Jürgen aßen Crème brûlée",
    '"Why?" asked Tim... "Who -- (me)?!"',
    "The little cat",
    "Once upon a time, there was a brave dragon. The dragon had a",
    "从前有一只猫 🐈 και μια πάπια",
    "Lily and Tom went to the park. They saw a big dog. The dog was sad. " * 3,
    "  two  spaces, and\na line\tand a tab",
    "One day, 3 bears & 1 fox <s> 100%",
)
TEMPERATURES = (1.0, 0.0, 0.9, 0.5, 1.5)
TOPPS = (0.9, 1.0, 0.5, 0.0)
SEED = 350  # of the drawing of cases
ASKED = 3  # times the stories that are wanted, at most
HANG_S = 600


@dataclass(frozen=True)
class Wanted:
    """How many stories of a model, and how long they may be."""

    model: Callable[[], Model]
    stories: int
    steps: tuple[int, ...]


WANTED = {
    "pocket": Wanted(models.pocket, 60, (256, 64, 128, 256, 200, 17, 0)),
    "stories260K": Wanted(lambda: models.fetched("stories260k"), 60, (256, 64, 128, 512, 32, 0)),
    "shaped15M": Wanted(models.shaped15m, 100, (32, 16, 48, 24, 100, 12, 40)),
}


def cases(name: str, steps: Sequence[int]) -> Iterator[Golden]:
    """Questions without end, spread over prompts, temperatures, top-p and lengths."""
    draw = random.Random(SEED)
    every = itertools.cycle(itertools.product(TOPPS, TEMPERATURES))
    for number, (topp, temperature) in enumerate(every):
        prompt = PROMPTS[number % len(PROMPTS)]
        seed = draw.randrange(1, 2**31)
        yield Golden(name, prompt, temperature, topp, seed, steps[number % len(steps)])


def told(programs: Sequence[Path], model: Model, case: Golden) -> Golden | None:
    """The case with its text; None where the programs do not agree, or say what is no text."""
    texts = set()
    for program in programs:
        command: list[str | Path] = [
            program,
            model.checkpoint,
            "-z",
            model.tokenizer,
            *case.options,
        ]
        done = subprocess.run(command, capture_output=True, timeout=HANG_S)
        if done.returncode:
            return None
        texts.add(done.stdout)
    try:
        return replace(case, text=texts.pop().decode()) if len(texts) == 1 else None
    except UnicodeDecodeError:
        return None


def make(name: str, wanted: Wanted, programs: Sequence[Path], jobs: int) -> Path:
    """Tell one model's stories, several at a time."""
    model = wanted.model()
    kept: list[Golden] = []
    asked = itertools.islice(cases(name, wanted.steps), ASKED * wanted.stories)
    with ThreadPoolExecutor(jobs) as pool, tqdm(total=wanted.stories, unit="story") as bar:
        while len(kept) < wanted.stories:
            some = list(itertools.islice(asked, min(jobs * 4, wanted.stories - len(kept))))
            if not some:
                raise UserError(f"{name}: the programs agree on {len(kept)} stories only")
            for story in pool.map(lambda case: told(programs, model, case), some):
                kept += [story] if story else []
                bar.update(bool(story))
    return write(name, kept)


def main() -> None:
    """Write the stories of all models, or of one."""
    parser = argparse.ArgumentParser(usage=(__doc__ or "").strip())
    parser.add_argument("programs", nargs="+", type=Path)
    parser.add_argument("--only", choices=WANTED)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    words = parser.parse_args()
    programs = [program.resolve() for program in words.programs]
    for name in [words.only] if words.only else WANTED:
        print(make(name, WANTED[name], programs, words.jobs))


if __name__ == "__main__":
    try:
        main()
    except (UserError, OSError) as error:
        sys.exit(str(error))
