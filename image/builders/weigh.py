# SPDX-License-Identifier: MIT
"""What each object of a kernel weighs, and the configuration symbols that it is there for.

Looked at where the kernel is built, because its source tree is gone afterwards.
"""

import json
import re
from collections.abc import Container
from pathlib import Path
from typing import Any

from image import elf, run

RESULT = "kernel.json"
ARCHIVES = ("built-in.a", "lib.a")
# A makefile of Linux's Kbuild: `obj-$(CONFIG_USB) += usb/`, `snd-y := sound.o`. An `ifdef` around
# a line is not looked at: what it guards counts as its folder's.
LINE = re.compile(
    r"^(?P<list>[\w-]+?)-(?:y|objs|\$\((?:subst m,y,\$\()?CONFIG_(?P<symbol>\w+)\)?\))"
    r"\s*[:+]?=(?P<members>.*)$",
    re.MULTILINE,
)
TOP_LISTS = ("obj", "lib")

OR = " or "  # between symbols of which each alone would keep a member
Guards = dict[str, tuple[str, list[str]]]  # member -> the list it is in, symbols that put it there


def weigh(tree: Path, prefix: str, enabled: Container[str]) -> list[dict[str, Any]]:
    """Each object linked into the kernel built in `tree`, dearest first. Sizes are bytes.

    They are those of the compiler; the linker shortens calls, and leaves out what is not needed: of
    lib.a, or of all objects where LD_DEAD_CODE_DATA_ELIMINATION is on. `kept` stays in memory,
    `freed` is given back once the kernel has started. `symbols` are the guards of the object and of
    the folders around it, the nearest first; none: it is always in.
    """
    makefiles: dict[Path, Guards] = {}
    rows = []
    for path in _objects(tree, prefix):
        sizes = elf.loaded_sections(tree / path)
        freed = sum(size for name, size in sizes if name.startswith((".init", ".exit")))
        row = {
            "path": str(path),
            "kept": sum(size for _, size in sizes) - freed,
            "freed": freed,
            "symbols": _symbols(tree, path, makefiles, enabled),
        }
        rows.append(row)
    return sorted(rows, key=lambda row: (-row["kept"] - row["freed"], row["path"]))


def record(tree: Path, prefix: str, enabled: Container[str], target: Path) -> None:
    """Write what `weigh` finds; `enabled` are the symbols of the kernel's configuration."""
    rows = weigh(tree, prefix, enabled)
    lines = ",\n".join(json.dumps(row, sort_keys=True) for row in rows)
    target.write_text(f'{{"objects": [\n{lines}\n]}}\n')


def _objects(tree: Path, prefix: str) -> list[Path]:
    """Members of the thin archives that the kernel is linked from."""
    found: set[Path] = set()
    for name in ARCHIVES:
        for archive in tree.glob(f"**/{name}"):
            for member in run.output([f"{prefix}ar", "t", archive], cwd=tree).split():
                path = tree / member
                if member.endswith(".o") and path.is_file():
                    found.add(path.resolve().relative_to(tree.resolve()))
    return sorted(found)


def _symbols(
    tree: Path, path: Path, makefiles: dict[Path, Guards], enabled: Container[str]
) -> list[str]:
    """Guards of an object or folder, from the nearest outwards."""
    symbols = []
    name = path.name
    for folder in path.parents:
        if folder not in makefiles:
            makefiles[folder] = _read(tree / folder, enabled)
        guards, seen = makefiles[folder], set[str]()
        while name in guards and name not in seen:
            seen.add(name)
            group, given = guards[name]
            symbols += [OR.join(sorted(given))] if given else []
            name = name if group in TOP_LISTS else f"{group}.o"
        name = f"{folder.name}/"
    return list(dict.fromkeys(symbols))


def _read(folder: Path, enabled: Container[str]) -> Guards:
    """In which list of a folder's makefile each member is, and which symbols put it there.

    No symbols: nothing guards it.
    """
    makefile = next((folder / n for n in ("Kbuild", "Makefile") if (folder / n).is_file()), None)
    if makefile is None:
        return {}
    text = re.sub(r"\\\n", " ", makefile.read_text(errors="replace"))
    guards: Guards = {}
    free = set()
    for line in LINE.finditer(text):
        symbol = line["symbol"]
        if symbol and symbol not in enabled:
            continue
        for member in line["members"].split("#")[0].split():
            _, given = guards.setdefault(member, (line["list"], []))
            if symbol is None:
                free.add(member)
            elif symbol not in given:
                given.append(symbol)
    return {name: (group, [] if name in free else given) for name, (group, given) in guards.items()}
