# SPDX-License-Identifier: MIT
"""The speech engine against numpy, which computes all of a clause at once; and bad files."""

import random
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from image import run
from image.builders import hibari
from tests.conftest import ROOT, once
from tests.hibari import crafted, oracle

SOURCES = ROOT / "packages/hibari/src"
COMMON = ROOT / "packages/common/src"
DRIVER = Path(__file__).with_name("driver.c")
WARNINGS = ("-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wshadow")
CHECKED = ("-O1", "-g", "-fsanitize=address,undefined,float-cast-overflow")
STOP = "-fno-sanitize-recover=all"
HANG_S = 300
ALL = "0"  # hops
CLAUSE = ["0", "+50", "83", "47", "16", "+43", "156", "51", "+62", "3", "+70", "47", "54", "4", "0"]


def compile_driver(program: Path, *flags: str, compiler: str = "gcc", main: Path = DRIVER) -> Path:
    parts = ("", "file/", "net/", "vocoder/", "kernels/")
    library = [path for part in parts for path in sorted(SOURCES.glob(f"{part}*.[cS]"))]
    library.append(COMMON / "rvv.c")
    words = [
        compiler,
        *WARNINGS,
        *flags,
        f"-I{SOURCES}",
        f"-I{COMMON}",
        *map(str, (main, *library)),
        "-lm",
        "-o",
    ]
    return once(program, lambda partial: run.output([*words, partial]))


@pytest.fixture(scope="session")
def speaker(compiled: Path) -> Path:
    return compile_driver(compiled / "hibari/speaker", "-O2")


@pytest.fixture(scope="session")
def checked(compiled: Path) -> Path:
    return compile_driver(compiled / "hibari/checked", *CHECKED, STOP)


@pytest.fixture(scope="session")
def voice(compiled: Path) -> Path:
    path = compiled / "hibari/crafted.voice"
    return once(path, lambda partial: partial.write_bytes(crafted.voice()))


def speak(program: Path, *words: str | Path) -> tuple[bytes, str, int]:
    done = subprocess.run([program, *words], capture_output=True, timeout=HANG_S)
    return done.stdout, done.stderr.decode(errors="replace"), done.returncode


def ids_of(words: list[str]) -> list[int]:
    return [int(word) for word in words]


def decibels(wanted: oracle.Array, found: oracle.Array) -> float:
    """How far above the difference the sound is."""
    return float(10 * np.log10((wanted**2).sum() / ((wanted - found) ** 2).sum()))


@pytest.mark.parametrize(("speed", "times"), [("1", 3), ("0.6", 3), ("2", 13)])
def test_samples_are_numpy_s(speaker: Path, voice: Path, speed: str, times: int) -> None:
    """Pieces of 42 rows, of which no stage computes any twice, against the whole clause; of the
    longest clause, three parts are encoded."""
    clause = CLAUSE * times
    samples, said, status = speak(speaker, voice, speed, ALL, *clause)
    wanted = np.clip(oracle.speak(crafted.voice(), ids_of(clause), float(speed)).samples, -1, 1)
    found = np.frombuffer(samples, "<i2") / 32767
    assert status == 0 and said.endswith(f"done after {len(wanted) // 300}\n")
    assert len(found) == len(wanted) > 20_000 and np.abs(wanted).mean() > 0.01
    assert decibels(wanted, found) > 73  # samples of 16 bits leave 75


def test_the_end_of_a_long_clause_delays_no_sound(speaker: Path, voice: Path) -> None:
    """What is heard first is computed from the first 84 phonemes."""
    beginning = (CLAUSE * 6)[: oracle.BEGINNING - 1]
    ends = (CLAUSE * 2, ["16", *CLAUSE], ["0"])
    heard = [speak(speaker, voice, "1", "100", *beginning, *end)[0] for end in ends]
    assert len(heard[0]) == 100 * 600 and len(set(heard)) == 1


def test_words_begin_where_their_first_phoneme_does(speaker: Path, voice: Path) -> None:
    _, said, _ = speak(speaker, voice, "1", ALL, *CLAUSE)
    units = oracle.speak(crafted.voice(), ids_of(CLAUSE)).units
    starts = np.cumsum(units) - units
    wanted = [int(at) * 600 for at, word in zip(starts, CLAUSE, strict=True) if word[0] == "+"]
    assert [int(line.split()[1]) for line in said.splitlines()[:-1]] == wanted


def test_a_sink_ends_a_clause_within_a_hop(speaker: Path, voice: Path) -> None:
    whole, _, _ = speak(speaker, voice, "1", ALL, *CLAUSE)
    samples, said, _ = speak(speaker, voice, "1", "5", *CLAUSE)
    assert said.endswith("stopped after 5\n") and samples == whole[: 5 * 600]


@pytest.mark.parametrize("clause", [["0", "0"], ["0", "178", "0"], []])
def test_no_clause(checked: Path, voice: Path, clause: list[str]) -> None:
    assert speak(checked, voice, "1", ALL, *clause) == (b"", "stopped after 0\n", 0)


def test_the_longest_clause_and_the_shortest(checked: Path, voice: Path) -> None:
    """Under sanitizers, at the ends of what speeds there are."""
    chance = random.Random(2)
    longest = [str(chance.randrange(178)) for _ in range(402)]
    shortest = ["0", "16", "0"]
    cases = (("100", "20", longest), ("0.25", ALL, shortest), ("nan", ALL, shortest))
    for speed, hops, clause in cases:
        _, said, status = speak(checked, voice, speed, hops, *clause)
        assert status == 0 and ("stopped after 20\n" if hops != ALL else "done after") in said


def rewritten(content: bytes, **fields: int) -> bytes:
    """A voice file with a header that is right but for these fields."""
    values = {"version": 1, "checksum": zlib.crc32(content), **fields}
    size = len(content) + hibari.HEADER.size
    return hibari.HEADER.pack(b"HIBARIVO", values["version"], values["checksum"], size) + content


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda whole: b"", "is not a voice file: smaller than"),
        (lambda whole: whole[:-64], "is not a voice file: smaller than"),
        (lambda whole: whole + b"x", "is not a voice file: larger than"),
        (lambda whole: b"x" + whole[1:], "is not a voice file"),
        (lambda whole: rewritten(whole[64:], version=2), "is of version 2; this program reads"),
        (lambda whole: whole[:-70] + b"damage" + whole[-64:], "its checksum is wrong"),
    ],
)
def test_damaged_files(
    checked: Path, tmp_path: Path, change: Callable[[bytes], bytes], complaint: str
) -> None:
    path = tmp_path / "a.voice"
    path.write_bytes(change(crafted.voice()))
    _, said, status = speak(checked, path, "1", ALL, *CLAUSE)
    assert status == 1 and said.startswith(f"{path}: ") and complaint in said


def test_no_file(checked: Path, tmp_path: Path) -> None:
    _, said, status = speak(checked, tmp_path / "none", "1", ALL, *CLAUSE)
    assert status == 1 and "cannot be opened: No such file" in said


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e38, 1e38, 1e-40])
def test_hostile_numbers(checked: Path, tmp_path: Path, value: float) -> None:
    """A file with a right checksum that is this number throughout; under sanitizers, too."""
    path = tmp_path / "a.voice"
    path.write_bytes(rewritten(struct.pack("<f", value) * ((len(crafted.voice()) - 64) // 4)))
    _, said, status = speak(checked, path, "4", "40", *CLAUSE)
    assert status == 0 and "after" in said, said


@pytest.mark.parametrize("seed", range(3))
def test_random_files(checked: Path, tmp_path: Path, seed: int) -> None:
    path = tmp_path / "a.voice"
    path.write_bytes(rewritten(random.Random(seed).randbytes(len(crafted.voice()) - 64)))
    _, said, status = speak(checked, path, "4", "40", *CLAUSE)
    assert status == 0 and "after" in said, said
