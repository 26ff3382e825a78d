# SPDX-License-Identifier: MIT
"""Which function a cost belongs to."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from image import run
from image.builders.toolchain import RISCV64
from image.cycles.emulator import CAUSES, Block

CODE = frozenset("tTwWiV")  # nm's letters for functions


@dataclass(frozen=True)
class Function:
    """What one function cost, without what it calls."""

    name: str
    instructions: int
    spent: tuple[int, ...]  # cycles by CAUSES

    @property
    def cycles(self) -> int:
        """All of them."""
        return sum(self.spent)


def by_function(program: Path, blocks: Sequence[Block], memory: int) -> list[Function]:
    """The functions of a program, dearest first, with the memory of that index."""
    symbols = read_symbols(program)
    addresses = [address for address, _ in symbols]
    instructions: dict[str, int] = {}
    spent: dict[str, tuple[int, ...]] = {}
    for block in blocks:
        index = bisect.bisect(addresses, block.address) - 1
        name = symbols[index][1] if index >= 0 else "?"
        instructions[name] = instructions.get(name, 0) + block.instructions
        before = spent.get(name, (0,) * len(CAUSES))
        spent[name] = tuple(a + b for a, b in zip(before, block.spent[memory], strict=True))
    functions = [Function(name, instructions[name], spent[name]) for name in spent]
    return sorted(functions, key=lambda function: -function.cycles)


def read_symbols(program: Path) -> list[tuple[int, str]]:
    """Address and name of each function, by address; of a stripped program there are none."""
    rows = run.output([RISCV64.prefix + "nm", "-n", program]).splitlines()
    fields = [row.split() for row in rows]
    return [
        (int(row[0], 16), row[2])
        for row in fields
        if len(row) == 3 and row[1] in CODE and not row[2].startswith((".", "$"))
    ]
