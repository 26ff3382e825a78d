# SPDX-License-Identifier: MIT
"""What is published beside a card image, when some of its steps came from others."""

import json
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from image.card import check, manifest_file
from image.config import Config
from image.key import hash_file
from image.plan import graph
from image.plan.graph import BUILDER, BUILDERS, Plan
from image.plan.step import Step
from image.steps import publish

Project = namedtuple("Project", "root work out config")
IMAGE = "duo-storyteller-toy.img"
BY_OTHERS = {BUILDER: "ada", BUILDERS: {"rootfs": "ci"}}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    steps = {
        "rootfs": Step("rootfs", "rootfs", ()),
        "card": Step("card", "card", ("rootfs",)),
        "release": Step("release", "release", ("card",)),
    }
    project: Any = Project(
        tmp_path, tmp_path / "work", tmp_path / "out", Config("toy", {}, tmp_path)
    )
    return Plan(project, (), steps, {name: {"name": name} for name in steps})


def make(plan: Plan, name: str, origin: dict[str, Any] | None = None) -> Path:
    """The result of a step; the release holds an image, a manifest, and their sums."""
    folder = plan.folder(plan.step(name)) / "images"
    folder.mkdir(parents=True)
    (folder / IMAGE).write_text("image")
    (folder / manifest_file.NAME).write_text(manifest_file.text({"board": "toy"}))
    sums = [f"{hash_file(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / publish.SUMS).write_text("".join(sums))
    graph.stamp(plan, plan.step(name), 1.0, origin)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def builders(plan: Plan) -> Any:
    """Who built what, as the published manifest says."""
    manifest = publish.publish(plan).with_name(manifest_file.NAME)
    return json.loads(manifest.read_text()).get(manifest_file.BUILDERS)


def test_what_was_built_here_is_published_as_it_is(plan: Plan) -> None:
    for name in plan.steps:
        made = make(plan, name)
    assert contents(publish.publish(plan).parent) == contents(made)


def test_a_card_of_others_says_who_built_it(plan: Plan) -> None:
    """All of it was in the store, so nothing else is here."""
    make(plan, "release", {BUILDER: "ada", BUILDERS: {"rootfs": "ci", "card": "ada"}})
    assert builders(plan) == {"rootfs": "ci", "card": "ada", "release": "ada"}


def test_a_card_made_here_of_what_others_built(plan: Plan) -> None:
    make(plan, "card", BY_OTHERS)
    make(plan, "release")
    assert builders(plan) == {"rootfs": "ci", "card": "ada", "release": "this machine"}


def test_nothing_but_the_manifest_differs(plan: Plan) -> None:
    """Nor does its identity: results of a bench belong to the card, whoever built it."""
    made = make(plan, "release", BY_OTHERS)
    image = publish.publish(plan)
    ours, theirs = contents(image.parent), contents(made)
    assert {name for name in theirs if ours[name] != theirs[name]} == {
        manifest_file.NAME,
        publish.SUMS,
    }
    assert manifest_file.identity(image) == hash_file(made / manifest_file.NAME)
    assert manifest_file.identity(made / IMAGE) == hash_file(made / manifest_file.NAME)
    assert all(finding.ok for finding in check._sums(image))


def test_it_is_published_once(plan: Plan) -> None:
    make(plan, "release", BY_OTHERS)
    folder = publish.publish(plan).parent
    before = folder.stat().st_ino
    publish.publish(plan)
    assert folder.stat().st_ino == before
    (folder / manifest_file.NAME).write_text("{}")
    assert builders(plan) == {"rootfs": "ci", "release": "ada"}


def test_what_is_built_again_here_is_ours(plan: Plan) -> None:
    make(plan, "release", BY_OTHERS)
    assert builders(plan)
    graph.stamp(plan, plan.step("release"), 1.0)
    assert builders(plan) is None
