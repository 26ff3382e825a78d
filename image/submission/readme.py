# SPDX-License-Identifier: MIT
"""The README of a submission: what is in it, how to measure, with what it was built."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from image.builders.toolchain import RISCV64
from image.card.release import image_path, manifest
from image.key import hash_file
from image.legal import KERNEL_CONFIG
from image.legal.sources import PROJECT
from image.model import MODEL_PATH, PACKER_PROGRAM, TOKENIZER_PATH
from image.plan.graph import Plan
from image.recipes.package import Package
from image.report import kernel, memory
from image.report.treemap import shown
from image.submission import results

TEMPLATE = Path(__file__).with_name("readme.md")
BY_CABLE = f"""\
From a PC at the board's USB port, without copying anything:

```sh
ssh root@192.168.42.1 'RUN=/usr/bin/run MODEL=/{MODEL_PATH} \\
    TOKENIZER=/{TOKENIZER_PATH} OUTFILE=/data/out.txt sh -s' <run.sh
```"""
ON_SCREEN = "`./doit run` boots it; this board is emulated, so its speed says nothing."
SMALL = "`model/model.bin` is the card's model, sha256 `{model_sha256}`, packed from {checkpoint}."
LARGE = """\
The packed model is too large for this bundle. It is made on the board, or on a PC with
qemu-riscv64 before `bin/{packer}`:

```sh
{fetch}
bin/{packer} {checkpoint} model/tokenizer.bin model/model.bin
sha256sum model/model.bin   # {model_sha256}
```

The card has it already, as `/{path}`."""


def write(
    plan: Plan, tree: Path, folder: Path, found: tuple[Path, Any] | None, has_model: bool
) -> str:
    """The text; `tree` is the card's root, `folder` the bundle as far as it is there."""
    board = plan.project.config.board
    package = kernel.find(plan)
    tiles = memory.tiles(plan, kernel.read(plan, package)) if package else []
    tiles = [tile for tile in tiles if tile.size]
    whole = [tile for tile in tiles if not tile.name.startswith("kernel: ")]
    kept = sum(tile.size for tile in tiles) - sum(tile.size for tile in whole)
    rows = [(tile.name, tile.group, shown(tile.size), tile.note) for tile in whole]
    rows.append(("kernel", memory.LINUX, shown(kept), memory.BUILT))
    return TEMPLATE.read_text().format(
        board=board,
        packer=PACKER_PROGRAM,
        project=PROJECT,
        model_is="the card's model and its tokenizer" if has_model else "its tokenizer",
        image_sha256=hash_file(image_path(plan)),
        model=_model(plan, tree, has_model),
        results=results.describe(found, board),
        environment=_lines(_environment(plan, folder)),
        packages=_lines(_packages(plan)),
        reach=BY_CABLE if plan.project.board.sdk else ON_SCREEN,
        memory=_lines(rows),
    )


def _model(plan: Plan, tree: Path, has_model: bool) -> str:
    package = next((p for p in plan.packages if p.build == "packed"), None)
    path = plan.project.model_files.get(MODEL_PATH)
    checkpoint = path.name if path else package.recipe["pack"]["checkpoint"] if package else "?"
    sha256 = hash_file(tree / MODEL_PATH)
    if has_model:
        origin = f" of the package {package.name}" if package and not path else ""
        return SMALL.format(model_sha256=sha256, checkpoint=f"`{checkpoint}`{origin}")
    if package and not path:
        fetch, checkpoint = _fetch(package, checkpoint)
    else:
        fetch = f"# {checkpoint} is yours"
    return LARGE.format(
        packer=PACKER_PROGRAM,
        fetch=fetch,
        checkpoint=checkpoint,
        model_sha256=sha256,
        path=MODEL_PATH,
    )


def _fetch(package: Package, checkpoint: str) -> tuple[str, str]:
    """How to come by a package's checkpoint, and the path that it then has."""
    source = next((source for source in package.sources if source.file == checkpoint), None)
    if source:
        return f"wget {source.urls[0]}\nsha256sum {checkpoint}   # {source.sha256}", checkpoint
    path = f"{PROJECT}/packages/{package.name}/src/{checkpoint}"
    return f"tar -xzf {PROJECT}.tar.gz {path}", path


def _environment(plan: Plan, folder: Path) -> Iterable[tuple[str, str]]:
    identity = RISCV64.identity()
    yield "compiler", str(identity["compiler"])
    yield "binutils", str(identity["binutils"])
    yield "flags of every program", f"`{' '.join([*RISCV64.cflags, *RISCV64.ldflags])}`"
    for package in plan.packages:
        if package.recipe.get("cflags") and package.name in ("llama", "storyteller"):
            yield f"flags of {package.name}", f"`{' '.join(package.recipe['cflags'])}`"
    configuration = folder / "environment" / KERNEL_CONFIG
    if configuration.is_file():
        yield "kernel configuration, sha256", f"`{hash_file(configuration)}`"
    yield "card, key of its build", f"`{plan.key(plan.step('card'))}`"
    for tools in manifest(plan)["tools"].values():
        for name, version in tools.items():
            yield name, str(version)


def _packages(plan: Plan) -> Iterable[tuple[str, str, str]]:
    for entry in manifest(plan)["packages"]:
        sources = entry["sources"]
        version = next((s["version"] for s in sources if "version" in s), entry["version"])
        yield entry["name"], version, entry["licence"]


def _lines(rows: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
