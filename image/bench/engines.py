# SPDX-License-Identifier: MIT
"""The engines that may be on a card, and how each is asked for a story."""

from dataclasses import dataclass

from image.bench.protocol import Case, Protocol, quoted
from image.bench.target import Target, ask
from image.device.prompt import OURS
from image.errors import UserError
from image.options import Option, Several

MODELS = "/usr/share/llama"
FOLDER = "/tmp/bench"  # on the board: in memory, so that writing to the card is not measured
WATCHER = "bench-watch"


@dataclass(frozen=True)
class Engine:
    """A program that tells a story as run.c does."""

    name: str  # as engines= takes it
    title: str
    words: tuple[str, ...]  # program, model, what it needs besides
    env: tuple[str, ...] = ()

    def line(self, protocol: Protocol, case: Case, trace: bool = False) -> str:
        """The shell line that has a story told and its costs printed."""
        watched = (WATCHER, *(["--trace"] if trace else []), FOLDER)
        words = [*watched, *self.words, *protocol.options(case)]
        # How the tokens were chosen is told in the story that counts for nothing.
        env = ["LLAMA_STATS=1"] if trace else []
        return " ".join([*env, *self.env, quoted(words)])


ENGINES = (
    Engine("q16", "ours, 16 bits", ("run", "model.bin"), ("LLAMA_MODE=q16",)),
    Engine("fp32", "ours, float32", ("run", "model.bin"), ("LLAMA_MODE=fp32",)),
    Engine(
        "llama2c",
        "llama2.c run.c, -Ofast",
        ("llama2c", f"{MODELS}/float32.bin", "-z", f"{MODELS}/tokenizer.bin"),
    ),
)
BASELINE = ENGINES[-1]
OPTION = Option(
    "engines", "which engines", Several(tuple(e.name for e in ENGINES)), default="all on the card"
)


def on_card(target: Target, wanted: str | None) -> tuple[list[Engine], str | None]:
    """The engines to measure, and what is to be said about those that are not there.

    `wanted` names some of them; None: all. Raises UserError when one that was named is missing.
    """
    known = {engine.name: engine for engine in ENGINES}
    names = OPTION.read(wanted).split(",") if wanted is not None else list(known)
    # A line per program that is there.
    programs = ["run", WATCHER, "llama2c"]
    there = ask(target, f"for p in {' '.join(programs)}; do command -v $p; done; true").split()
    found = {path.rpartition("/")[2] for path in there}
    if not {"run", WATCHER} <= found:
        raise UserError(f"the board has no program '{WATCHER}' or no 'run'", OURS)
    if "llama2c" in found or "llama2c" not in names:
        return [known[name] for name in names], None
    lack = "the reference engine llama2c is not on the card (menuconfig: Packages, llama2c)"
    if wanted is not None:
        raise UserError(lack, hint="engines=q16,fp32")
    return [known[name] for name in names if name != "llama2c"], lack
