# SPDX-License-Identifier: MIT
"""What has to go along with a card that is handed on: licence texts, sources, patches, a list."""

from collections.abc import Iterator
from pathlib import Path

from image import archive, output
from image.builders.job import copy_file
from image.legal.pages import Row, readme, table
from image.legal.sources import OWN, collect_sources, collect_texts, project_files
from image.plan.graph import Plan
from image.plan.step import STAGING
from image.recipes.package import Package

FOLDER = "legal-info"
KERNEL_CONFIG = "kernel.config"


def collect(plan: Plan) -> tuple[Path, list[Row]]:
    """Write out/BOARD/legal-info, whole or not at all; returns it, and what is there."""
    target = plan.project.out / FOLDER
    with output.alone(target), output.renewed(target) as fresh:
        (fresh / "sources").mkdir()
        archive.pack(project_files(plan.project.root), fresh / OWN)
        rows = [_row(plan, package, fresh) for package in plan.packages]
        _add_configuration(plan, fresh)
        (fresh / "manifest.csv").write_text(table(rows, fresh))
        (fresh / "README.md").write_text(readme(plan.project.config.board, rows, fresh))
    return target, rows


def _row(plan: Plan, package: Package, folder: Path) -> Row:
    local = plan.project.local_sources.get(package.name)
    texts = tuple(
        f"licences/{package.name}/{name}"
        for name in collect_texts(plan, package, folder / "licences" / package.name)
    )
    sources, version = collect_sources(plan, package, folder)
    patches = () if local else package.patches
    for path in patches:
        copy_file(path, folder / "patches" / package.name / path.name)
    return Row(
        package=package,
        version=version,
        texts=texts,
        sources=sources,
        patches=tuple(f"patches/{package.name}/{path.name}" for path in patches),
        lacking=tuple(_lacking(plan, package, texts, version)),
    )


def _lacking(plan: Plan, package: Package, texts: tuple[str, ...], version: str) -> Iterator[str]:
    spdx = package.licence.spdx
    if "LicenseRef-" in spdx:
        yield f"its licence is not known ({spdx}): ask its owner whether it may be redistributed"
    missing = [name for name in package.licence.files if not _holds(texts, name)]
    if missing:
        yield f"its source does not hold {', '.join(missing)}"
    elif not texts:
        yield f"the recipe names no licence text; the licence is {spdx}"
    if package.build == "vendor_image":
        yield "it is taken as built; its source is not known"
    if package.name in plan.project.local_sources:
        yield "it was built from a local folder, packed as it is now"
    if version != package.version:
        yield (
            f"built from {version} of the distribution, not from {package.version}:"
            " to build it again, let ./doit ask the distribution for it"
        )


def _holds(texts: tuple[str, ...], name: str) -> bool:
    return any(text.endswith("/" + name.replace("/", "_")) for text in texts)


def _add_configuration(plan: Plan, folder: Path) -> None:
    """The configuration of each kernel that was built: without it, its source is not complete."""
    for package in plan.packages:
        staged = plan.folder(plan.step(package.name)) / STAGING / KERNEL_CONFIG
        if staged.is_file():
            copy_file(staged, folder / "sources" / package.name / KERNEL_CONFIG)
