# SPDX-License-Identifier: MIT
"""Speech apart: what speaking costs, and how soon and how evenly it is heard."""

import json
import re
from typing import Any

from image.bench.engines import FOLDER, WATCHER
from image.bench.protocol import Case, Protocol, quoted
from image.bench.target import Target, ask
from image.bench.watching import Costs, Write, trace

COSTS = re.compile(r"(\d+) tokens  ([0-9.]+) tokens/s  ([0-9.]+) s of speech")
FIRST_SOUND = re.compile(r"first sound after (-?[0-9.]+) s")
# How the storyteller is asked: aloud, as fast as the voice can, and not to speak at all.
WAYS = {
    "aloud": (),
    "to a file": ("--wav", f"{FOLDER}/speech.wav"),
    "silent": ("--no-sound",),
}


def tell(target: Target, protocol: Protocol, case: Case, way: str) -> dict[str, Any]:
    """One story of the storyteller. Raises LinkLost."""
    wants_json = "--json" in ask(target, "storyteller --help")
    words = ["storyteller", "--stories", "1", "--seed", str(case.seed), "--prompt", case.prompt]
    words += ["--steps", str(protocol.steps), *WAYS[way], *(["--json"] if wants_json else [])]
    line = quoted([WATCHER, "--trace", FOLDER, *words])
    costs, out, err, writes = trace(target, line, is_cold=False)
    return figures(costs, out.decode(errors="replace"), err, writes)


def figures(costs: Costs, out: str, err: str, writes: list[Write]) -> dict[str, Any]:
    """What one telling shows; the line of JSON, where there is one, goes before the words."""
    said, sound, told = COSTS.search(out), FIRST_SOUND.search(out), _json_line(out)
    first = told.get("first_sound_s", float(sound[1]) if sound else None)
    rate = told.get("tokens_per_s_while_speaking", float(said[2]) if said else None)
    return {
        "failure": costs.failure or (None if said or told else f"said nothing: {err.strip()}"),
        "cpu_s": round(costs.cpu_s, 6),
        "peak_rss_kib": costs.peak_rss_kib,
        "mem_available_kib": min((write.available_kib for write in writes), default=None),
        "speech_s": told.get("speech_s", float(said[3]) if said else 0.0),
        # Below zero: none was heard.
        "first_sound_s": first if first is not None and first >= 0 else None,
        "tok_s": rate,
        "speech_cpu_per_s": told.get("speech_cpu_per_s"),
        "underruns": told.get("underruns"),
        "lowest_ms": told.get("ring_lowest_ms"),
    }


def summary(tellings: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The three tellings as what the contest asks for."""
    aloud, silent, filed = (tellings[way] for way in ("aloud", "silent", "to a file"))
    failures = {way: one["failure"] for way, one in tellings.items() if one["failure"]}
    cost, how = aloud["speech_cpu_per_s"], "the voice's own clock"
    if cost is None and not failures and filed["speech_s"] > 0:
        cost = (filed["cpu_s"] - silent["cpu_s"]) / filed["speech_s"]
        how = "computing time with a voice minus that without, per second of speech"
    return {
        "failures": failures,
        "cpu_s_per_speech_s": cost,
        "cpu_is": how if cost is not None else None,
        "speech_s": aloud["speech_s"],
        "first_sound_s": aloud["first_sound_s"],
        "underruns": aloud["underruns"],
        "lowest_ms": aloud["lowest_ms"],
        "tok_s_while_speaking": aloud["tok_s"],
        "peak_rss_kib": aloud["peak_rss_kib"],
        "mem_available_kib": aloud["mem_available_kib"],
    }


def _json_line(out: str) -> dict[str, Any]:
    """The storyteller's line of figures; empty where it writes none."""
    for line in out.splitlines():
        if line.startswith("{"):
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                return {name: v for name, v in value.items() if v is not None}
    return {}
