# SPDX-License-Identifier: MIT
"""The bundle for a contest: its script measures, its programs run, its words are true."""

import hashlib
import json
import re
import statistics
import subprocess
from pathlib import Path
from typing import Any

import pytest

from image import elf, run, submission
from image.key import hash_file, hash_tree
from image.plan import graph
from image.plan.step import STAGING
from image.submission import changed, results
from tests.conftest import ROOT, load_project
from tests.report.elsewhere import plan_for

SPEED = re.compile(r"^achieved tok/s: ([0-9.]+)$", re.MULTILINE)


@pytest.fixture(scope="session")
def bundle(card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, as it comes out of the archive."""
    made = submission.collect(plan_for(tmp_path_factory.mktemp("submission")))
    unpacked = made.parent / "unpacked"
    unpacked.mkdir()
    run.output(["tar", "--extract", "--file", made, "--directory", unpacked])
    return unpacked / "submission"


@pytest.fixture(scope="session")
def engine(card: Path) -> Path:
    """The engine, built for this machine."""
    made = graph.make(load_project())
    return made.folder(made.step("host:llama")) / STAGING / "usr/bin/run"


def measure(bundle: Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": "/usr/bin:/bin", "OUTFILE": "out.txt", "RUNS": "3", **variables}
    command = ["sh", str(bundle / submission.RUN)]
    return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True)


def test_the_loop_yields_the_table(bundle: Path, engine: Path, tmp_path: Path) -> None:
    done = measure(bundle, tmp_path, RUN=str(engine), RUNS="4")
    assert done.returncode == 0, done.stderr
    out = (tmp_path / "out.txt").read_text()
    speeds = [float(value) for value in SPEED.findall(out)]
    assert len(speeds) == 4 and out.count("Once upon a time") >= 4
    assert [float(value) for value in SPEED.findall(done.stdout)] == speeds
    told = dict(re.findall(r"^(.*): ([0-9.]+) tok/s$", done.stdout, re.MULTILINE))
    rest = sorted(speeds)[1:-1]
    expected = {
        "mean of all 4 runs": statistics.fmean(speeds),
        "slowest": min(speeds),
        "fastest": max(speeds),
        "mean without these two": statistics.fmean(rest),
    }
    assert told.keys() == expected.keys()
    for name, value in expected.items():
        assert float(told[name]) == pytest.approx(value, abs=0.0011)


def test_the_judges_lines_are_unchanged(bundle: Path) -> None:
    script = (bundle / submission.RUN).read_text()
    assert '"$@" >>"$OUTFILE" 2>&1\n' in script
    assert "grep 'achieved tok/s:'" in script and "RUNS=${RUNS:-30}" in script
    assert '-t 1.0 -p 0.9 -s 123 -i "Once upon a time"' in script


def slow_and_fast(folder: Path, *speeds: str) -> Path:
    """An engine that tells these speeds, one a run; an empty one: it dies."""
    said = folder / "engine"
    answers = [f"echo achieved tok/s: {speed}" if speed else "exit 7" for speed in speeds]
    cases = "".join(f"{number}) {answer};;\n" for number, answer in enumerate(answers))
    count = "n=$(cat n 2>/dev/null || echo 0)\necho $((n + 1)) >n\n"
    said.write_text(f"#!/bin/sh\n{count}case $n in\n{cases}esac\n")
    said.chmod(0o755)
    return said


def test_small_speeds_are_counted_right(bundle: Path, tmp_path: Path) -> None:
    engine = slow_and_fast(tmp_path, "0.360000", "0.090909", "24.300000")
    done = measure(bundle, tmp_path, RUN=str(engine))
    assert "mean of all 3 runs: 8.250 tok/s" in done.stdout
    assert "slowest: 0.090 tok/s" in done.stdout and "these two: 0.360 tok/s" in done.stdout


def test_a_run_that_dies_is_told(bundle: Path, tmp_path: Path) -> None:
    done = measure(bundle, tmp_path, RUN=str(slow_and_fast(tmp_path, "5.000000", "", "5.000000")))
    assert done.returncode == 1
    assert done.stderr == "error: 2 of 3 runs told a speed; out.txt has what the others said\n"


def test_a_missing_model_is_named(bundle: Path, tmp_path: Path) -> None:
    done = measure(bundle, tmp_path, MODEL="nowhere.bin")
    assert done.returncode == 2 and "there is no nowhere.bin; README.md tells" in done.stderr
    assert not (tmp_path / "out.txt").exists()


def test_programs_run_on_the_board_with_this_model(bundle: Path, engine: Path) -> None:
    for program in (bundle / "bin").iterdir():
        assert elf.problem(program) is None and program.stat().st_mode & 0o100
    model = [str(bundle / "model/model.bin"), "-z", str(bundle / "model/tokenizer.bin")]
    words = [*model, "-s", "123", "-n", "24", "-i", "Once upon a time"]
    told = run.output(["qemu-riscv64", bundle / "bin/run", *words])
    assert told == run.output([engine, *words]) and told.startswith("Once upon a time")


def test_a_large_model_is_made_by_the_commands(
    card: Path, engine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The packer is this machine's: it writes the same, and emulated it takes minutes."""
    monkeypatch.setattr(submission, "MODEL_LIMIT", 0)
    made = submission.collect(plan_for(tmp_path)).with_name(submission.FOLDER)
    assert not (made / "model/model.bin").exists()
    readme = (made / "README.md").read_text()
    sha256 = re.search(r"^sha256sum model/model.bin   # ([0-9a-f]{64})$", readme, re.MULTILINE)
    assert sha256
    commands = re.findall(r"^(?:tar .* duo-storyteller/|bin/llama-pack ).*$", readme, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        program, *words = command.split()
        run.output([engine.with_name(Path(program).name) if "/" in program else program, *words],
                   cwd=made)  # fmt: skip
    assert hash_file(made / "model/model.bin") == sha256[1]


def test_same_each_time(card: Path, tmp_path: Path) -> None:
    first, second = (submission.collect(plan_for(tmp_path / name)) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    sums = first.with_name(f"{first.name}.sha256").read_text().split()
    assert sums == [hashlib.sha256(first.read_bytes()).hexdigest(), first.name]


def test_readme_says_what_is_there(bundle: Path, card: Path) -> None:
    readme = (bundle / "README.md").read_text()
    for wanted in (
        hash_file(card),
        hash_file(bundle / "environment/kernel.config"),
        hash_file(bundle / "model/model.bin"),
        "There is no result of this image.",
        "riscv64-linux-gnu-gcc",
        "| linux |",
    ):
        assert wanted in readme
    for name in re.findall(r"^\| `([^`{}]+)`", readme.split("## Measure")[0], re.MULTILINE):
        assert (bundle / name).exists() or name == "results/"
    names = set(hash_tree(bundle))
    assert {"environment/manifest.json", "licences/musl/COPYRIGHT", "LICENSE"} <= names


def result(manifest: str, is_contest: bool = True) -> dict[str, Any]:
    rates = [20.0, 20.2, 5.0]
    runs = [
        {"number": n, "tok_s": rate, "is_left_out": rate < 10, "is_identical": True}
        for n, rate in enumerate(rates, 1)
    ]
    dead = {"number": 4, "tok_s": None, "is_left_out": False, "is_identical": None}
    engine = {"title": "ours | q16", "prompt": "Once", "seed": 123, "runs": [*runs, dead]}
    return {
        "kind": "emulated",
        "protocol": {"is_contest": is_contest, "runs": 4, "steps": 24},
        "image": {"manifest_sha256": manifest},
        "engines": [engine],
    }


def test_results_of_this_image_go_along(card: Path, tmp_path: Path) -> None:
    made = plan_for(tmp_path)
    folder = tmp_path / "bench"
    folder.mkdir()
    good = result(hash_file(card.with_name("manifest.json")))
    (folder / "2026-01-01.json").write_text(json.dumps(good))
    (folder / "2026-01-02.json").write_text(json.dumps(result("of another image")))
    (folder / "2026-01-03.json").write_text("rubbish")
    other = result(good["image"]["manifest_sha256"], is_contest=False)
    (folder / "2026-01-04.json").write_text(json.dumps(other))
    bundle = submission.collect(made).with_name(submission.FOLDER)
    assert [path.name for path in (bundle / "results").iterdir()] == ["2026-01-01.json"]
    readme = (bundle / "README.md").read_text()
    assert results.EMULATED in readme
    # Counted are two of four: one was left out, one died.
    row = "| ours / q16 | Once, 123 | 2 of 4 | 20.100 | 0.141 | 20.000 | 20.200 | yes |"
    assert row in readme and "Not the contest's" not in readme
    # Without one by the contest's protocol, the newest goes along, and says what it is.
    (folder / "2026-01-01.json").unlink()
    found = results.newest(made)
    assert found and found[0].name == "2026-01-04.json"
    said = results.describe(found, "qemu_virt")
    assert "**Not the contest's protocol**: 4 runs of at most 24 tokens." in said


def test_what_was_changed_comes_from_the_files() -> None:
    patch = ROOT / "overlays/boards/milkv_duo/patches/linux/0001-riscv-march.patch"
    assert changed.title(patch).startswith("riscv: build with compilers")
    trim = ROOT / "overlays/boards/milkv_duo/kernel/trim.config"
    assert changed.purpose(trim).startswith("What the vendor's")
