# SPDX-License-Identifier: MIT
"""What a second of speech costs, worked out from a sentence."""

from dataclasses import replace
from pathlib import Path

import pytest

from image.cycles import engines, speech
from image.cycles.emulator import DUO, Cost, Measured
from image.cycles.engines import Bench
from image.cycles.speech import voices
from image.cycles.symbols import Function
from image.errors import UserError
from image.project import load
from tests.conftest import ROOT

Command = tuple[str | Path, ...]


def measured(cycles: int, first: int | None = None) -> Measured:
    """A run of so many cycles, a thousandth as many instructions; a few more for each memory."""
    costs = tuple(Cost(memory, cycles + i, (0,) * 5, 0, 0, 0) for i, memory in enumerate(DUO))
    before = measured(first) if first is not None else None
    return Measured(True, 1, (cycles // 1000, 0, 0, 0, 0), costs, (), first=before)


def test_only_voices_that_are_built_in() -> None:
    symbols: dict[str, str | int | bool] = {
        "STORYTELLER_VOICE": "slt",
        "STORYTELLER_VOICE_SLT": True,
        "STORYTELLER_VOICE_KAL16": False,
        "STORYTELLER_SPEED": 100,
    }
    assert voices(symbols) == ["slt"]


class Pretended:
    """Measures nothing: notes commands and variables, and says what a program would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.asked: list[tuple[Command, dict[str, str]]] = []
        self.says = "open\nfirst sound\n48000 samples, 16000 a second\n"
        self.found = measured(600_000_000, 440_000_000)
        monkeypatch.setattr(speech, "measure", self._measure)
        monkeypatch.setattr(speech, "by_function", lambda *_: FUNCTIONS)
        monkeypatch.setattr(engines, "programs", lambda _, package: folder / package / "usr/bin")
        monkeypatch.setattr(engines, "packed", lambda _: folder / "model")

    def _measure(
        self, command: Command, _: Path, __: object, env: dict[str, str], log: Path
    ) -> Measured:
        self.asked.append((command, env))
        log.write_text(self.says)
        return self.found


FUNCTIONS = [
    Function(name, 1, (cycles, 0, 0, 0, 0))
    for name, cycles in (("multiply", 750), ("gelu", 245), ("emit", 5))
]


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pretended:
    return Pretended(monkeypatch, tmp_path)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(load(ROOT, {"board": "qemu_virt"}), tmp_path, tmp_path, tmp_path)


def test_a_second_of_speech_is_a_sentence_by_its_length(pretended: Pretended, bench: Bench) -> None:
    second, first = speech._voice_costs(bench, "slt")
    assert second.seconds == pytest.approx([0.2] * 3) and second.instructions == 200_000
    assert first.seconds == pytest.approx([0.44] * 3) and first.instructions == 440_000
    (command, _) = pretended.asked[0]
    assert command[1:] == ("slt", "100", "100", "-", speech.SENTENCE)


def test_nothing_came_after_the_first_sound(pretended: Pretended, bench: Bench) -> None:
    """As with a voice that makes a sentence as a whole: the rest is too short to be told apart."""
    pretended.found = measured(600_000_000)
    assert speech.say(bench, "slt").first == pretended.found


def test_a_voice_that_says_nothing(pretended: Pretended, bench: Bench) -> None:
    pretended.says = "open\n"
    with pytest.raises(UserError, match="slt did not say how long it spoke"):
        speech.say(bench, "slt")


def test_each_voice_has_a_row(pretended: Pretended, bench: Bench) -> None:
    pretended.found = replace(
        pretended.found, before=7_000_000, cycles_before=(9_000_000, 8_000_000, 8_000_000)
    )
    report = speech.as_markdown(list(speech.costs(bench)), DUO)
    names = voices(bench.project.config.symbols)
    assert [command[1] for command, _ in pretended.asked[1:]] == names
    assert "| storyteller, start to first line | 7.00 " in report
    assert all(f"| {name}, a second of speech" in report for name in names)
    assert all(f"| {name}, first sound of a sentence" in report for name in names)
    assert "| 0.200 " in report and "| 0.440 " in report and "modelled" in report


def test_a_voice_with_files_is_told_where_they_are(
    pretended: Pretended, bench: Bench, tmp_path: Path
) -> None:
    for voice in ("slt", "espeak"):
        speech.say(bench, voice)
    variables = [env for _, env in pretended.asked]
    assert variables == [{}, {"ESPEAK_DATA_PATH": str(tmp_path / "espeak-ng-data/usr/share")}]


def test_the_start_is_that_of_the_voice_that_tells(pretended: Pretended, tmp_path: Path) -> None:
    """Its data are not yet where a card has them."""
    project = load(ROOT, {"board": "qemu_virt", "voice": "heart"})
    speech.start(Bench(project, tmp_path, tmp_path, tmp_path))
    ((command, env),) = pretended.asked
    settings = Path(command[command.index("--settings") + 1])
    assert settings.read_text() == "voice = heart\n"
    data = {"HIBARI_VOICES": tmp_path / "heart", "HIBARI_WORDS": tmp_path / "heart-words"}
    assert env == {name: str(folder) for name, folder in data.items()}


def test_each_flavour_of_a_voice_has_a_row_and_shares(pretended: Pretended, bench: Bench) -> None:
    report = speech.as_markdown(list(speech._voice_costs(bench, "heart")), DUO)
    assert [env["HIBARI_KERNEL"] for _, env in pretended.asked] == ["rvv07half", "rvv07"]
    for flavour in ("heart in half precision", "heart in float32"):
        for part in ("a second of speech", "first sound of a sentence"):
            assert f"| {flavour}, {part}" in report and f"## {flavour}, {part}: shares" in report
    assert report.count("| multiply | 75.0 % |") == report.count("| gelu     | 24.5 % |") == 4
    assert "emit" not in report
