# SPDX-License-Identifier: MIT
"""Two checkouts and one store: what one built, the other takes, and nothing else."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from image import builders, run
from image.builders.toolchain import HOST
from image.config import Config
from image.errors import UserError
from image.fetch import Settings
from image.plan import graph
from image.plan.graph import Plan
from image.plan.step import Step
from image.project import Project
from image.recipes.loading import load_all
from image.steps import demand, provenance, rebuild, runner, sharing
from image.store import lease
from image.store.places import Folder
from image.store.signature import Signer, Verifier
from image.store.store import Store

LIBRARY = {
    "name": "bell", "version": "1", "summary": "what the toy does", "licence": {"spdx": "MIT"},
    "build": "c", "libraries": {"bell": ["bell.c"]}, "headers": ["bell.h"],
}  # fmt: skip
TOY = {
    "name": "toy", "version": "1", "summary": "a toy", "licence": {"spdx": "MIT"}, "build": "c",
    "needs": ["bell"], "programs": {"toy": {"files": ["toy.c"], "libraries": ["bell"]}},
    "install": {"usr/bin/toy": "toy"},
}  # fmt: skip
CODE = {
    "bell": {"bell.c": '#include "bell.h"\nint bell(void) { return 7; }\n',
             "bell.h": "int bell(void);\n"},
    "toy": {"toy.c": '#include <bell.h>\nint main(void) { return bell() - 7; }\n'},
}  # fmt: skip


def checkout(root: Path) -> Path:
    for recipe in (LIBRARY, TOY):
        folder = root / "packages" / str(recipe["name"])
        (folder / "src").mkdir(parents=True)
        (folder / "package.yaml").write_text(yaml.safe_dump(recipe))
        for name, text in CODE[folder.name].items():
            (folder / "src" / name).write_text(text)
    return root


def plan_of(root: Path, *wanted: str, **sources: Path) -> Plan:
    project = Project(
        root=root,
        config=Config("qemu_virt", {}, root),
        packages=load_all(root / "packages", builders.keys()),
        fetch=Settings(root / "dl"),
        jobs=2,
        local_sources=sources,
        model_files={},
        boot_files={},
    )
    return graph.make(project, wanted or ["toy"], HOST)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    key = tmp_path / "key"
    run.output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
    signers = tmp_path / "allowed_signers"
    signers.write_text(f"ada {key.with_suffix('.pub').read_text()}")
    place = Folder(tmp_path / "shared")
    return Store("the store", place, Verifier(signers), Signer(key), tmp_path / "way")


def do_all(plan: Plan, store: Store | None) -> None:
    for step in plan.steps.values():
        runner.run_step(plan, step, store)


def builder_of(plan: Plan, name: str) -> str | None:
    """Who built a step; None: we did."""
    stamp = graph.read_stamp(plan.folder(plan.step(name)))
    assert stamp
    return stamp.get("builder")


def test_what_one_built_the_other_takes(tmp_path: Path, store: Store) -> None:
    first = plan_of(checkout(tmp_path / "first"))
    do_all(first, store)
    second = plan_of(checkout(tmp_path / "there/second"))
    do_all(second, store)
    assert builder_of(first, "host:toy") is None
    assert builder_of(second, "host:bell") == builder_of(second, "host:toy") == "ada"
    folder = second.folder(second.step("host:toy"))
    run.output([folder / "root/usr/bin/toy"])
    assert not (folder / "log").exists(), "nothing was built"


def test_it_is_told_why_the_store_has_nothing(tmp_path: Path, store: Store) -> None:
    first = checkout(tmp_path / "first")
    plan = plan_of(checkout(tmp_path / "second"))
    step = plan.step("host:toy")
    assert sharing.why(plan, step, store) == "the store has none"
    do_all(plan_of(first), store)
    assert sharing.why(plan, step, store) == "the store has it, by ada"
    program = tmp_path / "second/packages/toy/src/toy.c"
    program.write_text(program.read_text() + "\n")
    changed = plan_of(tmp_path / "second")
    said = sharing.why(changed, changed.step("host:toy"), store)
    assert said.startswith("the store has one of other inputs: ") and "toy.c" in said


def test_only_what_the_goal_needs_is_asked_for(tmp_path: Path, store: Store) -> None:
    do_all(plan_of(checkout(tmp_path / "first")), store)
    plan = plan_of(checkout(tmp_path / "second"))
    wanted = demand.look(plan, [plan.step("host:toy")], store).shared
    assert [*wanted] == ["host:toy"]
    runner.take_step(plan, plan.step("host:toy"), store, wanted["host:toy"])
    assert plan.is_done(plan.step("host:toy")) and not plan.is_done(plan.step("host:bell"))


def test_a_change_builds_what_changed_and_what_rests_on_it(tmp_path: Path, store: Store) -> None:
    do_all(plan_of(checkout(tmp_path / "first")), store)
    other = checkout(tmp_path / "second")
    (other / "packages/toy/src/toy.c").write_text("int main(void) { return 0; }\n")
    plan = plan_of(other)
    assert [*demand.look(plan, [plan.step("host:toy")], store).shared] == ["host:bell"]
    do_all(plan, store)
    assert (builder_of(plan, "host:bell"), builder_of(plan, "host:toy")) == ("ada", None)


def test_a_result_that_is_lost_is_built_with_all_before_it(tmp_path: Path, store: Store) -> None:
    do_all(plan_of(checkout(tmp_path / "first")), store)
    plan = plan_of(checkout(tmp_path / "second"))
    toy = plan.step("host:toy")
    entry = demand.look(plan, [toy], store).shared["host:toy"]
    for file in (tmp_path / "shared/cas").iterdir():
        file.unlink()
    runner.take_step(plan, toy, store, entry)
    assert plan.is_done(toy) and builder_of(plan, "host:toy") is None
    run.output([plan.folder(toy) / "root/usr/bin/toy"])


def test_what_is_built_anew_is_not_taken(tmp_path: Path, store: Store) -> None:
    do_all(plan_of(checkout(tmp_path / "first")), store)
    plan = plan_of(checkout(tmp_path / "second"))
    do_all(plan, store)
    runner.run_step(plan, plan.step("host:toy"), store, is_anew=True)
    assert builder_of(plan, "host:toy") is None


def test_folders_of_a_persons_own_are_not_shared(tmp_path: Path, store: Store) -> None:
    """Nor what rests on them: their files are known by their times."""
    root = checkout(tmp_path / "first")
    plan = plan_of(root, bell=root / "packages/bell/src")
    do_all(plan, store)
    assert not (tmp_path / "shared").exists()


def test_a_failed_step_is_not_shared(tmp_path: Path, store: Store) -> None:
    root = checkout(tmp_path / "first")
    (root / "packages/toy/src/toy.c").write_text("int main(void) { return wrong; }\n")
    with pytest.raises(UserError):
        do_all(plan_of(root), store)
    plan = plan_of(root)
    asked = sharing.question(plan, plan.step("host:toy"))
    assert asked and store.find(asked) is None


def test_the_truth_is_told_apart_from_lies(tmp_path: Path, store: Store) -> None:
    """Two honest steps; then one whose signer changed a program before putting it there."""
    first = plan_of(checkout(tmp_path / "first"))
    do_all(first, store)
    plan = plan_of(checkout(tmp_path / "second"))
    do_all(plan, store)
    found = {finding.step: finding for finding in rebuild.check(plan, store, 9)}
    assert {*found} == {"host:bell", "host:toy"}
    assert "host:toy: as ada built it" in str(found["host:toy"])
    assert not any(finding.different for finding in found.values())
    toy = first.step("host:toy")
    program = first.folder(toy) / "root/usr/bin/toy"
    program.write_bytes(program.read_bytes() + b"and more")
    asked = sharing.question(first, toy)
    assert asked
    store.put(asked, first.folder(toy), 1.0)
    victim = plan_of(checkout(tmp_path / "third"))
    do_all(victim, store)
    found = {finding.step: finding for finding in rebuild.check(victim, store, 9)}
    assert found["host:toy"].different == ("root/usr/bin/toy",)
    assert not found["host:bell"].different


def built_by(plan: Plan) -> dict[str, str | None]:
    return provenance.of(plan, plan.step("host:toy"))


def take_toy(plan: Plan, store: Store) -> None:
    """Take the program alone."""
    toy = plan.step("host:toy")
    runner.take_step(plan, toy, store, demand.look(plan, [toy], store).shared["host:toy"])
    assert not plan.is_done(plan.step("host:bell"))


def test_who_built_what_is_known_of_all_steps(tmp_path: Path, store: Store) -> None:
    """Of three machines: one built the library, another the program with it, the third neither."""
    do_all(plan_of(checkout(tmp_path / "first"), "bell"), store)
    second = plan_of(checkout(tmp_path / "second"))
    do_all(second, another_signer(store, tmp_path, "bob"))
    assert built_by(second) == {"host:bell": "ada", "host:toy": None}
    third = plan_of(checkout(tmp_path / "third"))
    take_toy(third, store)
    assert built_by(third) == {"host:bell": "ada", "host:toy": "bob"}
    runner.run_step(third, third.step("host:bell"))
    assert built_by(third) == {"host:bell": "ada", "host:toy": "bob"}, "ours is not in it"


@pytest.mark.parametrize("said", ["nonsense", ["ada"], {"host:bell": None}, {}, {"host:bell": 7}])
def test_what_a_signer_says_of_others_is_a_name_or_nothing(
    tmp_path: Path, store: Store, said: object
) -> None:
    first = plan_of(checkout(tmp_path / "first"))
    do_all(first, store)
    toy = first.step("host:toy")
    asked = sharing.question(first, toy)
    assert asked
    store.put(asked, first.folder(toy), 1.0, {"builders": said})
    plan = plan_of(checkout(tmp_path / "second"))
    take_toy(plan, store)
    found = built_by(plan)
    assert found.pop("host:toy") == "ada"
    assert found in ({}, {"host:bell": "ada"}, {"host:bell": "7"})


def another_signer(store: Store, folder: Path, name: str) -> Store:
    """The same store, as another trusted builder uses it."""
    key = folder / name
    run.output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
    signers = store.verifier.signers
    signers.write_text(signers.read_text() + f"{name} {key.with_suffix('.pub').read_text()}")
    return dataclasses.replace(store, signer=Signer(key), owner=name)


def test_without_results_of_others_there_is_nothing_to_check(tmp_path: Path) -> None:
    plan = plan_of(checkout(tmp_path / "first"))
    do_all(plan, None)
    with pytest.raises(UserError, match="no result here came from a store"):
        next(iter(rebuild.check(plan, None, 3)))


def test_machines_divide_a_build(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step is built once, each by another of three machines, and all have everything.

    No step ends before all have begun, so none can have built all of them alone.
    """
    names = ["drum", "flute", "harp"]
    all_begun = threading.Barrier(len(names), timeout=60)
    built: list[str] = []

    def build(plan: Plan, step: Step) -> None:
        built.append(step.name)
        all_begun.wait()
        (plan.folder(step) / "sound").write_text(step.name)

    monkeypatch.setattr(runner, "ACTIONS", {"build": build})
    monkeypatch.setattr(lease, "LOOK_S", 0.01)

    def machine(number: int) -> Plan:
        root = tmp_path / f"machine{number}"
        for name in names:
            (root / "packages" / name / "src").mkdir(parents=True)
            recipe = {**LIBRARY, "name": name}
            (root / "packages" / name / "package.yaml").write_text(yaml.safe_dump(recipe))
        plan = plan_of(root, *names)
        ours = dataclasses.replace(store, owner=str(number), _lock=threading.Lock())
        for name in [*names[number:], *names[:number]]:
            runner.run_step(plan, plan.step(f"host:{name}"), ours)
        return plan

    with ThreadPoolExecutor(len(names)) as machines:
        plans = [*machines.map(machine, range(len(names)))]
    assert sorted(built) == ["host:drum", "host:flute", "host:harp"]
    for plan in plans:
        sounds = [plan.folder(step) / "sound" for step in plan.steps.values()]
        assert [sound.read_text() for sound in sounds] == [*plan.steps]


def test_another_kind_of_processor_has_other_keys(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its gcc is of the same version by its own words, and leaves other machine code."""
    do_all(plan_of(checkout(tmp_path / "first")), store)
    monkeypatch.setattr("platform.machine", lambda: "elsewhere64")
    plan = plan_of(checkout(tmp_path / "second"))
    assert demand.look(plan, [plan.step("host:toy")], store).shared == {}
