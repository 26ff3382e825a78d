# SPDX-License-Identifier: MIT
"""Packed models tell the reference's stories, in both precisions and with every kernel."""

import importlib.metadata
import os
import struct
import subprocess
from pathlib import Path

import pytest

from tests.engine import packing
from tests.engine.conftest import CHECKED, HANG_S, Engine, compile_c, pack
from tests.golden.story import Golden, load
from tests.models import Model

STORIES_15M = 60  # of 100, each in both precisions
MODES = ("q16", "fp32")


def tell(command: tuple[str, ...], model: Path, story: Golden, **env: str) -> str:
    """What a program says for a story's options, in an environment of its own."""
    done = subprocess.run(
        [*command, model, *story.options],
        env={**os.environ, **env},
        capture_output=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode()


@pytest.mark.parametrize("mode", MODES)
def test_packed_pocket_is_the_reference(engine: Engine, packed_pocket: Path, mode: str) -> None:
    for story in load("pocket"):
        assert tell(engine.command, packed_pocket, story, LLAMA_MODE=mode) == story.text


@pytest.mark.parametrize("mode", MODES)
def test_packed_stories260k_is_the_reference(engine: Engine, packed260k: Path, mode: str) -> None:
    for story in load("stories260K"):
        assert tell(engine.command, packed260k, story, LLAMA_MODE=mode) == story.text


@pytest.mark.parametrize("mode", MODES)
def test_packed_stories15m_is_the_reference(engine: Engine, packed15m: Path, mode: str) -> None:
    for story in load("shaped15M")[:STORIES_15M]:
        assert tell(engine.command, packed15m, story, LLAMA_MODE=mode) == story.text


def thead() -> str:
    """T-Head's emulator, which knows RVV 0.7.1."""
    try:
        files = importlib.metadata.files("xuantie-qemu") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "qemu-riscv64":
            return str(Path(str(file.locate())))
    pytest.skip("xuantie-qemu is not installed")


@pytest.mark.parametrize("kernel", ["rvv07", "rvv10", "portable"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("packed", "name", "stories"),
    [("packed_pocket", "pocket", 2), ("packed260k", "stories260K", 4)],
)
def test_vector_units_tell_the_same(
    riscv: Engine,
    packed: str,
    name: str,
    stories: int,
    kernel: str,
    mode: str,
    request: pytest.FixtureRequest,
) -> None:
    emulator: tuple[str, ...] = ("qemu-riscv64",)
    if kernel == "rvv07":
        emulator = (thead(), "-cpu", "c906fdv")
    elif kernel == "rvv10":
        emulator = ("qemu-riscv64", "-cpu", "rv64,v=true,vlen=128")
    command = (*emulator, riscv.command[-1])
    model: Path = request.getfixturevalue(packed)
    for story in sorted(load(name), key=lambda story: len(story.text))[:stories]:
        said = tell(command, model, story, LLAMA_MODE=mode, LLAMA_KERNEL=kernel)
        assert said == story.text


@pytest.fixture(scope="module")
def card(packed260k: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The program of a card whose packed model is that of stories260K.bin."""
    folder = tmp_path_factory.mktemp("card")
    (folder / "model.bin").symlink_to(packed260k)
    return Engine((str(compile_c(folder / "run", ["-O1", f'-DMODELS="{folder}/"'])),))


@pytest.mark.parametrize("name", ["stories260K.bin", "model.bin"])
def test_bare_name_is_the_cards_model(card: Engine, name: str) -> None:
    story = min(load("stories260K"), key=lambda story: len(story.text))
    assert tell(card.command, Path(name), story) == story.text


@pytest.mark.parametrize("name", ["stories15M.bin", "stories260K", "./stories260K.bin"])
def test_other_names_are_no_model_of_the_card(card: Engine, name: str) -> None:
    told = card(name, "-s", "1")
    assert (told.status, told.out) == (1, b"")
    assert told.err == f"run: {name}: cannot be opened: No such file or directory\n"


def test_a_longer_name_is_not_kept(
    card: Engine, packer: Engine, stories260k: Model, tmp_path: Path
) -> None:
    long = tmp_path / f"{'x' * 84}.bin"
    long.symlink_to(stories260k.checkpoint)
    packed = pack(packer, Model(long, stories260k.tokenizer), tmp_path)
    assert long.name.encode()[:8] not in packed.read_bytes()[:256]
    told = tell(card.command, packed, load("stories260K")[0])
    assert told == load("stories260K")[0].text


def test_each_weight_is_there_once(packed15m: Path, stories15m: Model) -> None:
    """Beside weights and tokenizer a packed model holds four bits of the rows that hardly count."""
    known = stories15m.checkpoint.stat().st_size + stories15m.tokenizer.stat().st_size
    assert packed15m.stat().st_size < 1.08 * known


def test_what_is_made_while_reading(programs: Path) -> None:
    program = compile_c(programs / "consume", CHECKED, main=Path(__file__).parent / "consume.c")
    done = Engine((str(program),))()
    assert (done.status, done.out, done.err) == (0, b"", "")


def test_packing_is_reproducible(
    packer: Engine, stories260k: Model, packed260k: Path, tmp_path: Path
) -> None:
    assert pack(packer, stories260k, tmp_path).read_bytes() == packed260k.read_bytes()


@pytest.mark.parametrize("tokens", [(1, 0), (0, 0), (-1, 1), (1 << 20, 1 << 21)])
def test_a_list_in_disorder_is_refused(
    sanitized: Engine, packed260k: Path, tmp_path: Path, tokens: tuple[int, int]
) -> None:
    """Tokens of the list are looked up and used as places: what they claim is checked."""
    packed = packing.read(packed260k)
    assert packed.sealed("list") == packed
    end = sum(packed.parts["list"])
    damaged = packed.with_bytes(end - 4 * packed.listed, struct.pack("<2i", *tokens))
    path = tmp_path / "bad.packed"
    path.write_bytes(damaged.sealed("list").data)
    told = sanitized(path, "-n", "20", "-s", "1")
    assert (told.status, told.out) == (1, b"")
    assert told.err.endswith("/bad.packed: is damaged: copy or pack it again\n")


@pytest.mark.parametrize("size", [0, 9, 128, 200, 4096, 1_000_000])
def test_cut_files_are_refused(
    sanitized: Engine, packed260k: Path, tmp_path: Path, size: int
) -> None:
    bad = tmp_path / "cut.packed"
    bad.write_bytes(packed260k.read_bytes()[:size])
    told = sanitized(bad, "-n", "20", "-s", "1")
    assert (told.status, told.err.count("\n")) == (1, 1)


def test_wrong_modes_are_refused(engine: Engine, packed260k: Path) -> None:
    for name in ("LLAMA_MODE", "LLAMA_KERNEL"):
        done = subprocess.run(
            [*engine.command, packed260k],
            env={**os.environ, name: "strange"},
            capture_output=True,
            timeout=HANG_S,
        )
        assert done.returncode == 1
        assert name.encode() in done.stderr
