# SPDX-License-Identifier: MIT
"""`doit stories N`: invents many stories on this machine, and reports how fit they are."""

import json
import re
import shutil
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from image import output, run
from image.errors import UserError
from image.options import File, Option
from image.report import measured
from image.trouble import told

FOLDER = "stories"
WORDS = "packages/storyteller/words"
FORMAT = 1
HOW = ("temperature", "steps", "choices")  # settings that a story's words depend on
LOOK_S = 0.5
STOP_S = 0.1
SAMPLES = 5
OPTIONS = (
    Option("trained", "stories that the model learned from, to measure and compare", File()),
)
ENDS = ("model", "limit", "loop", "happy_end", "skipped")
# A story as the storyteller shows it, and the line of JSON behind it.
STORY = re.compile(r'^story \d+  seed \d+\n\n(.*?)\n(\{"story"[^\n]*\})$', re.M | re.S)


@dataclass(frozen=True)
class Model:
    """What invents: a model file, its tokenizer, and a name for the report.

    And stories that it was trained on, where they are known, and the image's settings.
    """

    name: str
    file: Path
    tokenizer: Path
    trained: tuple[str, ...] = ()
    settings: str = ""


@dataclass(frozen=True)
class Told:
    """One story: its text, and what the storyteller says about it."""

    text: str
    figures: Mapping[str, Any]


def number(words: Sequence[str]) -> int:
    """How many stories are wanted. Raises UserError when that is not a number."""
    if len(words) != 1 or not words[0].isdecimal() or not 0 < int(words[0]) <= 100_000:
        raise UserError(
            f"how many stories? '{' '.join(words)}' is not a number from 1 to 100000",
            hint="./doit stories 1000",
        )
    return int(words[0])


def trained(options: Mapping[str, str]) -> tuple[str, ...]:
    """The stories of trained=, if it is given. Raises UserError for a file that holds none."""
    return measured.stories_of(Path(options["trained"])) if "trained" in options else ()


def tell(program: Path, model: Model, root: Path, folder: Path, wanted: int, jobs: int) -> Path:
    """Invent the stories of the seeds 1 to `wanted`, `jobs` at once; returns the report for people.

    Ctrl-C ends it early; the report then covers the stories so far.
    """
    with output.alone(folder):
        return _tell(program, model, root, folder, wanted, jobs)


def _tell(program: Path, model: Model, root: Path, folder: Path, wanted: int, jobs: int) -> Path:
    # The report of the last time stays until there is another.
    for old in folder.glob("worker-*"):
        shutil.rmtree(old)
    workers = list(_workers(folder, model, wanted, jobs))
    commands = [_command(program, model, root, worker, *share) for worker, *share in workers]
    logs = [worker / "log" for worker, *_ in workers]
    try:
        _run_all(commands, logs, wanted)
    finally:
        told = [story for log in logs for story in parse(log)]
        target = write(folder, summary(told, model, wanted, blocked(root / WORDS)))
    if len(told) < wanted:
        raise UserError(
            f"{len(told)} of {wanted} stories were generated",
            hint=f"see {target}, and the logs next to it",
        )
    return target


def _workers(folder: Path, model: Model, wanted: int, jobs: int) -> Iterator[tuple[Path, int, int]]:
    """Folder, first seed and number of stories of each process."""
    lines = model.settings.splitlines()
    how = [line for line in lines if line.partition("=")[0].strip() in HOW]
    count = min(jobs, wanted)
    for index in range(count):
        worker = folder / f"worker-{index + 1}"
        worker.mkdir(parents=True)
        (worker / "settings").write_text("\n".join(["pause=0", *how, ""]))
        first, end = (wanted * n // count for n in (index, index + 1))
        yield worker, first + 1, end - first


def _command(
    program: Path, model: Model, root: Path, worker: Path, seed: int, stories: int
) -> list[str | Path]:
    files: list[str | Path] = ["--model", model.file, "--tokenizer", model.tokenizer]
    files += ["--settings", worker / "settings", "--words", root / WORDS]
    files += ["--card", worker, "--data", worker]
    counts = ["--seed", str(seed), "--stories", str(stories)]
    return [program, *files, *counts, "--no-sound", "--json"]


def _run_all(commands: Sequence[Sequence[str | Path]], logs: Sequence[Path], wanted: int) -> None:
    failed: list[UserError] = []
    is_stopped = threading.Event()

    def work(command: Sequence[str | Path], log: Path) -> None:
        try:
            if not is_stopped.is_set():
                run.run(command, log=log)
        except UserError as error:
            failed.append(error)
        except OSError as error:
            failed.append(told(error, log))

    pairs = zip(commands, logs, strict=True)
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    try:
        for thread in threads:
            thread.start()
        _show_progress(threads, logs, wanted)
    finally:
        # After Ctrl-C; one that is just being started is stopped at the next turn.
        is_stopped.set()
        while any(thread.is_alive() for thread in threads):
            run.stop_all()
            time.sleep(STOP_S)
    if failed:
        raise failed[0]


def _show_progress(threads: Sequence[threading.Thread], logs: Sequence[Path], wanted: int) -> None:
    with tqdm(total=wanted, unit="story", disable=None) as bar:
        while any(thread.is_alive() for thread in threads):
            for thread in threads:
                thread.join(LOOK_S / len(threads))
            bar.update(sum(_count(log) for log in logs) - bar.n)


def _count(log: Path) -> int:
    return log.read_bytes().count(b'\n{"story":') if log.is_file() else 0


def parse(log: Path) -> list[Told]:
    """The stories of a storyteller's output; one that was cut off is left out."""
    text = log.read_text(errors="replace") if log.is_file() else ""
    return [Told(story, json.loads(line)) for story, line in STORY.findall(text)]


def blocked(words: Path) -> re.Pattern[str]:
    """What no story may hold, by the list alone: a check that does not use the program's own.

    Words that belong together are of one sentence: "nothing to eat. The king gave" is fine.
    """
    stops = [
        entry.replace("*", "[a-z]*").replace(".", "[.!?]").replace(" ", "[^a-z.!?]+")
        for entry in _entries(words / "blocked.txt")
    ]
    allowed = [entry.replace(" ", "[^a-z.!?]+") + "s?" for entry in _entries(words / "allowed.txt")]
    but = f"(?!(?:{'|'.join(allowed)})(?![a-z]))" if allowed else ""
    return re.compile(rf"(?<![a-z]){but}(?:{'|'.join(stops)})(?![a-z])", re.I)


def _entries(file: Path) -> list[str]:
    """Those that hold for stories, not only for what is asked for."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [line for line in lines if line and line[0] not in "#?"]


def summary(
    told: Sequence[Told], model: Model, wanted: int, blocked: re.Pattern[str]
) -> dict[str, Any]:
    """All figures about the stories, and samples; what docs/storyteller.md shows."""
    ends = Counter(story.figures["ended"] for story in told)
    return {
        "format": FORMAT,
        "model": model.name,
        "wanted": wanted,
        "stories": len(told),
        "ended": {end: ends[end] for end in ENDS},
        "without_an_end": sum(not _has_end(story.text) for story in told),
        "blocked_and_told": [story.text for story in told if blocked.search(story.text)],
        **{
            name: {
                "count": sum(story.figures[name] for story in told),
                "stories": sum(story.figures[name] > 0 for story in told),
            }
            for name in LABELS
        },
        "tokens": _spread(story.figures["tokens"] for story in told),
        "words": _spread(len(story.text.split()) for story in told),
        "measured": measured.summary(
            {story.figures["seed"]: story.text for story in told}, model.trained
        ),
        "samples": [story.text for story in told[:SAMPLES]],
        "stopped_samples": [
            story.text for story in told if story.figures["ended"] in ("loop", "happy_end")
        ][:SAMPLES],
    }


def _has_end(text: str) -> bool:
    return re.search(r"the end\W*$", text, re.I) is not None


def _spread(values: Iterable[int]) -> dict[str, float]:
    numbers = sorted(values)
    if not numbers:
        return {}
    middle = statistics.median(numbers)
    return {"least": numbers[0], "median": middle, "most": numbers[-1]}


def write(folder: Path, found: Mapping[str, Any]) -> Path:
    """Write report.json and report.md into a folder; returns the latter."""
    output.write(folder / "report.json", json.dumps(found, indent=1) + "\n")
    target = folder / "report.md"
    output.write(target, render(found))
    return target


def render(found: Mapping[str, Any]) -> str:
    """The report for people."""
    rows = [("stories", str(found["stories"]))]
    rows += [(f"ended: {end.replace('_', ' ')}", str(n)) for end, n in found["ended"].items()]
    rows += [("without an end in words", str(found["without_an_end"]))]
    rows += [("with a blocked word", str(len(found["blocked_and_told"])))]
    for name in LABELS:
        count = found[name]
        text = f"{count['count']} in {count['stories']} stories"
        rows.append((LABELS[name], text))
    for name in ("words", "tokens"):
        spread = found[name]
        text = ", ".join(f"{key} {value:g}" for key, value in spread.items())
        rows.append((f"{name} of a story", text or "-"))
    table = "".join(f"| {name} | {value} |\n" for name, value in rows)
    head = f"# {found['stories']} of {found['wanted']} stories, invented by {found['model']}\n\n"
    samples = "".join(f"\n> {_quoted(text)}\n" for text in found["samples"])
    stopped = "".join(f"\n> {_quoted(text)}\n" for text in found["stopped_samples"])
    measures = measured.render(found["measured"])
    return (
        f"{head}| | |\n|---|---|\n{table}{measures}\n## Samples\n{samples}"
        f"\n## Ended by us\n{stopped}"
    )


LABELS = {
    "refused": "words that were not chosen",
    "gate_hits": "sentences that the gate stopped",
    "loops": "sentences that had been said before",
    "rewinds": "sentences that were generated again",
    "restarts": "stories that lost their thread, and were generated again",
}


def _quoted(text: str) -> str:
    return text.strip().replace("\n", "\n> ")
