# SPDX-License-Identifier: MIT
"""What ./doit does on the terminal once all that it needs is built, one function for each task."""

import shutil
from pathlib import Path

from image import config, legal, report, submission
from image.bench import compare, perform
from image.boards import board as boards
from image.boards.ram import render
from image.card import check, release
from image.cli.call import ROOT, current_plan, current_project, folder, given
from image.cycles import bench
from image.device import deploy, diagnose, flash, shell
from image.emulator import qemu
from image.errors import UserError
from image.host import install
from image.legal import pages
from image.plan.step import ROOT as TREE
from image.report import memory
from image.testing import fresh


def configure() -> None:
    """Write .config from the defaults of board=NAME."""
    board = given().get("board")
    if board is None:
        raise UserError("which board?", hint="./doit configure board=qemu_virt")
    print(f".config: {config.configure(ROOT, board)}")


def explain(names: list[str]) -> None:
    """Print for each named step, or for all, whether it would run and why."""
    made = current_plan()
    for step in [made.step(name) for name in names] or made.steps.values():
        print(f"{step.name:<18} {made.why(step)}")


def boot() -> None:
    """Boot the card of an emulated board on this terminal."""
    made = current_project()
    image_file = release.image_path(current_plan())
    qemu.run(image_file, made.out, made.board.memory_mib, given())


def check_image() -> None:
    """Look at every part of the built card image, or of file=IMAGE, and say what is wrong."""
    image_file = _card_image()
    findings = check.check(image_file, _memory_map())
    print(*findings, sep="\n")
    bad = [finding for finding in findings if not finding.ok]
    if bad:
        raise UserError(f"{image_file}: {len(bad)} of {len(findings)} checks failed")


def flash_card() -> None:
    """Write the built card image, or file=IMAGE, to a card."""
    flash.perform(_card_image(), _memory_map(), ROOT / "doit", given())


def open_shell() -> None:
    """A console on the board, or on the emulated one, which is started for it."""
    made = current_project()
    emulated = shell.is_emulated(made.board, given())
    image_file = release.image_path(current_plan()) if emulated else None
    shell.perform(image_file, made.out, made.board.memory_mib, given())


def deploy_changes() -> None:
    """Bring the files of the built root that changed to a board that runs."""
    made = current_plan()
    deploy.perform(made.folder(made.step("rootfs")) / TREE, given())


def show_ram() -> None:
    """Say who owns the board's memory, from the built kernel and device tree."""
    made = current_plan()
    if made.project.board.memory_map is None:
        known = boards.first(ROOT, lambda board: board.memory_map).name
        message = f"the memory map is of {known}, not of {made.project.board.name}"
        raise UserError(message, f"./doit ram board={known}")
    print(render(made.project.memory_map, memory.figures(made)), end="")


def legal_info() -> None:
    """Collect licence texts and sources of the built image, and say what is missing."""
    print(pages.describe(*legal.collect(current_plan())))


def show_report() -> None:
    """Write the report of the built image, and say where."""
    print(report.perform(current_plan()))


def make_submission() -> None:
    """Write the bundle for a contest, and say where and how large it is."""
    path = submission.collect(current_plan())
    print(f"{path}  {path.stat().st_size / (1 << 20):.1f} MiB")


def diagnosis() -> None:
    """Ask the board what it knows about itself, into a file."""
    diagnose.perform(current_project(), given())


def measure_board() -> None:
    """Measure the board of this call."""
    perform.perform(current_plan(), given())


def compare_results(files: list[str]) -> None:
    """Compare two results, paths being those of the folder that ./doit was called in."""
    if compare.perform([folder() / file for file in files]):
        raise SystemExit(compare.WORSE)


def cycles() -> None:
    """Model what the engines, or program=FILE, cost on the board."""
    install.provide("measure")
    bench.perform(current_project(), given())


def try_fresh() -> None:
    """Try README's first lines in new Debian systems."""
    fresh.perform(ROOT, current_project().fetch.dl, given())


def clean() -> None:
    """Remove what was built; downloads stay."""
    for made in (ROOT / "work", ROOT / "out"):
        for path in made.iterdir() if made.is_dir() else ():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    print("work/ and out/ are empty; dl/ is unchanged")


def _memory_map() -> Path:
    """What boot loaders on a card are compared with: the map of board=, or the first there is."""
    name = given().get("board")
    own = boards.load(ROOT, name).memory_map if name else None
    return own or next(board.memory_map for board in boards.load_all(ROOT) if board.memory_map)


def _card_image() -> Path:
    """file=IMAGE, for which no configuration is needed, or where the board's image is published."""
    given_file = given().get("file")
    return Path(given_file) if given_file else release.image_path(current_plan())
