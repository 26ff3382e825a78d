# SPDX-License-Identifier: MIT
"""The socket through which a page follows the stories: what it tells and takes, whom it drops."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from image import run
from tests.storyteller import build, fuzzing
from tests.storyteller.client import WAV_HEADER_BYTES, Client, Event, connect, telling
from tests.storyteller.test_in_step import player
from tests.storyteller.test_program import LONG, TEXT, Bench

CLIENTS = 8
STORIES = 60  # more than the kernel keeps for a client that does not read
FUZZ = build.ROOT / "packages/storyteller/fuzz"
RUNS = 200_000
LINES_RUNS = 10_000  # each of them connects, and may read the lists again
SENTENCES = [" A small red dragon sat on a hill.", " Then it rained.", " Nobody was cold. The end."]


@pytest.fixture
def bench(teller: Path, tmp_path: Path) -> Bench:
    """The program under sanitizers; the engine is a stand-in that takes its time."""
    made = Bench(teller, tmp_path)
    made.data.mkdir()
    made.write(LONG, word_ms=20)
    return made


@contextmanager
def started(bench: Bench, *options: str) -> Iterator[Client]:
    """A storyteller without sound that tells, and a client of it."""
    words = bench.words("--no-figures", *(options or ("--no-sound",)))
    with telling(words, bench.folder / "socket") as client:
        yield client


def sentences(client: Client) -> list[str]:
    """What was told, by the numbers that the storyteller gives to sentences."""
    found: dict[int, str] = {}
    for event in client.seen:
        if event["event"] == "text":
            found[event["sentence"]] = found.get(event["sentence"], "") + event["text"]
    return [text.strip() for _, text in sorted(found.items())]


def test_a_story_and_its_sentences(bench: Bench) -> None:
    bench.write(TEXT, settings="pause=3600\n")
    with started(bench, "--no-sound", "--prompt", "The fox ran") as client:
        assert client.event() == {"event": "hello", "protocol": 3, "sound": 0}
        client.wait_for(event="state", state="ready")
        assert client.told == f"The fox ran{TEXT}"
        assert sentences(client) == [
            "The fox ran and was happy.",
            '"Look!" said the fox.',
            "They ran home.",
            "The end.",
        ]
        late = connect(bench.folder / "socket")
        late.wait_for(event="state", state="ready")
        assert late.told == client.told
        late.close()


def test_sentences_of_an_opening_are_told_apart(bench: Bench) -> None:
    """And what the model adds to the last of them belongs to it."""
    opening = "There was a fox. It went to the lake"
    bench.write(". It sat. The end.", settings="pause=3600\n")
    with started(bench, "--prompt", opening) as client:
        client.wait_for(event="state", state="ready")
        assert sentences(client) == [
            "There was a fox.", "It went to the lake.", "It sat.", "The end.",
        ]  # fmt: skip


def test_words_come_when_they_are_heard(bench: Bench, tmp_path: Path, quiet: None) -> None:
    bench.write("".join(SENTENCES), settings="pause=3600\n")
    with started(bench, *player(tmp_path), "--prompt", "Once") as client:
        client.wait_for(event="state", state="ready")
        texts = [event for event in client.seen if event["event"] == "text"]
        words = client.told.split()
        assert words == ("Once" + "".join(SENTENCES)).split()
        assert len(texts) > len(words) / 2  # not sentence by sentence


def test_pause_and_tell_say_what_is_to_be(bench: Bench) -> None:
    with started(bench) as client:
        client.wait_for(event="text")
        for _ in range(3):
            client.send(do="pause")
        client.wait_for(event="state", state="paused")
        client.send(do="lists")  # behind what was sent: still paused
        client.wait_for(event="list", of="things")
        assert client.seen[-1]["event"] == "list"
        for _ in range(3):
            client.send(do="tell")
        client.wait_for(event="state", state="telling")
        client.send(do="lists")
        client.wait_for(event="list", of="things")
        states = [event["state"] for event in client.seen if event["event"] == "state"]
        assert states[-2:] == ["paused", "telling"]


def test_a_request_goes_through_the_gate(bench: Bench) -> None:
    with started(bench) as client:
        client.wait_for(event="text")
        client.send(do="request", about="a dragon on the moon")
        client.wait_for(event="note", text="A story about a dragon on the moon!")
        client.send(do="request", about='a "drag\u00f6n" \U0001f409 who k1lls')
        client.wait_for(event="note", text="I know a nicer story. Listen!")
        client.send(do="request", about="louder")  # words of a request are no command
        client.wait_for(event="note", text="I do not know that one yet, but listen to this.")
        client.send(do="request", about="a dragon on the moon")
        client.send(do="next")
        story = client.wait_for(event="story", number=2)
        client.wait(lambda event: "dragon" in client.told)
        assert story["number"] == 2


def test_again_keep_louder(bench: Bench) -> None:
    bench.write(LONG, word_ms=20, settings="volume=50\n")
    with started(bench) as client:
        client.wait_for(event="volume", percent=50, most=50)
        client.wait_for(event="text")
        client.send(do="next")
        client.wait_for(event="story", number=2)
        first = client.wait_for(event="text")
        client.send(do="keep")
        client.wait_for(event="note", text="I will keep this story for you.")
        client.send(do="quieter")
        client.wait_for(event="volume", percent=40, most=50)
        client.send(do="louder")
        client.send(do="louder")  # never above what parents set
        client.wait_for(event="volume", percent=50, most=50)
        client.wait_for(event="volume", percent=50, most=50)
        client.send(do="again")
        client.wait_for(event="story", number=3)
        assert client.wait_for(event="text")["text"] == first["text"]
    assert (bench.data / "favourites").read_text().count("\n") == 1


def test_the_lists_are_those_that_are_drawn_from(bench: Bench) -> None:
    with started(bench) as client:
        client.send(do="lists")
        of = {name: client.wait_for(event="list", of=name) for name in ("heroes", "places")}
        assert "dragon" in of["heroes"]["words"] and "moon" in of["places"]["words"]
        assert len(of["heroes"]["words"]) < 65


def test_who_listens_gets_sound_and_nothing_else(bench: Bench) -> None:
    with started(bench, "--device", "page") as client:
        rate = client.wait_for(event="hello")["sound"]
        client.wait_for(event="text")  # words come by the sound's clock, though nobody listens
        ears: list[Client] = []
        for _ in range(CLIENTS):
            ears.append(ear := connect(bench.folder / "socket"))
            ear.send(do="sound")
            ear.wait_for(event="sound")
            header = ear.lines.read(WAV_HEADER_BYTES)
            assert header[:4] == b"RIFF" and int.from_bytes(header[24:28], "little") == rate
        ears.append(connect(bench.folder / "socket"))
        ears[CLIENTS].send(do="sound")  # there are places for so many
        ears[CLIENTS].wait_for(event="sound")
        assert ears[CLIENTS].lines.read() == b""
        second = ears[0].lines.read(2 * rate)
        assert max(second) > 0
        for ear in ears:
            ear.close()
        client.send(do="lists")  # they took no place of a client's
        client.wait_for(event="list", of="things")
    with started(bench) as client:
        client.send(do="sound")
        client.wait_for(event="error", problem="there is no sound to listen to")


@pytest.mark.parametrize(
    ("sound", "lacking"), [("any, page", ""), ("page, usb", " usb"), ("usb, Page, ", " usb")]
)
def test_without_a_socket_the_page_is_none_of_the_sounds(
    bench: Bench, sound: str, lacking: str
) -> None:
    bench.write(settings=f"sound={sound}\n")
    said = bench.run("--stories", "1")
    assert f"No sound device{lacking}: stories are shown as text" in said


def setting(client: Client, name: str, **more: str) -> Event:
    """What is said next of a setting."""
    return client.wait_for(event="setting", name=name, **more)


def test_parents_set_what_the_card_leaves_open(bench: Bench) -> None:
    (bench.folder / "storyteller.txt").write_text("speed = 80\n")
    bench.write(LONG, word_ms=20, settings="volume=90\npause=3600\n")
    with started(bench) as client:
        client.wait_for(event="text")
        client.send(do="settings")
        said = {name: setting(client, name) for name in ("volume", "speed", "quiet")}
        assert [said[name]["value"] for name in said] == ["90", "80", "no"]
        assert [said[name]["from"] for name in said] == ["image", "card", "image"]
        client.send(do="set", about="volume = 40 %")
        client.wait_for(event="volume", percent=40, most=40)  # at once, and never louder
        setting(client, "volume", value="40")
        client.send(do="louder")
        client.wait_for(event="volume", percent=40, most=40)
        client.send(do="set", about="quiet = 20-7")
        setting(client, "quiet", value="20:00-7:00")
        client.send(do="set", about="speed = 120")
        assert "storyteller.txt" in setting(client, "speed", value="80")["problem"]
        client.send(do="set", about="stories = many")
        assert "must be a number" in setting(client, "stories", value="0")["problem"]
        client.send(do="set", about="keep_sound = 1000")  # is none of those that are offered
        assert setting(client, "keep_sound")["problem"] == "that is not set here"
        client.send(do="set", about="volume")
        assert setting(client, "volume", value="40")["problem"] == "a value is missing"
        client.send(do="set", about="rm -rf /")
        client.wait_for(event="error", problem="that is not set here")
    kept = (bench.data / "settings.txt").read_text()
    assert kept.splitlines()[1:] == ["volume = 40", "quiet = 20:00-7:00"]
    with started(bench) as client:
        client.wait_for(event="volume", percent=40, most=40)
        client.send(do="settings")
        assert setting(client, "quiet")["from"] == "page"
    (bench.folder / "storyteller.txt").write_text("volume = 20\n")
    with started(bench) as client:
        client.wait_for(event="volume", percent=20, most=20)


def test_a_voice_is_one_of_the_image_and_is_kept(bench: Bench) -> None:
    with started(bench) as client:
        client.send(do="settings")
        assert client.wait_for(event="voices")["words"] == ["slt", "kal16"]
        setting(client, "voice", value="slt")
        client.send(do="set", about="voice = elf")
        assert setting(client, "voice", value="slt")["problem"] == "there is no voice 'elf' here"
        client.send(do="set", about="voice = kal16")
        setting(client, "voice", value="kal16")
    assert "voice = kal16" in (bench.data / "settings.txt").read_text()
    with started(bench) as client:
        client.send(do="settings")
        assert setting(client, "voice", value="kal16")["from"] == "page"


def recorded(bench: Bench, seed: str) -> tuple[Event, bytes]:
    """The answer to the wish for a told story as sound, and what comes behind it until the end."""
    with closing(connect(bench.folder / "socket")) as client:
        client.send(do="record", about=seed)
        answer = client.wait(lambda event: event["event"] in ("sound", "error"))
        if answer["event"] == "error":
            return answer, b""
        return answer, client.lines.read()


def test_a_told_story_is_rendered_when_none_is_told(bench: Bench, tmp_path: Path) -> None:
    bench.write(TEXT, settings="pause=3600\nkeep_sound=1\n")
    with started(bench, "--no-sound", "--seed", "7", "--prompt", "Once") as client:
        client.wait_for(event="state", state="ready")
        (kept,) = (bench.data / "stories").iterdir()
        _, sound = recorded(bench, "7")
        # The same voice, without what the player does between two sentences.
        assert sound[:4] == b"RIFF" and sound.endswith(b"done" + bytes(4))
        length = len(sound) - WAV_HEADER_BYTES - 8
        assert abs(length - (kept.stat().st_size - WAV_HEADER_BYTES)) < 0.2 * length
        for seed in ("8", "0", "-7", "seven", ""):
            answer, _ = recorded(bench, seed)
            assert "no such story" in answer["problem"] or "no longer" in answer["problem"]
        bench.write(LONG, word_ms=20)
        client.send(do="tell")
        client.wait_for(event="text")
        answer, _ = recorded(bench, "7")
        assert "press Pause" in answer["problem"]
        client.send(do="pause")
        client.wait_for(event="state", state="paused")
        _, sound = recorded(bench, "7")
        assert sound.endswith(b"done" + bytes(4))
        with closing(connect(bench.folder / "socket")) as first:
            first.send(do="record", about="7")
            first.wait_for(event="sound")
            _, sound = recorded(bench, "7")
            assert sound.endswith(b"done" + bytes(4))
            assert not first.lines.read().endswith(b"done" + bytes(4))


def own(client: Client, of: str, **more: object) -> Event:
    """What is said next of words that parents added."""
    return client.wait_for(event="own", of=of, **more)


def test_parents_add_words_that_hold_from_the_next_story_on(bench: Bench) -> None:
    bench.write(" was {happy|glad}." + LONG, word_ms=20, settings="pause=3600\n")
    with started(bench, "--no-sound", "--prompt", "It") as client:
        client.wait_for(event="text")
        client.send(do="add", about="blocked = happy")
        assert own(client, "blocked")["words"] == ["happy"]
        client.send(do="add", about="heroes = Lazy Walrus")
        client.send(do="add", about="heroes = lazy walrus")  # it is there
        own(client, "heroes")
        assert own(client, "heroes")["words"] == ["lazy walrus"]
        for word, problem in {
            "killer": "blocked.txt blocks it", "wal-rus": "only letters", "": "a word begins",
        }.items():  # fmt: skip
            client.send(do="add", about=f"heroes = {word}")
            assert own(client, "heroes")["problem"].startswith(problem), word
        for word in ("!kill*", "# kill", "x"):
            client.send(do="add", about=f"blocked = {word}")
            assert own(client, "blocked", words=["happy"])["problem"]
        for line in ("places = moon", "heroes", "heroes = " + "a" * 48):
            client.send(do="add", about=line)
            client.wait_for(event="error", problem="a line is like: heroes = walrus")
        client.send(do="next")
        client.wait_for(event="story", number=2)
        client.wait(lambda event: "glad" in client.told)
        client.send(do="request", about="a lazy walrus")
        client.wait_for(event="note", text="A story about a lazy walrus!")
        client.send(do="remove", about="heroes = lazy walrus")
        assert own(client, "heroes")["words"] == []
    with started(bench) as client:  # what was kept holds at the next start, too
        client.send(do="lists")
        assert "lazy walrus" not in client.wait_for(event="list", of="heroes")["words"]
        client.send(do="request", about="a happy dragon")
        client.wait_for(event="note", text="I know a nicer story. Listen!")


def test_heroes_of_the_card_hold(bench: Bench) -> None:
    (bench.data / "own-heroes.txt").write_text("walrus\n")
    with started(bench) as client:
        client.send(do="lists")
        assert client.wait_for(event="list", of="heroes")["words"][0] == "walrus"
    (bench.folder / "words").mkdir()
    (bench.folder / "words/heroes.txt").write_text("mole\n")
    with started(bench) as client:
        client.send(do="lists")
        assert client.wait_for(event="list", of="heroes")["words"] == ["mole"]
        client.send(do="add", about="heroes = gnu")
        assert own(client, "heroes", **{"from": "card"})["problem"]


def test_a_list_of_parents_has_an_end(bench: Bench) -> None:
    with started(bench) as client:
        for number in range(65):
            client.send(do="add", about=f"blocked = {'ab'[number % 2]}{chr(97 + number // 2 % 26)}z"
                                        f"{chr(97 + number // 52)}")  # fmt: skip
        client.wait(lambda event: "the list is full" in event.get("problem", ""))
    assert (bench.data / "own-blocked.txt").read_text().count("\n") == 64


def test_a_story_that_was_told_is_told_again(bench: Bench) -> None:
    with started(bench) as client:
        client.wait_for(event="text")
        client.send(do="next")
        client.wait_for(event="story", number=2)
        first = client.wait_for(event="text")
        client.send(do="next")
        client.wait_for(event="story", number=3)
        client.wait_for(event="text")
        seeds = [line.split()[1] for line in (bench.data / "told").read_text().splitlines()]
        for nonsense in ("", "7", "x", "99999999999999999999"):
            client.send(do="replay", about=nonsense)
            client.wait_for(event="note", text="I do not find that story any more.")
        client.send(do="replay", about=seeds[0])
        client.wait_for(event="story", number=4)
        assert client.wait_for(event="text")["text"] == first["text"]


def test_what_the_card_overrides_stays_kept(bench: Bench) -> None:
    (bench.data / "settings.txt").write_text("volume = 40\n")
    (bench.folder / "storyteller.txt").write_text("volume = 20\n")
    with started(bench) as client:
        client.send(do="set", about="pause = 7")
        setting(client, "pause", value="7")
    kept = (bench.data / "settings.txt").read_text()
    assert kept.splitlines()[1:] == ["volume = 40", "pause = 7"]


def test_what_is_kept_already_is_not_written_again(bench: Bench) -> None:
    file = bench.data / "settings.txt"
    with started(bench) as client:
        client.send(do="set", about="volume = 100")  # the image's own value is kept, too
        setting(client, "volume", value="100")
        written = file.stat().st_ino
        client.send(do="set", about="Volume: 100 %")
        setting(client, "volume", value="100")
        assert file.stat().st_ino == written
        client.send(do="set", about="volume = 90")
        setting(client, "volume", value="90")
        assert file.read_text().splitlines()[1:] == ["volume = 90"]


def test_kept_settings_that_cannot_be_read_are_told(bench: Bench) -> None:
    (bench.data / "settings.txt").mkdir()
    said = bench.run("--no-sound", "--stories", "1")
    assert f"{bench.data}/settings.txt: Is a directory; the default settings are used" in said


@pytest.mark.parametrize("nonsense", ["", "soon", "0", "99999999999999999999"])
def test_what_is_no_time_is_refused(bench: Bench, nonsense: str) -> None:
    with started(bench) as client:
        client.send(do="time", about=nonsense)
        client.wait_for(event="error", problem='"about" must be a time')


CLOCKS = {
    "0 1767225601": "set to 1767225601, 0 told",  # nobody set it: it begins in 1970,
    "1750000000 1767225601": "set to 1767225601, 0 told",  # or when the kernel was made
    "1790000000 1767225601": "left to 1790000000, 0 told",
    "0 1767225599": "refused",
    "0 4102444801": "refused",
}


def say_time(programs: Path, data: Path, words: str, told: int) -> str:
    """What a storyteller makes of it, with what it keeps in a folder; it has told some stories."""
    driver = programs / "clock_driver"
    wraps = tuple(f"-Wl,--wrap={name}" for name in ("time", "settimeofday"))
    parts = ("parents.c", "speech_find.c", "settings.c", "settings_value.c", "lines.c", "today.c",
             "shelf.c", "folder.c", "record.c", "own_words.c", "words.c", "list.c", "opening.c",
             "gate.c", "gate_disguise.c", "spelling.c")  # fmt: skip
    build.compile_driver(driver, *parts, flags=(*build.ADDRESSES, *wraps))
    return run.output([driver, data, *words.split(), str(told)]).strip()


@pytest.mark.parametrize("words", CLOCKS)
def test_only_a_clock_that_nobody_set_is_set(programs: Path, tmp_path: Path, words: str) -> None:
    assert say_time(programs, tmp_path, words, told=0) == CLOCKS[words]


def test_a_page_that_is_opened_gives_no_further_stories(programs: Path, tmp_path: Path) -> None:
    """What was told before the clock was known is today's, and so is what was told earlier."""
    unknown, known = "0 1767225601", "1767230000 1767225601"
    assert say_time(programs, tmp_path, unknown, told=2).endswith(" 2 told")
    assert say_time(programs, tmp_path, known, told=1).endswith(" 3 told")
    # Switched off and on: the clock is gone, a story is told, then the page is opened.
    assert say_time(programs, tmp_path, unknown, told=1).endswith(" 4 told")
    assert say_time(programs, tmp_path, unknown, told=0).endswith(" 4 told")
    assert say_time(programs, tmp_path, "0 1767312001", told=0).endswith(" 0 told")


# The parents' limit, whether good night is near, the volume that is wanted: what is heard.
VOLUMES = {"80 0 50": 50, "80 0 90": 80, "80 1 50": 30, "80 1 90": 48, "0 1 100": 0}


@pytest.mark.parametrize("words", VOLUMES)
def test_volume(programs: Path, words: str) -> None:
    driver = programs / "volume_driver"
    if not driver.exists():
        build.compile_driver(driver, "volume.c")
    assert int(run.output([driver, *words.split()])) == VOLUMES[words]


def test_only_one_place_sets_the_volume() -> None:
    """So no other one forgets how late it is."""
    callers = {
        path.name
        for path in build.SOURCES.rglob("*.c")
        if "speaker_set_volume(teller" in path.read_text()
    }
    assert callers == {"volume.c"}


def test_eight_clients_and_one_more(bench: Bench) -> None:
    with started(bench) as client, ExitStack() as stack:
        client.wait_for(event="text")
        others = [connect(bench.folder / "socket") for _ in range(CLIENTS - 1)]
        for other in others:
            stack.callback(other.close)
            other.wait_for(event="text")
        many = connect(bench.folder / "socket")
        assert many.event() is None
        many.close()
        others.pop().close()
        client.wait_for(event="text")
        client.wait_for(event="text")
        again = connect(bench.folder / "socket")
        stack.callback(again.close)
        again.wait_for(event="text")


def test_who_does_not_read_is_dropped_and_the_story_goes_on(bench: Bench) -> None:
    bench.write(LONG * 2, settings="pause=0\n")
    with started(bench) as client:
        stalled = connect(bench.folder / "socket")
        stalled.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(STORIES):  # the first ones may be over before it is connected
            client.wait_for(event="story")
        # All that is left is what was sent before, then the end.
        while stalled.event() is not None:
            pass
        client.wait_for(event="story")
        assert stalled.seen[-1] != client.seen[-1]
        stalled.close()


def test_nonsense_is_answered_and_changes_nothing(bench: Bench) -> None:
    with started(bench) as client:
        client.wait_for(event="text")
        for line in (b"", b"next", b'{"do":"next"', b'{"do":1}', b'{"do":"halt"}', b"[]", b"\0",
                     b'{"do":"request","about":"\\u0007"}', b'{"about":"a dragon"}',
                     b'{"do":"request","about":"' + b"a" * 160 + b'"}'):  # fmt: skip
            client.socket.sendall(line + b"\n")
            assert client.wait_for(event="error")["problem"]
        assert [event for event in client.seen if event["event"] == "story"] == [
            {"event": "story", "number": 1}
        ]
        flood = connect(bench.folder / "socket")
        flood.socket.sendall(b"x" * 1500)
        flood.wait_for(event="error", problem="a line that is too long")
        assert flood.event() is None
        flood.close()
        client.wait_for(event="text")


def test_what_was_said_before_going_away_counts(bench: Bench) -> None:
    with started(bench) as client:
        client.wait_for(event="text")
        brief = connect(bench.folder / "socket")
        brief.send(do="pause")
        brief.close()
        client.wait_for(event="state", state="paused")


def test_a_socket_that_was_left_is_replaced_and_a_file_is_not(bench: Bench) -> None:
    path = bench.folder / "socket"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with started(bench) as client:
        client.wait_for(event="text")
        assert path.stat().st_mode & 0o777 == 0o600
    assert not path.exists()
    path.write_text("kept")
    said = bench.run("--no-sound", "--socket", str(path), status=1)
    assert f"--socket: cannot listen at {path}: File exists" in said
    assert path.read_text() == "kept"


def test_fuzz_messages(programs: Path, tmp_path: Path) -> None:
    words: list[str | Path] = [*build.INCLUDES, FUZZ / "message.c", build.source("message.c")]
    lines = (
        b'{"do":"tell"}',
        b'{ "do" : "request", "about": "a \\u00e9\\ud83d\\udc09 \\"x\\" \\\\" }',
    )
    fuzzing.fuzz(
        fuzzing.compile_fuzzer(programs / "fuzz-message", *words), tmp_path, lines, RUNS, 1024
    )


# What the socket leads to, apart from the stories themselves.
SOCKET = """
 clients.c remote.c remote_requests.c remote_settings.c event.c message.c transcript.c
 listeners.c parents.c speech_find.c own_words.c settings.c settings_value.c words.c list.c
 opening.c gate.c gate_disguise.c spelling.c shelf.c folder.c record.c today.c lines.c wav.c
 recorder.c told_text.c
"""


def test_fuzz_lines(programs: Path, tmp_path: Path) -> None:
    """Whole lines and parts of them, through the socket: of settings, words and times, too."""
    parts = [build.source(name) for name in SOCKET.split()]
    words: list[str | Path] = [
        f'-DWORDS_FOLDER="{build.WORDS}"',
        *build.INCLUDES,
        FUZZ / "lines.c",
        *parts,
    ]
    lines = (
        b'\5{"do":"lists"}\n{"do":"settings"}\n',
        b'\x20{"do":"set","about":"volume = 40 %"}\n{"do":"set","about":"pitch = 50"}\n',
        b'\x30{"do":"set","about":"quiet = 8pm to 7am"}\n{"do":"time","about":"1767225601"}\n',
        b'\0{"do":"add","about":"heroes = walrus"}\n{"do":"remove","about":"blocked = x"}\n',
        b'\x7f{"do":"sound"}\n{"do":"replay","about":"7"}\n{"do":"pause"}\n' + b"x" * 600,
    )
    fuzzing.fuzz(
        fuzzing.compile_fuzzer(programs / "fuzz-lines", *words), tmp_path, lines, LINES_RUNS, 2048
    )
