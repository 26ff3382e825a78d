# SPDX-License-Identifier: MIT
"""What ./doit does on the terminal once all that it needs is built, one function for each task.

Each gets the call that it is for, and may be used without a command line:
`commands.explain(Call(root, {"board": "qemu_virt"}), ["musl"])`. Each imports what only it uses:
a call of ./doit would take twice as long if it loaded everything.
"""

import dataclasses
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from image import config, device
from image.boards import board as boards
from image.card import release
from image.cli.call import Call
from image.errors import UserError
from image.host import doctor, install
from image.options import is_on
from image.plan.graph import Plan
from image.plan.step import ROOT as TREE
from image.testing import suite


def configure(call: Call) -> None:
    """Write .config from the defaults of board=NAME."""
    board = call.options.get("board")
    if board is None:
        raise UserError("which board?", hint="./doit configure board=qemu_virt")
    print(f".config: {config.configure(call.root, board)}")


def menuconfig(call: Call) -> None:
    """Change .config in a menu."""
    config.menuconfig(call.root)


def savedefconfig(call: Call) -> None:
    """Write .config to its board's defaults."""
    config.savedefconfig(call.root)


def check_host(call: Call) -> None:
    """List the programs of this machine that a build needs, and how to get missing ones."""
    doctor.check()


def run_tests(tier: suite.Tier, call: Call, files: Sequence[str] = ()) -> None:
    """Run the tests of a tier, or those of some files."""
    suite.run_tier(tier, call.options, files)


def explain(call: Call, names: Sequence[str]) -> None:
    """Print for each named step, or for all, whether it would run and why.

    If a store is used, also whether it has the result, and why not.
    """
    from image.steps import sharing

    plan, store = call.plan, call.store
    for step in [plan.step(name) for name in names] or plan.steps.values():
        print(f"{step.name:<18} {plan.why(step)}")
        if store and step.kind != "fetch" and not sharing.is_here(plan, step):
            print(f"{'':<18} {sharing.why(plan, step, store)}")


def list_results(call: Call) -> None:
    """Print for each step whether its result is here, and whether the store has it."""
    from image.steps import sharing

    print(sharing.listed(sharing.survey(call.plan, call.store)))


def plan_to_tell(call: Call) -> Plan:
    """The plan of board= or .config; without either one that costs least, and sounds best.

    That is the emulated board's, with the voice tell.VOICE if nobody names another, and if that is
    here or can be fetched; where it cannot, this says so. Raises UserError.
    """
    from image import tell

    if "board" in call.options or (call.root / config.DOT_CONFIG).exists():
        return call.plan
    emulated = boards.first(call.root, lambda board: board.is_emulated).name
    usual = dataclasses.replace(call, options={**call.options, "board": emulated})
    if "voice" in call.options:
        return usual.plan
    natural = dataclasses.replace(usual, options={**usual.options, "voice": tell.VOICE})
    return natural.plan if tell.can_speak(natural.project) else usual.plan


def boot(call: Call) -> None:
    """Boot the built card image, or file=IMAGE, in QEMU on this terminal."""
    from image.emulator import qemu, stand_in, story_page

    project = call.project
    image_file = _card_image(call)
    if project.board.stand_in:
        stand_in.run(project, image_file, call.options)
    else:
        has_page = story_page.is_in(project)
        qemu.run(image_file, project.out, project.board.memory_mib, call.options, has_page)


def check_image(call: Call) -> None:
    """Look at every part of the built card image, or of file=IMAGE, and say what is wrong."""
    from image.card import check

    image_file = _card_image(call)
    findings = check.check(image_file, _memory_map(call))
    print(*findings, sep="\n")
    bad = [finding for finding in findings if not finding.ok]
    if bad:
        raise UserError(f"{image_file}: {len(bad)} of {len(findings)} checks failed")


def check_rebuild(call: Call) -> None:
    """Build some steps that came from a store again, and say whether they are the same."""
    from image.steps import rebuild

    count = int(call.options.get(rebuild.STEPS.name, rebuild.STEPS.default))
    found = []
    for finding in rebuild.check(call.plan, call.store, count):
        print(finding)
        found.append(finding)
    bad = [finding for finding in found if finding.different]
    if bad:
        raise UserError(
            f"{len(bad)} of {len(found)} steps are not what was put into the store",
            "take the signer out of allowed_signers until you know why",
        )


def flash_card(call: Call) -> None:
    """Write the built card image, or file=IMAGE, to a card."""
    from image.device import flash

    flash.write_card(_card_image(call), _memory_map(call), call.root / "doit", call.options)


def open_shell(call: Call) -> None:
    """A console on the board, or on the emulated one, which is started for it."""
    from image.device import shell

    project = call.project
    emulated = device.is_emulated(project.board, call.options)
    image_file = release.image_path(call.plan) if emulated else None
    shell.enter(image_file, project.out, project.board.memory_mib, call.options)


def deploy_changes(call: Call) -> None:
    """Bring the files of the built root that changed to a board that runs."""
    from image.device import deploy

    plan = call.plan
    deploy.copy_changes(plan.folder(plan.step("rootfs")) / TREE, call.options)


def show_ram(call: Call) -> None:
    """Say who owns the board's memory, from the built kernel and device tree."""
    from image.boards.ram import render
    from image.report import memory

    plan = call.plan
    if plan.project.board.memory_map is None:
        known = boards.first(call.root, lambda board: board.memory_map).name
        message = f"the memory map is of {known}, not of {plan.project.board.name}"
        raise UserError(message, f"./doit ram board={known}")
    print(render(plan.project.memory_map, memory.figures(plan)), end="")


def legal_info(call: Call) -> None:
    """Collect licence texts and sources of the built image, and say what is missing."""
    from image import legal
    from image.legal import pages

    print(pages.describe(*legal.collect(call.plan)))


def show_report(call: Call) -> None:
    """Write the report of the built image, and say where."""
    from image import report

    print(report.write(call.plan))


def make_submission(call: Call) -> None:
    """Write the bundle for a contest, and say where and how large it is."""
    from image import submission

    path = submission.collect(call.plan)
    print(f"{path}  {path.stat().st_size / (1 << 20):.1f} MiB")


def diagnosis(call: Call) -> None:
    """Ask the board what it knows about itself, into a file."""
    from image.device import diagnose

    diagnose.write_report(call.project, call.options)


def measure_board(call: Call) -> None:
    """Measure the board of this call."""
    from image.bench import measure

    measure.measure(call.plan, call.options)


def compare_results(call: Call, files: Sequence[str]) -> None:
    """Compare two results, paths being those of the folder that ./doit was called in."""
    from image.bench import compare

    if compare.compare([call.folder / file for file in files]):
        raise SystemExit(compare.WORSE)


def cycles(call: Call) -> None:
    """Model what the engines, or program=FILE, cost on the board."""
    from image.cycles import bench

    install.provide("measure")
    bench.estimate(call.project, call.options)


def train(call: Call) -> None:
    """Train `pocket` on stories that are invented meanwhile, or resume that."""
    from image import training

    install.provide("train")
    training.train(call.root, call.options)


def try_fresh(call: Call) -> None:
    """Try README's first lines in new Debian systems."""
    from image.testing import fresh

    fresh.try_releases(call.root, call.project.fetch.dl, call.options)


def clean(call: Call) -> None:
    """Remove results that no configuration needs; with all=1 everything that was built."""
    from image.steps import tidy

    if is_on(call.options, tidy.ALL.name):
        _remove_all(call)
        return
    plans = [*_plans(call)]
    hosts = [host for plan in plans for host in tidy.hosted(plan.project)]
    freed = tidy.sweep(call.root / "work", [*plans, *hosts])
    print(f"{freed / 1e9:.1f} GB freed; what the boards' configurations need is still there")


def _plans(call: Call) -> Iterator[Plan]:
    """Of each board's defaults, and of .config."""
    others = {name: value for name, value in call.options.items() if name != "board"}
    for board in boards.names(call.root):
        yield dataclasses.replace(call, options={**others, "board": board}).plan
    if (call.root / config.DOT_CONFIG).exists():
        yield dataclasses.replace(call, options=others).plan


def _remove_all(call: Call) -> None:
    from image.steps import tidy

    with tidy.removing(call.root / "work") as is_free:
        tidy.check_free(is_free)
        for made in (call.root / "work", call.root / "out"):
            for path in made.iterdir() if made.is_dir() else ():
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    print("work/ and out/ are empty; dl/ is unchanged")


def _memory_map(call: Call) -> Path:
    """What boot loaders on a card are compared with: the map of board=, or the first there is."""
    name = call.options.get("board")
    own = boards.load(call.root, name).memory_map if name else None
    found = own or boards.first(call.root, lambda board: board.memory_map).memory_map
    assert found
    return found


def _card_image(call: Call) -> Path:
    """file=IMAGE, for which no configuration is needed, or where the board's image is published."""
    given_file = call.options.get("file")
    return Path(given_file) if given_file else release.image_path(call.plan)
