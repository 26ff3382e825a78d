# SPDX-License-Identifier: MIT
"""How long a board takes from power-on to its first word and sound, by what its console says."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from image.bench.target import Target, ask
from image.device.console import Console
from image.device.prompt import GUIDE, PANIC, STORY, clean
from image.errors import UserError

BOOT_S = 180.0
SILENCE_S = 60.0
# What begins where; the first one also where time begins, unless power-on itself was seen.
MARKS = (
    ("boot loader", re.compile(rb"C\.SCS|FSBL|BL2|OpenSBI v|U-Boot (?:SPL )?20")),
    ("U-Boot", re.compile(rb"U-Boot 20\d\d")),
    ("kernel", re.compile(rb"Starting kernel \.\.\.")),
    ("storyteller", STORY),
    ("first word", re.compile(STORY.pattern + rb"[^\r\n]*[\r\n]+[^\r\nA-Za-z]*[A-Za-z]")),
)
# By its third sentence a story is being spoken.
SPOKEN = re.compile(STORY.pattern + rb"[^\r\n]*[\r\n]+(?:[^.!?]+[.!?]){3}")
# What the storyteller noted of the latest story that was the first of its start.
FIRST_STORY = """grep '"story":1,' /data/stories.jsonl | tail -n 1"""
FIRST_SOUND = re.compile(r'"first_sound_s":([0-9.]+)')
INIT = re.compile(r"\[\s*([0-9.]+)\] Run (?:/sbin/init|\S+) as init process")


@dataclass(frozen=True)
class Timeline:
    """Seconds at which each stage began; what was not seen is not in it."""

    begins: str  # what 0 is
    stages: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """For results; in the order of time."""
        stages = sorted(self.stages.items(), key=lambda stage: stage[1])
        return {"begins": self.begins, "stages": [{"name": n, "s": round(s, 3)} for n, s in stages]}


def watch(
    line: Console, power_on: float | None, clock: Callable[[], float] = time.monotonic
) -> Timeline:
    """Listen to a start until its first story is being spoken.

    `power_on` is when the power came, by `clock`; None: time begins with the first loader's word.
    Raises UserError when the board stops on the way.
    """
    seen: dict[str, float] = {}

    def note(heard: bytes) -> None:
        for name, mark in MARKS:
            if name not in seen and mark.search(heard):
                seen[name] = clock()

    def is_told(heard: bytes) -> bool:
        note(heard)
        return bool(SPOKEN.search(heard) or PANIC.search(heard))

    if not line.wait(is_told, SILENCE_S, BOOT_S) or PANIC.search(line.heard):
        last = clean(bytes(line.heard[-200:])).strip().rpartition("\n")[2]
        raise UserError(f"the board does not reach its first story; it says '{last}'", GUIDE)
    begin = power_on if power_on is not None else min(seen.values())
    begins = "power-on" if power_on is not None else "the first boot loader's first output"
    return Timeline(begins, {name: at - begin for name, at in seen.items()})


def with_records(timeline: Timeline, target: Target) -> Timeline:
    """The same with what only the board's own records tell: when the first program started, and
    when the first story, which is over by now, was first heard."""
    stages = dict(timeline.stages)
    init = INIT.search(ask(target, "dmesg"))
    if init and "kernel" in stages:
        stages["init"] = stages["kernel"] + float(init[1])
    sound = FIRST_SOUND.search(ask(target, FIRST_STORY))
    if sound and "storyteller" in stages:
        stages["first word aloud"] = stages["storyteller"] + float(sound[1])
    return Timeline(timeline.begins, stages)
