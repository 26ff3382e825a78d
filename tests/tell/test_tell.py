# SPDX-License-Identifier: MIT
"""./doit tell: this machine's sound, the options, and a story that is asked for and heard."""

import dataclasses
import re
import sys
import wave
from pathlib import Path

import pexpect
import pytest

from image import run, tell
from image.cli import commands
from image.cli.call import Call
from image.errors import UserError
from image.tell import sound
from tests.conftest import DL_DIR, ROOT, doit, load_project
from tests.emulator import listen
from tests.storyteller import build
from tests.storyteller.said import Screen
from tests.storyteller.started import HUNG_S

BUILT_S = 600  # only ends a hung test
WORDS_FOUND = 0.6  # by a recogniser of general English


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without sound, but with all programs that play."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("PULSE_SERVER", raising=False)
    monkeypatch.setattr(sound, "CARDS", tmp_path / "snd")
    programs = ("pacat", "aplay")
    monkeypatch.setattr(run, "which", lambda name: name if name in programs else None)
    return tmp_path


def has(folder: Path, place: str) -> None:
    """Something is there."""
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.mark.parametrize(
    ("place", "program"),
    [
        ("pulse/native", "pacat"),
        ("pipewire-0", "aplay"),
        ("snd/pcmC0D0p", "aplay"),
        ("snd/pcmC0D0c", None),  # a card that only records
        ("snd/timer", None),
    ],
)
def test_the_sound_of_a_machine(desk: Path, place: str, program: str | None) -> None:
    has(desk, place)
    found = sound.find()
    assert (found.command or "").split(" ")[0] == (program or "")
    assert bool(found.note) is (program is None)


def test_a_server_elsewhere(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/mnt/somewhere")
    assert sound.find().command


def test_a_machine_without_a_player_is_told_which(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has(desk, "snd/pcmC0D0p")
    monkeypatch.setattr(run, "which", lambda name: None)
    found = sound.find()
    assert found.command is None and "apt-get install alsa-utils" in found.note


def test_the_browser_plays_where_nothing_else_does(desk: Path) -> None:
    assert tell.manner({}, has_page=True)[-2:] == ["--device", "page"]
    assert tell.manner({}, has_page=False)[-1] == "--no-sound"
    assert "--wav" in tell.manner({"wav": "story.wav"}, has_page=True)
    has(desk, "pulse/native")
    assert "--player" in tell.manner({}, has_page=True)


def test_a_file_that_cannot_be_is_refused_at_once(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere/story.wav"):
        with pytest.raises(UserError, match=re.escape(str(path.parent))):
            tell.check_call({"wav": str(path)})
    tell.check_call({"wav": str(tmp_path / "story.wav")})


def voice_of(call: Call) -> str:
    return str(commands.plan_to_tell(call).project.config.symbols["STORYTELLER_VOICE"])


def test_without_a_configuration_the_small_model_tells(
    checkout: Path, all_sources: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the most natural voice, unless another one is named."""
    call = Call(checkout)
    assert commands.plan_to_tell(call).project.board.is_emulated
    assert not call.project.board.is_emulated
    named = dataclasses.replace(call, options={"board": call.project.board.name})
    assert not commands.plan_to_tell(named).project.board.is_emulated
    assert (voice_of(call), voice_of(named)) == ("heart", "heart")
    emulated = dataclasses.replace(call, options={"board": "qemu_virt"})
    assert voice_of(emulated) == "slt"
    assert voice_of(dataclasses.replace(call, options={"voice": "kal16"})) == "kal16"
    assert voice_of(dataclasses.replace(named, options={"voice": "slt"})) == "slt"
    assert capsys.readouterr() == ("", "")


def test_a_voice_that_cannot_be_fetched_is_said_once(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The story is told all the same, by the voice that needs no download of its own."""
    options = {"DL_DIR": str(tmp_path / "dl"), "OFFLINE": "1"}
    assert voice_of(Call(checkout, options)) == "slt"
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("hibari_tts-0.2.1-py3-none-any.whl could not be fetched")
    assert said[-1] == "The voice is slt, not heart."


def test_a_voice_that_nobody_has() -> None:
    with pytest.raises(UserError, match="there is no voice 'hart'.*") as caught:
        load_project(voice="hart")
    assert "heart" in str(caught.value.hint)


def test_a_story_that_is_asked_for_is_told_and_heard(compiler: None, tmp_path: Path) -> None:
    """As a person does it: on a terminal, from the command to the last word."""
    wav = tmp_path / "story.wav"
    words = ["-m", "image", "tell", f"wav={wav}", "count=2", "seed=5", "board=qemu_virt"]
    env = {**run.environment(), "DL_DIR": str(DL_DIR), "TERM": "dumb"}
    child = pexpect.spawn(
        sys.executable, words, cwd=str(ROOT), env=env, encoding="utf-8", timeout=BUILT_S,
        dimensions=(24, 60),
    )  # fmt: skip
    child.expect("Once")
    child.send("a dragon on the moon\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    told, _, rest = str(child.before).partition(str(wav))
    assert rest.strip() == ""
    shown = Screen(60).write("Once" + told).lines
    first, _, second = " ".join(shown).partition(
        "(next story: A story about a dragon on the moon!)"
    )
    assert "> a dragon on the moon" in first
    assert "dragon" in second.partition("!")[2]
    assert not re.search(r"seed|token", " ".join(shown))
    assert max(map(len, shown)) < 60
    story = re.sub(r"> a dragon on the moon", "", first) + second
    heard = listen.hear(listen.load(wav))
    assert listen.words_found(heard, story) > WORDS_FOUND


# Each engine has its own; flite's is 16,000.
@pytest.mark.parametrize(("voice", "rate"), [("espeak", 22050), ("heart", 24000)])
def test_a_voice_finds_its_data(
    compiler: None, checkout: Path, tmp_path: Path, voice: str, rate: int
) -> None:
    """They are in folders of this machine, not where they are on a card."""
    (checkout / "work").symlink_to(ROOT / "work")
    chosen = f"CONFIG_BOARD_QEMU_VIRT=y\nCONFIG_STORYTELLER_USE_{voice.upper()}=y\n"
    (checkout / ".config").write_text(chosen)
    wav = tmp_path / "story.wav"
    doit(checkout, "tell", f"wav={wav}", "seed=5")
    with wave.open(str(wav)) as sound:
        assert sound.getframerate() == rate and sound.getnframes() > 20 * rate


def test_ctrl_c_ends_it_well(compiler: None) -> None:
    words = ["-m", "image", "tell", "board=qemu_virt"]
    env = {
        **run.environment(),
        "DL_DIR": str(DL_DIR),
        "TERM": "dumb",
        "XDG_RUNTIME_DIR": "/nowhere",
    }
    child = pexpect.spawn(
        sys.executable, words, cwd=str(ROOT), env=env, encoding="utf-8", timeout=BUILT_S
    )
    child.expect("Once")
    child.timeout = HUNG_S
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    assert str(child.before).rstrip().endswith("Good night.")


def test_the_recipe_is_the_storytellers(compiler: None) -> None:
    """The program has all options that the command gives it."""
    program = build.host_package(tell.PACKAGE) / "usr/bin/storyteller"
    text = run.output([program, "--help"])
    for option in ("--player", "--in-step", "--no-figures", "--colour", "--wav", "--card"):
        assert f"  {option}" in text
