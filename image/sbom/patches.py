# SPDX-License-Identifier: MIT
"""Patches as a bill of materials has them: whole, with where they stand upstream."""

import re
from pathlib import Path

from cyclonedx.model import AttachedText, XsUri
from cyclonedx.model.component import Diff, Patch, PatchClassification
from cyclonedx.model.issue import IssueClassification, IssueType

UPSTREAM = re.compile(r"^Upstream:\s*(?P<said>.*)$", re.MULTILINE)


def state(text: str) -> tuple[PatchClassification, str]:
    """What kind of a patch this is, and what its line `Upstream:` says."""
    found = UPSTREAM.search(text)
    said = found["said"].strip() if found else ""
    is_taken = re.search(r"\b[0-9a-f]{12,40}\b|https?://", said) and not said.startswith("no")
    return PatchClassification.BACKPORT if is_taken else PatchClassification.UNOFFICIAL, said


def describe(path: Path) -> Patch:
    """A patch with its text."""
    text = path.read_text(errors="replace")
    kind, said = state(text)
    link = re.search(r"https?://\S+", said) if kind is PatchClassification.BACKPORT else None
    defects = [IssueType(type=IssueClassification.DEFECT, name=path.name,
                         references=[XsUri(link[0])])] if link else []  # fmt: skip
    diff = Diff(text=AttachedText(content=text, content_type="text/x-diff"))
    return Patch(type=kind, diff=diff, resolves=defects)
