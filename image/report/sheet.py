# SPDX-License-Identifier: MIT
"""The report as one HTML page: it needs nothing but itself, and no script."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from image import page
from image.report import contents, graph, memory, treemap
from image.report.change import Change
from image.report.treemap import Tile, shown

MOST_OPTIONS = 40
MOST_PARTS = 1 << 12  # bytes: smaller parts of the kernel are one tile
KINDS = ("build", "rootfs", "card", "release")
STYLE = f"""<style>
body{{overflow-wrap:anywhere}}.note{{border:0;padding:0;color:var(--soft);font-size:.9rem}}
nav a{{margin-right:1rem;color:var(--s0)}}
.words td:nth-child(n+5),.words th:nth-child(n+5){{text-align:left}}
{treemap.STYLE}{graph.STYLE}</style>"""
MEMORY = """\
The board's 64 MiB. Each figure says how it is known: by the memory map, from the built files,
estimated (docs/reports.md says how), or read by a bench, emulated where that ran in QEMU."""
CARD = """\
Every byte of the card image. Files of the root are counted as they are stored, compressed;
hovering, or the table, shows their unpacked size. /data is made at the first boot, after it."""
TITLES = {
    "memory": "Memory",
    "card": "Card",
    "options": "Kernel options",
    "steps": "Build time",
    "graph": "Dependencies",
    "changes": "Since the previous build",
}


def render(report: Mapping[str, Any], changes: Sequence[Change], before: str | None) -> str:
    """The page of a report; `before` is the key of the card that `changes` compare with."""
    title = f"duo-storyteller on {report['board']}"
    links = "".join(f'<a href="#{name}">{words}</a>' for name, words in TITLES.items())
    body = [
        STYLE,
        f"<h1>{page.text(title)}</h1>",
        f"<p>Card {page.text(report['key'])}, image of {shown(report['image_bytes'])}.</p>",
        f"<nav>{links}</nav>",
        _chapter("memory", *_tiled(report["memory"], MEMORY, "memory allocation", memory.FREE)),
        _chapter("card", *_tiled(report["card"], CARD, "card contents", contents.EMPTY)),
        _chapter("options", *_kernel(report)),
        _chapter("steps", *_time(report)),
        _chapter("graph", *_graph(report)),
        _chapter("changes", *_changes(changes, before)),
    ]
    return page.document(title, body)


def _chapter(name: str, *parts: str) -> str:
    return "\n".join([f'<h2 id="{name}">{TITLES[name]}</h2>', *parts])


def _tiled(rows: Iterable[Mapping[str, Any]], words: str, label: str, empty: str) -> list[str]:
    """A treemap between what it means and its figures as a table."""
    tiles = [Tile(row["group"], row["name"], row["size"], row["note"]) for row in rows]
    return [_note(words), treemap.draw(tiles, label, empty), _listed(tiles)]


def _kernel(report: Mapping[str, Any]) -> list[str]:
    kernel = report["kernel"]
    if not kernel or not kernel["compiled"]:
        return [_note("The kernel's objects were not weighed for this configuration.")]
    saved = 1 - kernel["size"] / kernel["compiled"]
    text = (
        f"The kernel takes {shown(kernel['size'])}, of which {shown(kernel['init'])} are freed "
        "after boot. A row gives the size of the objects that an option adds, including those of "
        "options below it: so rows overlap, and do not add up. Sizes are those of the compiled "
        "objects, assigned by the conditions in Linux's makefiles; what an option changes inside "
        "other objects is not included, and linking makes the whole "
        f"{100 * saved:.0f} % smaller."
    )
    rows = [
        (row["symbol"], shown(row["kept"]), shown(row["freed"]), row["objects"],
         row["asked"] or "by default, or for another option")
        for row in report["options"]
    ]  # fmt: skip
    head = ("option", "stays", "freed", "objects", "asked for in")
    parts = [Tile(name.split("/")[0], name, size) for name, size in kernel["parts"].items()]
    return [
        _note(text),
        treemap.draw(_gathered(parts), "what the kernel keeps, by folder of its source"),
        _words(page.table(head, rows[:MOST_OPTIONS])),
        page.folded(f"all {len(rows)} options", _words(page.table(head, rows))),
    ]


def _time(report: Mapping[str, Any]) -> list[str]:
    steps = [step for step in report["steps"] if step["seconds"] >= 0.1]
    steps.sort(key=lambda step: (-step["seconds"], step["name"]))
    total = sum(step["seconds"] for step in report["steps"])
    text = (
        f"Seconds of each step when it was last built, {total:.0f} in all; steps run in parallel "
        "where possible, so a build takes less. Downloads are not included."
    )
    rows = [(s["name"], s["seconds"], f"{s['seconds']:.1f} s", 0) for s in steps]
    return [_note(text), page.bars(rows, "seconds of each step")]


def _graph(report: Mapping[str, Any]) -> list[str]:
    nodes = [
        graph.Node(
            step["name"],
            KINDS.index(step["kind"]),
            f"{step['name']} {step['version']}: {step['kind']}, {step['seconds']:.1f} s, needs "
            f"{', '.join(step['needs']) or 'nothing'}",
        )
        for step in report["steps"]
    ]
    needs = {step["name"]: step["needs"] for step in report["steps"]}
    rows = [(step["name"], ", ".join(step["needs"])) for step in report["steps"]]
    return [
        _note("From left to right; implied edges are left out."),
        graph.draw(nodes, needs),
        page.folded("as a table", page.table(("step", "needs"), rows)),
    ]


def _changes(changes: Sequence[Change], before: str | None) -> list[str]:
    if before is None:
        return [_note("There is no report of another card to compare with: this is the first.")]
    if not changes:
        return [_note(f"Nothing shown here differs from card {before}.")]
    parts = [_note(f"Compared with card {before}.")]
    for chapter in dict.fromkeys(change.chapter for change in changes):
        of_it = [change for change in changes if change.chapter == chapter]
        unit = _seconds if chapter == "steps" else shown
        rows = [
            (one.name, _signed(one.difference, unit),
             *("-" if value is None else unit(value) for value in (one.before, one.after)))
            for one in of_it
        ]  # fmt: skip
        table = page.table((TITLES[chapter], "difference", "before", "now"), rows[:MOST_OPTIONS])
        parts.append(table)
        if rows[MOST_OPTIONS:]:
            parts.append(_note(f"and {len(rows) - MOST_OPTIONS} smaller ones, in changes.json"))
    return parts


def _gathered(parts: Sequence[Tile]) -> list[Tile]:
    """Small parts of a kernel as one, since nobody could read them."""
    small = [tile for tile in parts if tile.size < MOST_PARTS]
    rest = Tile("else", f"{len(small)} small ones", sum(tile.size for tile in small))
    return [*(tile for tile in parts if tile.size >= MOST_PARTS), rest]


def _listed(tiles: Sequence[Tile]) -> str:
    rows = [
        (tile.name, shown(tile.size), tile.size, tile.group, tile.note)
        for tile in sorted(tiles, key=lambda tile: (-tile.size, tile.name))
    ]
    head = ("what", "size", "bytes", "of", "known")
    return page.folded("as a table", _words(page.table(head, rows)))


def _words(table: str) -> str:
    """A table whose columns from the fourth on are words."""
    return f'<div class="words">{table}</div>'


def _note(words: str) -> str:
    return f'<p class="note">{page.text(words)}</p>'


def _seconds(value: float) -> str:
    return f"{value:.1f} s"


def _signed(value: float, unit: Any) -> str:
    return ("+" if value > 0 else "") + str(unit(value))
