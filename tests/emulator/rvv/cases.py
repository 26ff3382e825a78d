# SPDX-License-Identifier: MIT
"""Random operands for vector instructions, the same in each run; and what became of them."""

import itertools
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tests.emulator.rvv import instructions, thead
from tests.emulator.rvv.instructions import Instruction
from tests.emulator.rvv.thead import REGISTERS

VLEN_BYTES = 16
MEMORY_BYTES = 1024
BASE = 256  # of loads and stores, in that memory
OPERANDS = 3  # cases of each instruction with each type of vector, masked and not
EXPONENT_BITS = {2: 5, 4: 8, 8: 11}  # of a floating-point number, by its bytes
ROUNDING_MODES = 6  # one more than there are
RESULT_BEFORE = 0x1122334455667788  # in a2


class Head(NamedTuple):
    """The beginning of struct rvv_case (case.h)."""

    word: int
    vtype: int  # afterwards: 1 if the instruction was illegal
    vl: int
    a0: int
    a1: int
    a2: int
    fa0: int
    fa2: int
    fcsr: int
    vstart: int


HEAD = struct.Struct(f"<{len(Head._fields)}Q")
CASE_BYTES = HEAD.size + REGISTERS * VLEN_BYTES + MEMORY_BYTES


@dataclass(frozen=True)
class Case:
    """An instruction with all that it may read, as the two emulators get it."""

    instruction: Instruction
    head: Head
    rest: bytes  # vector registers, memory

    @property
    def data(self) -> bytes:
        """As struct rvv_case."""
        return HEAD.pack(*self.head) + self.rest

    def __str__(self) -> str:
        name = self.instruction.name or "no instruction"
        sew, lmul = 8 << (self.head.vtype >> 2), 1 << (self.head.vtype & 3)
        return f"{name} ({self.head.word:08x}), sew {sew}, lmul {lmul}, vl {self.head.vl}"


def of_class(name: str) -> list[Case]:
    """The cases of one of instructions.CLASSES, or "loads", or "stores"."""
    chance = random.Random(name)
    return [
        _case(chance, one, sew, lmul, vm)
        for one in instructions.of_class(name)
        for sew, lmul, vm in _types(one, chance)
        if not thead.crashes(one.name, sew)
    ]


def _types(one: Instruction, chance: random.Random) -> Iterator[tuple[int, int, int]]:
    """sew, lmul and vm; few of them where it hardly matters."""
    every = list(itertools.product(range(4), range(4), (0, 1)))
    if not one.name or one.name.startswith("vset"):
        yield from chance.sample(every, 4)
    else:
        yield from every if one.fields > 1 else every * OPERANDS


def _case(chance: random.Random, one: Instruction, sew: int, lmul: int, vm: int) -> Case:
    fields = _fields(chance, one, lmul, vm)
    most = (VLEN_BYTES << lmul) >> sew
    vl = chance.choice([most, max(most - 1, 0), chance.randint(0, most), chance.randint(0, most)])
    registers = _registers(chance, sew)
    thead.spare(one.name, sew, registers)
    a0, a1 = thead.scalar(one.name, sew, _integer(chance)), _integer(chance)
    if one.is_memory:
        a0, a1 = BASE, chance.choice([0, 4, 8, 12, 16, 3, -8 & (1 << 64) - 1])
        vl = min(vl, 16) if one.is_strided else vl
    if one.is_indexed:
        _put_indices(chance, registers, fields["vs2"], sew, lmul)
    elif one.name == "vrgather.v":
        _put_indices(chance, registers, fields["vs1"], sew, lmul)
    fcsr = chance.randrange(ROUNDING_MODES) << 5 | chance.getrandbits(3) << 8
    fa0, fa2 = _boxed(chance, sew), chance.getrandbits(64)
    vtype = sew << 2 | lmul
    head = Head(one.word(fields), vtype, vl, a0, a1, RESULT_BEFORE, fa0, fa2, fcsr, 0)
    return Case(one, head, bytes(registers) + chance.randbytes(MEMORY_BYTES))


def _fields(chance: random.Random, one: Instruction, lmul: int, vm: int) -> dict[str, int]:
    """The free fields of an instruction, mostly such that it is legal."""
    fields = {"vm": vm} | {name: _register(chance, lmul) for name in ("vd", "vs1", "vs2")}
    # Seldom over the mask, or one group for two things.
    kind = chance.randrange(10)
    fields["vd"] = 0 if kind == 0 else fields["vd"] or (1 << lmul) * (not vm)
    if kind in (1, 2):
        fields["vs1" if kind == 1 else "vs2"] = fields["vd"]
    if one.fields > 1:
        fields["vd"] = min(fields["vd"], thead.last_group(one.fields, lmul))
    if chance.random() < 0.1 or (vm and one.name.startswith(("vmerge", "vfmerge", "vmv", "vfmv"))):
        fields["vs2"] = 0
    return fields | dict(one.fixed)


def _register(chance: random.Random, lmul: int) -> int:
    """Mostly the first of a group, of one size or the next, as widening instructions need it."""
    if chance.random() < 0.03:
        return chance.randrange(REGISTERS)
    return chance.randrange(0, REGISTERS, 1 << min(lmul + chance.randrange(2), 3))


def _integer(chance: random.Random) -> int:
    return chance.choice([chance.getrandbits(64), chance.getrandbits(5), chance.getrandbits(3)])


def _registers(chance: random.Random, sew: int) -> bytearray:
    """All vector registers: floating-point numbers of the width or twice it, or anything."""
    size = 1 << min(sew + chance.randrange(2), 3)
    if size == 1 or chance.random() < 0.3:
        return bytearray(chance.randbytes(REGISTERS * VLEN_BYTES))
    numbers = (_float(chance, size) for _ in range(REGISTERS * VLEN_BYTES // size))
    return bytearray(b"".join(number.to_bytes(size, "little") for number in numbers))


def _float(chance: random.Random, size: int) -> int:
    """A number of that many bytes: often where rounding, overflow and NaNs begin."""
    exponent_bits = EXPONENT_BITS[size]
    bits = 8 * size - 1 - exponent_bits
    bias, most = (1 << (exponent_bits - 1)) - 1, (1 << exponent_bits) - 1
    exponent = chance.choice(
        [0, most, bias, most - 1, 1, bias + chance.randrange(min(8 * size + 2, bias)), None]
    )
    if exponent is None:
        exponent = chance.randrange(most + 1)
    mantissa = chance.choice(
        [0, 1, (1 << bits) - 1, 1 << (bits - 1), chance.getrandbits(bits), chance.getrandbits(bits)]
    )
    return chance.getrandbits(1) << (8 * size - 1) | exponent << bits | mantissa


def _boxed(chance: random.Random, sew: int) -> int:
    """A floating-point register, with ones above a narrower number."""
    if sew == 0:
        return chance.getrandbits(64)
    size = 1 << sew
    return _float(chance, size) | ((1 << 64) - (1 << 8 * size))


def _put_indices(
    chance: random.Random, registers: bytearray, group: int, sew: int, lmul: int
) -> None:
    """Offsets that stay in the memory, whichever lmul the group is read with."""
    size, first = 1 << sew, group * VLEN_BYTES
    for at in range(first, min(first + (VLEN_BYTES << lmul), len(registers)), size):
        index = chance.choice([0, 1, 2, 4, 8, 16, 100, -1, -8, -100])
        registers[at : at + size] = index.to_bytes(size, "little", signed=True)


def difference(case: Case, theirs: bytes, ours: bytes) -> str:
    """Where two results first differ; "" if they do not."""
    if theirs == ours:
        return ""
    found = (Head(*HEAD.unpack_from(theirs)), Head(*HEAD.unpack_from(ours)))
    if found[0].vtype != found[1].vtype:
        return f"{case}: {'illegal' if found[0].vtype else 'legal'} there, not here"
    for name, a, b in zip(Head._fields, *found, strict=True):
        if a != b:
            return f"{case}: {name} is {a:#x} there, {b:#x} here"
    at = next(i for i in range(HEAD.size, CASE_BYTES) if theirs[i] != ours[i]) - HEAD.size
    if at < REGISTERS * VLEN_BYTES:
        first = HEAD.size + at // VLEN_BYTES * VLEN_BYTES
        there, here = (one[first : first + VLEN_BYTES][::-1].hex() for one in (theirs, ours))
        return f"{case}: v{at // VLEN_BYTES} is {there} there, {here} here"
    return f"{case}: byte {at - REGISTERS * VLEN_BYTES} of the memory"
