# SPDX-License-Identifier: MIT
"""A riscv64 program under T-Head's emulator, with the model of the C906."""

import importlib.util
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from image import run
from image.errors import UserError
from image.key import hash_tree, key_of
from image.output import whole
from image.reading import json_object

SOURCES = Path(__file__).parent / "c906"
CFLAGS = (
    "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O3", "-shared", "-fPIC", "-fvisibility=hidden",
    "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror", "-pedantic",
)  # fmt: skip
KINDS = ("scalar", "vsetvl", "vector arithmetic", "vector load", "vector store")
CAUSES = ("issue", "scalar results", "vector results and units", "memory", "branches")
LINE_BYTES = 64
CLOCK_HZ = 1_000_000_000  # of the Duo's large core, and of the D1 in rvv-bench's figures

# ELF: magic, class 64, little-endian; then type and machine.
ELF = struct.Struct("<4sBB10xHH")
EXECUTABLE, RISCV = 2, 243


@dataclass(frozen=True)
class Memory:
    """What is outside the core. Latency in cycles at 1 GHz, that is nanoseconds."""

    bandwidth_mb_s: int
    latency: int = 147  # from a miss to its data: Duo S, tinymembench (sbc-bench 8gl6)
    l1_kib: int = 64  # CV1800B; an Allwinner D1 has 32

    @property
    def name(self) -> str:
        """Its bandwidth, as reports have it."""
        return f"{self.bandwidth_mb_s / 1000:g} GB/s"

    @property
    def argument(self) -> str:
        """As the plugin takes it."""
        return f"arg=core={self.bandwidth_mb_s}:{self.latency}:{self.l1_kib}"


# No bandwidth of the Duo's DDR2 has been published; these are what its sister boards let expect.
DUO = (Memory(1000), Memory(1300), Memory(1800))
MOST_MEMORIES = 4  # MAX_CORES of plugin.c


def shown(memories: Sequence[Memory]) -> int:
    """Of several memories the one that tables with room for just one are for: the middle one."""
    return len(memories) // 2


@dataclass(frozen=True)
class Cost:
    """What a stretch of a program cost with one memory."""

    memory: Memory
    cycles: int
    spent: tuple[int, ...]  # cycles by CAUSES
    bytes_read: int
    bytes_written: int
    bytes_prefetched: int  # of those read


@dataclass(frozen=True)
class Block:
    """Straight code at an address: instructions executed, and cycles by CAUSES with each memory."""

    address: int
    instructions: int
    spent: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Measured:
    """A run, from its first write to standard output to its last; all of it where it has just one.

    `intervals` is the number of stretches between writes: of an engine, the tokens after the first.
    `first` is the first of them alone, unless there is just one. `before` and `cycles_before` (one
    per memory) are of what came before the first write.
    """

    is_whole: bool
    intervals: int
    instructions: tuple[int, ...]  # by KINDS
    costs: tuple[Cost, ...]
    blocks: tuple[Block, ...]
    before: int = 0
    cycles_before: tuple[int, ...] = ()
    first: "Measured | None" = None


def check_program(path: Path) -> None:
    """Raise UserError unless a file is a static riscv64 program."""
    if not path.is_file():
        raise UserError(f"{path} is not a file", hint="program= names a static riscv64 program")
    with path.open("rb") as file:
        start = file.read(ELF.size)
    header = ELF.unpack(start) if len(start) == ELF.size else None
    if header != (b"\x7fELF", 2, 1, EXECUTABLE, RISCV):
        hint = "build it with riscv64-linux-gnu-gcc -static -no-pie"
        raise UserError(f"{path} is not a static riscv64 program", hint)


def measure(
    command: Sequence[str | Path],
    work: Path,
    memories: Sequence[Memory] = DUO,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Measured:
    """Run a program (its path, its arguments) once, with all these memories modelled side by side.

    What it writes goes to `log`, or to the terminal. Raises UserError.
    """
    check_program(Path(command[0]))
    result = work / "result.json"
    result.unlink(missing_ok=True)
    cores = [memory.argument for memory in memories]
    plugin = ",".join([str(build_plugin(work)), f"arg=out={result}", *cores])
    words = [find_emulator(), "-cpu", "c906fdv", "-plugin", plugin, *command]
    try:
        run.run(words, env=env, log=log)
    except run.CommandFailed as error:
        hint = f"its output is in {log}" if log else None
        message = f"{command[0]} ended with status {error.status}"
        raise run.CommandFailed(message, error.status, log, hint) from None
    if not result.is_file():
        raise UserError(f"{command[0]} was ended by a signal; nothing was measured")
    return read_result(json_object(result, "start it again"), memories)


def find_emulator() -> Path:
    """T-Head's qemu-riscv64 of the Python environment. Raises UserError."""
    found = importlib.util.find_spec("qemu")
    path = Path(found.origin or "").parent / "qemu-riscv64" if found else None
    if path is None or not path.is_file():
        raise UserError(
            "T-Head's emulator is not installed (the Python package xuantie-qemu, x86-64 only)",
            hint="./doit cycles installs it; or see 'measure' in pyproject.toml",
        )
    return path


def build_plugin(work: Path) -> Path:
    """The plugin, built for this host; kept by the content of its sources."""
    key = key_of({"sources": hash_tree(SOURCES), "cflags": CFLAGS})
    folder = work / f"plugin-{key}"
    plugin = folder / "c906.so"
    if not plugin.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        sources = sorted(SOURCES.glob("*.c"))
        with whole(plugin) as partial:
            run.run(["gcc", *CFLAGS, *sources, "-o", partial], log=folder / "log")
    return plugin


def read_result(raw: Mapping[str, Any], memories: Sequence[Memory]) -> Measured:
    """The plugin's report as differences between the first and the last mark."""
    marks, first = raw["marks"], raw["first"]
    zero: dict[str, Any] = {"cycles": 0, "spent": [0] * len(CAUSES), "lines": [0] * 3}
    none: dict[str, Any] = {"instructions": [0] * len(KINDS), "cores": [zero] * len(memories)}
    before, after = (first, raw["last"]) if marks > 1 else (none, raw["total"])
    return replace(
        _stretch(before, after, raw["blocks"], memories),
        is_whole=marks < 2,
        intervals=max(marks - 1, 1),
        before=sum(first["instructions"]),
        cycles_before=tuple(core["cycles"] for core in first["cores"]),
        first=_stretch(first, raw["second"], raw["first_blocks"], memories) if marks > 2 else None,
    )


def _stretch(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    blocks: Sequence[Sequence[int]],
    memories: Sequence[Memory],
) -> Measured:
    """What is between two points of a run."""
    width = len(CAUSES)
    return Measured(
        is_whole=True,
        intervals=1,
        instructions=_differences(before["instructions"], after["instructions"]),
        costs=tuple(
            _cost(memory, one, other)
            for memory, one, other in zip(memories, before["cores"], after["cores"], strict=True)
        ),
        blocks=tuple(
            Block(
                address=address,
                instructions=instructions * executions,
                spent=tuple(tuple(spent[i : i + width]) for i in range(0, len(spent), width)),
            )
            for address, instructions, executions, *spent in blocks
        ),
    )


def _cost(memory: Memory, before: Mapping[str, Any], after: Mapping[str, Any]) -> Cost:
    read, written, prefetched = _differences(before["lines"], after["lines"])
    return Cost(
        memory=memory,
        cycles=after["cycles"] - before["cycles"],
        spent=_differences(before["spent"], after["spent"]),
        bytes_read=read * LINE_BYTES,
        bytes_written=written * LINE_BYTES,
        bytes_prefetched=prefetched * LINE_BYTES,
    )


def _differences(before: Sequence[int], after: Sequence[int]) -> tuple[int, ...]:
    return tuple(b - a for a, b in zip(before, after, strict=True))
