# SPDX-License-Identifier: MIT
"""How far the model is from real chips: programs that others timed, run under it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from image import fetch
from image.cycles import engines, models
from image.cycles.emulator import CLOCK_HZ, Measured, Memory, measure
from image.cycles.engines import Bench

PROBES = Path(__file__).parent / "probes"
VECTOR = ("-march=rv64gcv", "-mabi=lp64d", "-nostdlib")
# Allwinner D1: its bandwidth is that of memset to DRAM (2.65 bytes/cycle, rvv-bench), which
# nothing but the bus limits. Its latency: as on the Duo S, within 2 ns (tinymembench).
D1 = Memory(2650, latency=147, l1_kib=32)
# Between what is expected of the Duo at best and at worst; these programs hardly depend on it.
DUO = Memory(1300)
L1_BYTES = 8192  # of each buffer
DRAM_BYTES = 4 << 20
TARGET_PERCENT = 20

RVV_BENCH = "D1, rvv-bench"
CONTEST = "Duo, rvspoc S2311"


@dataclass(frozen=True)
class Check:
    """Something timed on hardware. Where `is_fitted`, a constant of the model was chosen by it."""

    name: str
    where: str
    unit: str
    measured: float
    modelled: Callable[[Bench], float]
    is_fitted: bool = False


@dataclass(frozen=True)
class Checked:
    """A check and what the model says; `note` says why it says nothing."""

    check: Check
    modelled: float | None
    note: str = ""

    @property
    def error_percent(self) -> float | None:
        """Of the speed: above zero where the model is faster than the chip."""
        if self.modelled is None:
            return None
        ratio = self.modelled / self.check.measured
        return 100 * ((1 / ratio if self.check.unit == "ms" else ratio) - 1)


def _bytes_per_cycle(probe: str, size: int, rounds: int) -> Callable[[Bench], float]:
    def modelled(bench: Bench) -> float:
        sizes = (f"-DBYTES={size}", f"-DROUNDS={rounds}")
        program = engines.compiled(PROBES / f"{probe}.S", bench.work, *VECTOR, *sizes)
        found = measure([program], bench.work, [D1], log=bench.work / "probes.log")
        return size * rounds / found.costs[0].cycles

    return modelled


def _multiply_ms(rows: int, columns: int) -> Callable[[Bench], float]:
    def modelled(bench: Bench) -> float:
        sizes = (f"-DROWS={rows}", f"-DCOLUMNS={columns}")
        program = engines.compiled(PROBES / "matmul.c", bench.work, "-O3", *sizes)
        found = measure([program], bench.work, [DUO], log=bench.work / "probes.log")
        return found.costs[0].cycles / CLOCK_HZ * 1000

    return modelled


def _tokens_per_s(found: Measured, memory: Memory) -> float:
    cost = next(cost for cost in found.costs if cost.memory == memory)
    return found.intervals * CLOCK_HZ / cost.cycles


def _winner(bench: Bench) -> float:
    return _tokens_per_s(engines.CONTEST_WINNER.measured(bench), DUO)


def _small_model(bench: Bench) -> float:
    source = fetch.fetch(engines.RUN_C, bench.project.fetch).path
    program = engines.compiled(source, bench.work, "-O3")
    model, tokenizer = models.of_package(bench.project, models.SMALL)
    command = (program, model, "-z", tokenizer, "-n", "1024", "-s", "1")  # as the contestant did
    return _tokens_per_s(measure(command, bench.work, [DUO], log=bench.work / "probes.log"), DUO)


CHECKS = (
    Check("memset m8 in L1", RVV_BENCH, "B/cycle", 7.45,
          _bytes_per_cycle("memset", L1_BYTES, 64), is_fitted=True),
    Check("memcpy m8 in L1", RVV_BENCH, "B/cycle", 3.71,
          _bytes_per_cycle("memcpy", L1_BYTES, 64), is_fitted=True),
    Check("memset m8 to DRAM", RVV_BENCH, "B/cycle", 2.65,
          _bytes_per_cycle("memset", DRAM_BYTES, 1), is_fitted=True),
    Check("utf8_count 4x m8 in L1", RVV_BENCH, "B/cycle", 4.9,
          _bytes_per_cycle("utf8_count", L1_BYTES, 64)),
    Check("read m8 from DRAM", RVV_BENCH, "B/cycle", 2.37,
          _bytes_per_cycle("read", DRAM_BYTES, 1)),
    Check("memcpy m8 in DRAM", RVV_BENCH, "B/cycle", 1.20,
          _bytes_per_cycle("memcpy", DRAM_BYTES, 1)),
    Check("float32 matmul 288 x 288, -O3", f"{CONTEST} PR 2", "ms", 0.676, _multiply_ms(288, 288)),
    Check("float32 matmul 32000 x 288, -O3", f"{CONTEST} PR 2", "ms", 73.20,
          _multiply_ms(32000, 288)),
    Check("run.c -O3, stories260K", f"{CONTEST} PR 2", "tok/s", 162.3, _small_model),
    Check("winner's binary", f"{CONTEST} PR 4", "tok/s", 24.30, _winner),
)  # fmt: skip
