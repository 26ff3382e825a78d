# SPDX-License-Identifier: MIT
"""Docs, settings, Kconfig, docstrings, messages are plain English: what to avoid, and better."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

COLUMNS = 100
PAGES = (
    *(
        ROOT / name
        for name in (
            *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md"),
            "image/submission/readme.md",
        )
    ),
    *sorted(
        path for room in ("docs", "packages", "tests") for path in ROOT.glob(f"{room}/**/*.md")
    ),
)
# What to avoid, as a regular expression of whole words, and what to write instead.
AVOID = {
    r"all the same": "still, anyway",
    r"anew": "again",
    r"at hand": "available",
    r"asks before": "asks first",
    r"behind(?! a proxy| `)": "after, next to, under",
    r"beside": "next to, with",
    r"besides": "also",
    r"cannot be had": "is not available, could not be fetched",
    r"exclude each other": "cannot be used together",
    r"for want of": "without, since there is no",
    r"(?:go|goes|went|going) on(?!\w)": "continue, resume",
    r"greatest": "largest, maximum",
    r"if need be": "if necessary",
    r"reckon(?:s|ed)?": "assume, compute",
    r"(?:is|are|was|were) told (?:by|of|on|once|to be)": "is reported",
    r"(?<!there )(?:is|are|was|were) no (?!longer\b|more\b)\w+": "is not a ...",
    r"lacking": "missing",
    r"(?:leave|take) \S+ away": "omit",
    r"lie|lies|lay": "is, is stored",
    r"least, most": "min, max",
    r"mend(?:s|ed|ing)?": "fix",
    r"of late": "recently",
    r"shall": "should, will",
    r"so long as": "as long as",
    r"so many": "that many; name the number",
    r"tells? (?:how|of|what|where|whether|which|who|why)": "says, explains, shows",
    r"thereof|therein|thereby": "of it, in it",
    r"to the bit": "bit for bit",
    r"whoever": "anyone who",
    r"wish(?:es|ed)?(?! list)": "request",
}
PATTERNS = {re.compile(rf"\b(?:{phrase})\b", re.I): better for phrase, better in AVOID.items()}


def findings(text: str) -> list[str]:
    """The phrases in a text that are better avoided, with what to write instead."""
    plain = " ".join(text.split())
    found = [(match, better) for one, better in PATTERNS.items() for match in one.finditer(plain)]
    return [f"'{plain[max(m.start() - 30, 0) : m.end() + 20]}': {better}" for m, better in found]


def docs() -> Iterator[tuple[str, str]]:
    """Pages for people, without what is set as code."""
    for page in PAGES:
        text = re.sub(r"^```.*?^```|`[^`]*`", "`", page.read_text(), flags=re.M | re.S)
        # The glossary's last column is of words to avoid.
        yield page.name, re.sub(r"\|[^|\n]*\|$", "|", text, flags=re.M)


def settings() -> Iterator[tuple[str, str]]:
    """The file that parents edit."""
    path = ROOT / "packages/storyteller/storyteller.txt"
    yield path.name, re.sub(r"^# ?", "", path.read_text(), flags=re.M)


def kconfig() -> Iterator[tuple[str, str]]:
    """Prompts and help texts."""
    for path in sorted(
        [
            *ROOT.glob("packages/**/Kconfig"),
            *ROOT.glob("defconfigs/Kconfig"),
            *ROOT.glob("overlays/boards/*/Kconfig"),
        ]
    ):
        text = re.sub(r"^\s*#.*$", "", path.read_text(), flags=re.M)
        yield str(path.relative_to(ROOT)), text


# As the compiler joins them; a format's PRIu64 and the like may stand between.
LITERALS = re.compile(r'(?:"(?:[^"\\\n]|\\.)*"\s*(?:PRI\w+\s*)?)+')
NO_TEXT = re.compile(r"/\*.*?\*/|//[^\n]*|^ *# *include[^\n]*", re.M | re.S)


def c_strings(source: str) -> Iterator[tuple[int, str]]:
    """The text of each string of more than one word in C code, and its line."""
    code = NO_TEXT.sub(lambda match: "\n" * match.group().count("\n"), source)
    for match in LITERALS.finditer(code):
        text = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', match.group()))
        text = text.replace(r"\n", "\n").replace(r"\"", '"')
        if " " in text.strip():
            yield code.count("\n", 0, match.start()) + 1, text


def messages() -> Iterator[tuple[str, str]]:
    """What the programs on a board say: strings in C, and what scripts print."""
    for path in sorted([*ROOT.glob("packages/*/src/**/*.[ch]"), *ROOT.glob("examples/**/*.c")]):
        for line, text in c_strings(path.read_text()):
            yield f"{path.relative_to(ROOT)}:{line}", text
    for path in sorted([*ROOT.glob("overlays/**/rootfs/**/*"), ROOT / "packages/dropbear/ssh"]):
        if path.is_file():
            for line in re.findall(r"^[^#\n]*\b(?:echo|say|in_memory)\b.*", path.read_text(), re.M):
                yield str(path.relative_to(ROOT)), line


def python() -> Iterator[tuple[str, str]]:
    """Docstrings, messages and help: every text of more than one word."""
    for path in [ROOT / "dodo.py", *sorted(ROOT.glob("image/**/*.py"))]:
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Constant)
                and isinstance(text := node.value, str)
                and " " in text
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", text


@pytest.mark.parametrize(
    "texts", [docs, settings, kconfig, messages, python], ids=lambda texts: texts.__name__
)
def test_plain_english(texts: type[Iterator[tuple[str, str]]]) -> None:
    found = [f"{place}: {one}" for place, text in texts() for one in findings(text)]
    assert found == [], "\n" + "\n".join(found)


def test_lines_of_docs_are_short() -> None:
    """Rows of tables cannot be broken, and neither can a link."""
    for page in PAGES:
        long = [line for line in page.read_text().splitlines() if len(line) > COLUMNS]
        assert [line for line in long if not line.startswith("|")] == [], page.name


def test_strings_of_c_are_read_as_the_compiler_does() -> None:
    """Joined, without comments, and with quotes in them."""
    source = """/* "not this one" */
#include "nor this.h"
    say("it is \\"no " PRIu64
        "option\\""); // "or this one"
    put("word", "%s");
"""
    assert list(c_strings(source)) == [(3, 'it is "no option"')]


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("It is built anew.", "It is built again."),
        ("make and compilers do not go on", "make and compilers stop"),
        ("'x' is no option", "'x' is not an option"),
        ("the file behind it", "the next file; behind a proxy"),
        ("That is told once.", "That is reported once, and a story is told."),
    ],
)
def test_findings(bad: str, good: str) -> None:
    assert findings(bad) and not findings(good)
