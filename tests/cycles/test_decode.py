# SPDX-License-Identifier: MIT
"""Decoder: classes, registers and costs of instruction words (encodings of RVV 0.7.1)."""

import ctypes

import pytest

from image import run
from image.cycles.emulator import SOURCES

X, F, V, NOWHERE = 0, 32, 64, 96
SCALAR, VSETVL, VECTOR, VECTOR_LOAD, VECTOR_STORE = range(5)
ONE, LMUL1, LMUL2 = range(3)
ON, CONDITIONAL, JUMP, CALL, RETURN, INDIRECT = range(6)
COSTS = [
    "alu",
    "fmul",
    "fwmacc",
    "wide",
    "fwaddw",
    "reduce",
    "freduce",
    "foreduce",
    "fwreduce",
    "compare",
    "count",
    "mask",
    "gather",
    "compress",
    "divide",
    "fdivide",
    "extract",
    "fextract",
]


class Operand(ctypes.Structure):
    """As struct operand of op.h."""

    _fields_ = [("reg", ctypes.c_uint8), ("span", ctypes.c_uint8)]


class Op(ctypes.Structure):
    """As struct op of op.h."""

    _fields_ = [
        ("pc", ctypes.c_uint64),
        ("kind", ctypes.c_uint8),
        ("cost", ctypes.c_uint8),
        ("latency", ctypes.c_uint8),
        ("flow", ctypes.c_uint8),
        ("size", ctypes.c_uint8),
        ("is_gather", ctypes.c_uint8),
        ("lmul_log2", ctypes.c_uint8),
        ("sets_lmul", ctypes.c_uint8),
        ("to", Operand),
        ("sources", Operand * 4),
    ]

    @property
    def target(self) -> tuple[int, int]:
        """Where the result goes, and how many registers it spans."""
        return self.to.reg, self.to.span

    @property
    def reads(self) -> set[tuple[int, int]]:
        """The operands, without x0."""
        return {(one.reg, one.span) for one in self.sources if one.reg}


@pytest.fixture(scope="module")
def library(compiler: None, tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    path = tmp_path_factory.mktemp("decode") / "decode.so"
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    run.run(
        ["gcc", *flags, *sorted(SOURCES.glob("decode*.c")), "-o", path], log=path.parent / "log"
    )
    loaded = ctypes.CDLL(str(path))
    loaded.decode.restype = Op
    loaded.decode.argtypes = [ctypes.c_uint32, ctypes.c_uint8, ctypes.c_uint64]
    return loaded


def decode(library: ctypes.CDLL, word: int, size: int = 4) -> Op:
    op: Op = library.decode(word, size, 0x10000)
    return op


@pytest.mark.parametrize(
    ("word", "lmul_log2"),
    [
        (0x0017F7D7, 1),  # vsetvli a5, a5, e8, m2
        (0x0067F7D7, 2),  # vsetvli a5, a5, e16, m4
        (0x00837CD7, 0),  # vsetvli s9, t1, e32, m1
        (0x00B07057, 3),  # vsetvli x0, x0, e32, m8
    ],
)
def test_vsetvli_sets_lmul(library: ctypes.CDLL, word: int, lmul_log2: int) -> None:
    op = decode(library, word)
    assert (op.kind, op.sets_lmul, op.lmul_log2) == (VSETVL, 1, lmul_log2)


def test_vsetvl_by_register_keeps_lmul(library: ctypes.CDLL) -> None:
    op = decode(library, 0x80B57057)  # vsetvl x0, a0, a1
    assert (op.kind, op.sets_lmul) == (VSETVL, 0)
    assert op.reads == {(X + 10, ONE), (X + 11, ONE)}


@pytest.mark.parametrize(
    ("word", "kind", "cost", "target", "reads"),
    [
        (0x120D0507, VECTOR_LOAD, "alu", (V + 10, LMUL1), {(X + 26, ONE)}),  # vlb.v v10, (s10)
        (0x0206E427, VECTOR_STORE, "alu", (NOWHERE, ONE), {(X + 13, ONE), (V + 8, LMUL1)}),
        (0xEEA42257, VECTOR, "wide", (V + 4, LMUL2), {(V + 10, LMUL1), (V + 8, LMUL1)}),
        (0xC64100D7, VECTOR, "reduce", (V + 1, ONE), {(V + 4, LMUL1), (V + 2, ONE)}),
        (0x32102D57, VECTOR, "extract", (X + 26, ONE), {(V + 1, ONE)}),  # vext.x.v s10, v1, x0
        (0x32401557, VECTOR, "fextract", (F + 10, ONE), {(V + 4, ONE)}),  # vfmv.f.s fa0, v4
        (0x8A459457, VECTOR, "wide", (V + 8, LMUL2), {(V + 4, LMUL1)}),  # vfwcvt.f.x.v v8, v4
        (0xB2855457, VECTOR, "fmul", (V + 8, LMUL1),
         {(V + 8, LMUL1), (F + 10, ONE)}),  # vfmacc.vf v8, fa0, v8
        (0x5E00B157, VECTOR, "alu", (V + 2, LMUL1), set()),  # vmv.v.i v2, 1
        (0x7E82C857, VECTOR, "compare", (V + 16, ONE), {(V + 8, LMUL1), (X + 5, ONE)}),  # vmsgt.vx
        (0x53002E57, VECTOR, "count", (X + 28, ONE), {(V + 16, ONE)}),  # vmpopc.m t3, v16
    ],
)  # fmt: skip
def test_vector(
    library: ctypes.CDLL,
    word: int,
    kind: int,
    cost: str,
    target: tuple[int, int],
    reads: set[tuple[int, int]],
) -> None:
    op = decode(library, word)
    assert (op.kind, op.target, op.reads) == (kind, target, reads)
    assert COSTS[op.cost] == cost


def test_masked_instructions_read_v0(library: ctypes.CDLL) -> None:
    assert (V, ONE) in decode(library, 0x028080D7 & ~(1 << 25)).reads


def test_strided_access_goes_element_by_element(library: ctypes.CDLL) -> None:
    assert decode(library, 0x120D0507).is_gather == 0
    assert decode(library, 0x120D0507 | 2 << 26).is_gather == 1


@pytest.mark.parametrize(
    ("word", "size", "target", "reads", "latency"),
    [
        (0x00B50533, 4, X + 10, {X + 10, X + 11}, 1),  # add
        (0x02B50533, 4, X + 10, {X + 10, X + 11}, 6),  # mul
        (0x02B5053B, 4, X + 10, {X + 10, X + 11}, 3),  # mulw
        (0x0005A503, 4, X + 10, {X + 11}, 2),  # lw
        (0x0005A507, 4, F + 10, {X + 11}, 4),  # flw
        (0x00B52023, 4, NOWHERE, {X + 10, X + 11}, 1),  # sw
        (0x70F6F743, 4, F + 14, {F + 13, F + 15, F + 14}, 4),  # fmadd.s
        (0x10D7F7D3, 4, F + 15, {F + 15, F + 13}, 3),  # fmul.s
        (0xD00D77D3, 4, F + 15, {X + 26}, 3),  # fcvt.s.w
        (0x4454668B, 4, F + 13, {X + 8, X + 5}, 4),  # th.flrw
        (0x00000013, 4, NOWHERE, set(), 1),  # nop
        (0x4518, 2, X + 14, {X + 10}, 2),  # c.lw a4, 8(a0)
        (0x952E, 2, X + 10, {X + 10, X + 11}, 1),  # c.add a0, a1
        (0x852E, 2, X + 10, {X + 11}, 1),  # c.mv a0, a1
    ],
)
def test_scalar(
    library: ctypes.CDLL, word: int, size: int, target: int, reads: set[int], latency: int
) -> None:
    op = decode(library, word, size)
    assert (op.kind, op.to.reg, op.latency) == (SCALAR, target, latency)
    assert {reg for reg, _ in op.reads} == reads


@pytest.mark.parametrize(
    ("word", "size", "flow"),
    [
        (0x00B50463, 4, CONDITIONAL),  # beq
        (0xC501, 2, CONDITIONAL),  # c.beqz
        (0x0000006F, 4, JUMP),
        (0xA001, 2, JUMP),  # c.j
        (0x000000EF, 4, CALL),  # jal ra
        (0x8082, 2, RETURN),  # c.jr ra
        (0x00058067, 4, INDIRECT),  # jr a1
        (0x9582, 2, CALL),  # c.jalr a1
        (0x00B50533, 4, ON),
    ],
)
def test_control_flow(library: ctypes.CDLL, word: int, size: int, flow: int) -> None:
    assert decode(library, word, size).flow == flow
