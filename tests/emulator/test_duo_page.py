# SPDX-License-Identifier: MIT
"""The story page of the Duo's card, over the emulated USB cable: ./doit test:sdk SDK_DIR=path."""

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from image import browser
from image.emulator import qemu, stand_in
from image.project import Project
from tests.boards import sdk_card
from tests.conftest import load_project
from tests.emulator import listen, machine
from tests.emulator.duo.board import WORDS_FOUND, Duo
from tests.emulator.machine import PAGE_KB, Machine, page_post, page_status
from tests.emulator.test_duo_card import CARD_MIB, new_card
from tests.storyteller.client import WAV_HEADER_BYTES
from tests.web import free_port

__all__ = ["new_card"]

NEXT, PAUSE = '{"do":"next"}', '{"do":"pause"}'
WORDS = 15  # that are waited for


def follow(story: requests.Response, events: list[dict[str, Any]]) -> None:
    """Add what happens, until the storyteller pauses."""
    for line in filter(None, story.iter_lines()):
        events.append(json.loads(line))
        if events[-1].get("state") == "paused":
            return


def next_story(events: list[dict[str, Any]]) -> str:
    """The text of the story after the one that was being told when the page was opened."""
    begins = [i for i, event in enumerate(events) if event["event"] == "story"]
    told = events[begins[1] :] if len(begins) > 1 else []
    return "".join(event["text"] for event in told if event["event"] == "text")


def listened(port: int) -> tuple[str, listen.Sound]:
    """The beginning of the next story: what the page shows, and what it plays until then."""
    events: list[dict[str, Any]] = []
    with (
        page_post(port, "/story") as story,
        page_post(port, "/sound") as sound,
        ThreadPoolExecutor(1) as beside,
    ):
        header = sound.raw.read(WAV_HEADER_BYTES)
        assert int.from_bytes(header[24:28], "little") == listen.RATE
        followed = beside.submit(follow, story, events)
        page_post(port, "/do", NEXT).close()
        samples = b""
        while len((text := next_story(events)).split()) < WORDS:
            samples += sound.raw.read(listen.RATE)  # half a second
        page_post(port, "/do", PAUSE).close()
        followed.result()
    return text, listen.Sound(np.frombuffer(samples, "<i2"))


@pytest.mark.usefixtures("quiet")
def test_it_is_where_run_says(
    duo_emulator: Path,
    new_card: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As with ./doit run board=milkv_duo, at another port: a page, a story, and its sound."""
    port, kept = free_port(), list[list[str]]()
    monkeypatch.setattr(browser, "PORT", port)
    monkeypatch.setattr(Project, "out", tmp_path)
    monkeypatch.setattr(stand_in, "program", lambda _: duo_emulator)
    monkeypatch.setattr(qemu, "boot", lambda words, *_: kept.append(words))
    stand_in.run(load_project("milkv_duo"), new_card, {"SOUND": "page"})
    assert f"The story in a browser: {browser.URL}\n" in capsys.readouterr().out
    with Machine(tmp_path / "run/card.img", words=kept[0]) as board:
        board.expect(machine.STORY)
        assert page_status(port) == 200
        assert page_status(port, "example.org") == 403
        text, sound = listened(port)
    listen.save(sound, tmp_path / "page.wav")
    heard = listen.hear(sound)
    found = listen.words_found(heard, text)
    print(f"{found:.0%} of {text!r} were heard: {heard}")
    assert found >= WORDS_FOUND


def test_what_it_costs(
    duo_emulator: Path,
    new_card: Path,
    sdk_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
) -> None:
    """Of memory, after a page was loaded, against a card whose voice is the computer's."""
    bare = sdk_card.with_sound(sdk_dir, tmp_path_factory, "GADGET")
    port = free_port()
    with card_in(duo_emulator, new_card, tmp_path / "page.img", qemu.cable(None, port)) as board:
        assert page_status(port) == 200
        page = board.memory()
    with card_in(duo_emulator, bare, tmp_path / "bare.img", "none") as board:
        without = board.memory()
    for name in ("MemTotal", "MemAvailable"):
        print(f"{name} with the page {page[name]} kB, without {without[name]} kB")
    assert without["MemAvailable"] - page["MemAvailable"] <= PAGE_KB


@contextlib.contextmanager
def card_in(emulator: Path, image: Path, used: Path, nic: str) -> Iterator[Duo]:
    """The board with a new card, at its shell; at its cable is a computer that does not listen."""
    with Duo(emulator, qemu.make_card(image, used, CARD_MIB), is_heard=False, nic=nic) as board:
        board.open_shell()
        yield board
