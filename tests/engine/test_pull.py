# SPDX-License-Identifier: MIT
"""Stories taken piece by piece, turned back, and told without what is refused."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.engine import oracle, packing
from tests.engine.conftest import CHECKED, HANG_S, Engine, compile_c
from tests.models import Model

PULLER = Path(__file__).parent / "pull.c"
MODES = ("q16", "fp32")
PROMPTS = ["", "Once upon a time", "Lily, the cat"]
SAMPLED = ("1.0", "0.9")  # temperature, top-p
WAYS = [SAMPLED, ("0.0", "0.9"), ("0.8", "1.0")]
REFUSED = ["e", "w", ".", " ", "abcdefghijklmnopqrstuvwxyz"]


@pytest.fixture(scope="session")
def puller(programs: Path) -> Engine:
    """The library under sanitizers, and what pulls stories out of it."""
    return Engine((str(compile_c(programs / "puller", CHECKED, main=PULLER)),))


@pytest.fixture(scope="session")
def fast_puller(programs: Path) -> Engine:
    """The same without sanitizers, for large models."""
    return Engine((str(compile_c(programs / "puller-fast", ["-O3"], main=PULLER)),))


def ask(puller: Engine, *arguments: str | Path, **env: str) -> bytes:
    """What the driver printed; it must end well."""
    done = subprocess.run(
        [*puller.command, *arguments],
        env={**os.environ, **env},
        capture_output=True,
        timeout=HANG_S,
    )
    assert (done.returncode, done.stderr) == (0, b""), done.stdout
    return done.stdout


@pytest.mark.parametrize("way", WAYS, ids="/".join)
@pytest.mark.parametrize("prompt", PROMPTS)
def test_pulled_story_is_the_told_one(
    puller: Engine, stories260k: Model, packed260k: Path, prompt: str, way: tuple[str, str]
) -> None:
    """The driver compares text and certainty; here, the three ways to hold a model."""
    rest = (prompt, *way, "5", "100", "")
    legacy = ask(puller, "pull", stories260k.checkpoint, stories260k.tokenizer, *rest)
    for mode in MODES:
        assert ask(puller, "pull", packed260k, "", *rest, LLAMA_MODE=mode) == legacy


@pytest.mark.parametrize("steps", ["1", "2", "4", "5", "6"])
def test_prompt_longer_than_the_story(puller: Engine, stories260k: Model, steps: str) -> None:
    files = (stories260k.checkpoint, stories260k.tokenizer)
    said = ask(puller, "pull", *files, "Once upon", *SAMPLED, "5", steps, "")
    expected = oracle.tell(*files, "Once upon", steps=int(steps), temperature=1.0, topp=0.9, seed=5)
    assert said == b"0 " + expected


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("prompt", PROMPTS)
def test_same_coins_tell_the_same_from_every_place(
    puller: Engine, packed260k: Path, stories260k: Model, prompt: str, mode: str
) -> None:
    rest = (prompt, *SAMPLED, "5", "28", "")
    turned = ask(puller, "turn", packed260k, "", *rest, LLAMA_MODE=mode)
    assert turned.count(b"\n") > 15
    assert turned == ask(puller, "turn", stories260k.checkpoint, stories260k.tokenizer, *rest)


def test_turning_back_meets_float32_passes(
    puller: Engine, packed260k: Path, tmp_path: Path
) -> None:
    """A model that claims to be inaccurate takes the pass in float32 at every choice."""
    doubtful = tmp_path / "doubtful.packed"
    doubtful.write_bytes(packing.read(packed260k).with_error(1e5).data)
    for letters in ("", "e"):
        rest = ("Once", *SAMPLED, "5", "20", letters)
        assert ask(puller, "turn", doubtful, "", *rest) == ask(
            puller, "turn", packed260k, "", *rest
        )


@pytest.mark.parametrize("way", WAYS, ids="/".join)
@pytest.mark.parametrize("letters", REFUSED)
def test_refused_pieces_never_come(
    puller: Engine,
    stories260k: Model,
    packed260k: Path,
    letters: str,
    way: tuple[str, str],
) -> None:
    """Choices among what is left are those that run.c would make of the masked logits."""
    files = (stories260k.checkpoint, stories260k.tokenizer)
    rest = ("Once, the cat", *way, "5", "60", letters)
    legacy = ask(puller, "pull", *files, *rest)
    count, said = legacy.split(b" ", 1)
    assert int(count) > 0
    assert said.startswith(b"Once, the cat")
    assert not set(letters.encode()) & set(said[len("Once, the cat") :])

    def is_refused(said: bytes, piece: bytes) -> bool:
        after_comma = said.endswith(b",") and not piece.startswith(b" ")
        return bool(set(letters.encode()) & set(piece)) or after_comma

    told = oracle.tell(
        *files,
        "Once, the cat",
        steps=60,
        temperature=float(way[0]),
        topp=float(way[1]),
        seed=5,
        is_refused=is_refused,
    )
    assert said == told
    for mode in MODES:
        assert ask(puller, "pull", packed260k, "", *rest, LLAMA_MODE=mode) == legacy


def test_all_refused_is_the_end(puller: Engine, small: Model) -> None:
    printable = "".join(map(chr, range(32, 127))) + "\t\n\v\f\r"
    beyond = "".join(map(chr, range(128, 256)))
    files = (small.checkpoint, small.tokenizer)
    done = ask(puller, "pull", *files, "ab", *SAMPLED, "5", "30", printable + beyond)
    assert done.endswith(b" ab\n")


def test_large_model_refuses_in_both_precisions(fast_puller: Engine, packed15m: Path) -> None:
    rest = ("One day", *SAMPLED, "11", "120", "k")
    fast = ask(fast_puller, "pull", packed15m, "", *rest, LLAMA_MODE="q16")
    exact = ask(fast_puller, "pull", packed15m, "", *rest, LLAMA_MODE="fp32")
    count, said = fast.split(b" ", 1)
    assert fast == exact
    assert int(count) > 0
    assert b"k" not in said


def test_known_words(puller: Engine, stories260k: Model, packed260k: Path) -> None:
    words = ["was", "the", "xylophone", "", "w" * 1000, " was", "wa s"]
    expected = b"1\n1\n0\n0\n0\n0\n0\n"
    files = (stories260k.checkpoint, stories260k.tokenizer)
    assert ask(puller, "knows", *files, *words) == expected
    assert ask(puller, "knows", packed260k, "", *words) == expected


def test_large_vocabulary_knows_what_it_learned(fast_puller: Engine, packed15m: Path) -> None:
    """What its stories say, and what is no piece of it."""
    words = ["wigi", "yeci", "siye", "http", "Deutschland", "SQL"]
    assert ask(fast_puller, "knows", packed15m, "", *words) == b"1\n1\n1\n0\n0\n0\n"
