# SPDX-License-Identifier: MIT
"""Patches as a bill of materials has them: whole, with where they stand upstream."""

import re
from pathlib import Path
from typing import Any

UPSTREAM = re.compile(r"^Upstream:\s*(?P<said>.*)$", re.MULTILINE)


def state(text: str) -> tuple[str, str]:
    """CycloneDX's type of a patch, and what its line `Upstream:` says."""
    found = UPSTREAM.search(text)
    said = found["said"].strip() if found else ""
    is_taken = re.search(r"\b[0-9a-f]{12,40}\b|https?://", said) and not said.startswith("no")
    return ("backport" if is_taken else "unofficial"), said


def describe(path: Path) -> dict[str, Any]:
    """A patch with its text."""
    text = path.read_text(errors="replace")
    kind, said = state(text)
    patch: dict[str, Any] = {
        "type": kind,
        "diff": {"text": {"contentType": "text/x-diff", "content": text}},
    }
    link = re.search(r"https?://\S+", said)
    if link and kind == "backport":
        patch["resolves"] = [{"type": "defect", "references": [link[0]], "name": path.name}]
    return patch
