# SPDX-License-Identifier: MIT
"""`doit stories`: what is made of the storyteller's output, and of being interrupted."""

import dataclasses
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from image.errors import UserError
from image.report import measured, stories
from tests.conftest import ROOT

# A storyteller that tells one story after the other, as many as it is told to.
PROGRAM = r"""#!/bin/sh
while [ $# -gt 0 ]; do
    case $1 in
        --seed) seed=$2 ;;
        --stories) stories=$2 ;;
    esac
    shift
done
n=0
while [ $n -lt $stories ]; do
    n=$((n + 1))
    printf '\nstory %d  seed %d\n\nOnce it was %s.\nThe end.\n' $n $seed "$WORD"
    printf '{"story":%d,"seed":%d,' $n $seed
    printf '"tokens":7,"ended":"model","refused":2,"gate_hits":0,"loops":0,"rewinds":0,'
    printf '"restarts":0}\n'
    seed=$((seed + 1))
    [ $n -ne "${PAUSE_AT:-0}" ] || sleep 600
done
"""
MODEL = stories.Model("toy", Path("model.bin"), Path("tokenizer.bin"))


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A stand-in for the storyteller."""
    path = tmp_path / "storyteller"
    path.write_text(PROGRAM.replace("$WORD", "nice"))
    path.chmod(0o755)
    return path


def test_report(program: Path, tmp_path: Path) -> None:
    page = stories.tell(program, MODEL, ROOT, tmp_path / "out", 7, jobs=2)
    found = json.loads((tmp_path / "out/report.json").read_text())
    assert found["stories"] == found["wanted"] == found["ended"]["model"] == 7
    assert found["refused"] == {"count": 14, "stories": 7}
    assert found["tokens"] == {"least": 7, "median": 7, "most": 7}
    assert found["blocked_and_told"] == [] and found["without_an_end"] == 0
    assert "# 7 of 7 stories, invented by toy" in page.read_text()
    assert "> Once it was nice.\n> The end.\n" in page.read_text()
    seeds = [
        told.figures["seed"]
        for log in sorted((tmp_path / "out").glob("*/log"))
        for told in stories.parse(log)
    ]
    assert seeds == [1, 2, 3, 4, 5, 6, 7]


def test_stories_are_invented_as_the_image_says(program: Path, tmp_path: Path) -> None:
    model = dataclasses.replace(MODEL, settings="volume=70\ntemperature=70\npause=4\nsteps=99\n")
    stories.tell(program, model, ROOT, tmp_path / "out", 1, jobs=1)
    used = (tmp_path / "out/worker-1/settings").read_text()
    assert used == "pause=0\ntemperature=70\nsteps=99\n"


def test_blocked_words_are_found_by_themselves(program: Path, tmp_path: Path) -> None:
    program.write_text(PROGRAM.replace("$WORD", "Killed"))
    page = stories.tell(program, MODEL, ROOT, tmp_path / "out", 2, jobs=2)
    assert "| with a blocked word | 2 |" in page.read_text()
    pattern = stories.blocked(ROOT / stories.WORDS)
    assert pattern.search("They eat the king") and pattern.search("They ate her.")
    assert not pattern.search("It had nothing to eat. The king gave it all.")
    assert pattern.search("Shut  up!") and pattern.search("a gun") and not pattern.search("begun")


TRAINED = """Once upon a time, there was a mole. He slept.

He slept well.

Once upon a time, there was a king. The cat saw him.
"""


def test_stories_of_the_training_are_measured_too(program: Path, tmp_path: Path) -> None:
    file = tmp_path / "trained.txt"
    file.write_text(TRAINED)
    model = dataclasses.replace(MODEL, trained=stories.trained({"trained": str(file)}))
    program.write_text(PROGRAM.replace("$WORD", "nice. He and the cat met her"))
    page = stories.tell(program, model, ROOT, tmp_path / "out", 2, jobs=1).read_text()
    assert "| strangers in 1000 stories | 1000 | 500 | at most 20 more than trained |" in page
    assert "| stories that mix he and she | 100.0 % | 0.0 % | at most 1 % |" in page
    assert (
        '- stranger, seed 2: "the cat" in: Once it was nice. He and the cat met her. The end.'
        in page
    )
    found = json.loads((tmp_path / "out/report.json").read_text())["measured"]
    assert found["trained"]["stories"] == 2 and found["copied"] == 0
    mistakes = {(one["seed"], one["kind"], one["words"], one["place"]) for one in found["mistakes"]}
    assert (1, "stranger", "the cat", len("Once it was nice. He and ")) in mistakes


def test_runs_that_the_training_holds() -> None:
    story = "Once it was nice, and a b c d e f g h."
    assert measured.summary({1: story}, [story])["copied"] == 1
    assert measured.summary({1: story}, [])["copied"] is None


@pytest.mark.parametrize(
    ("held", "problem"),
    [(b"", "holds no stories"), (b"\xff\xfe", "is not text"), (b"x" * 9, "is larger than")],
)
def test_files_that_hold_no_stories(
    held: bytes, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured, "MOST_BYTES", 8)
    (tmp_path / "trained.txt").write_bytes(held)
    with pytest.raises(UserError, match=problem):
        stories.trained({"trained": str(tmp_path / "trained.txt")})


def test_storyteller_that_fails(program: Path, tmp_path: Path) -> None:
    program.write_text("#!/bin/sh\necho it broke\nexit 3\n")
    with pytest.raises(UserError, match="storyteller ended with status 3"):
        stories.tell(program, MODEL, ROOT, tmp_path / "out", 2, jobs=2)


def test_one_that_ends_early(program: Path, tmp_path: Path) -> None:
    program.write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(UserError, match="0 of 2 stories were generated"):
        stories.tell(program, MODEL, ROOT, tmp_path / "out", 2, jobs=2)


def test_interrupt_keeps_what_was_told(program: Path, tmp_path: Path) -> None:
    program.write_text(PROGRAM.replace("$WORD", "nice").replace("${PAUSE_AT:-0}", "3"))
    code = f"""
from pathlib import Path
from image.report import stories
model = stories.Model("toy", Path("m"), Path("t"))
folder = Path({str(tmp_path)!r}) / "out"
stories.tell(Path({str(program)!r}), model, Path({str(ROOT)!r}), folder, 99, jobs=2)
"""
    logs = [tmp_path / f"out/worker-{n + 1}/log" for n in range(2)]
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as child:
        while not all(log.is_file() and len(stories.parse(log)) == 3 for log in logs):
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=60) != 0
    found = json.loads((tmp_path / "out/report.json").read_text())
    assert (found["stories"], found["wanted"]) == (3 * len(logs), 99)


@pytest.mark.parametrize("words", [[], ["0"], ["-3"], ["ten"], ["1", "2"], ["100001"]])
def test_bad_numbers(words: list[str]) -> None:
    with pytest.raises(UserError, match="how many stories"):
        stories.number(words)
