# SPDX-License-Identifier: MIT
"""The board around the engines: memory, swap, room, heat."""

import re
from typing import Any

from image.bench.target import Target, ask
from image.errors import UserError

ZONE = "/sys/class/thermal/thermal_zone0/temp"
FREQUENCY = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq"
FEWEST_FREE_KIB = 64  # of /data: less holds not even the list of favourite stories


def describe(target: Target) -> dict[str, Any]:
    """The board while nothing is told. Raises UserError when it does not even tell its memory."""
    said = target.command("cat /proc/meminfo").text
    memory = {name: int(kib) for name, kib in re.findall(r"^(\w+):\s+(\d+) kB", said, re.M)}
    if "MemTotal" not in memory or "MemAvailable" not in memory:
        raise UserError("the board does not report its memory: unexpected /proc/meminfo")
    version = re.search(r"version (\S+)", ask(target, "cat /proc/version"))
    return {
        "kernel": version[1] if version else None,
        "mem_total_kib": memory["MemTotal"],
        "mem_available_idle_kib": memory["MemAvailable"],
        "swap_total_kib": memory.get("SwapTotal", 0),
        "data": room(ask(target, "df -k -T /data | tail -n 1")),
    }


def room(line: str) -> dict[str, Any] | None:
    """A line of df -T as facts."""
    words = line.split()
    if len(words) != 7 or not words[2].isdecimal() or not words[4].isdecimal():
        return None
    return {"type": words[1], "size_kib": int(words[2]), "free_kib": int(words[4])}


def sensors(target: Target) -> dict[str, float | None]:
    """Heat and clock of the core, where the kernel tells them."""
    return {
        "temperature_c": _scaled(ask(target, f"cat {ZONE}"), 1000),
        "frequency_mhz": _scaled(ask(target, f"cat {FREQUENCY}"), 1000),
    }


def warnings(system: dict[str, Any]) -> list[str]:
    """What a reader of the figures should know."""
    said = []
    if system["swap_total_kib"]:
        said.append(f"the board has {system['swap_total_kib']} KiB of swap; the contest has none")
    data = system["data"]
    if data and data["free_kib"] < FEWEST_FREE_KIB:
        said.append(
            f"/data is full ({data['free_kib']} of {data['size_kib']} KiB left): stories are "
            "still measured, in memory, but the storyteller can keep nothing"
        )
    return said


def _scaled(text: str, divisor: float) -> float | None:
    text = text.strip()
    return int(text) / divisor if text.isdecimal() else None
