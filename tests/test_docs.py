# SPDX-License-Identifier: MIT
"""The docs are true: every command, option, path, link and Kconfig symbol they name exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from image.cli import manual
from image.steps import runner
from tests.conftest import ROOT

# examples/README.md is not among them: tests/test_examples.py types its commands.
DOCS = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("packages/**/*.md")]),
)
STORYTELLER = "".join(
    path.read_text() for path in sorted((ROOT / "packages/storyteller/src").rglob("*.[ch]"))
)
ROOMS = ("defconfigs", "docs", "image", "overlays", "packages", "tests")
SAMPLE_BYTES = 500_000  # at most; everybody who clones has it
# What stands for any name, in a path or in a task.
STANDS_FOR_ANY = re.compile(r"\b(?:NAME|NNNN)\b")
# Files of a board, a card or a build that docs name as they do those of the checkout.
SOURCE_FILE = re.compile(r"\b[\w*]+\.(?:c|h|py)\b")
# Read by other programs than ./doit.
KCONFIG = [path for folder in ("defconfigs", "overlays", "packages")
           for path in (ROOT / folder).rglob("Kconfig")]  # fmt: skip
FOREIGN = {"http_proxy", "https_proxy", "ALL_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
           "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"}  # fmt: skip


def spans(text: str) -> Iterator[str]:
    """What is set as code: fenced or indented lines, then `inline`, over line ends too."""
    fences = re.findall(r"^```.*?\n(.*?)^```", text, re.M | re.S)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    for block in fences:
        yield from re.sub(r"\\\n *", " ", block).splitlines()
    yield from (line for line in rest.splitlines() if line.startswith("    "))
    yield from (" ".join(code.split()) for code in re.findall(r"`([^`]+)`", rest))


def each(pattern: str) -> list[tuple[str, str]]:
    """The document and the first group of every match in what is set as code."""
    return [
        (doc.name, found)
        for doc in DOCS
        for span in spans(doc.read_text())
        for found in re.findall(pattern, span)
    ]


def is_task(word: str) -> bool:
    """Whether a word names a task, or one part of a task that has parts."""
    name, _, part = word.partition(":")
    if word in manual.BY_NAME:
        return True
    package, _, more = part.partition(":")
    is_package = package == "NAME" or (ROOT / "packages" / package / "package.yaml").is_file()
    return name in manual.PARTED and is_package and more in ("", "rebuild")


def commands() -> list[tuple[str, str]]:
    """Every ./doit with its words."""
    found = each(r"\./doit((?: +(?:\"[^\"]*\"|[^\s\"|;&#]|(?<=\\)\|)+)*)")
    return [(doc, words.strip()) for doc, words in found]


def words_of(command: str) -> list[str]:
    """The words of a command, a quoted value as one."""
    return re.findall(r"(?:\"[^\"]*\"|[^\s\"])+", command)


def wrong_words(command: str) -> list[str]:
    """The words of one command that ./doit would not take."""
    words = words_of(command)
    options = manual.all_options(ROOT)
    tasks = [word for word in words if "=" not in word and not word.startswith("-")]
    if not tasks or tasks[0] in ("help", "list", "TASK"):
        return []
    if not is_task(tasks[0]):
        return tasks[:1]
    entry = manual.BY_NAME.get(tasks[0]) or manual.BY_NAME[tasks[0].partition(":")[0]]
    known = {option.name for option in entry.reads}
    given = [word.partition("=")[0] for word in words if "=" in word]
    return [
        name for name in given if name not in known and name not in ("NAME", *_sources(options))
    ]


def _sources(options: object) -> set[str]:
    """NAME_SRC, of which every task that builds takes one for each package."""
    assert isinstance(options, dict)
    return {name for name in options if name.endswith("_SRC")} | {"NAME_SRC"}


def test_commands_exist() -> None:
    found = commands()
    assert len(found) > 80
    wrong = [(doc, command) for doc, command in found if wrong_words(command)]
    assert wrong == []


@pytest.mark.parametrize("command", ["imagine", "image bord=x", "package:nothing", "check runs=3"])
def test_wrong_command_is_found(command: str) -> None:
    assert wrong_words(command)


def test_options_exist() -> None:
    known = {*manual.all_options(ROOT), *FOREIGN, "NAME", "NAME_SRC"}
    found = each(r"^([A-Za-z_]+)=$") + each(r"^((?!CONFIG_|LLAMA_M|LLAMA_K|LLAMA_ST)[A-Z_]+)=")
    assert len(found) > 20
    assert [one for one in found if one[1] not in known] == []


def test_tasks_are_all_in_the_docs() -> None:
    named = {words_of(command)[0].partition(":")[0] for _, command in commands() if command}
    assert {entry.name.partition(":")[0] for entry in manual.ENTRIES} - named == set()


def test_symbols_exist() -> None:
    kconfig = "".join(path.read_text() for path in KCONFIG)
    symbols = set(re.findall(r"^config (\w+)$", kconfig, re.M))
    found = each(r"\bCONFIG_(\w+)")
    assert found
    # Of Linux's own makefiles, and a stand-in for a package's.
    assert [one for one in found if one[1] not in {*symbols, "X"}] == []


def is_there(path: str) -> bool:
    """Whether a path of the checkout, which may have a stand-in for a name, exists."""
    pattern = STANDS_FOR_ANY.sub("*", path).rstrip("/")
    return any(True for _ in ROOT.glob(pattern))


def test_paths_exist() -> None:
    rooms = "|".join(ROOMS)
    found = each(rf"(?<![\w/.~$-])((?:{rooms})/[\w./*-]*)")
    assert len(found) > 40
    assert [one for one in found if not is_there(one[1].rstrip("."))] == []


def test_source_files_exist() -> None:
    """A source file may be named without its folder."""
    names = {path.name for room in ROOMS for path in (ROOT / room).rglob("*.[chp]*")}
    names.add("dodo.py")
    # llama2.c's own.
    names |= {"run.c", "llama2.c"}
    found = each(rf"(?:^|[ /])({SOURCE_FILE.pattern})")
    found = [(doc, STANDS_FOR_ANY.sub("*", name.replace("_NAME", "_*"))) for doc, name in found]
    patterns = [(doc, re.escape(name).replace(r"\*", ".*")) for doc, name in found]
    assert len(found) > 30
    assert [one for one in patterns if not any(re.fullmatch(one[1], name) for name in names)] == []


def anchors(text: str) -> set[str]:
    """What GitHub lets a link point to in a document."""
    titles = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\s-]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_links_lead_somewhere(doc: Path) -> None:
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", doc.read_text()):
        path, _, anchor = link.partition("#")
        target = doc.parent / path.partition("?")[0] if path else doc
        if re.match(r"https?:", link):
            continue
        has_anchor = not anchor or anchor in anchors(target.read_text())
        if not target.exists() or not has_anchor:
            dead.append(link)
    assert dead == []


def picture(title: str) -> str:
    """The picture below a heading of the architecture, as its text."""
    text = (ROOT / "docs/architecture.md").read_text()
    return text.partition(f"## {title}\n")[2].partition("```mermaid\n")[2].partition("```")[0]


def test_first_picture_has_every_kind_of_step() -> None:
    drawn = picture("From Kconfig to card")
    assert [kind for kind in ("fetch", *runner.ACTIONS) if f'["{kind}: ' not in drawn] == []


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("QUEUE_SLOTS", r"queue:<br>(\d+) sentences"),
        ("PLAYER_MOST_S", r"ring buffer:<br>at most (\d+) s"),
        ("ROOM_MS", r"under (\d+) s while text waits"),
    ],
)
def test_second_picture_has_the_figures_of_the_code(name: str, drawn: str) -> None:
    found = re.search(rf"#define {name} (\d+)", STORYTELLER)
    said = re.search(drawn, picture("From token to loudspeaker"))
    assert found and said
    assert int(found[1]) == int(said[1]) * (1000 if name.endswith("_MS") else 1)


def test_second_picture_has_every_thread_and_voice() -> None:
    drawn = picture("From token to loudspeaker")
    assert drawn.count("subgraph ") == 1 + STORYTELLER.count("pthread_create(")
    kconfig = (ROOT / "packages/storyteller/voices/Kconfig").read_text()
    voices = re.findall(r"^config STORYTELLER_VOICE_(\w+)$", kconfig, re.M)
    assert voices and [voice for voice in voices if voice.lower() not in drawn] == []


def test_sound_sample_is_of_the_story_in_the_picture() -> None:
    recorded = ROOT / "tests/recording"
    assert (recorded / "story.mp3").stat().st_size < SAMPLE_BYTES
    story = (recorded / "story.txt").read_text().split()
    assert " ".join(story) in " ".join((recorded / "boot.txt").read_text().split())


def test_index_names_every_page() -> None:
    index = (ROOT / "docs/index.md").read_text()
    pages = [path.name for path in ROOT.glob("docs/*.md") if path.name != "index.md"]
    assert [name for name in pages if f"({name})" not in index] == []
