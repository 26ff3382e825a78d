# SPDX-License-Identifier: MIT
"""What a person takes away: the image, compressed, with block map, manifest, bill of materials."""

from __future__ import annotations

import lzma
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from image import fetch, run
from image.card import bmap, disk_image, manifest_file, rootfs
from image.key import hash_file, hash_of, hash_tree
from image.plan.step import Step
from image.recipes.package import Package

if TYPE_CHECKING:
    from image.plan.graph import Plan

LOG = "log"
# As xz does it by itself, but for numbers of four bytes, which most of a card is: a model is 3
# percent smaller so.
XZ = {"id": lzma.FILTER_LZMA2, "preset": 6, "lc": 2, "lp": 2}


def image_path(plan: Plan) -> Path:
    """Where the card image of a plan ends up."""
    board = plan.project.config.board
    return plan.project.out / "images" / f"duo-storyteller-{board}.img"


def packed_path(image: Path) -> Path:
    """Where the compressed card image is."""
    return image.with_name(f"{image.name}.xz")


def bill_path(image: Path) -> Path:
    """Where the bill of materials of a card image is."""
    return image.with_name(f"{image.stem}.cdx.json")


def build(plan: Plan, step: Step) -> None:
    """Write out/BOARD/images. The files appear together: a half-written set is never seen."""
    from image import sbom  # here: other calls need not wait 0.2 s for its library

    folder = plan.folder(step)
    made = folder / "images"
    made.mkdir(parents=True)
    image = made / image_path(plan).name
    # Zeros take no room on the host's disk.
    made_card = plan.folder(plan.step("card")) / disk_image.IMAGE
    run.run(["cp", "--sparse=always", made_card, image], log=folder / LOG)
    compress(image, packed_path(made / image.name))
    block_map = bmap.make(image, disk_image.contents(plan))
    image.with_name(f"{image.name}.bmap").write_text(block_map)
    described = manifest(plan)
    _write(made / manifest_file.NAME, described)
    _write(bill_path(image), sbom.make(plan, described, image))
    sums = [f"{hash_file(path)}  {path.name}\n" for path in sorted(made.iterdir())]
    (made / "sha256sums").write_text("".join(sums))


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(manifest_file.text(value))


def compress(source: Path, target: Path) -> None:
    """xz, which card writers read; it has neither name nor time, so it is the same each time."""
    with source.open("rb") as plain, lzma.open(target, "wb", filters=[XZ]) as packed:
        shutil.copyfileobj(plain, packed, 1 << 20)


def manifest(plan: Plan) -> dict[str, Any]:
    """Every input of the image: where from, which version, which hash, which licence."""
    return {
        "board": plan.project.config.board,
        "configuration": dict(plan.project.config.symbols),
        "key": plan.key(plan.step("card")),
        "tools": {name: plan.inputs(plan.step(name))["tools"] for name in ("rootfs", "card")},
        "packages": [_entry(plan, package) for package in plan.packages],
        "model": {path: hash_file(file) for path, file in plan.project.model_files.items()},
        "boot": {path: hash_file(file) for path, file in plan.project.boot_files.items()},
        "root_bytes": (plan.folder(plan.step("rootfs")) / rootfs.IMAGE).stat().st_size,
    }


def _entry(plan: Plan, package: Package) -> dict[str, Any]:
    step = plan.step(package.name)
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence.spdx,
        "key": plan.key(step),
        "compiler": step.target.identity()["compiler"],
        "sources": _sources(plan, package),
        "patches": {path.name: hash_file(path) for path in package.patches},
    }


def _sources(plan: Plan, package: Package) -> list[dict[str, Any]]:
    local = plan.project.local_sources.get(package.name)
    if local:
        return [{"origin": "local folder", "tree_sha256": hash_of(hash_tree(local))}]
    if package.own_source:
        return [{"origin": "this project", "tree_sha256": hash_of(hash_tree(package.own_source))}]
    if package.tree:
        return [_tree(plan, name, folders) for name, folders in package.tree.items()]
    found = [(source, fetch.named(source, plan.project.fetch)) for source in package.sources]
    return [
        {
            "file": named.file,
            "urls": list(source.urls),
            # Not where this machine got it: that must not be in a card that all machines make.
            "origin": f"Debian package {source.fallback}" if named.version else source.home,
            "version": named.version or package.version,
            "sha256": named.sha256,
        }
        for source, named in found
        if named
    ]


def _tree(plan: Plan, name: str, folders: tuple[str, ...]) -> dict[str, Any]:
    """Folders of another package's source: of a commit, or of a folder given by hand."""
    local = plan.project.local_sources.get(name)
    if local:
        hashes = {folder: hash_of(hash_tree(local / folder)) for folder in folders}
        return {"origin": f"local folder of {name}", "tree_sha256": hashes}
    repository = plan.project.packages[name].repository
    assert repository is not None
    return {
        "origin": repository.urls[0],
        "commit": repository.commit,
        "folders": list(folders),
    }
