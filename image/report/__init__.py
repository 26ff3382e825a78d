# SPDX-License-Identifier: MIT
"""`doit report`: where memory, card and time go, and what that was before; JSON and one page."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from image.plan import Plan
from image.release import image_path
from image.report import change, contents, kernel, memory, sheet, work

FOLDER = "report"
FORMAT = 1


def perform(plan: Plan) -> Path:
    """Write out/BOARD/report of the built image; returns its page.

    The report of the card before this one is kept beside, and compared with.
    """
    folder = plan.project.out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    found = collect(plan)
    before = _keep_before(folder, found["key"])
    changes = change.between(before, found) if before else []
    _write(folder / "report.json", _as_json(found))
    _write(folder / "changes.json", _as_json([asdict(one) for one in changes]))
    target = folder / "index.html"
    _write(target, sheet.render(found, changes, before["key"] if before else None))
    return target


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


def _keep_before(folder: Path, key: str) -> dict[str, Any] | None:
    """The newest report of another card, put aside as previous.json. Rubbish counts as none."""
    last, previous = folder / "report.json", folder / "previous.json"
    found = _read(last)
    if found and found["key"] != key:
        last.replace(previous)
    return _read(previous)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    is_ours = isinstance(found, dict) and found.get("format") == FORMAT and "key" in found
    return found if is_ours else None


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True) + "\n"


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    partial = path.with_name(f"{path.name}.part")
    partial.write_text(text)
    partial.replace(path)
