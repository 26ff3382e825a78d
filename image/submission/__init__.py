# SPDX-License-Identifier: MIT
"""`doit submission`: what a contest's judges ask for, as one folder and one archive."""

from pathlib import Path

from image import archive, output
from image.builders.job import copy_file
from image.card import manifest_file
from image.card.release import bill_path, image_path
from image.errors import UserError
from image.key import hash_file
from image.legal import KERNEL_CONFIG
from image.legal.sources import PROJECT, collect_texts, project_files
from image.model import MODEL_PATH, PACKER, PACKER_PROGRAM, TOKENIZER_PATH
from image.plan.graph import Plan
from image.plan.step import ROOT, STAGING
from image.report import kernel
from image.submission import changed, readme, results

FOLDER = "submission"
RUN = "run.sh"
PROGRAMS = ("run", "storyteller")
NEEDED = (PACKER, "storyteller")  # the packages that bring them
# A larger model is made from its published checkpoint; hosts of submissions refuse large files.
MODEL_LIMIT = 16 << 20


def collect(plan: Plan) -> Path:
    """Write out/BOARD/submission and its archive, which is returned."""
    target = plan.project.out / FOLDER
    with output.alone(target):
        with output.renewed(target) as fresh:
            _fill(plan, fresh)
        return _pack(target)


def _fill(plan: Plan, folder: Path) -> None:
    tree = plan.folder(plan.step("rootfs")) / ROOT
    _add_programs(plan, tree, folder)
    has_model = _add_model(tree, folder)
    _add_environment(plan, folder)
    archive.pack(project_files(plan.project.root), folder / f"{PROJECT}.tar.gz")
    for package in plan.packages:
        list(collect_texts(plan, package, folder / "licences" / package.name))
    copy_file(plan.project.root / "LICENSE", folder / "LICENSE")
    found = results.newest(plan)
    if found:
        copy_file(found[0], folder / "results" / found[0].name)
    (folder / "README.md").write_text(readme.write(plan, tree, folder, found, has_model))


def _add_programs(plan: Plan, tree: Path, folder: Path) -> None:
    """The programs as the card has them, and the packer for the same machine."""
    for name in PROGRAMS:
        program = tree / "usr/bin" / name
        if not program.is_file():
            raise UserError(
                f"the card has no program {name}, which a submission needs",
                hint="choose its package: ./doit menuconfig",
            )
        copy_file(program, folder / "bin" / name)
    packer = plan.folder(plan.step(PACKER)) / STAGING / "usr/bin" / PACKER_PROGRAM
    copy_file(packer, folder / "bin" / PACKER_PROGRAM)
    copy_file(Path(__file__).with_name(RUN), folder / RUN)
    (folder / RUN).chmod(0o755)


def _add_model(tree: Path, folder: Path) -> bool:
    """The card's model, when it is small; its tokenizer goes along in any case."""
    copy_file(tree / TOKENIZER_PATH, folder / "model/tokenizer.bin")
    is_small = (tree / MODEL_PATH).stat().st_size <= MODEL_LIMIT
    if is_small:
        copy_file(tree / MODEL_PATH, folder / "model/model.bin")
    return is_small


def _add_environment(plan: Plan, folder: Path) -> None:
    target = folder / "environment"
    image = image_path(plan)
    for path in (image.with_name(manifest_file.NAME), bill_path(image)):
        copy_file(path, target / path.name)
    package = kernel.find(plan)
    if package:
        staged = plan.folder(plan.step(package.name)) / STAGING / KERNEL_CONFIG
        copy_file(staged, target / KERNEL_CONFIG)
    (target / "changed.md").write_text(changed.describe(plan))


def _pack(folder: Path) -> Path:
    """The folder as an archive, with its checksum."""
    target = folder.with_name(f"{FOLDER}.tar.gz")
    files = [path for path in folder.rglob("*") if path.is_file()]
    with output.whole(target) as partial:
        archive.pack({str(path.relative_to(folder.parent)): path for path in files}, partial)
        sums = f"{hash_file(partial)}  {target.name}\n"
    output.write(target.with_name(f"{target.name}.sha256"), sums)
    return target
