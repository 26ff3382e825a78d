# SPDX-License-Identifier: MIT
"""What was measured of this image, as it stands in the bundle; or that nothing was, and how to."""

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from image.card import manifest_file
from image.card.release import image_path
from image.plan.graph import Plan
from image.reading import json_object_or_none
from image.report.memory import benches

NONE = """\
There is no result of this image. With the board's USB cable in this machine, and its card written:

```sh
./doit bench board={board}
./doit submission board={board}
```
"""
EMULATED = "**Emulated: QEMU ran this, on a PC. They say nothing about a board's speed.**\n"

OTHER = "**Not the contest's protocol**: {runs} runs of at most {steps} tokens.\n"


def newest(plan: Plan) -> tuple[Path, dict[str, Any]] | None:
    """The newest result of this very image by the contest's protocol, else by whichever."""
    wanted = manifest_file.identity(image_path(plan))
    found = []
    for path in reversed(benches(plan.project.out)):
        try:
            result = json_object_or_none(path) or {}
            if result["image"]["manifest_sha256"] == wanted and result["engines"]:
                describe((path, result), "")
                found.append((path, result))
        except (KeyError, TypeError, AttributeError):
            continue  # damaged, or of another version
    return next((one for one in found if _is_contest(one[1])), found[0] if found else None)


def describe(found: tuple[Path, Mapping[str, Any]] | None, board: str) -> str:
    """The results as Markdown."""
    if found is None:
        return NONE.format(board=board)
    path, result = found
    lines = [EMULATED] if result["kind"] == "emulated" else []
    if not _is_contest(result):
        protocol = result["protocol"]
        lines += [OTHER.format(runs=protocol["runs"], steps=protocol["steps"])]
    lines += [
        "| engine | prompt, seed | runs | mean tok/s | sd | min | max | same story |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(entry) for entry in result["engines"]),
        "",
        f"From `results/{path.name}`, which holds every run. Best and worst run are left out"
        " of the mean where that file marks them.",
    ]
    return "\n".join(lines) + "\n"


def _is_contest(result: Mapping[str, Any]) -> bool:
    return bool(result["protocol"]["is_contest"])


def _row(entry: Mapping[str, Any]) -> str:
    runs = [run for run in entry["runs"] if run["tok_s"] is not None]
    counted = [run["tok_s"] for run in runs if not run["is_left_out"]]
    same = {run["is_identical"] for run in runs}
    cells = [
        entry["title"],
        f"{entry['prompt']}, {entry['seed']}",
        f"{len(counted)} of {len(entry['runs'])}",
        _shown(statistics.fmean(counted)) if counted else "none",
        _shown(statistics.stdev(counted)) if counted[1:] else "",
        _shown(min(counted)) if counted else "",
        _shown(max(counted)) if counted else "",
        "yes" if same == {True} else "not known" if same <= {None} else "no",
    ]
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def _shown(value: float) -> str:
    return f"{value:.3f}"
