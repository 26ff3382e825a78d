# SPDX-License-Identifier: MIT
"""Files that are made from others are up to date; the reference and the menu say what is read."""

from pathlib import Path

import pytest

from image import builders, generate
from image.recipes import keys, voices
from tests.conftest import ROOT


@pytest.mark.parametrize("name", generate.FILES)
def test_is_up_to_date(name: str) -> None:
    made = generate.FILES[name]()
    assert (ROOT / name).read_text() == made, "run: .venv/bin/python -m image.generate"


def test_every_key_has_its_line() -> None:
    text = (ROOT / "docs/recipes.md").read_text()
    for own in (keys.COMMON, *builders.keys().values(), voices.VOICE.keys):
        for key in own:
            assert f"`{key.name}`" in text and f"| {key.help} |" in text


def test_only_what_differs_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "same").write_text("same")
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "FILES", {"same": lambda: "same", "new": lambda: "new"})
    generate.main()
    assert capsys.readouterr().out == "new\n"
    assert (tmp_path / "new").read_text() == "new"
