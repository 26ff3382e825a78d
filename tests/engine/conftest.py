# SPDX-License-Identifier: MIT
"""The engine built in several ways, and the models that tests look for."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from image import run
from tests import models
from tests.conftest import once
from tests.engine import tiny
from tests.models import Model

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "packages/llama/src"
COMMON = ROOT / "packages/common/src"
PACKER = sorted((SOURCES / "pack").glob("*.c"))

WARNINGS = ("-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wshadow")
STRICT = ("-std=c11", "-ffp-contract=off", *WARNINGS)
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
HANG_S = 300  # no story takes so long: the program does not end by itself
CHECKED = ("-O1", "-g", *SANITIZE)


@dataclass(frozen=True)
class Result:
    """How a program ended and what it wrote."""

    status: int
    out: bytes
    err: str


@dataclass(frozen=True)
class Engine:
    """One build of the program `run`, with the words that start it."""

    command: tuple[str, ...]

    def __call__(self, *arguments: str | bytes | Path) -> Result:
        """Run it with these arguments, whatever status it ends with."""
        done = subprocess.run(
            [*self.command, *arguments],
            env=run.environment({"UBSAN_OPTIONS": "print_stacktrace=1"}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=HANG_S,
        )
        return Result(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    def tell(self, model: Model, *options: str | bytes) -> bytes:
        """The story that the program prints; it must end well."""
        told = self(model.checkpoint, "-z", model.tokenizer, *options)
        assert told.status == 0, told.err
        return told.out


def compile_c(
    program: Path,
    flags: Sequence[str],
    *,
    compiler: str = "gcc",
    main: Path | Sequence[Path] = SOURCES / "main.c",
) -> Path:
    """Build the library and the files that have a `main` of their own (or are given one)."""
    mains = [main] if isinstance(main, Path) else list(main)
    library = [path for path in sorted(SOURCES.glob("*.[cS]")) if path.name != "main.c"]
    library.append(COMMON / "rvv.c")
    words = [compiler, *STRICT, *flags, f"-I{SOURCES}", f"-I{SOURCES / 'pack'}", f"-I{COMMON}"]
    words += [*map(str, (*mains, *library)), "-lm", "-lpthread", "-o"]
    return once(program, lambda partial: run.output([*words, partial]))


@pytest.fixture(scope="session")
def programs(compiled: Path) -> Path:
    """Where the session's programs are built."""
    folder = compiled / "engine"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def engine(programs: Path) -> Engine:
    """The program as this machine's compiler makes it."""
    return Engine((str(compile_c(programs / "run", ["-O3"])),))


@pytest.fixture(scope="session")
def sanitized(programs: Path) -> Engine:
    """The program that stops at its first bad access or undefined step."""
    return Engine((str(compile_c(programs / "run-sanitized", CHECKED)),))


@pytest.fixture(scope="session")
def riscv(programs: Path) -> Engine:
    """The program of the board's architecture, under emulation."""
    compiler = "riscv64-linux-gnu-gcc"
    for tool in (compiler, "qemu-riscv64"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed on this machine")
    program = compile_c(programs / "run-riscv64", ["-O3", "-static"], compiler=compiler)
    return Engine(("qemu-riscv64", str(program)))


@pytest.fixture(scope="session")
def stories260k() -> Model:
    """The smallest TinyStories model, with 512 pieces."""
    return models.fetched_or_skipped("stories260k")


@pytest.fixture(scope="session")
def stories15m() -> Model:
    """The stand-in of stories15M's shape, with 32,000 pieces."""
    return models.shaped15m()


@pytest.fixture(scope="session")
def pocket() -> Model:
    """The product's own small model, which every checkout holds."""
    return models.pocket()


@pytest.fixture(scope="session")
def packer(programs: Path) -> Engine:
    """The program that packs models."""
    return Engine((str(compile_c(programs / "llama-pack", ["-O3"], main=PACKER)),))


def pack(packer: Engine, model: Model, folder: Path) -> Path:
    """The packed file of a model."""
    result = folder / f"{model.checkpoint.stem}.packed"

    def make(partial: Path) -> None:
        done = packer(model.checkpoint, model.tokenizer, partial)
        assert done.status == 0, done.err

    return once(result, make)


@pytest.fixture(scope="session")
def packed_pocket(packer: Engine, pocket: Model, programs: Path) -> Path:
    """The product's own small model, packed."""
    return pack(packer, pocket, programs / "pocket")


@pytest.fixture(scope="session")
def packed260k(packer: Engine, stories260k: Model, programs: Path) -> Path:
    """The smallest model, packed."""
    return pack(packer, stories260k, programs)


@pytest.fixture(scope="session")
def packed15m(packer: Engine, stories15m: Model, programs: Path) -> Path:
    """The model of stories15M's shape, packed."""
    return pack(packer, stories15m, programs)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A valid model of 32 positions."""
    folder = tmp_path_factory.mktemp("small")
    files = Model(folder / "model.bin", folder / "tokenizer.bin")
    files.checkpoint.write_bytes(tiny.checkpoint())
    files.tokenizer.write_bytes(tiny.tokenizer())
    return files
