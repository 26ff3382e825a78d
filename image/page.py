# SPDX-License-Identifier: MIT
"""One HTML page that needs nothing but itself: skeleton, tables, and plots as inline SVG."""

import html
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# Plots are drawn this wide and scaled to the page: a phone shows them as they are.
WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 10, 28
NARROW = 3  # columns that have room on a phone
COLOURS = 4  # --s0 and so on, of STYLE
STYLE = """
:root{color-scheme:light dark;--fg:#1a1a1a;--bg:#fff;--soft:#667;--line:#ccd;
--s0:#0b62c4;--s1:#c2410c;--s2:#15803d;--s3:#8b2fa8}
@media(prefers-color-scheme:dark){:root{--fg:#e8e8e8;--bg:#14161a;--soft:#99a;--line:#3a3f4a;
--s0:#6cb2ff;--s1:#ff9b63;--s2:#5fd08a;--s3:#d69bf0}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);
max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
.note{border-left:4px solid var(--s1);padding:.2rem .8rem}
.wide{overflow-x:auto;background:
linear-gradient(to right,var(--bg) 40%,transparent) 0 0/3rem 100% no-repeat local,
linear-gradient(to left,var(--bg) 40%,transparent) 100% 0/3rem 100% no-repeat local,
linear-gradient(to right,var(--soft),transparent) 0 0/.6rem 100% no-repeat scroll,
linear-gradient(to left,var(--soft),transparent) 100% 0/.6rem 100% no-repeat scroll}
table{border-collapse:collapse;font-size:.9rem}
.fold:not([open])+.folded{display:none}summary{cursor:pointer;color:var(--soft)}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left;white-space:normal}
figure{margin:1rem 0;max-width:40rem}figcaption{color:var(--soft);font-size:.9rem}
svg{width:100%;height:auto;display:block}svg text{font-size:10px;fill:var(--fg)}
.grid{stroke:var(--line);fill:none}.axis{fill:var(--soft)}
.c0{--c:var(--s0)}.c1{--c:var(--s1)}.c2{--c:var(--s2)}.c3{--c:var(--s3)}
.stroke{stroke:var(--c);fill:none;stroke-width:1.2}.dashed{stroke-dasharray:4 3}
.fill{fill:var(--c)}.hollow{stroke:var(--c);fill:var(--bg)}
.key{color:var(--c);margin-right:1rem;white-space:nowrap}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
@media screen and (max-width:56rem){th,td{white-space:normal;overflow-wrap:anywhere}
.rows,.rows tbody,.rows tr,.rows td{display:block}.rows tr:first-child{display:none}
.rows tr{padding:.4rem 0;border-bottom:1px solid var(--line)}
.rows td:nth-child(n){display:flex;justify-content:space-between;gap:1rem;border:0;padding:.1rem 0}
.rows td:nth-child(n+2)::before{content:attr(data-of);color:var(--soft)}
.rows td:first-child{font-weight:600}}
@media print{.wide{overflow:visible;background:none}table{font-size:.75rem}
th,td{overflow-wrap:break-word;padding:.2rem .3rem}
summary{display:none}.fold+.folded{display:block!important}
tr,figure{break-inside:avoid}h2{break-after:avoid}}
"""


@dataclass(frozen=True)
class Series:
    """Points of one colour; `is_hollow` are those that do not count, `is_dashed` a second kind."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: int = 0
    is_line: bool = True
    is_dashed: bool = False
    hollow: frozenset[int] = frozenset()


Place = Callable[[tuple[float, float]], tuple[float, float]]


def text(value: object) -> str:
    """Any value as HTML text."""
    return html.escape(str(value))


def document(title: str, body: Iterable[str]) -> str:
    """A whole page."""
    head = f"<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><title>{text(title)}</title>"
    view = '<meta name=viewport content="width=device-width,initial-scale=1">'
    parts = "\n".join(body)
    return f"{head}{view}<style>{STYLE}</style></head>\n<body>\n{parts}\n</body></html>\n"


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A table. On a phone its cells wrap; of many columns, each row becomes a list of its cells.

    What is too wide all the same scrolls by itself; a shadow at the edge says so.
    """
    titles = [text(cell) for cell in head]
    is_long = len(titles) > NARROW
    names = [f' data-of="{title}"' if is_long else "" for title in titles]
    lines = "".join(
        "<tr>"
        + "".join(f"<td{name}>{text(cell)}</td>" for name, cell in zip(names, row, strict=True))
        + "</tr>\n"
        for row in rows
    )
    first = "".join(f"<th>{title}</th>" for title in titles)
    kind = " class=rows" if is_long else ""
    return f"<div class=wide><table{kind}><tr>{first}</tr>\n{lines}</table></div>"


def folded(title: str, content: str) -> str:
    """Content that is seen when its title is opened, and on paper.

    It stands after the <details>, since browsers do not print what is inside of a closed one.
    """
    summary = f"<summary>{text(title)}</summary>"
    return f"<details class=fold>{summary}</details><div class=folded>{content}</div>"


def plot(
    series: Sequence[Series],
    across: str,
    upward: str,
    caption: str,
    *,
    top: float | None = None,
    is_counted: bool = False,
) -> str:
    """Lines or points over a common pair of axes from 0; values above `top` run out of it.

    `is_counted`: what goes across are whole numbers.
    """
    values = [point for one in series for point in one.points]
    if not values:
        return ""
    last = max(x for x, _ in values)
    right = 4.0 * math.ceil(last / 4) if is_counted else _round_up(last)
    highest = _round_up(top or max(y for _, y in values))
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(point: tuple[float, float]) -> tuple[float, float]:
        x, y = point
        up = min(y, highest) / highest * height
        return round(LEFT + x / right * width, 1), round(TOP + height - up, 1)

    axes = _axes(right, highest, across, upward)
    drawn = [*axes, *(_drawn(one, place) for one in series if one.points)]
    return figure(f"0 0 {WIDTH} {HEIGHT}", drawn, caption, series)


def bars(rows: Sequence[tuple[str, float, str, int]], caption: str) -> str:
    """One bar a row: its name, value, the words opposite the name, colour."""
    longest = max((value for _, value, _, _ in rows), default=0) or 1
    step, drawn = 30, []
    for line, (name, value, words, colour) in enumerate(rows):
        y = line * step
        shape = f"x=0 y={y + 14} width={max(1.0, round(value / longest * WIDTH, 1))} height=9"
        drawn.append(f"<text x=0 y={y + 10}>{text(name)}</text>")
        drawn.append(f"<text x={WIDTH} y={y + 10} text-anchor=end>{text(words)}</text>")
        drawn.append(f'<rect class="fill c{colour % COLOURS}" {shape} />')
    return figure(f"0 0 {WIDTH} {len(rows) * step}", drawn, caption)


def figure(box: str, drawn: Iterable[str], caption: str, series: Sequence[Series] = ()) -> str:
    """A drawing with its caption and, for several series, their names in their colours."""
    names = {one.name: one.colour for one in series}
    keys = " ".join(
        f'<span class="key c{colour % COLOURS}">&#9632; {text(name)}</span>'
        for name, colour in names.items()
    )
    svg = f'<svg viewBox="{box}" role=img aria-label="{text(caption)}">{"".join(drawn)}</svg>'
    return f"<figure>{svg}<figcaption>{keys} {text(caption)}</figcaption></figure>"


def _axes(right: float, highest: float, across: str, upward: str) -> list[str]:
    bottom, end = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for part in range(5):
        y = round(bottom - part / 4 * (bottom - TOP), 1)
        x = round(LEFT + part / 4 * (end - LEFT), 1)
        parts.append(f'<path class=grid d="M{LEFT} {y}H{end}"/>')
        label = f"{highest * part / 4:g}"
        parts.append(f"<text class=axis x={LEFT - 4} y={y + 3} text-anchor=end>{label}</text>")
        anchor = "end" if part == 4 else "middle"
        label = f"{right * part / 4:g}"
        parts.append(f"<text class=axis x={x} y={bottom + 12} text-anchor={anchor}>{label}</text>")
    parts.append(f"<text class=axis x={end} y={HEIGHT - 3} text-anchor=end>{text(across)}</text>")
    parts.append(f"<text class=axis x={LEFT + 3} y={TOP + 9}>{text(upward)}</text>")
    return parts


def _drawn(one: Series, place: Place) -> str:
    colour = f"c{one.colour % COLOURS}"
    points = [place(point) for point in one.points]
    if one.is_line:
        path = "L".join(f"{x} {y}" for x, y in points)
        return f'<path class="stroke {colour}{" dashed" if one.is_dashed else ""}" d="M{path}"/>'
    return "".join(
        f'<circle class="{"hollow" if i in one.hollow else "fill"} {colour}" cx={x} cy={y} r=2.5 />'
        for i, (x, y) in enumerate(points)
    )


def _round_up(value: float) -> float:
    """The next value whose quarters are short numbers."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10)
    return next(unit * step for step in steps if unit * step >= value)
