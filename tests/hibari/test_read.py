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
    "1/2 of it": "one half of it",
    "2/3, 3/4, 7/8": "two thirds, three quarters, seven eighths",
    "24/7": "twenty four seven",
    "-5 and -$3": "minus five and minus three dollars",
    "20-30, 3-2": "twenty to thirty, three two",
    "the 1990s, 1990's": "the nineteen nineties, nineteen nineties",
    "$1.5 million, $3 million": "one point five million dollars, three million dollars",
    "$5.5": "five point five dollars",
    "555-0123": "five five five zero one two three",
    "555-123-4567": "five five five one two three four five six seven",
}


@pytest.mark.parametrize("text", SAME)
def test_numbers(driver: Path, table: Path, text: str) -> None:
    """Said in other words, they sound the same; each is one word of the text, all the same."""
    number, words = read(driver, table, [text, SAME[text]])
    assert plain(number) == plain(words)
    assert number.count("|") == len(text.split())


# Abbreviations, signs, and what no word list has; with a comma where a dot must not end the text.
WRITTEN = {
    "No. 5, Nos. 1": "number five, numbers one",
    "Jan. 5, Sept. 3rd": "January five, September third",
    "on Elm St., in St. Ives": "on Elm street, in saint Ives",
    "Main St.": "Main street.",
    "Baker Dr., Dr. Owl": "Baker drive, Dr Owl",
    "Call the Dr.": "Call the Dr.",
    "1 1/2 cups": "one and one half cups",
    "7:30pm": "seven thirty pm",
    "e.g. a bear, i.e. a cat": "for example a bear, that is a cat",
    "E.g. a bear": "for example a bear",
    "bears, cats, etc. were here": "bears, cats, et cetera were here",
    "King Henry VIII's hat": "King Henry the eighth's hat",
    "Louis XIV, Rex II": "Louis the fourteenth, Rex the second",
    "Chapter IV, part IX": "Chapter four, part nine",
    "IX, Malcolm X": "IX, Malcolm X",
    "www.example.com/a": "www dot example dot com a",
    "bob@mail.com": "bob at mail dot com",
    "him/her": "him her",
    "QXA": "Q X a",
    "5+3=8": "five plus three equals eight",
    "Pleeeease, Hellooo, looong": "please, hello, long",
    "a" * 200: "aa",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_what_is_written_otherwise(driver: Path, table: Path, text: str) -> None:
    said = [plain(one) for one in read(driver, table, [text, WRITTEN[text]])]
    assert [re.sub("[ˈˌ ]", "", one) for one in said] == [re.sub("[ˈˌ ]", "", said[1])] * 2


def test_no_dot_of_an_initial_is_heard(driver: Path, table: Path) -> None:
    (found,) = read(driver, table, ["A. A. Milne and B. Potter."])
    assert found.count(".") == 1 and "/" not in found


def test_every_dot_that_ends_a_sentence_is_heard(driver: Path, table: Path) -> None:
    found = read(driver, table, ["He saw the Dr.", "At Main St.", '"It is 6 a.m."'])
    assert [one[-1] for one in found] == ["."] * 3


# Words of one spelling and two sounds, by those around them.
HETERONYMS = {
    "Close your eyes.": "klˈOz",
    "She ran and close the door.": "klˈOz",
    "Stay close to the door.": "klˈOs",
    "It was close.": "klˈOs",
    "Long live the king!": "lˈɪv",
    "The boy read and slept.": "ɹˈɛd",
    "They read it.": "ɹˈɛd",
    "I read the book.": "ɹˈɛd",
    "Read it to me.": "ɹˈid",
    "Can I read it?": "ɹˈid",
    "You can read it.": "ɹˈid",
    "I will read to you.": "ɹˈid",
    "Where am I?": "æm",
    "I am here.": "ɐm",
    "A to Z": "ˈA",
    "A bear to see": "ɐ",
    "He bowed.": "bˈWd",
    "He was bowing.": "bˈWɪŋ",
    "He made a bow.": "bˈO",
}


@pytest.mark.parametrize("text", HETERONYMS)
def test_heteronyms(driver: Path, table: Path, text: str) -> None:
    assert HETERONYMS[text] in re.split("[ .!?]", plain(*read(driver, table, [text])))


# Words with endings, of a table that has only what they are made of.
STEMS = {
    "hop": "hˈɑp", "hope": "hˈOp", "star": "stˈɑɹ", "stare": "stˈɛɹ", "bath": "bˈæθ",
    "bathe": "bˈAð", "visit": "vˈɪzɪt", "play": "plˈA", "wed": "wˈɛd", "reply": "ɹəplˈI",
    "tall": "tˈɔl", "strange": "stɹˈAnʤ", "nice": "nˈIs", "big": "bˈɪɡ", "tough": "tˈʌf",
    "silly": "sˈɪli", "that": "ðˈæt", "who": "hˈu", "Tom": "tˈɑm", "tom": "tˈɑm",
}  # fmt: skip
ENDINGS = {
    "hoping": "hˈOpɪŋ", "hopping": "hˈɑpɪŋ", "hoped": "hˈOpt", "staring": "stˈɛɹɪŋ",
    "starring": "stˈɑɹɪŋ", "bathing": "bˈAðɪŋ", "visiting": "vˈɪzɪTɪŋ", "playing": "plˈAɪŋ",
    "weddings": "wˈɛdɪŋz", "wedding's": "wˈɛdɪŋz", "replied": "ɹəplˈId", "taller": "tˈɔləɹ",
    "tallest": "tˈɔlᵻst", "strangers": "stɹˈAnʤəɹz", "nicest": "nˈIsᵻst", "biggest": "bˈɪɡᵻst",
    "tougher": "tˈʌfəɹ", "silliest": "sˈɪliᵻst", "that'd": "ðˈætəd", "who'd": "hˈud",
    "who've": "hˈuəv", "tom'll": "tˈɑməl",
}  # fmt: skip


@pytest.fixture(scope="session")
def stems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of them."""
    path = tmp_path_factory.mktemp("stems") / "heart.words"
    forms = {word: {"DEFAULT": said} for word, said in STEMS.items()}
    path.write_bytes(pronunciations.pack(forms, SYMBOLS))
    return path


@pytest.mark.parametrize("word", ENDINGS)
def test_endings(driver: Path, stems: Path, word: str) -> None:
    (said,) = read(driver, stems, [word])
    assert plain(said) == ENDINGS[word]


@pytest.mark.parametrize("word", ["hoping", "hopping", "bathing", "playing", "visiting", "hoped"])
def test_the_packer_knows_what_the_reader_makes(word: str) -> None:
    known = {stem: {"DEFAULT": said} for stem, said in STEMS.items()}
    assert pronunciations.derived(word, known) == ENDINGS[word]


# By the rules of the other table, each letter alone says no vowel, or only the last one does.
SPELT = {
    "kat": "kˈæt", "zeke": "zˈɛk", "abby": "ˈæbbi", "debby": "dˈɛbbi", "tobby": "tˈɑbbi",
}  # fmt: skip


@pytest.mark.parametrize("name", SPELT)
def test_a_word_that_is_spelt_has_a_stressed_vowel(driver: Path, table: Path, name: str) -> None:
    (said,) = read(driver, table, [name])
    assert plain(said) == SPELT[name]


# Emoji, letters of others, signs only, and a word without end.
ODD = (
    "\U0001f600",
    "\u6771\u4eac",
    "?!?!...",
    "''\"'",
    "-",
    "( )",
    "* # _ ~",
    "x" * 3000,
    "." * 3000,
)


@pytest.mark.parametrize("text", ODD)
def test_odd_text_is_no_reason_to_miss_the_next_sentence(
    driver: Path, table: Path, text: str
) -> None:
    (said,) = read(driver, table, [f"{text} The bear sat."])
    assert plain(said).endswith("ðə bˈɛɹ sˈæt.")


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
