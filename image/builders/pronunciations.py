# SPDX-License-Identifier: MIT
"""Builder `pronunciations`: a lexicon, packed for the front end of packages/hibari/src/text.

words.h there describes the file.
"""

from __future__ import annotations

import gzip
import json
import re
import struct
import zlib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from image.builders import letters
from image.builders.job import Job
from image.errors import UserError
from image.recipes.keys import PATH
from image.recipes.kinds import Key, Record
from image.recipes.package import Package

if TYPE_CHECKING:
    from image.config import Config

KEYS = (
    Key(
        "lexicon",
        Record(
            (
                Key("words", PATH, "its words, as gzipped JSON of misaki's shape", required=True),
                Key("symbols", PATH, "the number of each phoneme, as JSON", required=True),
            )
        ),
        "the files in the source that are packed",
        required=True,
    ),
    Key(
        "corrections",
        PATH,
        "a file in the checkout with a word and its phonemes per line, which count more",
        required=True,
    ),
)

MAGIC = b"HEARTWRD"
VERSION = 1
SYMBOLS = 64  # codes of phonemes, 0 of which is none; above are the variants'
BLOCK = 16  # entries per place in the index
BLOCK_BYTES = 2048  # that they take at most; packages/hibari/src/text/words.h
END = 0x80  # marks the last byte of a key or a value
LONG = 10  # letters of words that the rules may spell out: shorter ones are stems of others
LONGEST = 40  # bytes of a key, phonemes of a value: words.h has the same
# What a variant of a word is for, in the order of enum word_use.
USES = ("NOUN", "VERB", "ADJ", "ADV", "VBD", "VBN", "VBP", "DT", "None")
# The network's own signs for what the lexicon writes otherwise.
SAME = str.maketrans({"ɾ": "T", "ʔ": "t"})

Entry = Mapping[str, str]  # phonemes by use; DEFAULT is always there


def files(package: Package, project: Path, config: Config) -> list[Path]:
    """The corrections."""
    return [project / package.recipe["corrections"]]


def build(job: Job) -> None:
    """Pack what the recipe names under `lexicon` as staging/heart.words."""
    source = {kind: job.source / name for kind, name in dict(job.option("lexicon")).items()}
    lexicon = read_lexicon(source["words"])
    lexicon |= read_corrections(job.project / job.option("corrections"))
    symbols = json.loads(source["symbols"].read_text(encoding="utf-8"))
    (job.staging / "heart.words").write_bytes(pack(lexicon, symbols))


def read_lexicon(path: Path) -> dict[str, Entry]:
    """Words in ASCII, a capital only where the small word is another one, or a letter's name."""
    given = json.loads(gzip.decompress(path.read_bytes()))
    lexicon: dict[str, Entry] = {}
    # Small words first: a name that is one of them, too, keeps its capital.
    for word in sorted(given, key=lambda word: (word != word.lower(), word)):
        value = given[word]
        forms = value if isinstance(value, dict) else {"DEFAULT": value}
        entry = {use: said.translate(SAME) for use, said in forms.items() if said}
        key = word.lower() if word == word.capitalize() and len(word) > 1 else word
        key = word if key in lexicon and lexicon[key] != entry else key
        if word.isascii() and len(word) <= LONGEST:
            lexicon[key] = entry
    return lexicon


def read_corrections(path: Path) -> dict[str, Entry]:
    """A word and its phonemes per line; # begins a comment. Raises UserError for another line."""
    entries: dict[str, Entry] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.partition("#")[0].split()
        if parts and (len(parts) != 2 or not parts[0].isascii()):
            raise UserError(
                f"{path.name}:{number}: '{line}' is not a word and its phonemes",
                "write the word, a blank, and phonemes as the lexicon has them",
            )
        if parts:
            entries[parts[0]] = {"DEFAULT": parts[1].translate(SAME)}
    return entries


def pack(lexicon: Mapping[str, Entry], symbols: Mapping[str, int]) -> bytes:
    """The whole file; `symbols` are the network's numbers of phonemes."""
    lexicon = without_derived(lexicon)
    rules = letters.learn({word: entry["DEFAULT"] for word, entry in lexicon.items()})
    lexicon = {
        word: entry
        for word, entry in lexicon.items()
        if len(word) < LONG or len(entry) > 1 or letters.say(rules, word) != entry["DEFAULT"]
    }
    used = {sign for entry in lexicon.values() for said in entry.values() for sign in said}
    codes = {sign: code for code, sign in enumerate(sorted(used), 1)}
    if len(codes) >= SYMBOLS:
        raise UserError(f"heart.words: {len(codes)} phonemes, of at most {SYMBOLS - 1}")
    for sign in codes:
        if sign not in symbols:
            raise UserError(f"heart.words: the network has no phoneme '{sign}'")
    ids = bytes([0, *(symbols[sign] for sign in codes)]).ljust(SYMBOLS, b"\0")
    words = table({word: value_of(entry, codes) for word, entry in lexicon.items()})
    spelt = table({key: bytes(codes[s] for s in said) or b"\0" for key, said in rules.items()})
    counts = struct.pack("<IIII", len(lexicon), len(words[1]), len(rules), len(spelt[1]))
    body = counts + ids + b"".join((*words, *spelt))
    head = MAGIC + struct.pack("<III", VERSION, len(MAGIC) + 12 + len(body), zlib.crc32(body))
    return head + body


def value_of(entry: Entry, codes: Mapping[str, int]) -> bytes:
    """The usual phonemes, then each variant after the code of its use."""
    value = bytearray(codes[sign] for sign in entry["DEFAULT"])
    for number, use in enumerate(USES):
        if use in entry and entry[use] != entry["DEFAULT"]:
            value.append(SYMBOLS + number)
            value.extend(codes[sign] for sign in entry[use])
    return bytes(value)


def table(values: Mapping[str, bytes]) -> tuple[bytes, bytes]:
    """Index and entries of a sorted, front-coded table; the entries end at a multiple of four."""
    index: list[int] = []
    data = bytearray()
    before = ""
    for number, (key, value) in enumerate(sorted(values.items())):
        if number % BLOCK == 0:
            index.append(len(data))
            before = ""
        shared = shared_letters(before, key)
        data.append(shared)
        data += closed(key[shared:].encode()) + closed(value)
        before = key
    data += bytes(-len(data) % 4)
    if max(after - at for at, after in pairwise([*index, len(data)])) > BLOCK_BYTES:
        raise UserError(
            f"heart.words: {BLOCK} words side by side take more than {BLOCK_BYTES} bytes"
        )
    return struct.pack(f"<{len(index)}I", *index), bytes(data)


def closed(text: bytes) -> bytes:
    """Its last byte marked."""
    return text[:-1] + bytes([text[-1] | END])


def shared_letters(one: str, other: str) -> int:
    """How many letters both begin with."""
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return count


def without_derived(lexicon: Mapping[str, Entry]) -> dict[str, Entry]:
    """Words that endings.c does not make of a shorter one that is there."""
    kept: dict[str, Entry] = {}
    for word in sorted(lexicon, key=lambda word: (len(word), word)):
        entry = lexicon[word]
        if len(entry) > 1 or derived(word, kept) != entry["DEFAULT"]:
            kept[word] = entry
    return kept


def derived(word: str, known: Mapping[str, Entry]) -> str | None:
    """What endings.c makes of a word in small letters."""
    for stems, ending, use in (
        (stems_s, with_s, "DEFAULT"),
        (stems_ed, with_ed, "VERB"),
        (stems_ing, with_ing, "VERB"),
    ):
        for stem in stems(word):
            if stem in known:
                return ending(known[stem].get(use, known[stem]["DEFAULT"]))
    return None


def stems_s(word: str) -> Iterable[str]:
    if len(word) >= 3 and word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
        if word.endswith("'s") or (len(word) > 4 and word.endswith("es") and word[-3] != "i"):
            yield word[:-2]
        if len(word) > 4 and word.endswith("ies"):
            yield word[:-3] + "y"


def stems_ed(word: str) -> Iterable[str]:
    if len(word) >= 4 and word.endswith("d") and not word.endswith("dd"):
        yield word[:-1]
        if len(word) > 4 and word.endswith("ed") and not word.endswith("eed"):
            yield word[:-2]
        if word.endswith("ied"):
            yield word[:-3] + "y"


def stems_ing(word: str) -> Iterable[str]:
    if len(word) >= 5 and word.endswith("ing"):
        if lacks_e(word[:-3]):
            yield word[:-3] + "e"
        if len(word) > 5:
            yield word[:-3]
        yield word[:-3] + "e"
        is_double = len(word) > 5 and word[-4] == word[-5] and word[-4] in "bcdgklmnprstvxz"
        if is_double or (len(word) > 5 and word.endswith("cking")):
            yield word[:-4]


def lacks_e(stem: str) -> bool:
    """Whether a stem may have lost its e: hoping is of hope, not of hop; bathing of bathe."""
    return bool(re.search(r"(?:^|[^aeiou])[aeiou][^aeiouwxy]$|th$", stem))


TAPPED = "AIOWYiuæɑəɛɪɹʊʌ"  # a t behind one of these is tapped before a vowel


def with_s(stem: str) -> str:
    if stem[-1] in "ptkfθ":
        return stem + "s"
    return stem + ("ᵻz" if stem[-1] in "szʃʒʧʤ" else "z")


def with_ed(stem: str) -> str:
    if stem[-1] in "pkfθʃsʧ":
        return stem + "t"
    if stem[-1] == "d":
        return stem + "ᵻd"
    if stem[-1] != "t":
        return stem + "d"
    if len(stem) < 2:
        return stem + "ɪd"
    return stem[:-1] + "Tᵻd" if stem[-2] in TAPPED else stem + "ᵻd"


def with_ing(stem: str) -> str:
    if len(stem) > 1 and stem[-1] == "t" and stem[-2] in TAPPED:
        return stem[:-1] + "Tɪŋ"
    return stem + "ɪŋ"
