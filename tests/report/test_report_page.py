# SPDX-License-Identifier: MIT
"""The report: figures that add up to what was built, a page that bears any names."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image import report, run
from image.key import hash_file
from image.plan import graph
from image.plan.graph import Plan
from image.report import change, contents, kernel, memory, sheet, treemap
from image.report import graph as picture
from image.report.treemap import Box, Tile
from tests.conftest import load_project

Report = dict[str, Any]
HOSTILE = "</title></svg><script>alert('1')</script>&\"'<b>"
VOID = {"meta", "rect", "path", "br", "circle"}


@pytest.fixture(scope="session")
def made(card: Path) -> Plan:
    return graph.make(load_project())


@pytest.fixture(scope="session")
def found(made: Plan) -> Report:
    return report.collect(made)


class Reader(HTMLParser):
    """Sees that elements are closed in order, and which there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"


def test_card_adds_up_to_the_image(card: Path, found: Report) -> None:
    assert sum(tile["size"] for tile in found["card"]) == card.stat().st_size
    assert all(tile["size"] >= 0 for tile in found["card"])
    table = json.loads(run.output(["sfdisk", "--json", card]))["partitiontable"]["partitions"]
    front = next(tile for tile in found["card"] if tile["name"] == contents.FRONT)
    assert front["size"] == table[0]["start"] * 512


def test_each_file_of_the_root_is_there_once(made: Plan, found: Report) -> None:
    tree = made.folder(made.step("rootfs")) / "root"
    files = {f"/{p.relative_to(tree)}": p.stat().st_size for p in tree.rglob("*")
             if p.is_file() and not p.is_symlink()}  # fmt: skip
    told = {tile["name"]: tile["note"] for tile in found["card"] if tile["name"] in files}
    assert told == {name: f"{size} bytes unpacked" for name, size in files.items()}
    owners = {tile["name"]: tile["group"] for tile in found["card"]}
    assert owners["/usr/bin/storyteller"] == "storyteller" and owners["/boot/Image"] == "linux"
    assert owners["/boot/extlinux/extlinux.conf"] == contents.OVERLAY


def test_memory_adds_up(found: Report) -> None:
    assert sum(tile["size"] for tile in found["memory"]) == 64 << 20
    assert all(tile["size"] >= 0 and tile["note"] for tile in found["memory"])
    kernel_parts = [tile for tile in found["memory"] if tile["name"].startswith("kernel: ")]
    kept = -(-found["kernel"]["size"] // 4096) * 4096 - found["kernel"]["init"]
    assert sum(tile["size"] for tile in kernel_parts) == kept


def test_steps_have_the_times_of_their_stamps(made: Plan, found: Report) -> None:
    for step in found["steps"]:
        stamp = json.loads((made.folder(made.step(step["name"])) / graph.STAMP).read_text())
        assert step["seconds"] == stamp["seconds"]
    assert {"linux", "host:llama", "rootfs", "release"} <= {s["name"] for s in found["steps"]}


def test_page_is_whole_and_asks_for_nothing(found: Report) -> None:
    html = sheet.render(found, [], None)
    reader = Reader(html)
    assert reader.open == [] and "script" not in reader.names
    assert all(link.startswith("#") for link in reader.links)
    assert "url(" not in html and "@import" not in html
    assert html == sheet.render(json.loads(json.dumps(found)), [], None)


def test_hostile_names_are_shown_as_they_are(found: Report) -> None:
    def spoil(value: Any) -> Any:
        if isinstance(value, dict):
            return {spoil(key) if "/" in key else key: spoil(one) for key, one in value.items()}
        if isinstance(value, list):
            return [spoil(one) for one in value]
        return HOSTILE if isinstance(value, str) else value

    spoilt = spoil(found)
    for step, true in zip(spoilt["steps"], found["steps"], strict=True):
        step["kind"] = true["kind"]
        step["name"], step["needs"] = true["name"] + HOSTILE, [n + HOSTILE for n in true["needs"]]
    changes = [change.Change("card", HOSTILE, 1, 2), change.Change("steps", HOSTILE, None, 2)]
    html = sheet.render(spoilt, changes, HOSTILE)
    reader = Reader(html)
    assert reader.open == [] and not {"script", "b"} & reader.names
    assert "<script" not in html and "&lt;script&gt;" in html


@given(st.lists(st.integers(1, 1 << 26), min_size=1, max_size=60), st.floats(1, 500))
def test_areas_are_in_proportion(sizes: list[int], width: float) -> None:
    sizes.sort(reverse=True)
    boxes = treemap.squarify(sizes, Box(0, 0, width, 100))
    for size, box in zip(sizes, boxes, strict=True):
        assert box.width * box.height == pytest.approx(size / sum(sizes) * width * 100, rel=1e-6)
        assert box.x >= -1e-6 and box.x + box.width <= width * (1 + 1e-6)
        assert box.y >= -1e-6 and box.y + box.height <= 100 * (1 + 1e-6)


def test_boxes_do_not_overlap_and_are_near_to_squares() -> None:
    boxes = treemap.squarify([6, 6, 4, 3, 2, 2, 1], Box(0, 0, 6, 4))
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert min(across, down) <= 1e-9
    # The example of the paper: its worst box has 3.4 : 1 when cut into strips, 2.8 : 1 in squares.
    assert max(max(b.width / b.height, b.height / b.width) for b in boxes) < 2.8


def test_a_tile_of_no_size_is_not_drawn() -> None:
    assert [tile.name for tile, _ in treemap.layout([Tile("a", "x", 0), Tile("a", "y", 5)])] == [
        "y"
    ]
    assert treemap.drawn([], "nothing").boxes == []


@given(
    st.dictionaries(st.text(max_size=3), st.integers(0, 10**9), max_size=20), st.integers(0, 10**9)
)
def test_shares_add_up(weights: dict[str, int], total: int) -> None:
    shares = kernel.share_out(total, weights)
    assert sum(shares.values()) == (total if sum(weights.values()) else 0)
    assert all(share >= 0 for share in shares.values())


def test_options_count_what_is_below_them() -> None:
    rows = [
        {"path": "a.o", "kept": 5, "freed": 1, "symbols": ["USB_AUDIO", "SND or SOUND"]},
        {"path": "b.o", "kept": 7, "freed": 0, "symbols": ["SND or SOUND"]},
        {"path": "c.o", "kept": 9, "freed": 0, "symbols": []},
    ]
    options = kernel.options(rows, {"SOUND": "sound.config"})
    assert [(o.symbol, o.kept, o.freed, o.objects, o.asked) for o in options] == [
        ("SND or SOUND", 12, 1, 2, "sound.config"),
        ("USB_AUDIO", 5, 1, 1, ""),
    ]


def test_layers_and_reduction() -> None:
    needs = {
        "libc": [],
        "tool": [],
        "app": ["libc", "tool"],
        "root": ["app", "libc"],
        "top": ["root"],
    }
    assert picture.reduced(needs)["root"] == ["app"]
    assert picture.layers(needs) == {"libc": 0, "tool": 0, "app": 1, "root": 2, "top": 3}
    drawn = picture.drawn(needs)
    assert len(drawn.lines) == 4 and set(drawn.places) == set(needs)


def test_changes_since_the_card_before() -> None:
    step = {"name": "llama", "key": "1", "seconds": 2.0}
    files = [{"group": "a", "name": "/x", "size": 10}, {"group": "a", "name": "/y", "size": 3}]
    options = [{"symbol": "NET", "kept": 5, "freed": 1}]
    old: Report = {"card": files, "options": options, "steps": [step]}
    new: Report = {"card": [{**files[0], "size": 14}], "steps": [{**step, "seconds": 3.0}]}
    assert [(c.name, c.before, c.after, c.difference) for c in change.between(old, new)] == [
        ("a: /x", 10, 14, 4),
        ("a: /y", 3, None, -3),
        ("NET", 6, None, -6),
    ]
    # A time of a step counts when the step was done anew, for another key.
    new["steps"] = [{"name": "llama", "key": "2", "seconds": 3.0}]
    assert change.Change("steps", "llama", 2.0, 3.0) in change.between(old, new)


def test_the_card_before_is_kept(tmp_path: Path) -> None:
    for key in ("1", "1", "2", "2"):
        before = report._before(tmp_path, key)
        assert (before or {}).get("key") == (None if key == "1" else "1")
        (tmp_path / "report.json").write_text(json.dumps({"format": report.FORMAT, "key": key}))
        (tmp_path / "previous.json").write_text(json.dumps(before))
    (tmp_path / "previous.json").write_text("rubbish")
    assert report._before(tmp_path, "2") is None


def test_a_bench_of_this_image_tells_the_memory(made: Plan, card: Path, tmp_path: Path) -> None:
    manifest = hash_file(card.with_name("manifest.json"))
    result: Report = {
        "kind": "emulated",
        "image": {"manifest_sha256": manifest},
        "system": {"mem_total_kib": 60000, "mem_available_idle_kib": 56000},
        "speech": {"mem_available_kib": 50000},
    }
    path = tmp_path / "2026-01-01.json"
    path.write_text(json.dumps(result))
    known = memory.read_known(path, manifest)
    assert known == memory.Known(path.name, "emulated", 60000 << 10, 56000 << 10, 50000 << 10)
    assert memory.read_known(path, "of another image") is None
    for rubbish in ("", "[]", "{}", json.dumps({**result, "system": {}})):
        path.write_text(rubbish)
        assert memory.read_known(path, manifest) is None


def test_memory_that_was_read_adds_up(made: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    known = memory.Known("x.json", "emulated", 59988 << 10, 56000 << 10, 50000 << 10)
    monkeypatch.setattr(memory, "find_known", lambda plan: known)
    package = kernel.find(made)
    assert package
    tiles = memory.tiles(made, kernel.read(made, package))
    assert sum(tile.size for tile in tiles) == 64 << 20
    sizes = {tile.name: tile.size >> 10 for tile in tiles}
    assert (sizes["telling a story"], sizes["left"]) == (6000, 50000)
    assert {t.note for t in tiles if t.group == memory.FREE} == {"emulated, x.json"}


def test_command_writes_page_and_figures(card: Path, made: Plan, found: Report) -> None:
    page = report.write(made)
    assert json.loads(page.with_name("report.json").read_text()) == json.loads(json.dumps(found))
    first = page.read_bytes()
    assert report.write(made).read_bytes() == first
