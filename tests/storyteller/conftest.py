# SPDX-License-Identifier: MIT
"""The storyteller and its parts, built once for all tests of this folder."""

from pathlib import Path

import pytest

from tests.storyteller import build


@pytest.fixture(scope="session")
def programs(compiled: Path) -> Path:
    """Where the session's programs are built."""
    folder = compiled / "storyteller"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def teller(programs: Path) -> Path:
    """The storyteller with stand-ins; stops at its first bad access, undefined step or leak."""
    return build.compile_with_stand_ins(programs / "teller", build.ADDRESSES)


@pytest.fixture(scope="session")
def teller_of_threads(programs: Path) -> Path:
    """The storyteller with stand-ins; fails when its threads touch data without agreement."""
    return build.compile_with_stand_ins(programs / "teller-threads", build.THREADS)


@pytest.fixture(scope="session")
def product(compiler: None) -> Path:
    """The program as the recipes build it, for this machine."""
    return build.host_package("storyteller") / "usr/bin/storyteller"


@pytest.fixture(scope="session")
def heart_data(compiler: None) -> dict[str, str]:
    """Where the voice heart finds its data, for the environment of a program."""
    folders = {"HIBARI_VOICES": "heart", "HIBARI_WORDS": "heart-words"}
    return {name: str(build.host_package(package)) for name, package in folders.items()}


@pytest.fixture(scope="session")
def say_heart(programs: Path) -> Path:
    """The voice heart as a program."""
    return build.compile_say(programs / "say-heart", "heart", "hibari")


@pytest.fixture(scope="session")
def sentence_driver(programs: Path) -> Path:
    """The sentence splitter."""
    return build.compile_driver(programs / "sentence_driver", "sentence.c", "spelling.c")


@pytest.fixture(scope="session")
def prompt_driver(programs: Path) -> Path:
    """Word lists, blocked words, and the openings of stories."""
    parts = (
        "typed.c",
        "clues.c",
        "topic_reader.c",
        "article.c",
        "preposition.c",
        "prompt.c",
        "words.c",
        "list.c",
        "opening.c",
        "gate.c",
        "gate_disguise.c",
        "spelling.c",
        "lines.c",
        "random.c",
    )
    return build.compile_driver(programs / "prompt_driver", *parts)


@pytest.fixture(scope="session")
def settings_driver(programs: Path) -> Path:
    """The reader of the settings file."""
    return build.compile_driver(
        programs / "settings_driver", "settings.c", "settings_value.c", "lines.c"
    )
