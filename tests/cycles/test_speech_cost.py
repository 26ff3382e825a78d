# SPDX-License-Identifier: MIT
"""What a second of speech costs, worked out from two sentences."""

import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from image.cycles import engines, speech
from image.cycles.emulator import DUO, Cost, Measured
from image.cycles.engines import Bench
from image.cycles.speech import Spoken, per_second, voices
from image.cycles.symbols import Function
from image.errors import UserError
from image.project import load
from tests.conftest import ROOT

Command = tuple[str | Path, ...]
TEXTS = (speech.SHORT, speech.LONG, speech.FIRST)


def spoken(seconds: float, instructions: int, cycles: int) -> Spoken:
    costs = tuple(Cost(memory, cycles + i, (0,) * 5, 0, 0, 0) for i, memory in enumerate(DUO))
    return Spoken(seconds, Measured(True, 1, (instructions, 0, 0, 0, 0), costs, ()))


def test_the_start_of_the_program_does_not_count() -> None:
    cost = per_second("slt", spoken(1.0, 5_000, 9_000), spoken(3.0, 25_000, 49_000))
    assert cost.instructions == 10_000
    assert cost.cycles == (20_000,) * 3
    assert cost.seconds == (2e-5,) * 3


def test_sentences_of_one_length_tell_nothing() -> None:
    with pytest.raises(UserError, match="slt"):
        per_second("slt", spoken(2.0, 1, 1), spoken(2.0, 2, 2))


def test_only_voices_that_are_built_in() -> None:
    symbols: dict[str, str | int | bool] = {
        "STORYTELLER_VOICE": "slt",
        "STORYTELLER_VOICE_SLT": True,
        "STORYTELLER_VOICE_KAL16": False,
        "STORYTELLER_SPEED": 100,
    }
    assert voices(symbols) == ["slt"]


def test_each_voice_has_a_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All sentences of each voice are asked for; the WAV file says how long two of them are."""
    asked: list[tuple[str, str]] = []

    def pretend(command: tuple[str | Path, ...], *_: object, **__: object) -> Measured:
        if Path(command[0]).name == "storyteller":
            return replace(spoken(0, 0, 0).found, before=7_000_000, cycles_before=(9, 9, 9))
        voice, sound, text = (str(command[i]) for i in (1, 4, 5))
        asked.append((voice, text))
        if sound == "-":
            return spoken(0, 3_000_000, 440_000_000).found
        with wave.open(sound, "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", ""))
            file.writeframes(bytes(2 * 1600 * len(text)))
        return spoken(0, 1_000_000 * len(text), 50_000_000 * len(text)).found

    monkeypatch.setattr(speech, "measure", pretend)
    monkeypatch.setattr(engines, "programs", lambda _, package: tmp_path / package)
    monkeypatch.setattr(engines, "packed", lambda _: tmp_path / "model")
    project = load(ROOT, {"board": "qemu_virt"})
    found = speech.costs(Bench(project, tmp_path, tmp_path, tmp_path))
    names = voices(project.config.symbols)
    assert asked == [
        (name, text) for name in names for text in (speech.SHORT, speech.LONG, speech.FIRST)
    ]
    report = speech.as_markdown(found)
    assert "| storyteller, start to first line | 7.00 " in report
    assert all(f"| {name}, a second of speech" in report for name in names)
    assert all(f"| {name}, first sound of a sentence" in report for name in names)
    assert "| 10.00          | 0.500 " in report and "| 3.00           | 0.440 " in report
    assert "modelled" in report


def pretend(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Callable[[Command], None]
) -> list[object]:
    """Measure nothing, but let `run` have each command; returns their variables, as they come."""
    told: list[object] = []

    def measure(command: Command, _: Path, __: object, env: object, ___: Path) -> Measured:
        told.append(env)
        run(command)
        return spoken(1.0, 1, 1).found

    monkeypatch.setattr(speech, "measure", measure)
    monkeypatch.setattr(engines, "programs", lambda _, package: tmp_path / package / "usr/bin")
    return told


def test_a_voice_with_files_is_told_where_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def write_wave(command: Command) -> None:
        with wave.open(str(command[4]), "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", "not compressed"))

    told = pretend(monkeypatch, tmp_path, write_wave)
    bench = Bench(load(ROOT, {"board": "qemu_virt"}), tmp_path, tmp_path, tmp_path)
    for voice in ("slt", "espeak"):
        speech.say(bench, Path("say"), voice, "Hello.")
    assert told == [{}, {"ESPEAK_DATA_PATH": str(tmp_path / "espeak-ng-data/usr/share")}]


def test_the_start_is_that_of_the_voice_that_tells(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its data are not yet where a card has them."""

    def check_settings(command: Command) -> None:
        settings = Path(command[command.index("--settings") + 1])
        assert settings.read_text() == "voice = heart\n"

    told = pretend(monkeypatch, tmp_path, check_settings)
    monkeypatch.setattr(engines, "packed", lambda _: tmp_path / "model")
    project = load(ROOT, {"board": "qemu_virt", "voice": "heart"})
    speech.start(Bench(project, tmp_path, tmp_path, tmp_path))
    data = {"HIBARI_VOICES": tmp_path / "heart", "HIBARI_WORDS": tmp_path / "heart-words"}
    assert told == [{name: str(folder) for name, folder in data.items()}]


def test_each_flavour_of_a_voice_has_a_row_and_shares(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: list[str] = []

    def pretend(
        command: tuple[str | Path, ...], _: Path, __: object, env: dict[str, str], ___: Path
    ) -> Measured:
        told.append(env["HIBARI_KERNEL"])
        if command[4] == "-":
            return spoken(0, 1_000, 50_000).found
        with wave.open(str(command[4]), "wb") as file:
            file.setparams((1, 2, 24000, 0, "NONE", "not compressed"))
            file.writeframes(bytes(2 * 24000 * len(str(command[5]))))
        return spoken(0, 1_000 * len(str(command[5])), 50_000 * len(str(command[5]))).found

    dear, cheap, least = (
        Function(name, 1, (cycles, 0, 0, 0, 0))
        for name, cycles in (("multiply", 750), ("gelu", 245), ("emit", 5))
    )
    monkeypatch.setattr(speech, "measure", pretend)
    monkeypatch.setattr(speech, "by_function", lambda *_: [dear, cheap, least])
    monkeypatch.setattr(engines, "programs", lambda _, package: tmp_path / package / "usr/bin")
    bench = Bench(load(ROOT, {"board": "qemu_virt"}), tmp_path, tmp_path, tmp_path)
    found = list(speech._voice_costs(bench, Path("say"), "heart"))
    assert told == ["rvv07half"] * 3 + ["rvv07"] * 3
    report = speech.as_markdown(found)
    for flavour in ("heart in half precision", "heart in float32"):
        for part in ("a second of speech", "first sound of a sentence"):
            assert f"| {flavour}, {part}" in report and f"## {flavour}, {part}: shares" in report
    assert report.count("| multiply | 75.0 % |") == report.count("| gelu     | 24.5 % |") == 4
    assert "emit" not in report
