# SPDX-License-Identifier: MIT
"""The model on programs whose instructions, lines and cycles can be counted by hand."""

import pytest

from image.cycles.emulator import CAUSES, LINE_BYTES, Memory
from tests.cycles.conftest import MARK, MARK_INSTRUCTIONS, Probe

WAY_BYTES = 32 << 10
# Loads from one byte of each of three pages, so that the TLB knows them.
KNOW_PAGES = "".join(
    f"li t1, {i * WAY_BYTES}\nadd t1, t1, s0\nlb t5, 1024(t1)\nadd t5, t5, t5\n" for i in range(3)
)


def load(way: int) -> str:
    """Load from an address that falls into the same set for every `way`."""
    return f"li t1, {way * WAY_BYTES}\nadd t1, t1, s0\nlb t0, 0(t1)\n"


def each_line(count: int, body: str) -> str:
    """Do something `count` times, with t1 a line further each time."""
    step = f"addi t1, t1, {LINE_BYTES}\naddi t2, t2, -1\nbnez t2, 1b\n"
    return f"mv t1, s0\nli t2, {count}\n1: {body}\n{step}"


def test_every_instruction_is_counted(probe: Probe) -> None:
    loop = "li t0, 100\n1: addi t0, t0, -1\nbnez t0, 1b\n"
    text = loop + ".insn i 0x57, 7, x0, x0, 11\nvse8.v v8, (s0)\nvadd.vv v8, v8, v8\n"
    found = probe(text)
    assert found.intervals == 1
    # The call of the first mark is over when the count starts; the second one is part of it.
    assert found.instructions == (1 + 200 + MARK_INSTRUCTIONS, 1, 1, 0, 1)
    assert sum(block.instructions for block in found.blocks) == sum(found.instructions)


def test_the_first_stretch_is_told_from_the_rest(probe: Probe) -> None:
    few, many = (f"li t0, {count}\n1: addi t0, t0, -1\nbnez t0, 1b\n" for count in (50, 200))
    found = probe(few + MARK + many + MARK + many)
    assert found.intervals == 3 and found.first
    assert sum(found.first.instructions) == 1 + 2 * 50 + MARK_INSTRUCTIONS
    assert sum(block.instructions for block in found.first.blocks) == 101 + MARK_INSTRUCTIONS
    assert sum(found.instructions) == 1 + 2 * 50 + 2 * (1 + 2 * 200) + 3 * MARK_INSTRUCTIONS
    assert 100 < found.first.costs[0].cycles < found.costs[0].cycles / 4


def test_all_cycles_have_a_cause(probe: Probe) -> None:
    (cost,) = probe(each_line(300, "lw t0, 0(t1)\nadd t0, t0, t0")).costs
    assert sum(cost.spent) == cost.cycles
    assert cost.spent[CAUSES.index("memory")] > 0


def test_replacement_is_first_in_first_out(probe: Probe) -> None:
    order = [0, 1, 0, 2, 0]  # by use, the last would be there; by age, it is not
    found = probe("".join(load(way) for way in order), before=KNOW_PAGES)
    assert found.costs[0].bytes_read == 4 * LINE_BYTES


def test_second_use_costs_nothing(probe: Probe) -> None:
    found = probe(load(0) + load(1) + load(0) + load(1), before=KNOW_PAGES)
    assert found.costs[0].bytes_read == 2 * LINE_BYTES


def test_prefetcher_runs_ahead_and_stops_at_pages(probe: Probe) -> None:
    pages = 8
    found = probe(each_line(64 * pages, "lw t0, 0(t1)"))
    (cost,) = found.costs
    demanded = (cost.bytes_read - cost.bytes_prefetched) // LINE_BYTES
    # Five strides to learn by, the first line of each further page, and one page table line.
    assert cost.bytes_read == (64 * pages + 1) * LINE_BYTES
    assert pages - 1 <= demanded - 1 <= pages + 5


def test_strides_that_change_are_not_prefetched(probe: Probe) -> None:
    body = "lw t0, 0(t1)\nslli t3, t2, 6\nandi t3, t3, 64\nadd t1, t1, t3"
    assert probe(each_line(256, body)).costs[0].bytes_prefetched == 0


def test_streaming_stores_stop_allocating(probe: Probe) -> None:
    (cost,) = probe(each_line(64, "sd x0, 0(t1)"), before=KNOW_PAGES).costs
    assert cost.bytes_read == 3 * LINE_BYTES
    assert cost.bytes_written == 61 * LINE_BYTES


def test_a_miss_stalls_only_its_user(probe: Probe) -> None:
    independent = probe(load(0) + "add t3, t4, t4\n" * 300, before=KNOW_PAGES)
    dependent = probe(load(0) + "add t0, t0, t0\n" * 300, before=KNOW_PAGES)
    difference = dependent.costs[0].cycles - independent.costs[0].cycles
    assert independent.costs[0].spent[CAUSES.index("memory")] == 0
    assert difference == pytest.approx(147, abs=4)


@pytest.mark.parametrize(("mb_per_s", "ns_per_line"), [(1000, 64), (1800, 35.6)])
def test_a_stream_is_as_fast_as_the_memory(probe: Probe, mb_per_s: int, ns_per_line: float) -> None:
    lines = 64 * 32
    (cost,) = probe(each_line(lines, "lw t0, 0(t1)"), memory=Memory(mb_per_s)).costs
    page_stop_ns = 147 / 64  # one latency per page of 64 lines
    assert cost.cycles / lines == pytest.approx(ns_per_line + page_stop_ns, rel=0.05)


def test_vector_cost_follows_lmul(probe: Probe) -> None:
    def cycles(vtype: int) -> int:
        instructions = "vadd.vv v8, v16, v24\nvadd.vv v0, v16, v24\n" * 32
        return probe(f".insn i 0x57, 7, x0, x0, {vtype}\n{instructions}").costs[0].cycles

    m1, m2, m8 = cycles(0), cycles(1), cycles(3)
    assert m2 - m1 == pytest.approx(64 * 2, abs=2)
    assert m8 - m1 == pytest.approx(64 * 14, abs=16)  # the last one runs on


def test_dependent_vector_additions_take_four_cycles(probe: Probe) -> None:
    start = ".insn i 0x57, 7, x0, x0, 0\n"
    long, short = (probe(start + "vadd.vv v8, v8, v8\n" * n).costs[0].cycles for n in (96, 32))
    assert long - short == 64 * 4
