# SPDX-License-Identifier: MIT
"""A host whose apt knows one archive, and asks it once: its retries would take seven seconds."""

from pathlib import Path

import pytest

from image.fetch import debian


def host_with(folder: Path, sources: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `folder` the host's /etc/apt, with these sources."""
    folder.mkdir()
    (folder / "sources.list").write_text(sources)
    options = debian._options
    monkeypatch.setattr(debian, "APT_FOLDER", folder)
    monkeypatch.setattr(
        debian, "_options", lambda state: [*options(state), "-o=Acquire::Retries=0"]
    )
