# SPDX-License-Identifier: MIT
"""What was measured of this image, as it stands in the bundle; or that nothing was, and how to."""

import json
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from image.key import hash_file
from image.plan import Plan
from image.release import image_path
from image.report.memory import benches

NONE = """\
There is no result of this image. With the board's USB cable in this machine, and its card written:

```sh
./doit bench board={board}
./doit submission board={board}
```
"""
EMULATED = "**Emulated: QEMU ran this, on a PC. These are no speed figures of a board.**\n"


def newest(plan: Plan) -> tuple[Path, dict[str, Any]] | None:
    """The newest result of `doit bench` of this very image."""
    wanted = hash_file(image_path(plan).with_name("manifest.json"))
    for path in reversed(benches(plan.project.out)):
        try:
            result = json.loads(path.read_text())
            if result["image"]["manifest_sha256"] == wanted and result["engines"]:
                return path, result
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def describe(found: tuple[Path, Mapping[str, Any]] | None, board: str) -> str:
    """The results as Markdown."""
    if found is None:
        return NONE.format(board=board)
    path, result = found
    lines = [EMULATED] if result["kind"] == "emulated" else []
    lines += [
        "| engine | prompt, seed | runs | mean tok/s | sd | min | max | same story |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(entry) for entry in result["engines"]),
        "",
        f"From `results/{path.name}`, which holds every run. Best and worst run are left out"
        " of the mean where that file marks them.",
    ]
    return "\n".join(lines) + "\n"


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
