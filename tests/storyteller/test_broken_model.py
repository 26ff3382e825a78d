# SPDX-License-Identifier: MIT
"""A model that is missing, broken or cannot be read: one clear message, and never a silent loop."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from image import run
from tests.conftest import once
from tests.engine import packing
from tests.storyteller import build
from tests.storyteller.said import HEADER
from tests.storyteller.started import HUNG_S

REMEDY = "; write the card again, or name another file with --model\n"
# So large an error of the 16 bits that nearly every token needs the file's float32 weights.
UNSURE = 4.0


@pytest.fixture(scope="module")
def packed(programs: Path) -> packing.Packed:
    """The small model as the card has it."""
    path = programs / "pocket.packed"
    packer = build.host_package("llama") / "usr/bin/llama-pack"
    words = [packer, build.POCKET / "model.bin", build.POCKET / "tokenizer.bin"]
    once(path, lambda partial: run.output([*words, partial]))
    return packing.read(path)


def tell(product: Path, folder: Path, model: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Two stories as text."""
    (folder / "settings").write_text("pause=0\n")
    words: list[str | Path] = [
        product,
        "--model",
        model,
        "--tokenizer",
        build.POCKET / "tokenizer.bin",
    ]
    words += ["--settings", folder / "settings", "--words", build.WORDS, "--data", folder]
    words += ["--no-sound", "--stories", "2", "--seed", "3", "--steps", "60"]
    environment = run.environment() | env
    return subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=HUNG_S,
        env=environment,
    )  # fmt: skip


def flipped(data: bytes) -> bytes:
    """A byte of the weights is another."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "has": lambda data: data[: len(data) // 2],
    "is empty": lambda data: b"",
    "is damaged": flipped,
    "is compressed (gzip)": lambda data: b"\x1f\x8b" + data[2:],
}


@pytest.mark.parametrize("problem", BROKEN)
def test_a_broken_model_is_told_once(
    product: Path, packed: packing.Packed, tmp_path: Path, problem: str
) -> None:
    model = tmp_path / "model.packed"
    model.write_bytes(BROKEN[problem](packed.data))
    told = tell(product, tmp_path, model)
    assert told.returncode == 1
    assert told.stderr.startswith(f"storyteller: {model}: {problem}")
    assert told.stderr.endswith(REMEDY) and told.stderr.count("\n") == 1
    assert len(HEADER.findall(told.stdout)) <= 1
    assert "cannot be told" not in told.stdout


def test_a_missing_model(product: Path, tmp_path: Path) -> None:
    model = tmp_path / "absent.bin"
    told = tell(product, tmp_path, model)
    problem = f"storyteller: {model}: cannot be opened: No such file or directory{REMEDY}"
    assert (told.returncode, told.stderr, told.stdout) == (1, problem, "")


def test_a_read_error_ends_one_story(
    product: Path, packed: packing.Packed, failing_pread: Path, tmp_path: Path
) -> None:
    """The card fails once, in the middle of the first story; the second one is told whole."""
    model = tmp_path / "model.packed"
    model.write_bytes(packed.with_error(UNSURE).data)
    env = {"LD_PRELOAD": str(failing_pread), "PREAD_BAD": "1"}
    for good in (2**n for n in range(20)):
        told = tell(product, tmp_path, model, PREAD_GOOD=str(good), **env)
        if told.returncode == 0:
            break
        assert "; write the card again" in told.stderr  # while the model is loaded
    complaint = f"That story cannot be told: {model}: cannot be read: Input/output error"
    assert told.stdout.count(complaint) == 1
    assert len(HEADER.findall(told.stdout)) == 2
    assert told.stdout.index(complaint) < told.stdout.rindex("story 2")
    assert told.stdout.rstrip().endswith((".", "!", '"'))
