# SPDX-License-Identifier: MIT
"""The whole program with a stand-in for the engine: text, speech, typing, and the end of it all."""

import re
import signal
import subprocess
import sys
import time
import wave
from array import array
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

from image import run
from tests.storyteller import build, started
from tests.storyteller.said import HEADER, figures, openings
from tests.storyteller.started import HUNG_S

TEXT = ' and was happy. "Look!" said the fox.\n\nThey ran home. The end.'
# A story without end, in which nothing comes twice.
LONG = "".join(f" Number {n} was a very long and happy day." for n in range(300))
NO_SOUND = "No sound device"
LOST = "The sound device is gone: this story continues as text."
NOBODY = "Nothing is listening on the test's card: stories are shown as text until something does."
AGAIN = "Sound is back, on the test's card."


@dataclass(frozen=True)
class Bench:
    """A folder with what the program is started with."""

    program: Path
    folder: Path

    def words(self, *options: str) -> list[str]:
        """A command line."""
        files = {name: str(self.folder / name) for name in ("model", "tokenizer", "settings")}
        files |= {"words": str(build.WORDS), "card": str(self.folder), "data": str(self.data)}
        return [str(self.program), *(w for n, f in files.items() for w in (f"--{n}", f)), *options]

    @property
    def data(self) -> Path:
        """Where told stories are kept."""
        return self.folder / "data"

    def write(self, text: str = TEXT, word_ms: int = 0, settings: str = "pause=0\n") -> None:
        """The story that is told, how fast, and the settings file."""
        (self.folder / "model").write_text(text)
        (self.folder / "tokenizer").write_text(str(word_ms))
        (self.folder / "settings").write_text(settings)

    def card(self, *openings: str) -> list[str]:
        """Options for a sound card that behaves so each time it is opened (see fake_sound.c)."""
        card = self.folder / "card"
        card.write_text("".join(f"{opening}\n" for opening in openings))
        return ["--device", str(card)]

    @property
    def card_log(self) -> list[str]:
        """What happened to the sound card."""
        return (self.folder / "card.log").read_text().split()

    @property
    def heard_s(self) -> float:
        """Seconds of sound that a card of 16 kHz played, silence between left out."""
        return (self.folder / "card.heard").stat().st_size / 2 / 16000

    def run(self, *options: str, typed: bytes = b"", status: int = 0) -> str:
        """Run it to its end; returns its output, with figures. Complaints come last."""
        return started.run_to_end(self.words("--json", *options), typed, status)

    def spawn(self, *options: str) -> "pexpect.spawn[str]":
        """Start it on a terminal, which is too wide for lines to be broken."""
        return started.on_terminal(self.words(*options))


@pytest.fixture
def bench(teller: Path, tmp_path: Path) -> Bench:
    """The program under the address and undefined-behaviour sanitizers."""
    made = Bench(teller, tmp_path)
    made.data.mkdir()
    made.write()
    return made


def samples(path: Path) -> list[int]:
    """The sound of a WAV file, which must be what the voice gives."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
        data = array("h", file.readframes(file.getnframes()))
        assert len(data) == file.getnframes()
    return data.tolist()


def test_three_stories_as_text(bench: Bench) -> None:
    said = bench.run("--stories", "3", "--seed", "5", "--no-sound")
    assert HEADER.findall(said) == [("1", "5"), ("2", "6"), ("3", "7")]
    for seed, prompt in openings(said):
        assert said.count(f"  seed {seed}\n\n{prompt}{TEXT}\n") == 1
    assert [one["speech_s"] for one in figures(said)] == [0.0] * 3
    assert NO_SOUND not in said


def test_seed_decides_the_opening(bench: Bench) -> None:
    def begun(*options: str) -> list[tuple[int, str]]:
        return openings(bench.run("--no-sound", "--stories", "2", *options))

    assert begun("--seed", "9") == begun("--seed", "9")
    assert begun("--seed", "9")[1] == begun("--seed", "10")[0]
    assert begun()[0][0] != begun()[0][0]
    assert [prompt for _, prompt in begun("--prompt", "Lily ran")] == ["Lily ran"] * 2


def test_speech_in_a_file(bench: Bench) -> None:
    wav = bench.folder / "speech.wav"
    said = bench.run("--stories", "3", "--wav", str(wav))
    spoken_s = sum(one["speech_s"] for one in figures(said))
    sound = samples(wav)
    assert len(sound) / 16000 == pytest.approx(spoken_s, abs=0.2)
    words = sum(len((prompt + TEXT).split()) for _, prompt in openings(said))
    assert 0.2 < spoken_s / words < 0.7
    assert max(sound) > 5000


def test_opening_is_spoken_while_the_engine_reads_it(bench: Bench) -> None:
    bench.write(" word" * 5, word_ms=990)
    said = bench.run("--stories", "1", "--wav", str(bench.folder / "speech.wav"))
    assert 0 < figures(said)[0]["first_sound_s"] < 0.9
    bench.write(" word.")
    said = bench.run("--prompt", "untellable. One", *bench.card("paced"), status=1)
    assert bench.card_log[-1] == "close" and "end" not in bench.card_log


def test_settings_are_heard(bench: Bench) -> None:
    def speak(settings: str) -> list[int]:
        wav = bench.folder / "speech.wav"
        bench.write(settings=settings)
        bench.run("--stories", "1", "--prompt", "Once", "--wav", str(wav))
        return samples(wav)

    normal, half = speak("volume=100\nspeed=100\n"), speak("volume=50\nspeed=100\n")
    assert max(half) == pytest.approx(max(normal) / 2, abs=1)
    assert set(speak("volume=0\n")) == {0}
    assert len(speak("speed=50\n")) == pytest.approx(2 * len(normal), rel=0.1)
    # Another voice, the same pace.
    assert len(speak("voice=kal16\n")) == pytest.approx(len(normal), rel=0.15)


def test_bad_settings_are_told_and_left_out(bench: Bench) -> None:
    bench.write(settings="pause=0\nvolume=loud\n")
    said = bench.run("--stories", "1", "--no-sound")
    assert (
        "settings:2: volume must be a number from 0 to 100, not 'loud' (until then: 30); the line"
        in said
    )


def test_no_device_at_all(bench: Bench) -> None:
    assert "No sound device: stories are shown as text" in bench.run("--stories", "1")


def test_no_device_is_told_once(bench: Bench) -> None:
    said = bench.run("--stories", "3", *bench.card("absent"))
    assert said.count(NO_SOUND) == 1
    assert said.count(TEXT) == 3


def test_card_comes_and_goes(bench: Bench) -> None:
    card = bench.card("lost", "absent", "works", "lost", "works")
    said = bench.run("--stories", "5", *card)
    assert re.findall(f"{LOST}|Sound is back[^\n]*|{NO_SOUND}|^story", said, re.M) == [
        *("story", LOST, "story", "story", "Sound is back, on the test's card."),
        *("story", LOST, "story", "Sound is back, on the test's card."),
    ]
    spoken, gone = ["open", "end", "close"], ["open", "close"]
    assert bench.card_log == gone + spoken + gone + spoken
    speech = [one["speech_s"] for one in figures(said)]
    assert speech[1] == 0 < speech[0] < speech[2]


def test_a_note_waits_for_the_end_of_the_sentence(bench: Bench) -> None:
    rest = " that saw cows, hens, ducks, dogs, birds, frogs, mice, bees and ants."
    bench.write(f"{rest} Then it went home and slept on a bed of hay. The end.", word_ms=150)
    said = bench.run("--stories", "1", "--prompt", "One day a cat", *bench.card("lost", "works"))
    first, lost, second, again, _ = re.split(f"({LOST}|{AGAIN})", said)
    assert first.rstrip().endswith(f"One day a cat{rest}")
    assert (lost, again) == (LOST, AGAIN) and second.strip()[-1:] in ("", ".")


def test_it_sleeps_between_stories(bench: Bench) -> None:
    bench.write(settings="pause=3600\n")
    child = bench.spawn("--json", *bench.card("works"))
    child.expect(r"\{.*\}")  # the figures are the last that is said
    assert child.pid
    before = times_woken(child.pid)
    time.sleep(3)
    assert times_woken(child.pid) - before <= 12  # it looks at the clock each second
    child.close(force=True)


def times_woken(process: int) -> int:
    """How often its threads have waited for something."""
    states = [path.read_text() for path in Path(f"/proc/{process}/task").glob("*/status")]
    return sum(int(re.findall(r"^voluntary_ctxt_switches:\s+(\d+)", s, re.M)[0]) for s in states)


def test_a_note_is_told_where_the_sentence_has_no_end(bench: Bench) -> None:
    bench.write(" that slept", word_ms=500)
    said = bench.run("--stories", "2", "--prompt", "One day a cat", *bench.card("lost", "absent"))
    assert re.findall(f"{LOST}|^story", said, re.M) == ["story", LOST, "story"]


def test_nobody_listens(bench: Bench) -> None:
    """A card that takes sound and plays none, as that of a computer that does not record."""
    bench.write(LONG, word_ms=1)
    # Spoken, it would be minutes: run() would end it.
    said = bench.run("--stories", "3", "--steps", "900", *bench.card("still"))
    assert re.findall(f"{NOBODY}|{LOST}|{AGAIN}|{NO_SOUND}|^story", said, re.M) == [
        *("story", NOBODY, "story", "story")
    ]
    assert bench.card_log.count("open") == 1


def test_somebody_listens_after_all(bench: Bench) -> None:
    bench.write(LONG, word_ms=20)
    child = bench.spawn(*bench.card("still"))
    child.expect_exact(NOBODY)
    (bench.folder / "card.listens").touch()
    child.expect_exact(AGAIN)
    for _ in range(6):  # more than can wait to be spoken
        child.expect("was a very")
    child.sendintr()
    child.expect(pexpect.EOF)
    assert (bench.folder / "card.heard").stat().st_size > 0


def test_listener_comes_and_goes(bench: Bench) -> None:
    """In one story, that is told once."""
    bench.write(LONG, word_ms=20)
    card = bench.card("lost", "works lost", "works lost", "works lost", "absent")
    said = bench.run("--stories", "1", *card)
    assert said.count(LOST) == 1 and said.count(AGAIN) == 1


@pytest.mark.parametrize(("said", "opened"), [("no", "open-as-it-is"), ("yes", "open")])
def test_mixer_is_left_alone_if_parents_say_so(bench: Bench, said: str, opened: str) -> None:
    bench.write(settings=f"mixer={said}\n")
    bench.run("--stories", "1", *bench.card("works"))
    assert bench.card_log[0] == opened


def test_inventing_waits_for_speech(bench: Bench) -> None:
    bench.write(LONG)
    child = bench.spawn(*bench.card("paced"))
    child.expect("Number 3 was")
    # Playing one sentence takes about three seconds; until then, nothing new may be invented.
    time.sleep(1)
    child.sendintr()
    child.expect(pexpect.EOF)
    assert "Number 9 was" not in str(child.before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_in_mid_sentence(bench: Bench, number: signal.Signals) -> None:
    bench.write(" and then the fox " + "".join(f" went to town {n}" for n in range(9)) + "." + LONG)
    child = bench.spawn(*bench.card("paced"))
    child.expect("town 8")
    child.kill(number)
    child.expect(pexpect.EOF)
    child.wait()
    # The sentence that is being spoken lasts fifteen seconds, the story two minutes.
    assert bench.heard_s < 14
    assert child.exitstatus == 0, child.before
    assert "Good night." in str(child.before)
    assert bench.card_log[0] == "open" and bench.card_log[-1] == "close"


def test_signal_ends_the_pause(bench: Bench) -> None:
    bench.write(settings="pause=3600\n")
    child = bench.spawn("--no-sound", "--json")
    child.expect('"ended":')
    started.interrupted(child)


def test_signal_while_the_engine_is_slow(bench: Bench) -> None:
    bench.write(LONG, word_ms=50)
    child = bench.spawn("--no-sound")
    child.expect("Number 1 was")
    started.interrupted(child)
    assert str(child.before).count("Number") < 20


def test_typed_line_is_the_next_story(bench: Bench) -> None:
    bench.write(" was happy. They went home, one behind the other.", 20, "pause=3600\n")
    child = bench.spawn("--no-sound", "--json")
    child.expect("Type what the next story is about")
    child.expect("was happy")
    child.sendline("purple whale")
    child.expect(r"\(next story: A story about a purple whale!\)\r\n")
    child.expect(r"story 2  seed \d+")
    child.expect("Once upon a time, there was a [a-z]+ whale")
    # During the pause, a line is a story at once.
    child.expect('"story":2,.*"ended":')
    child.sendline("the brave dog in the zoo")
    child.expect("A story about a brave dog at the zoo!")
    child.expect("story 3 ")
    child.expect("Once upon a time, there was a brave dog.* the zoo")
    child.sendintr()
    child.expect("Good night.")


@pytest.mark.parametrize("line", ["help", " ? ", "QUIT"])
def test_help_is_no_request(bench: Bench, line: str) -> None:
    bench.write(" was happy. They went home, one behind the other.", 20, "pause=3600\n")
    child = bench.spawn("--no-sound", "--json")
    child.expect('"story":1,.*"ended":')
    child.sendline(line)
    child.expect(r"\(type what the next story is about, or: next, .*Ctrl-C ends the stories\)")
    # It is still the pause.
    child.sendline("a brave dog")
    child.expect("A story about a brave dog!")
    child.expect("story 2 ")
    started.interrupted(child)
    assert "story 3" not in str(child.before)


def test_empty_line_skips(bench: Bench) -> None:
    bench.write(LONG, word_ms=20, settings="pause=3600\n")
    child = bench.spawn(*bench.card("paced"))
    for number in (1, 2, 3):
        child.expect(f"story {number} ")
        child.expect("Number 0 was")
        child.sendline("")
    child.expect("story 4 ")
    started.interrupted(child)


def test_terminal_is_given_back(bench: Bench) -> None:
    words = " ".join(bench.words("--no-sound", "--stories", "1"))
    script = f"stty -icanon -echo ixoff; stty -g; {words} > /dev/null; stty -g"
    child = pexpect.spawn("sh", ["-c", script], encoding="utf-8", timeout=HUNG_S)
    child.expect(pexpect.EOF)
    before, after = str(child.before).split()
    assert before == after


# A shell of one's own group has the terminal, and is ended by a signal.
ORPHANED = """
import os, signal, sys
shell = os.fork()
if shell == 0:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(shell, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_interrupt_reaches_a_program_that_was_left_alone(bench: Bench) -> None:
    bench.write(LONG, word_ms=20)
    words = [sys.executable, "-c", ORPHANED, *bench.words("--no-sound")]
    child = started.on_terminal(words)
    child.expect("Number 1 was")
    assert "Good night." in started.interrupted(child)


def test_input_that_ends(bench: Bench) -> None:
    said = bench.run("--stories", "2", "--no-sound", typed=b"a purple whale\n")
    assert " whale" in openings(said)[0][1]
    assert len(HEADER.findall(said)) == 2


def test_long_typed_line(bench: Bench) -> None:
    said = bench.run("--stories", "1", "--no-sound", typed=b"whale " * 2000 + b"\n")
    assert " whale" in openings(said)[0][1]


@pytest.mark.parametrize("source", ["/dev/zero", "/dev/null", "&-"])
def test_input_without_lines(bench: Bench, source: str) -> None:
    words = " ".join(bench.words("--no-sound", "--stories", "2"))
    script = f"exec {words} < {source}".replace("< &", "<&")
    assert len(HEADER.findall(run.output(["sh", "-c", script]))) == 2


def test_story_that_cannot_be_told(bench: Bench) -> None:
    said = bench.run("--prompt", "untellable", "--no-sound", status=1)
    assert said.count("That story cannot be told: the beginning has no tokens") == 2
    assert said.endswith("storyteller: the beginning has no tokens\n")


def test_control_characters_are_not_shown(bench: Bench) -> None:
    bench.write(" He \x1b[31mran\x07\x7f \u201chome\u201d.")
    said = bench.run("--stories", "1", "--no-sound", "--prompt", "Once")
    assert "Once He [31mran \u201chome\u201d. The end.\n" in said


BAD = {
    "--foo": "unknown option '--foo': see storyteller --help",
    "story": "unknown option 'story': see storyteller --help",
    "--seed": "--seed needs a value: see storyteller --help",
    "--seed 0": "--seed: '0' is not a whole number above 0",
    "--seed 1x": "--seed: '1x' is not a whole number above 0",
    "--seed 99999999999999999999": "--seed: '99999999999999999999' is not a whole number above 0",
    "--stories -3": "--stories: '-3' is not a whole number from 1 to 100000",
    "--steps 1000001": "--steps: '1000001' is not a whole number from 1 to 100000",
    "--no-sound --wav x": "--no-sound and --wav cannot be used together",
    "--device x --wav x": "--device and --wav cannot be used together",
    f"--prompt {'x' * 300}": "--prompt is too long: at most 255 characters",
}


@pytest.mark.parametrize("words", BAD)
def test_bad_command_line(bench: Bench, words: str) -> None:
    assert bench.run(*words.split(" "), status=2) == f"storyteller: {BAD[words]}\n"


def test_files_that_are_not_there(bench: Bench) -> None:
    absent = str(bench.folder / "absent/file")
    reason = f"{absent}: No such file or directory\n"
    assert bench.run("--no-sound", "--model", absent, status=1) == (
        f"storyteller: {absent}: cannot be opened: No such file or directory; "
        "write the card again, or name another file with --model\n"
    )
    said = bench.run("--settings", absent, status=1)
    assert said == f"storyteller: cannot read settings {reason}"
    assert bench.run("--wav", absent, status=1) == f"storyteller: --wav: cannot write {reason}"


def test_without_the_block_list_nothing_is_told(bench: Bench) -> None:
    said = bench.run("--no-sound", "--words", str(bench.folder), status=1)
    problem = "No such file or directory, and no story is told without it: write the card again"
    assert f"{bench.folder}/blocked.txt" in said and problem in said
    assert not HEADER.search(said)


def test_disk_that_is_full(bench: Bench) -> None:
    said = bench.run("--stories", "2", "--wav", "/dev/full")
    assert said.count("The WAV file can no longer be written: this story continues") == 1


def test_help(bench: Bench) -> None:
    for option in ("-h", "--help"):
        said = bench.run(option)
        for name in ("--model", "--seed", "--wav", "--no-sound", "Ctrl-C"):
            assert name in said


def test_threads_agree(teller_of_threads: Path, tmp_path: Path) -> None:
    bench = Bench(teller_of_threads, tmp_path)
    bench.data.mkdir()
    bench.write(TEXT * 3, word_ms=2)
    said = bench.run("--stories", "4", *bench.card("works", "lost", "absent", "works"))
    assert len(figures(said)) == 4
    child = bench.spawn(*bench.card("paced"))
    child.expect("story 1 ")
    child.expect("happy")
    child.sendline("a purple whale")
    child.expect("next story")
    child.sendline("")
    child.expect("story 2 .*whale")
    started.interrupted(child)


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_compiles_without_warnings(programs: Path, name: str) -> None:
    build.compile_with_stand_ins(programs / f"teller-{name}", ["-O2"], name)


def kept(folder: Path) -> dict[str, float]:
    """The stories that were kept as sound, with their seconds."""
    return {
        path.name: len(samples(path)) / 16000 for path in sorted((folder / "stories").iterdir())
    }


def test_stories_are_kept_as_sound(bench: Bench) -> None:
    data = bench.folder / "data"
    bench.write(settings="pause=0\nkeep_sound=2\n")
    words = ("--data", str(data), "--stories", "3")
    said = bench.run(*words, *bench.card("works"))
    spoken_s = [one["speech_s"] for one in figures(said)]
    assert list(kept(data).values()) == pytest.approx(spoken_s[1:], abs=0.2)
    assert sorted(kept(data)) == ["000002.wav", "000003.wav"]
    bench.run("--data", str(data), "--stories", "1", *bench.card("absent"))
    assert sorted(kept(data)) == ["000003.wav", "000004.wav"]


def test_stories_that_cannot_be_kept(bench: Bench) -> None:
    data = bench.folder / "data"
    (data / "stories").symlink_to("/proc")
    bench.write(settings="pause=0\nkeep_sound=2\n")
    said = bench.run("--data", str(data), "--stories", "2", *bench.card("works"))
    assert said.count(f"Stories are not archived as sound: {data}: ") == 1
    assert len(figures(said)) == 2


def test_greeting_is_heard_before_the_story(bench: Bench) -> None:
    clips = bench.folder / "clips"
    clips.mkdir()
    (clips / "clips.conf").write_text("voice=slt\nspeed=100\npitch=100\n")
    for name, text in {"greeting": "Hello!", "once": "Once upon a time,"}.items():
        program = build.host_package("say") / "usr/bin/say"
        run.output([program, "slt", "90", "100", clips / f"{name}.wav", text])
    clips_s = sum(len(samples(path)) / 16000 for path in clips.glob("*.wav"))
    bench.write(word_ms=10)
    words = ("--stories", "1", "--seed", "5")
    speech_s = []
    for folder in ("none", str(clips)):
        env = {"STORYTELLER_CLIPS": folder}
        wav = bench.folder / "speech.wav"
        run.output([*bench.words(*words, "--wav", str(wav))], env=env)
        speech_s.append(len(samples(wav)) / 16000)
    # The clips are heard; the words that they hold are not spoken again.
    assert speech_s[1] == pytest.approx(speech_s[0] + clips_s - 1.6, abs=0.8)


def test_end_while_the_greeting_is_heard(bench: Bench) -> None:
    """The card is closed by one thread while another plays on it: not before that has let go."""
    (bench.folder / "clips.conf").write_text("voice=slt\nspeed=100\npitch=100\n")
    with wave.open(str(bench.folder / "greeting.wav"), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(b"\x00\x20" * 16000 * 3)
    (bench.folder / "model").unlink()
    words = bench.words("--stories", "1", *bench.card("paced"))
    env = run.environment() | {"STORYTELLER_CLIPS": str(bench.folder)}
    done = subprocess.run(words, capture_output=True, text=True, timeout=HUNG_S, env=env)
    assert done.returncode == 1 and "model: cannot be opened" in done.stderr
    assert "Sanitizer" not in done.stderr and bench.heard_s < 2.5
    assert bench.card_log[0] == "open" and bench.card_log[-1] == "close"


def test_voices_and_pitch(bench: Bench) -> None:
    sounds = []
    for settings in ("voice=slt", "voice=kal16", "voice=slt\npitch=130"):
        bench.write(settings=f"pause=0\n{settings}\n")
        wav = bench.folder / "speech.wav"
        said = bench.run("--stories", "1", "--prompt", "Once", "--wav", str(wav))
        assert "no voice" not in said
        sounds.append(samples(wav))
    assert all(max(sound) > 5000 for sound in sounds)
    assert sounds[0] != sounds[1] and sounds[0] != sounds[2]
    bench.write(settings="pause=0\nvoice=elf\n")
    said = bench.run("--stories", "1", "--no-sound")
    assert "there is no voice 'elf' in this image; using slt" in said
