# SPDX-License-Identifier: MIT
"""./doit voices: what is built for it, what is said, and the page."""

import re
import wave
from pathlib import Path

import pytest

from image import audition, project, tell
from image.errors import UserError
from tests.conftest import ROOT, doit, load_project

# Writes its arguments into the file that it is to record into.
SAY = '#!/bin/sh\nprintf "%s|" "$@" "$DATA" > "$4"\n'


def test_names() -> None:
    assert audition.names({}) == ["heart", "slt"]
    assert audition.names({"voices": "slt, kal16,slt,"}) == ["slt", "kal16"]


def test_each_voice_is_built_in_with_its_data(all_sources: None) -> None:
    loaded = project.load(ROOT, {"board": "qemu_virt"}, ["heart", "kal16"])
    assert [voice.name for voice in tell.built_in(loaded)] == ["slt", "heart", "kal16"]
    assert {"host:say", "host:heart", "host:heart-words", "host:flite"} <= {
        *audition.plan(loaded).steps
    }
    with pytest.raises(UserError, match="there is no voice 'hart'"):
        project.load(ROOT, {"board": "qemu_virt"}, ["hart"])


def test_the_page_has_a_player_for_each_sentence_of_each_voice(tmp_path: Path) -> None:
    say = tmp_path / "say"
    say.write_text(SAY)
    say.chmod(0o755)
    wanted = tell.built_in(load_project())
    speaker = audition.Speaker(say, {"DATA": "there"}, 90, 110)
    text = audition.record(speaker, wanted, tmp_path / "voices").read_text()
    files = re.findall(r'<audio[^>]* src="([^"]+)"', text)
    assert len(files) == len(set(files)) == len(audition.SENTENCES) == 5
    said = [(tmp_path / "voices" / file).read_text().split("|") for file in files]
    assert [one[-3] for one in said] == [*audition.SENTENCES]
    assert {(one[0], one[1], one[2], one[-2]) for one in said} == {("slt", "90", "110", "there")}
    assert "&#34;What was that?&#34; asked" in text


def test_voices_are_heard(compiler: None, checkout: Path) -> None:
    (checkout / "work").symlink_to(ROOT / "work")
    said = doit(checkout, "voices", "voices=heart,slt", "board=qemu_virt")
    page = checkout / said.split()[-1]
    assert page.read_text().count("<audio") == 10
    for name, rate in (("heart-1", 24_000), ("slt-1", 16_000)):
        with wave.open(str(page.with_name(f"{name}.wav"))) as file:
            assert file.getframerate() == rate and file.getnframes() > 3 * rate
