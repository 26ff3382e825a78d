# SPDX-License-Identifier: MIT
"""Where T-Head's emulator departs from RVV 0.7.1: it is not asked there."""

REGISTERS = 32
WORD = 0xFFFFFFFF


def crashes(name: str, sew: int) -> bool:
    """Whether it does not survive an instruction; the specification has it illegal."""
    is_wide = name.startswith(("vfwred", "vwred"))
    return (sew == 0 and name.startswith(("vfred", "vfwred"))) or (sew == 3 and is_wide)


def last_group(fields: int, lmul: int) -> int:
    """The last vd with room for a segment: from a later one, it goes on behind v31."""
    return max(REGISTERS - (fields << lmul), 0)


def scalar(name: str, sew: int, value: int) -> int:
    """What may be in the x register: of one that slides in, it takes 32 bits."""
    return value & WORD if sew == 3 and name.startswith("vslide1") else value


def spare(name: str, sew: int, registers: bytearray) -> None:
    """Change elements that it gets wrong.

    vrgather takes 32 bits of an index; vnclipu has numbers of 64 bits as signed.
    """
    for at in range(0, len(registers), 8):
        if sew == 3 and name == "vrgather.v":
            registers[at + 4 : at + 8] = bytes(4)
        elif sew == 2 and name.startswith("vnclipu"):
            registers[at + 7] &= 0x7F
