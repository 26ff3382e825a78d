# SPDX-License-Identifier: MIT
"""Who shares the card that is built once."""

from pathlib import Path

import pytest

from tests.boards import sdk_card


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards are not built: asking for one says where it would be."""
    monkeypatch.setattr(sdk_card, "once", lambda target, make: target)


@pytest.mark.usefixtures("place")
def test_another_run_builds_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It may be of other sources, or of another checkout."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    own = tmp_path_factory.getbasetemp()
    assert sdk_card.built(Path("sdk"), tmp_path_factory).is_relative_to(own)
    assert sdk_card.with_sound(Path("sdk"), tmp_path_factory, "DAC").is_relative_to(own)
    assert sdk_card.with_ssh(Path("sdk"), tmp_path_factory).is_relative_to(own)


@pytest.mark.usefixtures("place")
def test_workers_of_a_run_share_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each has a folder of its own in the run's."""
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    run = tmp_path_factory.getbasetemp().parent
    assert sdk_card.built(Path("sdk"), tmp_path_factory).parent.parent == run
