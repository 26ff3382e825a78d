# SPDX-License-Identifier: MIT
"""Every encoding of RVV 0.7.1: those that are an instruction have its name."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

SCALAR = 10  # a0 or fa0: what an instruction reads
RESULT = 12  # a2 or fa2: what an instruction writes
FIELDS = {"vd": 7, "vs1": 15, "vs2": 20, "vm": 25}  # and their first bits
CLASSES = ("OPIVV", "OPFVV", "OPMVV", "OPIVI", "OPIVX", "OPFVF", "OPMVX", "OPCFG")  # by funct3
OP_V, LOAD, STORE = 0x57, 0x07, 0x27

# funct6, name, and its forms: vs1 a vector, an x register, an immediate or an f register.
OPI = """
00 vadd vxi,     02 vsub vx,      03 vrsub xi,      04 vminu vx,      05 vmin vx
06 vmaxu vx,     07 vmax vx,      09 vand vxi,      0a vor vxi,       0b vxor vxi
0c vrgather vxi, 0e vslideup xi,  0f vslidedown xi, 10 vadc vxi,      11 vmadc vxi
12 vsbc vx,      13 vmsbc vx,     17 vmerge vxi,    18 vmseq vxi,     19 vmsne vxi
1a vmsltu vx,    1b vmslt vx,     1c vmsleu vxi,    1d vmsle vxi,     1e vmsgtu xi
1f vmsgt xi,     20 vsaddu vxi,   21 vsadd vxi,     22 vssubu vx,     23 vssub vx
24 vaadd vxi,    25 vsll vxi,     26 vasub vx,      27 vsmul vx,      28 vsrl vxi
29 vsra vxi,     2a vssrl vxi,    2b vssra vxi,     2c vnsrl vxi,     2d vnsra vxi
2e vnclipu vxi,  2f vnclip vxi,   30 vwredsumu v,   31 vwredsum v,    3c vwsmaccu vx
3d vwsmacc vx,   3e vwsmaccsu vx, 3f vwsmaccus x
"""
OPM = """
00 vredsum v,    01 vredand v,    02 vredor v,      03 vredxor v,     04 vredminu v
05 vredmin v,    06 vredmaxu v,   07 vredmax v,     0c vext v,        0d vmv.s x
0e vslide1up x,  0f vslide1down x, 17 vcompress v,  18 vmandnot v,    19 vmand v
1a vmor v,       1b vmxor v,      1c vmornot v,     1d vmnand v,      1e vmnor v
1f vmxnor v,     20 vdivu vx,     21 vdiv vx,       22 vremu vx,      23 vrem vx
24 vmulhu vx,    25 vmul vx,      26 vmulhsu vx,    27 vmulh vx,      29 vmadd vx
2b vnmsub vx,    2d vmacc vx,     2f vnmsac vx,     30 vwaddu vx,     31 vwadd vx
32 vwsubu vx,    33 vwsub vx,     34 vwaddu.w vx,   35 vwadd.w vx,    36 vwsubu.w vx
37 vwsub.w vx,   38 vwmulu vx,    3a vwmulsu vx,    3b vwmul vx,      3c vwmaccu vx
3d vwmacc vx,    3e vwmaccsu vx,  3f vwmaccus x
"""
OPF = """
00 vfadd vf,     01 vfredsum v,   02 vfsub vf,      03 vfredosum v,   04 vfmin vf
05 vfredmin v,   06 vfmax vf,     07 vfredmax v,    08 vfsgnj vf,     09 vfsgnjn vf
0a vfsgnjx vf,   0d vfmv.s f,     17 vfmerge f,     18 vmfeq vf,      19 vmfle vf
1a vmford vf,    1b vmflt vf,     1c vmfne vf,      1d vmfgt f,       1f vmfge f
20 vfdiv vf,     21 vfrdiv f,     24 vfmul vf,      27 vfrsub f,      28 vfmadd vf
29 vfnmadd vf,   2a vfmsub vf,    2b vfnmsub vf,    2c vfmacc vf,     2d vfnmacc vf
2e vfmsac vf,    2f vfnmsac vf,   30 vfwadd vf,     31 vfwredsum v,   32 vfwsub vf
33 vfwredosum v, 34 vfwadd.w vf,  36 vfwsub.w vf,   38 vfwmul vf,     3c vfwmacc vf
3d vfwnmacc vf,  3e vfwmsac vf,   3f vfwnmsac vf
"""
# Those whose vs1 says which one it is: class, funct6, vs1.
UNARY = {
    ("OPMVV", 0x14): {0: "vmpopc.m"},
    ("OPMVV", 0x15): {0: "vmfirst.m"},
    ("OPMVV", 0x16): {1: "vmsbf.m", 2: "vmsof.m", 3: "vmsif.m", 16: "viota.m", 17: "vid.v"},
    ("OPFVV", 0x0C): {0: "vfmv.f.s"},
    ("OPFVV", 0x22): {
        0: "vfcvt.xu.f.v",
        1: "vfcvt.x.f.v",
        2: "vfcvt.f.xu.v",
        3: "vfcvt.f.x.v",
        8: "vfwcvt.xu.f.v",
        9: "vfwcvt.x.f.v",
        10: "vfwcvt.f.xu.v",
        11: "vfwcvt.f.x.v",
        12: "vfwcvt.f.f.v",
        16: "vfncvt.xu.f.v",
        17: "vfncvt.x.f.v",
        18: "vfncvt.f.xu.v",
        19: "vfncvt.f.x.v",
        20: "vfncvt.f.f.v",
    },
    ("OPFVV", 0x23): {0: "vfsqrt.v", 16: "vfclass.v"},
}
# Any vs1 means the same to T-Head's emulator; the specification has 0 there.
ONLY_ZERO = {0x14, 0x15}
# Those that write an x or f register.
TO_SCALAR = {"vext.v", "vmpopc.m", "vmfirst.m", "vfmv.f.s"}
WIDTHS = {0: "b", 5: "h", 6: "w", 7: "e"}  # of loads and stores, by funct3
FAULT_ONLY_FIRST = 16


@dataclass(frozen=True)
class Instruction:
    """One encoding; `fixed` are those of FIELDS that are not free."""

    name: str  # "" if it is no instruction
    base: int
    fixed: tuple[tuple[str, int], ...] = ()

    def word(self, fields: dict[str, int]) -> int:
        """The instruction with these fields."""
        return self.base | sum(fields[name] << first for name, first in FIELDS.items())

    @property
    def is_memory(self) -> bool:
        """Whether it loads or stores."""
        return self.base & 0x7F != OP_V

    @property
    def fields(self) -> int:
        """How many values one element is in memory: more than 1 of a segment."""
        return (self.base >> 29) + 1 if self.is_memory else 1

    @property
    def is_strided(self) -> bool:
        """Whether it loads or stores at distances that a register has."""
        return self.is_memory and self.base >> 26 & 3 == 2

    @property
    def is_indexed(self) -> bool:
        """Whether it loads or stores where vs2 says."""
        return self.is_memory and self.base >> 26 & 3 == 3


def of_class(name: str) -> Iterator[Instruction]:
    """All encodings of one of CLASSES, or "loads", or "stores"."""
    if name in ("loads", "stores"):
        yield from _memory(LOAD if name == "loads" else STORE)
    elif name == "OPCFG":
        yield from _configuring()
    else:
        for funct6 in range(64):
            yield from _arithmetic(name, funct6)


def _arithmetic(kind: str, funct6: int) -> Iterator[Instruction]:
    base = funct6 << 26 | CLASSES.index(kind) << 12 | OP_V
    form = {"V": "v", "X": "x", "I": "i", "F": "f"}[kind[-1]]
    if names := UNARY.get((kind, funct6)):
        for vs1 in [0] if funct6 in ONLY_ZERO else range(32):
            yield _to_scalar(names.get(vs1, ""), base, ("vs1", vs1))
        return
    name = f"{found}.{form}" if (found := _named(kind, funct6, form)) else ""
    if name == "vext.v":
        yield _to_scalar(name, base, ("vs1", SCALAR))
        yield _to_scalar(name, base, ("vs1", 0))
    else:
        yield Instruction(name, base, (("vs1", SCALAR),) if form in "xf" else ())


def _to_scalar(name: str, base: int, vs1: tuple[str, int]) -> Instruction:
    return Instruction(name, base, (vs1, ("vd", RESULT)) if name in TO_SCALAR else (vs1,))


def _named(kind: str, funct6: int, form: str) -> str:
    table = {"I": OPI, "M": OPM, "F": OPF}[kind[2]]
    for line in table.replace("\n", ",").split(","):
        match line.split():
            case [number, name, forms] if int(number, 16) == funct6 and form in forms:
                return name
    return ""


def _configuring() -> Iterator[Instruction]:
    """vsetvli of all types, vsetvl of some."""
    base = CLASSES.index("OPCFG") << 12 | OP_V
    fields = ("vs1", SCALAR), ("vd", RESULT)
    for vtype in range(1 << 6):
        kept = ("vs2", vtype & 31), ("vm", vtype >> 5 & 1)
        yield Instruction("vsetvli", base, (*kept, *fields))
        yield Instruction("vsetvli", base, (*kept, ("vs1", 0), ("vd", RESULT)))
        yield Instruction("vsetvli", base, (*kept, ("vs1", SCALAR), ("vd", 0)))
    yield Instruction("vsetvli", base | 1 << 26, fields)
    yield Instruction("vsetvl", base | 0x20 << 26, (("vm", 0), ("vs2", 11), *fields))
    yield Instruction("", base | 0x21 << 26, fields)


def _memory(opcode: int) -> Iterator[Instruction]:
    # With mop & 4: a load of signed numbers, or a store in any order.
    for fields, mop, (funct3, width) in itertools.product(range(8), range(8), WIDTHS.items()):
        is_store, way = opcode == STORE, mop & 3
        known = way != 1 and (mop in (0, 2, 3, 7) if is_store else mop < 4 or width != "e")
        letter = {0: "", 1: "", 2: "s", 3: "x"}[way]
        sign = "" if is_store or width == "e" or mop & 4 else "u"
        name = f"v{'s' if is_store else 'l'}{letter}{width}{sign}.v" if known else ""
        name = name and (f"{name}, {fields + 1} fields" if fields else name)
        base = fields << 29 | mop << 26 | funct3 << 12 | opcode
        address = ("vs1", SCALAR)
        if way == 0:
            yield Instruction(name, base, (address, ("vs2", 0)))
            if not is_store:
                first = name.replace(".v", "ff.v")
                yield Instruction(first, base, (address, ("vs2", FAULT_ONLY_FIRST)))
        else:
            stride = (("vs2", SCALAR + 1),) if way == 2 else ()
            yield Instruction(name, base, (address, *stride))
