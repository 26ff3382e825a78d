# SPDX-License-Identifier: MIT
"""Trains `pocket`: python -m packages.pocket.training.train FOLDER --tokens 80

What is in FOLDER already is continued: interrupt it with Ctrl-C, go on with the same command.
With --shipped, a new training begins with the weights and the tokenizer of the shipped model.
"""

import argparse
import math
import random
import shutil
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import torch
from torch import nn
from tqdm import tqdm

from image import trouble
from image.errors import UserError

from . import batches, checkpoint, tokenizer
from .batches import Batches
from .model import Model, Shape, export, read_weights
from .muon import Muon
from .schedule import Schedule
from .stories import Generator

BATCH = 32  # stories
MATRIX_RATE = 0.01  # learning rates: of Muon, and of AdamW for everything else
OTHER_RATE = 0.0015
SHIPPED = Path(__file__).parents[1] / "src/model.bin"
SHIPPED_TOKENIZER = Path(__file__).with_name("tokenizer.model")
TOKENIZER = "tokenizer.model"
SAVE_S = 300
LOG_S = 60
HELD_OUT = 60  # stories
SMOOTH = 0.98  # of the loss that is shown


class Training:
    """A model, its optimizers and where they are."""

    def __init__(
        self,
        folder: Path,
        schedule: Schedule,
        shape: Shape,
        seed: int,
        weights: Path | None = None,
    ) -> None:
        self.folder, self.schedule, self.shape = folder, schedule, shape
        self.has_begun_anew = weights is None
        self.generator = Generator()
        self.tokenizer = _tokenizer(folder, self.generator, shape, seed)
        torch.manual_seed(seed)
        self.model = Model(shape)
        self.muon = Muon(self.model.matrices())
        self.adam = torch.optim.AdamW(self.model.others(), betas=(0.9, 0.98), weight_decay=0.0)
        self.batches = Batches(self.generator, self.tokenizer, BATCH, shape.length, seed)
        self.step = self.tokens = 0
        self.seconds = 0.0
        self.loss = math.nan
        if self.saved.exists():
            self._restore(checkpoint.load(self.saved))
        elif weights:
            read_weights(self.model, weights)

    @property
    def saved(self) -> Path:
        return self.folder / "checkpoint.pt"

    @property
    def is_done(self) -> bool:
        return self.tokens >= self.schedule.tokens

    def learn(self) -> None:
        """One batch."""
        began = time.monotonic()
        rate = self.schedule.rate(self.step, self.tokens)
        self.batches.drills = self.schedule.drill_share(self.tokens)
        tokens, targets = self.batches.next()
        self.model.zero_grad()
        loss = self.model(tokens, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.others(), 1.0)
        for group in self.adam.param_groups:
            group["lr"] = OTHER_RATE * rate
        self.adam.step()
        self.muon.step(MATRIX_RATE * rate)
        self.loss = _smoothed(self.loss, loss.item())
        self.step += 1
        self.tokens += int((targets >= 0).sum())
        self.seconds += time.monotonic() - began

    def save(self) -> None:
        """A checkpoint, and the model as it is now for the engine."""
        state = {
            "shape": asdict(self.shape),
            "has_begun_anew": self.has_begun_anew,
            "model": self.model.state_dict(),
            "muon": self.muon.state(),
            "adam": self.adam.state_dict(),
            "batches": self.batches.state(),
            "random": torch.get_rng_state(),
            "step": self.step,
            "tokens": self.tokens,
            "seconds": self.seconds,
            "loss": self.loss,
        }
        checkpoint.save(state, self.saved)
        export(self.model, self.folder / "model.bin")

    def _restore(self, state: dict[str, Any]) -> None:
        if state["shape"] != asdict(self.shape):
            raise UserError(f"{self.saved}: of another shape: {state['shape']}", "another folder")
        had_begun_anew = state.get("has_begun_anew", True)
        if had_begun_anew != self.has_begun_anew:
            how = "from nothing" if had_begun_anew else "with the shipped model"
            raise UserError(f"{self.saved}: this training began {how}", f"remove {self.folder}")
        self.model.load_state_dict(state["model"])
        self.muon.restore(state["muon"])
        self.adam.load_state_dict(state["adam"])
        self.batches.restore(state["batches"])
        torch.set_rng_state(state["random"])
        self.step, self.tokens = state["step"], state["tokens"]
        self.seconds, self.loss = state["seconds"], state["loss"]

    def bits_per_character(self) -> float:
        """On stories that are made up for this alone."""
        nats = characters = 0.0
        stories = batches.held_out(self.generator, self.tokenizer, HELD_OUT, self.shape.length)
        for text, numbers in stories:
            tokens, targets = batches.tensors([numbers])
            with torch.no_grad():
                nats += self.model(tokens, targets).item() * (len(numbers) - 1)
            characters += len(text)
        return nats / math.log(2) / characters


def run(training: Training, log: TextIO) -> None:
    """Train until all tokens are learned from; Ctrl-C saves and ends."""
    logged = saved = time.monotonic()
    bar = tqdm(
        total=training.schedule.tokens,
        initial=training.tokens,
        unit="token",
        unit_scale=True,
        disable=not sys.stderr.isatty(),
    )
    try:
        while not training.is_done:
            training.learn()
            bar.update(training.tokens - bar.n)
            bar.set_postfix(loss=f"{training.loss:.3f}", refresh=False)
            now = time.monotonic()
            if now - logged >= LOG_S:
                logged = now
                _report(training, log)
            if now - saved >= SAVE_S:
                training.save()
                saved = time.monotonic()
    finally:
        bar.close()
        training.save()
    _report(training, log, f"bits per character {training.bits_per_character():.4f}")


def _report(training: Training, log: TextIO, more: str = "") -> None:
    speed = training.tokens / max(1.0, training.seconds)
    print(
        f"{time.strftime('%H:%M:%S')} minute {training.seconds / 60:.1f} step {training.step}"
        f" loss {training.loss:.4f} tokens {training.tokens} {speed:.0f}/s",
        more,
        file=log,
        flush=True,
    )


def _tokenizer(folder: Path, generator: Generator, shape: Shape, seed: int) -> Any:
    """The folder's, learned first where it has none."""
    target = folder / TOKENIZER
    if not target.exists():
        tokenizer.learn(generator, shape.vocabulary, target, random.Random(seed))
    found = tokenizer.load(target)
    tokenizer.export(found, folder / "tokenizer.bin")
    return found


def _use_shipped_tokenizer(target: Path) -> None:
    """Another one would give the shipped weights other pieces. Raises UserError."""
    if not target.exists():
        shutil.copy(SHIPPED_TOKENIZER, target)
    elif target.read_bytes() != SHIPPED_TOKENIZER.read_bytes():
        raise UserError(f"{target}: not that of the shipped model", f"remove {target.parent}")


def _smoothed(old: float, new: float) -> float:
    return new if math.isnan(old) else SMOOTH * old + (1 - SMOOTH) * new


def main() -> int:
    parser = argparse.ArgumentParser(prog="train", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tokens", type=float, default=80.0, help="millions, over all runs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shipped", action="store_true", help="begin with the shipped model")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # saves, as Ctrl-C does
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
        schedule = Schedule(round(options.tokens * 1e6))
        weights = SHIPPED if options.shipped else None
        if weights:
            _use_shipped_tokenizer(options.folder / TOKENIZER)
        training = Training(options.folder, schedule, Shape(), options.seed, weights)
        with (options.folder / "train.log").open("a") as log:
            run(training, log)
    except KeyboardInterrupt:
        print("interrupted: the same command goes on from here", file=sys.stderr)
        return 130
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(trouble.told(error, options.folder), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
