# SPDX-License-Identifier: MIT
"""A result in words: a line per engine, for the terminal and as a page of Markdown."""

from collections.abc import Sequence
from typing import Any

from image import words

Result = dict[str, Any]
HEAD = ("engine", "tok/s", "sd", "min", "max", "runs", "story", "first token", "peak RSS",
        "faults", "card read")  # fmt: skip


def markdown(result: Result) -> str:
    """All figures but those of single tokens."""
    parts = [
        f"# Bench of {result['board']}, {result['made']}",
        *([f"**{result['note']}**: the emulator's speed says nothing about a board's."]
          if result["note"] else []),
        protocol(result),
        pipes(HEAD, rows(result)),
        "Story: how many runs tell the reference's, told by "
        f"{result['reference']['told_by'] or 'nobody'}. First token: from the program's start, "
        "with nothing of it in memory. Faults (major) and card reads: the most of any run that "
        "followed.",
        *differences(result),
        "## Speech", pipes(("what", "figure"), speech(result)),
        "## System", pipes(("what", "figure"), system(result)),
        *_boot(result),
        *(["## To know", *(f"- {note}" for note in result["warnings"])]
          if result["warnings"] else []),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def summary(result: Result) -> str:
    """What the terminal shows at the end."""
    lines = [pipes(HEAD, rows(result)), *differences(result)]
    lines += [f"{what}: {figure}" for what, figure in (*speech(result), *system(result))]
    lines += [f"note: {note}" for note in result["warnings"]]
    if result["note"]:
        lines.append(f"({result['note']})")
    return "\n".join(lines)


def rows(result: Result) -> list[list[str]]:
    """A row per engine and story."""
    return [_row(result, entry) for entry in result["engines"]]


def label(result: Result, entry: dict[str, Any]) -> str:
    """An engine's title, with the story where there are several."""
    protocol = result["protocol"]
    if len(protocol["prompts"]) * len(protocol["seeds"]) == 1:
        return str(entry["title"])
    return f'{entry["title"]}, "{entry["prompt"]}" {entry["seed"]}'


def differences(result: Result) -> list[str]:
    """Where stories leave the reference, and which runs failed."""
    said = []
    for entry in result["engines"]:
        name = label(result, entry)
        for one in entry["differences"][:3]:
            where = f"token {one['first_token']}" if one["first_token"] else "an unknown token"
            said.append(
                f"{name}, run {one['run']}: a different story from {where} on "
                f"({words.quoted(one['told'])}): {one['words']}"
            )
        more = len(entry["differences"]) - 3
        if more > 0:
            said.append(f"{name}: {more} more runs differ from the reference")
        said += [
            f"{name}, run {run['number']} failed: {run['failure']}"
            for run in entry["runs"]
            if run["failure"]
        ]
        if entry["followed"]["failure"]:
            said.append(f"{name}: the traced story failed: {entry['followed']['failure']}")
    return said


def speech(result: Result) -> list[tuple[str, str]]:
    """Speech apart."""
    found = result["speech"]
    failed = "; ".join(f"{way}: {why}" for way, why in found["failures"].items())
    return [
        *([("speech failed", failed)] if failed else []),
        ("seconds of computing per second of speech", shown(found["cpu_s_per_speech_s"], ".3f")),
        ("from a story's beginning to its first sound, s", shown(found["first_sound_s"], ".2f")),
        ("underruns", shown(found["underruns"], "d")),
        ("tok/s while speaking", shown(found["tok_s_while_speaking"], ".1f")),
        ("peak memory, telling aloud, MiB", mib(found["peak_rss_kib"])),
    ]


def system(result: Result) -> list[tuple[str, str]]:
    """Memory and the rest."""
    found, speaking = result["system"], result["speech"]["mem_available_kib"]
    telling = [entry["followed"]["mem_available_kib"] for entry in result["engines"]]
    least = [value for value in (*telling, speaking) if value is not None]
    sensors = [entry["sensors"] for entry in result["engines"]]
    heat = [one["temperature_c"] for one in sensors if one["temperature_c"] is not None]
    clock = [one["frequency_mhz"] for one in sensors if one["frequency_mhz"] is not None]
    image = result["image"]
    return [
        ("MemTotal, MiB", mib(found["mem_total_kib"])),
        ("MemAvailable idle, MiB", mib(found["mem_available_idle_kib"])),
        ("MemAvailable telling, minimum seen, MiB", mib(min(least, default=None))),
        ("swap, KiB", str(found["swap_total_kib"])),
        ("core, maximum, deg C", shown(max(heat, default=None), ".1f")),
        ("core's clock, MHz", shown(max(clock, default=None), ".0f")),
        ("card image, MiB", mib(image["image_bytes"], 1 << 20)),
        ("card image compressed, MiB", mib(image["compressed_bytes"], 1 << 20)),
        ("manifest of the image, sha256", image["manifest_sha256"] or "not known"),
    ]


def shown(value: float | None, form: str) -> str:
    """A figure, or that there is none."""
    return "not known" if value is None else format(value, form)


def mib(value: float | None, parts: int = 1 << 10) -> str:
    """A figure of KiB (or of `parts` to the MiB) in MiB."""
    return shown(None if value is None else value / parts, ".1f")


def pipes(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns are aligned as text, too."""
    lines = [head, ["" for _ in head], *body]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    lines[1] = ["-" * width for width in widths]
    return "\n".join(
        f"| {' | '.join(c.ljust(w) for c, w in zip(line, widths, strict=True))} |" for line in lines
    )


def _row(result: Result, entry: dict[str, Any]) -> list[str]:
    rate, runs = entry["tok_s"], entry["runs"]
    figures = [shown(rate[name] if rate else None, ".2f") for name in ("mean", "sd", "min", "max")]
    counted = rate["counted"] if rate else 0
    same = sum(bool(run["is_identical"]) for run in runs)
    first = entry["followed"]["first_token_s"]
    is_known = any(run["is_identical"] is not None for run in runs)
    return [
        label(result, entry),
        *figures,
        f"{counted} of {len(runs)}",
        f"{same} of {len(runs)} same" if is_known else "not known",
        shown(first, ".3f") + (" s" if first is not None else ""),
        mib(max(run["peak_rss_kib"] for run in runs)) + " MiB",
        str(max(run["major_faults"] for run in runs)),
        mib(max(run["card_read_kib"] for run in runs)) + " MiB",
    ]


def protocol(result: Result) -> str:
    """What was run, in a sentence or two."""
    how = result["protocol"]
    options = f"-t {how['temperature']} -p {how['topp']}"
    kind = "The contest's protocol" if how["is_contest"] else "Not the contest's protocol"
    stories = (("prompt", map(words.quoted, how["prompts"])), ("seed", how["seeds"]))
    told = ", ".join(f"{name}{'s' if len(how[f'{name}s']) > 1 else ''} {words.listed(values)}"
                     for name, values in stories)  # fmt: skip
    return (
        f"{kind}: {how['runs']} runs of `{options}` of at most {how['steps']} tokens, "
        f"{told}; the best and the worst run are left out where "
        f"they clearly differ from all others. Reached by {result['reached']}."
    )


def _boot(result: Result) -> list[str]:
    if not result["boot"]:
        return []
    stages = [(one["name"], f"{one['s']:.2f}") for one in result["boot"]["stages"]]
    return ["## Start", pipes(("stage begins", f"s since {result['boot']['begins']}"), stages)]
