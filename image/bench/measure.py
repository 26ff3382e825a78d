# SPDX-License-Identifier: MIT
"""`doit bench`: choose a board, measure it, write what was found."""

import json
import shlex
import time
from collections.abc import Mapping
from pathlib import Path

from image import output
from image.bench import card, choice, engines, protocol, results, sheet, table
from image.bench.choice import Chosen
from image.bench.protocol import Case, Protocol
from image.bench.record import Record
from image.bench.session import Session
from image.card import release
from image.device.console import PORT
from image.device.ssh import HOST
from image.emulator.qemu import SSH_PORT
from image.errors import UserError
from image.plan.graph import Plan

OPTIONS = (HOST, PORT, SSH_PORT, engines.OPTION, *protocol.OPTIONS)


def measure(plan: Plan, options: Mapping[str, str]) -> None:
    """Measure the board of this call. Raises UserError; what was measured stays for the next."""
    wanted = protocol.read(options)
    folder = plan.project.out / "bench"
    with output.alone(folder):
        _measure_alone(plan, wanted, options, folder)


def _measure_alone(plan: Plan, wanted: Protocol, options: Mapping[str, str], folder: Path) -> None:
    image = release.image_path(plan)
    chosen = choice.choose(plan.project.board, options, image, folder / "run")
    print(f"measuring {chosen.target.name}: {chosen.why}", flush=True)
    if chosen.target.is_emulated:
        print(f"({results.EMULATED_NOTE})", flush=True)
    raw = folder / "partial.jsonl"
    try:
        result = _measure(plan, chosen, wanted, options, raw)
    finally:
        chosen.target.close()
    _write(result, raw, folder, plan.project.root)


def _measure(
    plan: Plan, chosen: Chosen, wanted: Protocol, options: Mapping[str, str], raw: Path
) -> dict[str, object]:
    start = chosen.open()
    target = chosen.target
    there, lack = engines.on_card(target, options.get("engines"))
    image = card.identify(target, plan)
    bench = {
        "board": plan.project.config.board,
        "reached": target.name,
        "protocol": wanted.as_json(),
        "engines": [engine.name for engine in there],
        "image": image.as_json(),
    }
    notes = [lack] if lack else []
    by_host = None
    if image.is_on_card:
        by_host, trouble = _told_by_host(plan, wanted)
        notes += [trouble] if trouble else []
    else:
        notes.append("the card does not hold the image that this checkout built last")
    record = Record(raw, bench)
    if record.was_begun:
        print(f"resuming an unfinished bench: {len(record)} measurements are there")
    session = Session(target, wanted, tuple(there), record)
    try:
        session.measure(start, chosen.restart)
    except (UserError, KeyboardInterrupt):
        _say_how_to_go_on(raw, options)
        raise
    known = results.reference(session, by_host)
    return results.assemble(session, plan.project.config.board, image, known, notes)


def _told_by_host(plan: Plan, wanted: Protocol) -> tuple[Mapping[Case, str] | None, str | None]:
    """The reference stories, or why this machine cannot tell them."""
    try:
        return card.reference_stories(plan, wanted), None
    except UserError as error:
        return None, f"this machine's engine gives no reference story: {error.message}"


def _say_how_to_go_on(raw: Path, options: Mapping[str, str]) -> None:
    again = [f"{name}={value}" for name, value in options.items()]
    print(f"\nwhat was measured is kept in {raw}; the same command resumes:")
    print(shlex.join(["./doit", "bench", *again]), flush=True)


def _write(result: dict[str, object], raw: Path, folder: Path, root: Path) -> None:
    """DATE.json, what it is made from, and the same for people. All appear, or none."""
    name = time.strftime("%Y%m%d-%H%M%S")
    earlier = sheet.earlier(folder)
    texts = {
        "json": json.dumps(result, indent=1, ensure_ascii=False) + "\n",
        "md": table.markdown(result),
        "html": sheet.html(result, earlier),
    }
    for kind, text in texts.items():
        (folder / f"{name}.{kind}.part").write_text(text)
    for kind in texts:
        (folder / f"{name}.{kind}.part").replace(folder / f"{name}.{kind}")
    raw.replace(folder / f"{name}.raw.jsonl")
    print(f"\n{table.summary(result)}\n")
    print(*((folder / f"{name}.{kind}").relative_to(root) for kind in ("json", "md", "html")))
