# SPDX-License-Identifier: MIT
"""Text to phonemes: what the front end in C makes of sentences, of numbers, and of any bytes."""

import json
import re
import shutil
import subprocess
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from image import run
from image.builders import pronunciations
from tests.conftest import once

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SOURCES = ROOT / "packages/hibari/src"
FUZZ = ROOT / "packages/hibari/fuzz/read.c"
WARNINGS = ("-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wshadow")
STRICT = ("-std=c11", *WARNINGS, "-g", "-O1", "-fno-sanitize-recover=all")
SYMBOLS = json.loads((HERE / "symbols.txt").read_text())
SIGNS = {number: sign for sign, number in SYMBOLS.items()}
# Sentences with what hibari-tts 0.2.1 itself reads: numbers, names, heteronyms, quotes, sounds.
GOLDEN = dict(line.split("\t") for line in (HERE / "sentences.txt").read_text().splitlines())
RUNS = 50_000


def compile_c(program: Path, main: Path, compiler: str, sanitizers: str) -> Path:
    files = [*sorted((SOURCES / "text").glob("*.c")), SOURCES / "error.c", main]
    words: list[str | Path] = [
        compiler,
        *STRICT,
        f"-fsanitize={sanitizers}",
        f"-I{SOURCES}",
        *files,
        "-o",
    ]
    return once(program, lambda partial: run.output([*words, partial]))


@pytest.fixture(scope="session")
def driver(compiled: Path) -> Path:
    main = HERE / "read_driver.c"
    return compile_c(compiled / "hibari/read_driver", main, "gcc", "address,undefined")


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of the words in those sentences."""
    given = json.loads((HERE / "lexicon.txt").read_text())
    forms = {
        word: said if isinstance(said, dict) else {"DEFAULT": said} for word, said in given.items()
    }
    path = tmp_path_factory.mktemp("table") / "heart.words"
    path.write_bytes(pronunciations.pack(forms, SYMBOLS))
    return path


def read(driver: Path, table: Path, texts: Sequence[str]) -> list[str]:
    """Phonemes of each text; a bar before each word's first, a slash between clauses."""
    given = "".join(f"{text}\n" for text in texts)
    done = subprocess.run([driver, table], input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [signs(line) for line in done.stdout.splitlines()]


def signs(line: str) -> str:
    said = [("|" if word[0] == "|" else "") + SIGNS.get(int(word.strip("|/") or 0), "/")
            for word in line.split()]  # fmt: skip
    return "".join(said).removesuffix("/")


def plain(said: str) -> str:
    return said.replace("|", "").replace("/", " ")


def test_sentences_are_read_as_the_voice_learnt_them(driver: Path, table: Path) -> None:
    found = [plain(said) for said in read(driver, table, [*GOLDEN])]
    assert dict(zip(GOLDEN, found, strict=True)) == GOLDEN


SAME = {
    "12 chairs": "twelve chairs",
    "in 1905": "in nineteen oh five",
    "1,250 ducks": "one thousand two hundred fifty ducks",
    "7:30": "seven thirty",
    "8:00": "eight o'clock",
    "$2.50": "two dollars and fifty cents",
    "$1": "one dollar",
    "50%": "fifty percent",
    "the 3rd": "the third",
    "the 21st": "the twenty first",
    "0.5": "zero point five",
    '"one," "two"': "one, two",
}


@pytest.mark.parametrize("text", SAME)
def test_numbers(driver: Path, table: Path, text: str) -> None:
    """Said in other words, they sound the same; each is one word of the text, all the same."""
    number, words = read(driver, table, [text, SAME[text]])
    assert plain(number) == plain(words)
    assert number.count("|") == len(text.split())


def test_a_pause_ends_a_long_clause(driver: Path, table: Path) -> None:
    half = "the bear and the bear and the bear and the bear and the bear and the bear and the bear"
    (said,) = read(driver, table, [f"{half} {half}, {half} {half}, {half} {half} {half}."])
    clauses = said.split("/")
    assert len(clauses) > 1
    assert all(0 < len(clause.replace("|", "")) <= 400 for clause in clauses)
    assert clauses[0].endswith(",")
    assert said.count("|") == 7 * len(half.split())


def test_a_clause_without_words(driver: Path, table: Path) -> None:
    assert read(driver, table, ['"*"', "", "Bear! Bear?"])[:2] == ["", ""]


def test_sentences_are_clauses(driver: Path, table: Path) -> None:
    (said,) = read(driver, table, ["The bear sat. The cat, too! And Mr. Fox?"])
    assert said.count("/") == 2


def resized(data: bytes) -> bytes:
    """With more bytes of entries than the file has."""
    body = data[20:24] + b"\xff\xff\xff\x7f" + data[28:]
    return data[:16] + zlib.crc32(body).to_bytes(4, "little") + body


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "is not a table of pronunciations": lambda data: b"HEARTVRD" + data[8:],
    "is a table of another version": lambda data: data[:8] + b"\2" + data[9:],
    "is damaged": lambda data: data[:-1],
    "has sizes that cannot be": resized,
}


@pytest.mark.parametrize("why", DAMAGE)
def test_a_damaged_table_is_refused(driver: Path, table: Path, tmp_path: Path, why: str) -> None:
    path = tmp_path / "heart.words"
    path.write_bytes(DAMAGE[why](table.read_bytes()))
    done = subprocess.run([driver, path], input="", capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, f"{path}: {why}\n")


def test_fuzz(compiled: Path, tmp_path: Path) -> None:
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed on this machine")
    fuzzer = compile_c(compiled / "hibari/fuzz", FUZZ, "clang", "fuzzer,address,undefined")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    words = {"a": "ˈA", "bear": "bˈɛɹ", "close": "klˈOs", "the": "ðə", "B": "bˈi", "fox's": "fˈɑks"}
    forms = {word: {"DEFAULT": said} for word, said in words.items()}
    forms["close"]["VERB"] = "klˈOz"
    data = pronunciations.pack(forms, SYMBOLS)
    for number, text in enumerate([*SAME, "Close the well-known bear's B.B.C., Mr. Bear -- a."]):
        (corpus / str(number)).write_bytes(bytes([len(text)]) + text.encode() + data)
    limits = ["-seed=1", f"-runs={RUNS}", "-max_len=2048", "-timeout=60"]
    done = subprocess.run(
        [fuzzer, *limits, f"-artifact_prefix={tmp_path}/", corpus],
        capture_output=True, text=True, env=run.environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert re.search(rf"^Done {RUNS} runs", done.stderr, re.MULTILINE)
