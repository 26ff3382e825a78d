# SPDX-License-Identifier: MIT
"""What is told, to whom and how safely: the whole program with a stand-in for the engine.

The stand-in's text holds alternatives: "{k|f}illed" is "killed" until the story is turned back.
"""

import datetime
import json
import re
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pexpect
import pytest

from image import run
from image.report.stories import STORY
from tests.storyteller import build, started
from tests.storyteller.said import HEADER, openings

# The status that asks for switching off, and who is asked.
GOOD_NIGHT = 10
CONSOLE = build.ROOT / "overlays/rootfs/usr/libexec/console"
PROMPT = "Once upon a time, there was a fox. One day, the fox went to the lake"
HAPPY = " Then everyone went home, and they were all very happy. The end."
LONG = "".join(f" Number {n} was a very long and happy day." for n in range(300))
KEYS = {"story", "seed", "prompt", "tokens", "tokens_per_s_while_speaking", "first_sound_s"}
KEYS |= {"start_to_sound_s", "start_to_word_s", "peak_mib"}
KEYS |= {"speech_s", "speech_cpu_per_s", "ring_lowest_ms", "underruns", "rss_mib", "sentences"}
KEYS |= {"refused", "gate_hits", "loops", "rewinds", "restarts", "ended"}


@dataclass
class Toy:
    """A storyteller with folders of its own."""

    program: Path
    folder: Path
    settings: str = "pause=0\n"
    words: Path = build.WORDS
    data: Path = field(init=False)
    card: Path = field(init=False)

    def __post_init__(self) -> None:
        self.data, self.card = self.folder / "data", self.folder / "card"
        self.data.mkdir()
        self.card.mkdir()
        self.invents(" and was happy. They ran home. The end.")

    def invents(self, text: str, word_ms: int = 0) -> None:
        """What the engine will say, and how fast."""
        (self.folder / "model").write_text(text)
        (self.folder / "tokenizer").write_text(str(word_ms))

    def command(self, *options: str) -> list[str]:
        """A command line that tells text only."""
        (self.folder / "settings").write_text(self.settings)
        files = {name: self.folder / name for name in ("model", "tokenizer", "settings")}
        files |= {"words": self.words, "card": self.card, "data": self.data}
        paths = [word for name, file in files.items() for word in (f"--{name}", str(file))]
        return [str(self.program), *paths, "--no-sound", "--json", *options]

    def run(self, *options: str, typed: str = "", status: int = 0) -> str:
        """Run it to its end; what it said, complaints last."""
        return started.run_to_end(self.command(*options), typed.encode(), status)

    def tell(self, text: str, *options: str, prompt: str = PROMPT) -> tuple[str, dict[str, Any]]:
        """What one story becomes behind the prompt, and its figures."""
        self.invents(text)
        said = self.run("--stories", "1", "--prompt", prompt, *options)
        ((story, line),) = STORY.findall(said)
        assert story.startswith(prompt)
        return story.removeprefix(prompt), json.loads(line)

    def spawn(self, *options: str) -> "pexpect.spawn[str]":
        """Start it on a terminal, which is too wide for lines to be broken."""
        return started.on_terminal(self.command(*options))


@pytest.fixture
def toy(teller: Path, tmp_path: Path) -> Toy:
    """The program under the address and undefined-behaviour sanitizers."""
    return Toy(teller, tmp_path)


MASKED = {
    " and was {dead|happy}. The end.": " and was happy. The end.",
    " and saw an a{ss|nt}. The end.": " and saw an ant. The end.",
    " and said: shut{ up| it}! The end.": " and said: shut it! The end.",
    " to {beat|see} {him|us}. The end.": " to beat us. The end.",
    # Small words may stand in larger ones.
    " in {class|town}. {Hello|Oh}! He'll sing. The end.": " in class. Hello! He'll sing. The end.",
}


@pytest.mark.parametrize("text", MASKED)
def test_refused_words_are_not_chosen(toy: Toy, text: str) -> None:
    told, figures = toy.tell(text)
    assert told == MASKED[text]
    assert (figures["gate_hits"], figures["ended"]) == (0, "model")


def test_sentence_is_invented_anew(toy: Toy) -> None:
    told, figures = toy.tell(" and sat. Then the fox {k|f}illed a pot. It sang. The end.")
    assert told == " and sat. Then the fox filled a pot. It sang. The end."
    assert (figures["gate_hits"], figures["rewinds"], figures["ended"]) == (1, 1, "model")


def test_sentence_of_the_opening_is_invented_anew(toy: Toy) -> None:
    told, figures = toy.tell(" and {k|f}illed a pot. The end.")
    assert told == " and filled a pot. The end."
    assert figures["rewinds"] == 1


@pytest.mark.parametrize("break_", [" ", "\n", "\n\n", '" "'])
def test_nothing_else_is_lost_or_doubled(toy: Toy, break_: str) -> None:
    told, _ = toy.tell(f' and "sat.{break_}The fox {{k|f}}illed it.{break_}So it "sang. The end.')
    assert told == f' and "sat.{break_}The fox filled it.{break_}So it "sang. The end.'


def test_second_hit_is_a_happy_end(toy: Toy) -> None:
    told, figures = toy.tell(" and sat. The fox {k|k|f}illed a pot. It sang. The end.")
    assert told == " and sat." + HAPPY
    assert (figures["gate_hits"], figures["ended"]) == (2, "happy_end")


@pytest.mark.parametrize(
    ("prompt", "rest"),
    [
        (PROMPT, " and had a lovely day. The end."),
        ("Once upon a time, there was a fox. One day,", " everyone had a lovely day. The end."),
    ],
)
def test_happy_end_of_the_first_sentence(toy: Toy, prompt: str, rest: str) -> None:
    told, figures = toy.tell(" and {k|k}illed it. The end.", prompt=prompt)
    assert (told, figures["ended"]) == (rest, "happy_end")


def test_end_is_never_a_bad_sentence(toy: Toy) -> None:
    told, figures = toy.tell(" and sat. The fox {k|k}illed it.")
    assert (told, figures["ended"]) == (" and sat." + HAPPY, "happy_end")
    told, figures = toy.tell(" and sat. The fox {k|f}illed it.")
    assert (told, figures["ended"]) == (" and sat. The fox filled it. The end.", "model")


def test_loops_end_the_story(toy: Toy) -> None:
    told, figures = toy.tell(" and sat." + " The fox ran back home again." * 9)
    assert told == " and sat. The fox ran back home again. The end."
    assert (figures["loops"], figures["ended"]) == (4, "loop")
    told, figures = toy.tell(" and sat. It saw" + " the dog and the cat and" * 30)
    assert (told, figures["ended"]) == (" and sat. The end.", "loop")
    told, figures = toy.tell(" and sat." + " It was wet. A tree was happy." * 9)
    assert told == " and sat." + " It was wet. A tree was happy." * 2 + " It was wet. The end."
    told, figures = toy.tell(" and sat." + " Ha ha!" * 30)
    assert (told, figures["ended"]) == (" and sat. Ha ha! Ha ha! The end.", "loop")


def test_word_over_and_over(toy: Toy) -> None:
    told, figures = toy.tell(
        " and sat. It was very, very, very big. It was blue blue {blue|and} blue. The end."
    )
    assert told == " and sat. It was very, very, very big. It was blue blue and blue. The end."
    assert (figures["loops"], figures["ended"]) == (1, "model")


def test_loop_is_left_when_there_is_a_way(toy: Toy) -> None:
    text = " and sat. It ran back to the lake. It ran back to the {lake|sea}. The end."
    told, figures = toy.tell(text)
    assert told == " and sat. It ran back to the lake. It ran back to the sea. The end."
    assert (figures["loops"], figures["rewinds"], figures["ended"]) == (1, 1, "model")


FIRST = " and sat. One came. Two came. Three came. Four came."
DOUBT = "{? It| It}{? went| stood}{? blue| still}."


def thoughtful(toy: Toy) -> Toy:
    toy.settings += "choices=2\n"
    return toy


def test_story_that_loses_its_thread_is_begun_anew(toy: Toy) -> None:
    told, figures = thoughtful(toy).tell(FIRST + DOUBT + " The end.")
    assert told == FIRST + " It stood still. The end."
    assert (figures["restarts"], figures["ended"]) == (1, "model")
    assert figures["sentences"] == told.count(".") + 1  # those of the first try do not count


def test_story_that_never_finds_a_thread_ends_happily(toy: Toy) -> None:
    lost = DOUBT.replace("|", "|?") * 3
    told, figures = thoughtful(toy).tell(FIRST + lost + " The end.")
    assert (told, figures["restarts"], figures["ended"]) == (FIRST + HAPPY, 4, "happy_end")


@pytest.mark.parametrize(
    "told", [DOUBT * 3, FIRST + DOUBT.replace("? It", " It"), FIRST + "{?a|b}"]
)
def test_choices_that_a_story_may_have(toy: Toy, told: str) -> None:
    """Any in its first sentences, which choose the plot, and a few in each one after that."""
    assert thoughtful(toy).tell(told + " The end.")[1]["restarts"] == 0


def test_quotation_that_stays_open_is_no_story(toy: Toy) -> None:
    told, figures = thoughtful(toy).tell(' and sat. "It sang{.|."}\nIt "was" late. The end.')
    assert told == ' and sat. "It sang."\nIt "was" late. The end.'
    assert figures["restarts"] == 1


def test_loop_is_no_story_either(toy: Toy) -> None:
    text = FIRST + " It ran back {to|from} the lake." * 9 + " The end."
    assert thoughtful(toy).tell(text)[1]["restarts"] > 0


def test_story_too_long_to_think_out_is_told_from_its_beginning(toy: Toy) -> None:
    told, figures = thoughtful(toy).tell(LONG + DOUBT + " The end.", "--steps", "9999")
    assert told == LONG + HAPPY
    assert (figures["restarts"], figures["ended"]) == (0, "happy_end")


def test_what_is_no_loop(toy: Toy) -> None:
    text = ' and sat. "Thank you!" said Tim. "Thank you!" said Tom. "Thank you!" The end.'
    assert toy.tell(text)[0] == text
    assert toy.tell(LONG[:900] + " The end.", "--steps", "9999")[1]["loops"] == 0


@pytest.mark.parametrize("steps", [2, 10, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50])
def test_length_ends_at_a_sentence(toy: Toy, steps: int) -> None:
    told, figures = toy.tell(" and sat." + LONG, "--steps", str(steps))
    assert figures["tokens"] <= steps
    assert figures["ended"] == "limit"
    assert re.fullmatch(
        r"( and sat\.|( Number \d+ was a very long and happy day\.)*|"
        r" and had a lovely day\.)* The end\.",
        told,
    )


ENDS = [" and sat. The end.", " and sat. THE END!", ' and sat. "The End."', " and sat. The end.\n"]


@pytest.mark.parametrize("text", ENDS)
def test_end_is_said_once(toy: Toy, text: str) -> None:
    assert toy.tell(text)[0].rstrip() == text.rstrip()


def test_end_is_always_said(toy: Toy) -> None:
    assert toy.tell(" and sat.")[0] == " and sat. The end."
    assert toy.tell(" and sat. Then it")[0] == " and sat. The end."
    assert toy.tell(" and sat.\n\n")[0].split() == ["and", "sat.", "The", "end."]


def test_engine_error_ends_the_story_only(toy: Toy) -> None:
    toy.invents(" and sat.{error} It sang.")
    said = toy.run("--stories", "2", "--seed", "3", typed="a penguin\n")
    assert "That story cannot be told: the numbers are none" in said
    assert len(HEADER.findall(said)) == 2 and said.count("It sang. The end.") == 1


def test_line_of_json(toy: Toy) -> None:
    said = toy.run("--stories", "3", "--seed", "5", "--prompt", 'A "fox"')
    lines = (toy.data / "stories.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        json.loads(line) for _, line in STORY.findall(said)
    ]
    assert all(set(json.loads(line)) == KEYS for line in lines)
    assert [json.loads(line)["seed"] for line in lines] == [5, 6, 7]
    assert json.loads(lines[0])["prompt"] == 'A "fox"'


def test_speed_is_that_of_inventing(toy: Toy) -> None:
    """The opening is given: handing it out takes no time that a speed could be made of."""
    toy.invents(LONG, word_ms=20)
    child = toy.spawn("--seed", "5", "--stories", "2")
    child.expect("story 1 ")
    child.sendline("")
    child.expect('"story":1,.*"tokens_per_s_while_speaking":([^,]*),')
    skipped = str(child.match.group(1)) if isinstance(child.match, re.Match) else ""
    assert skipped == "null" or float(skipped) < 60
    child.sendintr()
    child.expect("Good night.")


def test_texts_are_kept_for_parents(toy: Toy) -> None:
    kept = toy.data / "stories.txt"
    toy.run("--stories", "1", "--seed", "5")
    text = kept.read_text()
    assert text.startswith("story 1  seed 5  ") and text.endswith(" They ran home. The end.\n\n")
    kept.write_bytes(b"x" * (256 << 10))
    toy.run("--stories", "2", "--seed", "5")
    assert (toy.data / "stories.txt.old").stat().st_size > 256 << 10
    assert kept.read_text().count("story ") == 1
    kept.unlink()
    toy.settings += "keep_texts=no\n"
    toy.run("--stories", "1")
    assert not kept.exists()


def test_again_also_after_power_off(toy: Toy) -> None:
    first = openings(toy.run("--stories", "1"))
    assert openings(toy.run("--stories", "1")) != first
    toy.run("--stories", "1", "--seed", str(first[0][0]))
    assert openings(toy.run("--stories", "1", typed="again\n")) == first
    # Also with other settings: the story is what it was.
    toy.settings += "temperature=10\nsteps=20\n"
    assert openings(toy.run("--stories", "1", typed=" Again \n")) == first


def test_power_off_in_the_middle(toy: Toy) -> None:
    toy.invents(LONG, word_ms=5)
    child = toy.spawn("--seed", "77")
    child.expect("Number 1 ")
    child.sendline("")
    child.expect("story 2 ")
    child.expect("Number 1 ")
    child.kill(signal.SIGKILL)
    child.wait()
    said = toy.run("--stories", "1", "--steps", "20", typed="again\n")
    assert openings(said)[0][0] == 78


def test_again_in_the_first_story_that_nobody_asked_for(toy: Toy) -> None:
    toy.run("--stories", "1", "--seed", "5")
    toy.invents(LONG, word_ms=5)
    child = toy.spawn("--seed", "6")
    child.expect("story 1 ")
    child.expect("Number 1 ")
    child.sendline("again")
    child.expect(r"story 2  seed 5\W")
    # From then on, it is the story that is being told.
    child.expect("Number 1 ")
    child.sendline("again")
    child.expect(r"story 3  seed 5\W")
    child.sendintr()
    child.expect("Good night.")


def test_favourites(toy: Toy) -> None:
    for seed in ("5", "6"):
        toy.run("--stories", "1", "--seed", seed)
        said = toy.run("--stories", "1", typed="keep\n")
        assert said.count("(this story is kept)") == 1
        assert said.count("I will keep this story for you.") == 1
        # That run has told another story meanwhile, which is not kept: so the last one is, now.
    kept = (toy.data / "favourites").read_text().splitlines()
    assert [line.split()[1] for line in kept] == ["5", "6"]
    # The last story is kept already: then the wish tells the favourites, the oldest first.
    toy.run("--stories", "1", "--seed", "6")
    said = toy.run("--stories", "1", typed="keep\n")
    assert [seed for seed, _ in openings(said)] == [5]


@pytest.mark.parametrize("name", ["last-story", "favourites", "today"])
def test_damaged_files_are_survived(toy: Toy, name: str) -> None:
    toy.run("--stories", "1", "--seed", "5")
    toy.run("--stories", "1", "--seed", "5", typed="keep\n")
    file = toy.data / name
    whole = file.read_bytes()
    for damaged in (b"", whole[:-3], whole[: len(whole) // 2], whole[:9] + b"7" + whole[10:]):
        file.write_bytes(damaged)
        said = toy.run("--stories", "1", "--seed", "8", typed="again\n")
        if name == "last-story":
            assert openings(said)[0][0] == 8
    file.write_bytes(bytes(range(256)) * 300)
    assert len(HEADER.findall(toy.run("--stories", "2", typed="keep\nagain\n"))) == 2


@pytest.mark.parametrize("folder", ["/proc/self/fdinfo", "/nowhere"])
def test_data_that_cannot_be_written(toy: Toy, folder: str) -> None:
    toy.data = Path(folder)
    said = toy.run("--stories", "3", typed="keep\n")
    assert said.count("stories are still told, but may not be kept") == 1
    assert len(HEADER.findall(said)) == 3


def test_stories_of_a_day(toy: Toy) -> None:
    toy.settings += "stories=2\n"
    child = toy.spawn()
    child.expect("story 2 ")
    child.expect("That was the last story for today. Good bye!")
    child.sendline("a dragon")
    child.expect("That was the last story for today. Good bye!")
    child.sendintr()
    child.expect("Good night.")
    child.wait()
    # Switching off and on again is no way around it, where the clock tells the day.
    child = toy.spawn()
    assert child.expect(["That was the last", "story 1 "]) == 0
    child.sendintr()
    child.expect("Good night.")


def test_quiet_hours(toy: Toy) -> None:
    now = datetime.datetime.now(datetime.UTC)
    hour = datetime.timedelta(hours=1)
    toy.settings += f"quiet={now - hour:%H:%M}-{now + hour:%H:%M}\n"
    child = toy.spawn()
    assert child.expect(["It is quiet time now. Good night.", "story 1 "]) == 0
    child.sendintr()
    child.expect("Good night.")
    toy.settings = f"pause=0\nquiet={now + hour:%H:%M}-{now - hour:%H:%M}\n"
    assert len(HEADER.findall(toy.run("--stories", "1"))) == 1


def test_status_asks_for_switching_off(toy: Toy) -> None:
    toy.settings += "stories=1\nswitch_off=yes\n"
    said = toy.run(status=GOOD_NIGHT)
    assert "That was the last story for today. Good bye!" in said
    assert "Good night." not in said and len(HEADER.findall(said)) == 1
    assert f"GOOD_NIGHT={GOOD_NIGHT} " in CONSOLE.read_text()
    # Who says stop wants to have the shell.
    toy.settings = "pause=3600\nswitch_off=yes\n"
    child = toy.spawn()
    child.expect('"ended":')
    started.interrupted(child)


EVENINGS = {
    "0 0 5 0 0 9999": ["early tells", "early tells"],
    "30 0 0 0 0 20 22 29 31": ["early tells"] * 2
    + ["late tells"] * 2
    + ["late Good night. Sleep well."],
    "0 3 2 0 0": ["early tells"],
    "0 3 3 0 0": ["early That was the last story for today. Good bye!"],
    "30 3 3 1 0": ["early It is quiet time now. Good night."],
}


@pytest.mark.parametrize("words", EVENINGS)
def test_evening(programs: Path, words: str) -> None:
    driver = programs / "evening_driver"
    if not driver.exists():
        build.compile_driver(driver, "evening.c")
    assert run.output([driver, *words.split()]).splitlines() == EVENINGS[words]


@pytest.mark.parametrize("line", ["kill the rabbit", "a k.1.l.l.3.r", "\uff4b\uff49\uff4c\uff4c"])
def test_refused_line_is_answered_kindly(toy: Toy, line: str) -> None:
    said = toy.run("--stories", "1", "--seed", "4", typed=f"{line}\n")
    assert "I know a nicer story. Listen!" in said and line not in said
    assert openings(said) == openings(toy.run("--stories", "1", "--seed", "4"))


def test_unknown_line_is_answered_kindly(toy: Toy) -> None:
    said = toy.run("--stories", "1", typed="xyzzy\n")
    assert "I do not know that one yet, but listen to this." in said and "xyzzy" not in said


def test_settings_of_parents(toy: Toy) -> None:
    parents = toy.card / "storyteller.txt"
    parents.write_bytes(b"\xef\xbb\xbf# ours\r\nSTORIES = 1\r\nvolume=loud\r\n\tsteps = 30\r\n")
    toy.invents(" and sat." + LONG)
    child = toy.spawn()
    child.expect(r"storyteller.txt:3: volume must be a number from 0 to 100, not 'loud'")
    child.expect("Line 3 of the settings is not clear.\r\n")  # no blank behind it
    child.expect('"tokens":30,')
    child.expect("That was the last story for today.")
    child.sendintr()
    child.expect("Good night.")


def test_words_of_parents(toy: Toy) -> None:
    (toy.card / "words").mkdir()
    (toy.card / "words/heroes.txt").write_text("walrus\r\nkiller\r\n")
    (toy.card / "words/blocked.txt").write_text("happy\n")
    toy.invents(" and was {happy|glad}. The end.")
    said = toy.run("--stories", "3")
    assert "heroes.txt:2: blocked.txt blocks it: choose another word; the line is left out" in said
    assert all("walrus" in prompt for _, prompt in openings(said))
    assert said.count(" glad. The end.") == 3


def test_pause_and_go_on(toy: Toy) -> None:
    toy.invents(LONG, word_ms=5)
    child = toy.spawn()
    child.expect("Number 0 ")
    child.sendline("pause")
    child.expect(r"\(pause\)")
    child.sendline("pause")
    child.expect("Number 9 ")
    child.sendline("pause")
    child.expect(r"\(pause\)")
    child.sendline("")
    child.expect('"ended":"skipped"')
    child.expect("story 2 ")
    child.sendintr()
    child.expect("Good night.")


def test_volume_has_a_ceiling(toy: Toy) -> None:
    toy.settings += "volume=50\n"
    said = toy.run("--stories", "4", typed="quieter\nlouder\nlouder\nlouder\n")
    assert re.findall(r"\(volume: (\d+)\)", said) == ["40", "50", "50", "50"]
