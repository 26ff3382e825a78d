# SPDX-License-Identifier: MIT
"""What differs from the system that a board comes with: patches, kernel options, memory."""

from collections.abc import Iterator
from pathlib import Path

from image.boards import ram
from image.builders import kconfig
from image.plan.graph import Plan
from image.recipes.package import Package
from image.report import memory

VENDORS = "The default system is the vendor's SDK. Its kernel and boot loaders stay, changed by:"
OWN = "The emulated board has no default system; its kernel is mainline. Sources are changed by:"
REST = """\
In place of the vendor's root file system there are musl, busybox and this project's programs, all
static, on a compressed root that is only read. No swap, no overclock. `manifest.json` next to
this page names every input."""


def describe(plan: Plan) -> str:
    """A page of Markdown, from the patches' and fragments' own first words."""
    is_vendors = plan.project.board.sdk is not None
    first = VENDORS if is_vendors else OWN
    patches = [line for package in plan.packages for line in _patches(package)]
    parts = ["# What was changed", first, "\n".join(patches) or "- no patches"]
    for package in plan.packages:
        fragments = [p for p in _fragments(plan, package) if p.suffix == ".config"]
        if fragments:
            rows = [_row(path) for path in fragments]
            head = "| fragment | on | off | for |\n|---|---|---|---|"
            base = package.recipe["base"]
            parts += [f"## Options of {package.name}, on top of `{base}`", "\n".join([head, *rows])]
    if is_vendors:
        parts += ["## Memory", f"```\n{_memory(plan)}```"]
    parts += ["## The rest", REST]
    return "\n\n".join(parts) + "\n"


def title(patch: Path) -> str:
    """The first line of a patch, which says what it does."""
    return next((line for line in patch.read_text().splitlines() if line.strip()), patch.name)


def purpose(fragment: Path) -> str:
    """The first sentence of a fragment's comments."""
    lines = [line.removeprefix("#").strip() for line in fragment.read_text().splitlines()
             if line.startswith("#")]  # fmt: skip
    words = " ".join(line for line in lines if "SPDX-License" not in line).split(". ")[0]
    return words.split(" ---")[0].strip("- .")


def _patches(package: Package) -> Iterator[str]:
    for patch in package.patches:
        yield f"- {package.name}, `{patch.name}`: {title(patch)}"


def _fragments(plan: Plan, package: Package) -> list[Path]:
    if package.build != "kconfig":
        return []
    return kconfig.files(package, plan.project.root, plan.project.config)


def _row(fragment: Path) -> str:
    values = list(kconfig.read(fragment).values())
    off = values.count("n")
    return f"| `{fragment.name}` | {len(values) - off} | {off} | {purpose(fragment)} |"


def _memory(plan: Plan) -> str:
    return ram.render(plan.project.memory_map, memory.figures(plan))
