# SPDX-License-Identifier: MIT
"""What was found, as tables, as JSON for other programs, and as a picture."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from image.cycles.emulator import CAUSES, CLOCK_HZ, KINDS, Measured
from image.cycles.hardware import TARGET_PERCENT, Checked
from image.cycles.symbols import Function
from image.cycles.tables import millions, table

UNMEASURED = "not measured"


@dataclass(frozen=True)
class Row:
    """One engine with one memory. All figures are modelled, and averages over `tokens` tokens."""

    name: str
    mode: str
    bandwidth_gb_s: float
    cycles_per_token: float
    instructions_per_token: float
    bytes_per_token: float  # lines read and written
    tok_s: float
    tokens: int
    instructions: dict[str, float]  # per token, by class
    cycles: dict[str, float]  # per token, by cause

    @property
    def roof_tok_s(self) -> float:
        """As fast as the memory could bring these bytes."""
        return self.bandwidth_gb_s * 1e9 / self.bytes_per_token


@dataclass(frozen=True)
class Missing:
    """An engine that could not be measured, and why."""

    name: str
    mode: str
    reason: str


def rows_of(name: str, mode: str, found: Measured) -> list[Row]:
    """A run as one row per memory."""
    count = found.intervals
    return [
        Row(
            name=name,
            mode=mode,
            bandwidth_gb_s=cost.memory.bandwidth_mb_s / 1000,
            cycles_per_token=cost.cycles / count,
            instructions_per_token=sum(found.instructions) / count,
            bytes_per_token=(cost.bytes_read + cost.bytes_written) / count,
            tok_s=CLOCK_HZ * count / cost.cycles,
            tokens=count,
            instructions={k: n / count for k, n in zip(KINDS, found.instructions, strict=True)},
            cycles={cause: n / count for cause, n in zip(CAUSES, cost.spent, strict=True)},
        )
        for cost in found.costs
    ]


def as_json(
    rows: Sequence[Row], missing: Sequence[Missing], checks: Sequence[Checked], model: str
) -> str:
    """All figures; `rows` is what other reports read."""
    value = {
        "kind": "modelled",
        "model": model,
        "rows": [asdict(row) for row in rows],
        "missing": [asdict(one) for one in missing],
        "checks": [
            {
                "name": one.check.name,
                "where": one.check.where,
                "unit": one.check.unit,
                "measured": one.check.measured,
                "modelled": one.modelled,
                "error_percent": one.error_percent,
                "is_fitted": one.check.is_fitted,
                "note": one.note,
            }
            for one in checks
        ],
    }
    return json.dumps(value, indent=1) + "\n"


def as_markdown(
    rows: Sequence[Row], missing: Sequence[Missing], checks: Sequence[Checked], model: str
) -> str:
    """The tables, for people."""
    parts = [
        "# The engine on the board, modelled",
        "No figure here comes from a board: a model of the C906 at 1 GHz ran with T-Head's"
        " emulator. Its errors against real chips are in the last table.",
        f"The stories were generated with {model}.",
        "## Speed",
        figures(rows, missing),
        "## Cycles per token by cause",
        table(
            ["engine", "mode", "GB/s", *CAUSES],
            [[*_name(row), *map(millions, row.cycles.values())] for row in rows],
        ),
        "## Instructions per token by class",
        table(
            ["engine", "mode", *KINDS],
            [
                [row.name, row.mode, *map(millions, row.instructions.values())]
                for row in _one_each(rows)
            ],
        ),
        "## Against hardware",
        errors(checks),
        "![Speed against bytes per token](engine.svg)",
    ]
    return "\n\n".join(parts) + "\n"


def figures(rows: Sequence[Row], missing: Sequence[Missing]) -> str:
    """Speed, cycles, instructions and bytes per token, and the share of the memory's roof."""
    head = ["engine", "mode", "GB/s", "tok/s, modelled", "M cycles", "M instructions", "MB",
            "of the memory roof", "tokens"]  # fmt: skip
    body = [
        [
            *_name(row),
            f"{row.tok_s:.1f}",
            millions(row.cycles_per_token),
            millions(row.instructions_per_token),
            millions(row.bytes_per_token),
            f"{100 * row.tok_s / row.roof_tok_s:.0f} %",
            str(row.tokens),
        ]
        for row in rows
    ]
    lacking = [[one.name, one.mode, f"{UNMEASURED}: {one.reason}"] for one in missing]
    return table(head, body + lacking)


def errors(checks: Sequence[Checked]) -> str:
    """Measured by others, modelled here, and the error; above zero: the model is too fast."""
    body = []
    for one in checks:
        check, error = one.check, one.error_percent
        known = [check.name, check.where, f"{check.measured:g} {check.unit}"]
        if one.modelled is None or error is None:
            body.append([*known, f"{UNMEASURED}: {one.note}"])
            continue
        verdict = "within" if abs(error) <= TARGET_PERCENT else "OUTSIDE"
        use = "the model was fitted to it" if check.is_fitted else f"{verdict} {TARGET_PERCENT} %"
        body.append([*known, f"{one.modelled:.4g}", f"{error:+.1f} %", use])
    return table(["what", "measured by", "measured", "modelled", "error of speed", ""], body)


def totals(found: Measured) -> str:
    """One run of any program."""
    count = found.intervals
    per = f" / {count}" if count > 1 else ""
    classes = table(
        ["instructions" + per, *KINDS],
        [
            [
                f"{sum(found.instructions) / count:.0f}",
                *(f"{n / count:.0f}" for n in found.instructions),
            ]
        ],
    )
    causes = table(
        ["GB/s", "cycles" + per, *CAUSES, "bytes read", "bytes written", "per s at 1 GHz"],
        [
            [
                f"{cost.memory.bandwidth_mb_s / 1000:g}",
                f"{cost.cycles / count:.0f}",
                *(f"{n / count:.0f}" for n in cost.spent),
                f"{cost.bytes_read / count:.0f}",
                f"{cost.bytes_written / count:.0f}",
                f"{CLOCK_HZ * count / cost.cycles:.2f}",
            ]
            for cost in found.costs
        ],
    )
    between = f"averages between {count + 1} writes to stdout"
    scope = "the whole run" if found.is_whole else between
    return f"Modelled (C906, 1 GHz); {scope}.\n\n{classes}\n\n{causes}"


def functions(found: Sequence[Function], intervals: int, most: int = 30) -> str:
    """The dearest functions."""
    body = [
        [
            function.name,
            f"{function.instructions / intervals:.0f}",
            f"{function.cycles / intervals:.0f}",
            *(f"{n / intervals:.0f}" for n in function.spent),
        ]
        for function in found[:most]
    ]
    return table(["function", "instructions", "cycles", *CAUSES], body)


def draw(rows: Sequence[Row], target: Path) -> None:
    """Speed over bytes per token, under the roofs that the memories set.

    Not by image/page/plot.py: both axes are logarithmic, and each point has its name next to it.
    """
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "duo-storyteller"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 5))
    most = max(row.bytes_per_token for row in rows) * 1.5
    least = min(row.bytes_per_token for row in rows) / 1.5
    for index, bandwidth in enumerate(sorted({row.bandwidth_gb_s for row in rows})):
        roof = [bandwidth * 1e9 / least, bandwidth * 1e9 / most]
        colour = f"C{index}"
        axes.plot([least / 1e6, most / 1e6], roof, color=colour, label=f"roof at {bandwidth} GB/s")
        here = [row for row in rows if row.bandwidth_gb_s == bandwidth]
        places = [row.bytes_per_token / 1e6 for row in here]
        axes.plot(places, [row.tok_s for row in here], "o", color=colour)
    for row in _one_each(rows):
        place = (row.bytes_per_token / 1e6, row.tok_s)
        label = f"{row.name} {row.mode}"
        axes.annotate(label, place, xytext=(4, -12), textcoords="offset points", fontsize=8)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("MB moved per token")
    axes.set_ylabel("tokens per second, modelled")
    axes.legend()
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})
    pyplot.close(figure)


def _name(row: Row) -> list[str]:
    return [row.name, row.mode, f"{row.bandwidth_gb_s:g}"]


def _one_each(rows: Sequence[Row]) -> list[Row]:
    return list({(row.name, row.mode): row for row in reversed(rows)}.values())[::-1]
