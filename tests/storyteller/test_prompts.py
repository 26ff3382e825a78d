# SPDX-License-Identifier: MIT
"""How stories begin: drawn from word lists, or made of what was typed and may be said."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from image import run
from tests.storyteller.build import WORDS

FOUND = {
    # line: hero, place, thing
    "a dragon at the beach": ("dragon", "beach", ""),
    "Tell me a story about two rabbits!": ("rabbit", "", ""),
    "brave DOG": ("brave dog", "", ""),
    "the zoo": ("", "zoo", ""),
    "an owl and a red BALLOON in the forest": ("owl", "forest", "red balloon"),
    "please tell me about a green whale.": ("green whale", "", ""),
    "three little pigs": ("little pig", "", ""),
    "a fire truck": ("fire truck", "", ""),
    "two wolves in the castle": ("wolf", "castle", ""),
    "a dog that is brave": ("brave dog", "", ""),
    # One word, but as what it stands there for.
    "the moon": ("moon", "", ""),
    "a star on the moon": ("star", "moon", ""),
    "a rabbit with a star": ("rabbit", "", "star"),
    "an orange dragon with an orange": ("orange dragon", "", "orange"),
    # Other words for it.
    "Spider-Man in New York": ("superhero", "city", ""),
    "mice": ("mouse", "", ""),
    "chocolate cake or chocolate": ("", "", "chocolate cake"),
    "caf\u00e9 with a \x1b[2J\x07 bear": ("bear", "cafe", ""),
    "a fool's gold, please": ("", "", "gold coin"),
    # What is named to be left out.
    "I don't want a princess, I want a pirate": ("pirate", "", ""),
    "no dinosaurs, a dragon": ("dragon", "", ""),
    "no cats or dogs, a whale": ("whale", "", ""),
    "no, a dinosaur": ("dinosaur", "", ""),
    "elephants, not lions": ("elephant", "", ""),
    "not a pirate, a ballerina this time": ("ballerina", "", ""),
    "no I want a train": ("train", "", ""),
    "a knight without a horse": ("knight", "", ""),
    "a not so scary monster": ("monster", "", ""),
    "I don't like spiders, tell me about a cat": ("cat", "", ""),
    # What somebody does is nobody.
    "a penguin that wants to fly": ("penguin", "", ""),
    "a dog who flies": ("dog", "", ""),
    "a bird that can't fly": ("bird", "", ""),
    "a boy going to school": ("boy", "school", ""),
    "a hurt bird": ("bird", "", ""),
    "a boy who hits the drum": ("boy", "", "drum"),
    "a big, red dragon": ("big red dragon", "", ""),
    # What we know is used, what we do not know is not.
    "a xyzzy dragon": ("dragon", "", ""),
}
PEOPLE = {
    # line: hero, name, friend
    "a girl named MIA": ("girl", "Mia", ""),
    "mia": ("girl", "Mia", ""),
    "Tom, please!": ("boy", "Tom", ""),
    "sasha": ("child", "Sasha", ""),
    "a purple dragon called Tom": ("purple dragon", "Tom", ""),
    "princess Anna": ("princess", "Anna", ""),
    "Tom and the dragon": ("boy", "Tom", "dragon"),
    "a dragon and Tom": ("dragon", "", "boy named Tom"),
    "a fox and a shy owl named Bo": ("fox", "", "shy owl named Bo"),
    "a shark and a princess": ("shark", "", "princess"),
    "daisy": ("girl", "Daisy", ""),
    "a girl named Zorblax": ("girl", "", ""),
    "Mary-Jane": ("girl", "Mary Jane", ""),
    "Anna Maria and the bear": ("girl", "Anna Maria", "bear"),
    "Anna, Emma": ("girl", "Anna", "girl named Emma"),
    "Mia & Tom": ("girl", "Mia", "boy named Tom"),
    "a unicorn that lives at home": ("unicorn", "", ""),
    "James": ("boy", "James", ""),
    "toms dog": ("boy", "Tom", "dog"),
    "a boy named Rob": ("boy", "Rob", ""),
    "a boy named Will": ("boy", "Will", ""),
    "a dog will come": ("dog", "", ""),
    "a girl called Nazia": ("girl", "Nazia", ""),
    "a girl called Nguy\u1ec5n": ("girl", "Nguyen", ""),
    "a boy named \u0218tefan": ("boy", "Stefan", ""),
    "a boy named \u0141ukasz": ("boy", "Lukasz", ""),
}
NOTHING = ["", "  ", "...", " \t!?"]
# Any story will do.
NOTHING += ["another one", "a funny story, please", "surprise me", "tell me a bedtime story"]
UNKNOWN = ["xyzzy", "a whaaale of a time", "\u4f60\u597d", "ki ll", "two purple xyzzy", "d", "12"]
# No word of ours hides in these words; and what only the model knows is not ours.
UNKNOWN += ["a catch", "purple dinner", "brave", "girlish", "no dinosaurs", "a xyzzy story"]
# Nobody is hurt.
UNKNOWN += ["a boy who kicks his teacher", "a dog that bites a boy", "a girl who hits Tom"]

# Each means something that is blocked.
REFUSED = (
    """
kill|Kill|KILL|a killer|killing|killed|kills|kills!|a story about killers
k1ll|k!ll|ki11|kiiill|kkkill|kiLLLL|k.i.l.l|k-i-l-l|k_i_l_l|k i l l|K I L L|k. i. l. l.
k*ll|k#ll|k1ll3r|k1ll1ng|a k i l l|please k.1.l.l|ki\u200bll|k\u00adill|k\u0456ll|\u043aill
k\u00edll|k\u00ecll|k\u00efll|\uff4b\uff49\uff4c\uff4c|\U0001d424\U0001d422\U0001d425\U0001d425
\u24da\u24d8\u24db\u24db|k\u0131ll|ki\u0142\u0142|\u03baill|k\u03b9ll|big-k1ll|kill-dragon|rabbit/kill
gun|guns|g u n|9un|g\u00fcn|GUNNNN|guuun|a gun and a rabbit|the rabbit got a gun
sex|s3x|5ex|$ex|s.e.x|sexy|sexual|s*x|sexxxx|z3x|\u0455ex|se\u0445|s\u0435x
ass|a$$|@ss|4ss|asshole|a s s|a.s.s|asses|a**|\u0430ss
shit|sh1t|sh!t|5hit|$h1t|shitty|shiiit|s h i t|sh*t|sht|bullshit|s\u04bbit
fuck|fvck|fuuuck|f*ck|f**k|fu(k|f u c k|fucking|fcuk|phuck|fuk|f\u00fcck|\u0192uck
dead|de4d|d3ad|d e a d|dying|d13|die|died|dies|death|de\u00e4d
suicide|5uicide|murder|murd3r|m u r d e r|blood|bl00d|bl00dy|bl\u00f6\u00f6d|bloodyyy
stupid|5tup1d|stup\u00efd|idiot|1d10t|shut up|hate|hates|h8|hated|haters
naked|n4ked|n a k e d|porn|p0rn|pr0n|drunk|drunken|beer|b33r|devil|hell|h3ll
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

# Words that only look as if.
ALLOWED = ["class", "grass", "assistant", "hello", "shell", "good", "peacock", "button", "document"]
ALLOWED += ["dinner", "catch", "a dragon and the good king", "he'll find a shell"]


@dataclass(frozen=True)
class Asked:
    """What the program made of a line."""

    request: str
    slots: tuple[str, ...]
    prompt: str


def ask_all(driver: Path, lines: list[str], own: str = "", seed: int = 7) -> list[Asked]:
    """What typed lines give."""
    said = run.output([driver, WORDS, own, str(seed), *lines]).splitlines()
    answers = [told for told in said if not told.startswith("! ")]
    pairs = zip(answers[::2], answers[1::2], strict=True)
    split = [(first.split("|"), prompt) for first, prompt in pairs]
    return [Asked(first[0], tuple(first[1:]), prompt) for first, prompt in split]


def ask(driver: Path, line: str, own: str = "", seed: int = 7) -> Asked:
    """What a typed line gives."""
    return ask_all(driver, [line], own, seed)[0]


@pytest.mark.parametrize("line", FOUND)
def test_what_is_known_is_found(prompt_driver: Path, line: str) -> None:
    asked = ask(prompt_driver, line)
    assert (asked.request, asked.slots[:3]) == ("found", FOUND[line])
    assert asked.slots[3:] == ("", "")
    assert asked.prompt.startswith("Once upon a time, there was a")
    for word in " ".join(FOUND[line]).split():
        assert word in asked.prompt
    assert asked == ask(prompt_driver, line)


@pytest.mark.parametrize("line", PEOPLE)
def test_people_and_names(prompt_driver: Path, line: str) -> None:
    asked = ask(prompt_driver, line)
    hero, _, _, name, friend = asked.slots
    assert (asked.request, hero, name, friend) == ("found", *PEOPLE[line])
    if name:
        assert f"{hero} named {name}" in asked.prompt
        # From then on it is called by that.
        assert f"the {hero}" not in asked.prompt
    if friend:
        assert f" and a {friend}" in asked.prompt


def test_a_line_can_hold_all_of_it(prompt_driver: Path) -> None:
    asked = ask(prompt_driver, "a shark and a princess on the moon with ice cream")
    assert asked.slots == ("shark", "moon", "ice cream", "", "princess")
    assert "shark and a princess" in asked.prompt
    assert "the moon" in asked.prompt and "an ice cream" in asked.prompt


ARTICLES = {"an": "owl hour-glass eagle umbrella ugly-duckling x-ray untidy-desk unimportant-sock"}
ARTICLES |= {"a": "unicorn ukulele ewe uniform one-eyed-owl union useful-box dragon house"}


@pytest.mark.parametrize("article", ARTICLES)
def test_articles_are_by_sound(prompt_driver: Path, tmp_path: Path, article: str) -> None:
    words = ARTICLES[article].replace("-", "_").split()
    for word in (word.replace("_", " ") for word in words):
        (tmp_path / "heroes.txt").write_text(f"{word}\n")
        (tmp_path / "things.txt").write_text(f"{word}\n")
        (tmp_path / "blocked.txt").write_text("!ugly\n")
        line = "Once upon a time, there was a {hero}. The hero had a {thing}"
        (tmp_path / "openings.txt").write_text(f"{line}\n")
        (said,) = run.output([prompt_driver, WORDS, tmp_path, "7", ""]).splitlines()[1:]
        assert said.endswith(f"there was {article} {word}. The hero had {article} {word}")


PREPOSITIONS = ["at the bus stop", "at the end of the rainbow", "on the pirate ship", "on the moon"]
PREPOSITIONS += ["on the bridge over the river", "in the forest", "in the spaceship"]


def test_prepositions(prompt_driver: Path) -> None:
    said = run.output([prompt_driver, WORDS, "", "places"]).splitlines()
    assert set(PREPOSITIONS) <= set(said)


def test_trait_that_was_asked_for(prompt_driver: Path) -> None:
    assert "was a brave dog" in ask(prompt_driver, "brave DOG").prompt


@pytest.mark.parametrize("line", NOTHING)
def test_line_without_words_draws(prompt_driver: Path, line: str) -> None:
    asked = ask(prompt_driver, line)
    assert (asked.request, asked.slots) == ("nothing", ("",) * 5)
    assert asked.prompt == run.output([prompt_driver, WORDS, "", "7"]).splitlines()[0]


@pytest.mark.parametrize("line", UNKNOWN)
def test_unknown_words_are_not_used(prompt_driver: Path, line: str) -> None:
    asked = ask(prompt_driver, line)
    assert (asked.request, asked.slots) == ("unknown", ("",) * 5)


def test_blocked_words_in_all_spellings(prompt_driver: Path) -> None:
    drawn = ask(prompt_driver, "").prompt
    unknown = []
    for line, asked in zip(REFUSED, ask_all(prompt_driver, REFUSED), strict=True):
        assert (asked.slots, asked.prompt) == (("",) * 5, drawn), line
        # Some spellings are only unknown, which is as good: nothing of the line is used.
        assert asked.request in ("refused", "unknown"), line
        unknown += [line] if asked.request == "unknown" else []
    print(f"{len(REFUSED)} spellings; only unknown: {unknown}")
    assert len(unknown) < 0.1 * len(REFUSED)


def test_every_blocked_word_is_blocked(prompt_driver: Path) -> None:
    text = (WORDS / "blocked.txt").read_text().splitlines()
    # What is asked for then means something else.
    means = (WORDS / "allowed.txt").read_text().splitlines()
    entries = [line.strip("?*.") for line in text if line and line[0] != "#"]
    entries = [entry for entry in entries if f"?{entry}" not in means]
    for form in ("{}", "A STORY ABOUT {}!", "the {}", "{}s", "rabbit and {}"):
        lines = [form.format(entry) for entry in entries]
        lines = [line for line in lines if line not in means]  # "asses", "assess"
        asked = ask_all(prompt_driver, lines)
        wrong = [line for line, one in zip(lines, asked, strict=True) if one.request != "refused"]
        assert not wrong, form


def test_innocent_words(prompt_driver: Path) -> None:
    answers = zip(ALLOWED, ask_all(prompt_driver, ALLOWED), strict=True)
    assert not [line for line, asked in answers if asked.request == "refused"]


@pytest.mark.parametrize("line", ["x" * 5000, "Ab cd ef gh " * 500, "a dragon " * 900, "*" * 150])
def test_long_lines(prompt_driver: Path, line: str) -> None:
    assert 0 < len(ask(prompt_driver, line).prompt) < 256


def test_drawn_openings(prompt_driver: Path) -> None:
    prompts = run.output([prompt_driver, WORDS, "", "1"]).splitlines()
    assert prompts == run.output([prompt_driver, WORDS, "", "1"]).splitlines()
    assert prompts[1:] == run.output([prompt_driver, WORDS, "", "2"]).splitlines()[:-1]
    assert len(set(prompts)) > 800
    for prompt in prompts:
        assert prompt.startswith("Once upon a time, there was a")
        assert not re.search(r" a [aeiou]| an [^aeiou]|[{}]", prompt)
        assert not prompt.endswith((" ", "."))


def test_our_lists_are_whole(prompt_driver: Path) -> None:
    lists = run.output([prompt_driver, WORDS, "", "lists"]).splitlines()
    assert not [line for line in lists if line.startswith("!")]
    files: dict[str, list[str]] = {}
    for file in sorted({*WORDS.rglob("*.txt")} - {WORDS / "allowed.txt"}):
        lines = [line for line in file.read_text().splitlines() if line and line[0] != "#"]
        files.setdefault(file.name, []).extend(lines)
    for name, lines in files.items():
        assert len(lines) == len(set(lines)), f"a word stands twice in {name}"
    blocked = int(lists[-1].split()[0])
    assert len(lists) - 1 + blocked == sum(map(len, files.values()))


def complaints(driver: Path, own: Path) -> list[str]:
    """What is said about lists of one's own, without the folder's name."""
    said = run.output([driver, WORDS, own, "lists"]).splitlines()
    return [line[2:].replace(f"{own}/", "") for line in said if line.startswith("!")]


def words_of(driver: Path, own: Path, kind: int) -> list[str]:
    """The words of a list (LIST_TRAITS is 0)."""
    said = run.output([driver, WORDS, own, "lists"]).splitlines()
    return [line[2:] for line in said if line.startswith(f"{kind} ")]


def test_own_lists(prompt_driver: Path, tmp_path: Path) -> None:
    (tmp_path / "heroes.txt").write_bytes(
        b"\xef\xbb\xbfWhale\r\n# no\r\n\r\nred panda\t\r\nk1ng\r\nkiller\r\nred panda\r\n"
        + b"x" * 32
        + b"\r\n"
    )
    (tmp_path / "blocked.txt").write_text("whale\n!monster\nx*\nno9\n")
    assert complaints(prompt_driver, tmp_path) == [
        "blocked.txt:3: the * needs three or more letters before it",
        "blocked.txt:4: an entry consists of letters: other spellings are found automatically",
        "heroes.txt:1: blocked.txt blocks it: choose another word",
        "heroes.txt:5: only letters from a to z and spaces are allowed",
        "heroes.txt:6: blocked.txt blocks it: choose another word",
        "heroes.txt:8: too long: at most 31 letters",
    ]
    assert words_of(prompt_driver, tmp_path, 1)[0] == "red panda"
    asked = ask(prompt_driver, "a whale", str(tmp_path))
    assert asked.request == "refused" and asked.prompt.count("red panda") > 0


def test_own_lists_are_what_is_drawn(prompt_driver: Path, tmp_path: Path) -> None:
    """What is only known when asked for stays known."""
    (tmp_path / "heroes.txt").write_text("wubbin\n")
    drawn = run.output([prompt_driver, WORDS, tmp_path, "1"]).splitlines()
    assert len(drawn) == 1000 and all("wubbin" in prompt for prompt in drawn)
    assert ask(prompt_driver, "a walrus", str(tmp_path)).slots[0] == "walrus"
    assert ask(prompt_driver, "a wubbin", str(tmp_path)).slots[0] == "wubbin"


def test_entry_taken_out(prompt_driver: Path, tmp_path: Path) -> None:
    (tmp_path / "blocked.txt").write_text("!vampire\n")
    (tmp_path / "heroes.txt").write_text("vampire\n")
    assert ask(prompt_driver, "a vampire").request == "refused"
    said = run.output([prompt_driver, WORDS, tmp_path, "7", "a vampire"])
    assert said.startswith("found|vampire|")


BAD_OPENINGS = {
    "There was a {hero}": 'an opening starts with "Once upon a time,"',
    "Once upon a time, there was a fox": "an opening needs a {hero}",
    "Once upon a time, a {hero} and {x}": "only {trait}, {hero}, {place} and {thing} are filled in",
    "Once upon a time, " + "a {hero} " * 7: "at most six words are filled in",
    "Once upon a time, a {hero} died": "blocked.txt blocks it: choose another word",
    "Once upon a time, a {hero} \u00fc": "only ASCII letters and punctuation are allowed",
    "Once upon a time, a {hero} " + "x" * 140: "too long: at most 159 characters",
}


@pytest.mark.parametrize("line", BAD_OPENINGS)
def test_bad_openings(prompt_driver: Path, tmp_path: Path, line: str) -> None:
    (tmp_path / "openings.txt").write_text(line + "\n")
    assert complaints(prompt_driver, tmp_path) == [
        f"openings.txt:1: {BAD_OPENINGS[line]}",
        "openings.txt:0: no line can be used: the standard list is used",
    ]
    assert len(words_of(prompt_driver, tmp_path, 4)) > 2


def test_hostile_lists(prompt_driver: Path, tmp_path: Path) -> None:
    (tmp_path / "heroes.txt").write_bytes(bytes(range(256)) * 2000)
    (tmp_path / "places.txt").mkdir()
    (tmp_path / "things.txt").write_text("")
    traits = "".join(f"{'ab'[i % 2]}{'x' * (i % 29)}\n" for i in range(9))
    (tmp_path / "traits.txt").write_text(traits)
    entries = b"\n".join(b"word" + b"q" * (n % 90) for n in range(9000))
    (tmp_path / "blocked.txt").write_bytes(entries)
    said = complaints(prompt_driver, tmp_path)
    assert "places.txt:0: Is a directory" in said
    assert "things.txt:0: no line can be used: the standard list is used" in said
    assert ask_ok(prompt_driver, tmp_path)


def ask_ok(driver: Path, own: Path) -> bool:
    """Whether an opening can still be drawn."""
    return run.output([driver, WORDS, own, "7", ""]).splitlines()[-1].startswith("Once upon")


LIST_LINE = st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode))


@settings(max_examples=60)
@given(files=st.lists(st.lists(LIST_LINE, max_size=6), min_size=6, max_size=6))
def test_whatever_lists_there_are(
    prompt_driver: Path, tmp_path_factory: pytest.TempPathFactory, files: list[list[bytes]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "lists"
    folder.mkdir(exist_ok=True)
    names = ("traits", "heroes", "places", "things", "openings", "blocked")
    for name, lines in zip(names, files, strict=True):
        (folder / f"{name}.txt").write_bytes(b"\n".join(lines))
    said = run.output([prompt_driver, WORDS, folder, "7", "a fox"]).splitlines()
    assert said[-1].startswith("Once upon a time,")
    assert all(re.match(r"! .*/[a-z]+\.txt:\d+: .", line) for line in said[:-2])


def test_no_lists_but_what_is_blocked(prompt_driver: Path, tmp_path: Path) -> None:
    shutil.copy(WORDS / "blocked.txt", tmp_path)
    said = run.output([prompt_driver, tmp_path, "", "7", ""])
    assert said.count("No such file or directory") == 16
    assert said.splitlines()[-1].startswith("Once upon a time, there was a little rabbit.")


def no_file(path: Path) -> str:
    path.unlink()
    return "No such file or directory"


def a_folder(path: Path) -> str:
    path.unlink()
    path.mkdir()
    return "Is a directory"


def an_empty_file(path: Path) -> str:
    path.write_text("")
    return "it blocks nothing"


@pytest.mark.parametrize("spoil", [no_file, a_folder, an_empty_file])
def test_nothing_is_told_without_our_block_list(
    prompt_driver: Path, tmp_path: Path, spoil: Callable[[Path], str]
) -> None:
    """The parents' own adds to it, and is not enough."""
    ours, own = tmp_path / "ours", tmp_path / "own"
    shutil.copytree(WORDS, ours)
    own.mkdir()
    (own / "blocked.txt").write_text("whale\n")
    reason = spoil(ours / "blocked.txt")
    done = subprocess.run([prompt_driver, ours, own, "7", ""], capture_output=True, text=True)
    assert done.returncode == 1
    hint = "and no story is told without it: write the card again"
    assert done.stdout == f"! {ours}/blocked.txt:0: {reason}, {hint}\n"
