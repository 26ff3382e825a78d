# SPDX-License-Identifier: MIT
"""When this machine's browser is led to the story page of a board that is emulated."""

import socket
from collections.abc import Iterator

import pytest

from image import browser
from image.emulator import story_page
from image.errors import UserError

ASKED = ({"open": "1"}, {"SOUND": "page"})


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Somebody else, where the page is to be: until closed."""
    with socket.create_server((browser.HOST, 0)) as other:
        monkeypatch.setattr(browser, "PORT", other.getsockname()[1])
        yield other


def test_it_is_shown_unasked(listening: socket.socket, capsys: pytest.CaptureFixture[str]) -> None:
    listening.close()
    for options in ({}, *ASKED):
        assert story_page.is_wanted(options, has_page=True)
    story_page.announce({}, has_page=True, is_shown=True)
    assert capsys.readouterr().out == f"The story in a browser: {browser.URL}\n"


def test_it_is_opened_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(browser, "open_when_it_answers", lambda: opened.append(browser.URL))
    for options in ({}, {"open": "0"}, {"open": "1"}):
        story_page.announce(options, has_page=True, is_shown=True)
    assert opened == [browser.URL]


def test_a_port_in_use(listening: socket.socket, capsys: pytest.CaptureFixture[str]) -> None:
    assert not story_page.is_wanted({}, has_page=True)
    story_page.announce({}, has_page=True, is_shown=False)
    said = capsys.readouterr().out
    assert f"port {browser.PORT} of this machine is in use" in said and story_page.REMEDY in said
    for options in ASKED:
        with pytest.raises(UserError, match="in use") as caught:
            story_page.is_wanted(options, has_page=True)
        assert caught.value.hint == story_page.REMEDY


def test_an_image_without_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert not story_page.is_wanted({}, has_page=False)
    story_page.announce({}, has_page=False, is_shown=False)
    assert capsys.readouterr().out == ""
    for options in ASKED:
        with pytest.raises(UserError, match="no story page") as caught:
            story_page.is_wanted(options, has_page=False)
        assert caught.value.hint == "CONFIG_PACKAGE_STORY_PAGE=y"
