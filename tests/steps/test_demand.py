# SPDX-License-Identifier: MIT
"""A store, and a source that only fetching tells: upstream's, or the distribution's version."""

import hashlib
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from image import builders, fetch
from image.boards import board
from image.builders.toolchain import HOST
from image.cli import step_task
from image.cli.call import Call
from image.config import Config
from image.errors import UserError
from image.fetch import Settings, debian
from image.plan import costs, graph
from image.plan.graph import Plan
from image.plan.step import Step
from image.project import Project
from image.recipes.loading import load_all
from image.steps import build, provenance, rebuild, runner, sharing
from image.steps.demand import Demand
from image.store.statement import Question
from image.store.store import Store
from tests.conftest import ROOT
from tests.steps.test_sharing import store as store  # a fixture

UPSTREAM = b"upstream's drum\n"
RECIPES: list[dict[str, Any]] = [
    {"name": "drum", "source": {
        "file": "drum.tar.xz", "urls": [], "sha256": hashlib.sha256(UPSTREAM).hexdigest(),
        "fallback": "drum-source"}},
    {"name": "harp"},
    {"name": "tune", "needs": ["drum"]},
    {"name": "song", "needs": ["tune", "harp"]},
]  # fmt: skip
FACTS = {"version": "1", "summary": "a toy", "build": "make", "licence": {"spdx": "MIT"}}
FETCH, DRUM, HARP, TUNE, SONG = "fetch:drum", "host:drum", "host:harp", "host:tune", "host:song"


@dataclass
class Archive:
    """The distribution's archive: what it has at present, and how often it was asked."""

    content: bytes = b"a drum\n"
    version: str = "6.1-1"
    asked: int = 0

    def binary_source(self, package: str, state: Path) -> tuple[Path, str]:
        self.asked += 1
        path = state / f"{package}.tar.xz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)
        return path, self.version


@dataclass
class Band:
    """Machines that build the same; each step is built from what its source and its needs hold."""

    folder: Path
    built: list[str] = field(default_factory=list)

    def project(self, name: str) -> Project:
        root = self.folder / name
        for recipe in RECIPES:
            package = root / "packages" / str(recipe["name"])
            if not package.exists():
                (package / "src").mkdir(parents=True)
                (package / "package.yaml").write_text(yaml.safe_dump({**FACTS, **recipe}))
        return Project(
            root=root,
            config=Config("qemu_virt", {}, root),
            packages=load_all(root / "packages", builders.keys()),
            fetch=Settings(root / "dl"),
            jobs=2,
            local_sources={},
            model_files={},
            boot_files={},
        )

    def plan(self, name: str, store: Store | None = None) -> Plan:
        project = self.project(name)
        if store:
            heard = fetch.hear(sharing.named(project, store), project.fetch)
            project = replace(project, fetch=heard)
        return graph.make(project, ["song"], HOST)

    def build(self, plan: Plan, step: Step) -> None:
        assert step.package
        self.built.append(step.name)
        needs = [plan.folder(plan.step(name)) / "sound" for name in plan.builds_before(step)]
        found = [fetch.known(source, plan.project.fetch) for source in step.package.sources]
        sounds = [*needs, *(one.path for one in found if one)]
        text = "".join(file.read_text() for file in sounds)
        (plan.folder(step) / "sound").write_text(text + f"{step.name}\n")

    def do(self, plan: Plan, store: Store | None) -> None:
        self.built.clear()
        for step in plan.steps.values():
            runner.run_step(plan, step, store)


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Archive:
    found = Archive()
    monkeypatch.setattr(debian, "binary_source", found.binary_source)
    return found


@pytest.fixture
def band(tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Band:
    found = Band(tmp_path / "band")
    monkeypatch.setattr(runner, "ACTIONS", {"build": found.build})
    return found


def call_of(plan: Plan, store: Store) -> Call:
    """A call of ./doit for a song."""
    made = Call(plan.project.root, tasks=("package:host:song",))
    vars(made).update(project=plan.project, plan=plan, store=fresh(store))
    return made


def fresh(store: Store) -> Store:
    return replace(store, _lock=threading.Lock(), _said=set())


def do_as_asked(call: Call, plan: Plan) -> None:
    """All the tasks of a plan, one after the other, as doit does them."""
    made = {step.name: step_task.step_task(call, plan, step) for step in plan.steps.values()}
    left = {name.removeprefix("_") for task in made.values() for name in task["task_dep"]}
    for name in made:
        if name in left or name == SONG:
            task = made[name]
            if not task["uptodate"][0]():
                assert task["actions"][0]() is None


def keep_only(shared: Path, plan: Plan, *names: str) -> None:
    """Of a store, leave the results of these steps alone."""
    asked = [sharing.question(plan, plan.step(name)) for name in names]
    kept = {question.key for question in asked if question}
    assert len(kept) == len(names)
    for file in (shared / "ac").iterdir():
        if file.name not in kept:
            file.unlink()


def sound(plan: Plan, name: str = SONG) -> str:
    return (plan.folder(plan.step(name)) / "sound").read_text()


def test_what_the_store_has_is_looked_for_again_once_a_source_is_known(
    tmp_path: Path, band: Band, store: Store, archive: Archive
) -> None:
    """It has the last result alone: neither those before it, nor what the source was."""
    first = band.plan("first")
    band.do(first, store)
    keep_only(tmp_path / "shared", first, SONG)
    plan = band.plan("second", store)
    band.built.clear()
    do_as_asked(call_of(plan, store), plan)
    assert band.built == [] and sound(plan) == sound(first)
    assert graph.builder(plan, plan.step(SONG)) == "ada"


@pytest.mark.parametrize("lost", [TUNE, DRUM, HARP])
def test_a_store_that_lacks_a_step_in_the_middle(
    tmp_path: Path, band: Band, store: Store, archive: Archive, lost: str
) -> None:
    first = band.plan("first")
    band.do(first, store)
    keep_only(tmp_path / "shared", first, *{DRUM, HARP, TUNE} - {lost})
    plan = band.plan("second", store)
    band.built.clear()
    do_as_asked(call_of(plan, store), plan)
    assert {*band.built} == ({lost, SONG} if lost != DRUM else {SONG})
    assert sound(plan) == sound(first)


def test_nothing_is_fetched_if_the_store_knows_the_source(
    band: Band, store: Store, archive: Archive
) -> None:
    first = band.plan("first")
    band.do(first, store)
    asked = archive.asked
    plan = band.plan("second", store)
    do_as_asked(call_of(plan, store), plan)
    assert sound(plan) == sound(first) and archive.asked == asked
    assert [path.name for path in plan.project.fetch.dl.iterdir()] == ["drum.tar.xz.json"]


def test_upstreams_own_file_is_told_to_others_too(
    band: Band, store: Store, archive: Archive
) -> None:
    first = band.plan("first")
    dl = first.project.fetch.dl
    dl.mkdir()
    (dl / "drum.tar.xz").write_bytes(UPSTREAM)
    band.do(first, store)
    assert sound(first, DRUM).startswith("upstream")
    plan = band.plan("second", store)
    do_as_asked(call_of(plan, store), plan)
    assert sound(plan) == sound(first) and archive.asked == 0


def test_a_source_is_told_by_whoever_fills_the_store_with_what_rests_on_it(
    tmp_path: Path, band: Band, store: Store, archive: Archive
) -> None:
    first = band.plan("first")
    for name in (FETCH, DRUM, HARP, TUNE):
        runner.run_step(first, first.step(name))
    band.do(first, store)
    asked = archive.asked
    plan = band.plan("second", store)
    do_as_asked(call_of(plan, store), plan)
    assert sound(plan) == sound(first) and archive.asked == asked


def test_a_newer_version_than_the_stores_has_other_keys(
    tmp_path: Path, band: Band, store: Store, archive: Archive
) -> None:
    """What others were given is an expectation: what is built is named by what is fetched."""
    first = band.plan("first")
    band.do(first, store)
    package = first.step(FETCH).package
    assert package
    names = [sharing.naming(source) for source in package.sources]
    shared = tmp_path / "shared/ac"
    for file in shared.iterdir():
        if file.name not in [name.key for name in names]:
            file.unlink()
    plan = band.plan("second", store)
    expected = plan.key(plan.step(DRUM))
    archive.content, archive.version = b"a newer drum\n", "6.1-2"
    do_as_asked(call_of(plan, store), plan)
    assert plan.key(plan.step(DRUM)) != expected
    assert sound(plan).startswith("a newer drum")
    third = band.plan("third", store)
    do_as_asked(call_of(third, store), third)
    assert sound(third) == sound(plan) and third.key(third.step(DRUM)) != expected


def test_what_was_heard_of_a_source_is_known_without_the_store(
    band: Band, store: Store, archive: Archive
) -> None:
    """So the next call, which may not name it, does not build what is there."""
    band.do(band.plan("first"), store)
    plan = band.plan("second", store)
    do_as_asked(call_of(plan, store), plan)
    later = band.plan("second")
    assert later.is_done(later.step(SONG)) and not later.is_done(later.step(TUNE))
    assert provenance.of(later, later.step(SONG))[SONG] == "ada"
    vars(later.project)["board"] = board.load(ROOT, "qemu_virt")
    last = replace(later.step(SONG), kind="release")
    whole = replace(later, steps={**later.steps, SONG: last})
    assert costs.told(whole) is None, "nothing is built"
    assert needed_by(later, "image") == [] and needed_by(later, "report") != []


def needed_by(plan: Plan, task: str) -> list[str]:
    """The steps that a task of a call without a store does before the last."""
    call = Call(plan.project.root, tasks=(task,))
    vars(call).update(project=plan.project, plan=plan, store=None)
    return list(step_task.step_task(call, plan, plan.step(SONG))["task_dep"])


def test_a_step_whose_source_is_gone_is_not_compared(
    band: Band, store: Store, archive: Archive
) -> None:
    band.do(band.plan("first"), store)
    plan = band.plan("second", store)
    do_as_asked(call_of(plan, store), plan)
    archive.content, archive.version = b"a newer drum\n", "6.1-2"
    (finding,) = rebuild.check(band.plan("second", store), fresh(store), 9)
    assert str(finding) == "host:song: not compared: ada built it from another source"


def test_a_file_that_is_replaced_meanwhile_is_not_built(band: Band, archive: Archive) -> None:
    """By another process, after this one chose the key."""
    plan = band.plan("first")
    drum = plan.step(DRUM)
    runner.run_step(plan, plan.step(FETCH))
    plan.key(drum)
    for file in plan.project.fetch.dl.glob("*.tar.xz"):
        file.unlink()
    (plan.project.fetch.dl / "drum.tar.xz").write_bytes(UPSTREAM)
    plan.folder(drum).mkdir(parents=True)
    with pytest.raises(UserError, match=r"drum.tar.xz was replaced during this build"):
        build.build(plan, drum)


@pytest.mark.parametrize(
    ("words", "goals"),
    [(["image"], 1), (["image", "run"], 2), (["package:song"], 1), (["image", "report"], 0),
     (["image", "fetch"], 0), (["package"], 0), (["package:song:rebuild"], 0)],
)  # fmt: skip
def test_tasks_that_read_what_is_between_need_all_steps(
    band: Band, store: Store, words: list[str], goals: int
) -> None:
    plan = band.plan("first")
    song = plan.step(SONG)
    named = replace(plan, steps={**plan.steps, "song": song, "release": song})
    call = Call(plan.project.root, tasks=tuple(words))
    vars(call).update(project=plan.project, plan=named, store=store)
    assert (len(call.demand.goals) if call.demand else 0) == goals


def test_the_demand_is_looked_at_anew_only_if_a_source_changed(
    band: Band, store: Store, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = band.plan("first")
    wanted = Demand(plan, (plan.step(SONG),), store)
    questions: list[str] = []

    def find(asked: Question) -> None:
        questions.append(asked.step)

    monkeypatch.setattr(store, "find", find)
    assert wanted.wanted is wanted.wanted and questions == [HARP]
    runner.run_step(plan, plan.step(FETCH))
    assert wanted.wanted is wanted.wanted
    assert sorted(questions) == sorted([HARP, SONG, TUNE, HARP, DRUM])
