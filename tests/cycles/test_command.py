# SPDX-License-Identifier: MIT
"""./doit cycles as a user types it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from image import fetch, run
from image.cli import refusals
from image.cli.call import Call
from image.cli.line import read
from image.cycles import bench, emulator, engines
from image.cycles.emulator import DUO, check_program, measure
from image.cycles.engines import Bench, Engine
from image.cycles.hardware import Check
from image.cycles.symbols import by_function, read_symbols
from image.errors import UserError
from image.fetch import Settings
from image.options import by_name
from image.project import load
from image.recipes.source import Source
from tests.conftest import ROOT

PROGRAM = """
#include <stdio.h>
__attribute__((noinline)) static int work(int n) {
    int sum = 0;
    for (volatile int i = 0; i < n; i++) sum += i;
    return sum;
}
int main(int argc, char **argv) { (void)argv; printf("%d", work(argc * 1000)); return argc > 2; }
"""


def build(folder: Path, *flags: str) -> Path:
    (folder / "program.c").write_text(PROGRAM)
    program = folder / "program"
    files = (folder / "program.c", "-o", program)
    run.run(["riscv64-linux-gnu-gcc", "-O1", *flags, *files], log=folder / "log")
    return program


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("program=/no/where", "/no/where is not a file"),
        (f"program={shutil.which('cat')}", "is not a static riscv64 program"),
        ("args=-n 3", "args= is for a program"),
    ],
)
def test_bad_calls_are_refused(setting: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        refusals.refuse(["cycles"], Call(ROOT, read(["cycles", setting], {}, ROOT, ROOT).settings))


def test_emulator_need_not_be_there_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command itself installs it, once nothing is wrong with the call."""

    def find_nothing() -> Path:
        raise UserError("T-Head's emulator is not installed")

    monkeypatch.setattr(bench, "find_emulator", find_nothing)
    call = Call(ROOT, read(["cycles", "speech=1"], {}, ROOT, ROOT).settings)
    refusals.refuse(["cycles"], call)


def test_dynamic_programs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a static riscv64 program"):
        check_program(build(tmp_path))


def test_any_static_program_is_measured(work: Path, tmp_path: Path) -> None:
    program = build(tmp_path, "-static", "-no-pie")
    short, long = (
        measure([program, *words], work, DUO, log=tmp_path / "log") for words in ([], ["more"])
    )
    assert short.is_whole
    assert sum(long.instructions) > sum(short.instructions) + 4000
    dearest = by_function(program, long.blocks, 1)[0]
    assert dearest.name == "work"
    assert dearest.cycles > dearest.instructions > 8000
    assert "work" in {name for _, name in read_symbols(program)}


def test_a_program_that_fails(work: Path, tmp_path: Path) -> None:
    program = build(tmp_path, "-static", "-no-pie")
    with pytest.raises(UserError, match="program ended with status 1"):
        measure([program, "two", "words"], work, DUO, log=tmp_path / "log")


@pytest.mark.parametrize("end", ['puts(""), fflush(stdout)', 'printf("\\n")'])
def test_the_end_of_a_story_is_no_token(work: Path, tmp_path: Path, end: str) -> None:
    source = tmp_path / "engine.c"
    source.write_text(
        "#include <stdio.h>\n"
        "int main(void) { for (int i = 0; i < 9; i++) {"
        ' for (volatile int j = 0; j < 100000; j++); printf("token"); fflush(stdout); }'
        f' {end}; fprintf(stderr, "achieved");'
        " for (volatile int j = 0; j < 100000; j++); return 0; }"
    )
    program = tmp_path / "engine"
    flags = ("-static", "-no-pie", source, "-o", program)
    run.run(["riscv64-linux-gnu-gcc", *flags], log=tmp_path / "log")
    assert measure([program], work, DUO, log=tmp_path / "log").intervals == 8


@pytest.mark.parametrize("name", ["args", "env"])
def test_quotes_that_do_not_close(name: str) -> None:
    option = by_name(bench.OPTIONS)[name]
    with pytest.raises(UserError, match=f"{name}='a cannot be split into words"):
        option.read("'a")


def test_environment_must_be_assignments(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="NAME=VALUE"):
        bench.measure_program(tmp_path, {"program": "x", "env": "LLAMA_MODE"})


def test_memories_of_other_bandwidths(
    work: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    option = by_name(bench.OPTIONS)["bandwidth"]
    program = str(build(tmp_path, "-static", "-no-pie"))
    given = {"program": program, "by_symbol": "1", "bandwidth": option.read("0.4, 0.85 2.5")}
    bench.measure_program(work, given)
    said = capfd.readouterr().out
    assert re.findall(r"^\| ([0-9.]+) +\|", said, re.M)[1:4] == ["0.4", "0.85", "2.5"]
    assert "By function, at 0.85 GB/s" in said
    assert bench.chosen_memories({}) == DUO


@pytest.mark.parametrize("value", ["fast", "0", "1.3,-2", ",", "1,2,3,4,5"])
def test_bandwidths_that_cannot_be(value: str) -> None:
    option = by_name(bench.OPTIONS)["bandwidth"]
    with pytest.raises(UserError, match="bandwidth="):
        option.read(value)


def test_plugin_refuses_arguments_it_does_not_know(work: Path, tmp_path: Path) -> None:
    program = build(tmp_path, "-static", "-no-pie")
    plugin = f"{emulator.build_plugin(work)},arg=core=1300"
    command = (emulator.find_emulator(), "-plugin", plugin, program)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "cannot use the argument core=1300" in done.stderr


def test_an_engine_that_cannot_be_had_says_why(tmp_path: Path) -> None:
    source = Source(file="absent.c", urls=(), sha256="0" * 64)
    with pytest.raises(UserError) as caught:
        fetch.fetch(source, Settings(dl=tmp_path, offline=True))
    assert bench.reason(caught.value).startswith("absent.c could not be fetched: ")
    assert "\n" not in bench.reason(caught.value)


def test_what_cannot_be_measured_does_not_stop_the_rest(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = build(tmp_path, "-static", "-no-pie")

    def unavailable(_: Bench) -> Path:
        raise UserError("run.c cannot be had")

    def unknown(room: Bench) -> float:
        return unavailable(room).stat().st_size

    rows = (
        Engine("absent", "float32", unavailable, lambda bench: bench.checkpoint),
        Engine("there", "float32", lambda _: program, lambda bench: bench.checkpoint),
    )
    lost = Check(
        "a chip", "somewhere", "tok/s", 1.0, lambda bench: float(len(unavailable(bench).name))
    )
    monkeypatch.setattr(engines, "ENGINES", rows)
    monkeypatch.setattr(bench, "CHECKS", (lost,))
    # The program ends with a status that tells of an error when it gets so many arguments.
    monkeypatch.setattr(Engine, "command", lambda self, room: [self.program(room)])
    here = tmp_path / "work"
    here.mkdir()
    project = load(ROOT, {"board": "qemu_virt"})
    bench.compare_engines(Bench(project, here, tmp_path, tmp_path), tmp_path / "out")
    said = capsys.readouterr().out
    assert "not measured: run.c cannot be had" in said
    assert said.splitlines()[-1] == "not measured: absent, a chip; the tables say why"
    written = json.loads((tmp_path / "out/engine.json").read_text())
    assert [row["name"] for row in written["rows"]] == ["there"] * 3
    assert (tmp_path / "out/engine.svg").is_file()
