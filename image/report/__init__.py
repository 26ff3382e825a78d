# SPDX-License-Identifier: MIT
"""`doit report`: where memory, card and time go, and what that was before; JSON and one page."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from image import output
from image.card.release import image_path
from image.plan.graph import Plan
from image.reading import json_object_or_none
from image.report import change, contents, kernel, memory, sheet, work

FOLDER = "report"
PAGE = "index.html"
FORMAT = 1


def write(plan: Plan) -> Path:
    """Write out/BOARD/report of the built image; returns its page.

    The previous card's report is kept, and compared with.
    """
    folder = plan.project.out / FOLDER
    with output.alone(folder):
        found = collect(plan)
        before = _before(folder, found["key"])
        changes = change.between(before, found) if before else []
        with output.renewed(folder) as fresh:
            (fresh / "report.json").write_text(_as_json(found))
            (fresh / "changes.json").write_text(_as_json([asdict(one) for one in changes]))
            page = sheet.render(found, changes, before["key"] if before else None)
            (fresh / PAGE).write_text(page)
            if before:
                (fresh / "previous.json").write_text(_as_json(before))
    return folder / PAGE


def collect(plan: Plan) -> dict[str, Any]:
    """All figures of the built image, as docs/reports.md describes them. Sizes are bytes."""
    package = kernel.find(plan)
    built = kernel.read(plan, package) if package else None
    return {
        "format": FORMAT,
        "board": plan.project.config.board,
        "key": plan.key(plan.step("card")),
        "image_bytes": image_path(plan).stat().st_size,
        "memory": [asdict(tile) for tile in memory.tiles(plan, built)] if built else [],
        "card": [asdict(tile) for tile in contents.tiles(plan)],
        "kernel": _kernel(built) if built else None,
        "options": [asdict(option) for option in built.options] if built else [],
        "steps": [
            {**asdict(step), "key": plan.key(plan.step(step.name))} for step in work.steps(plan)
        ],
    }


def _kernel(built: kernel.Kernel) -> dict[str, Any]:
    return {
        "size": built.size,
        "init": built.init,
        "compiled": built.compiled,
        "parts": built.parts(),
    }


def _before(folder: Path, key: str) -> dict[str, Any] | None:
    """The newest report of another card than `key`. Rubbish counts as none."""
    last = _read(folder / "report.json")
    return last if last and last["key"] != key else _read(folder / "previous.json")


def _read(path: Path) -> dict[str, Any] | None:
    found = json_object_or_none(path)
    if not found or found.get("format") != FORMAT or "key" not in found:
        return None
    try:
        change.between(found, found)
    except (KeyError, TypeError, AttributeError):
        return None  # damaged, or changed by hand
    return found


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True) + "\n"
