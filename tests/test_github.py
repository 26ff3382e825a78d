# SPDX-License-Identifier: MIT
"""What GitHub reads: workflows that it takes, that pin what they run and that call real tasks."""

import importlib.resources
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from image.cli import call
from image.cli.line import read
from tests.conftest import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted(GITHUB.glob("workflows/*.yml"))
FORMS = sorted(GITHUB.glob("ISSUE_TEMPLATE/[!c]*.yml"))
# An action by its commit, since a tag can be moved, and what a person calls that.
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def steps(workflow: Path) -> Iterator[dict[str, Any]]:
    for job in yaml.safe_load(workflow.read_text())["jobs"].values():
        yield from job["steps"]


def misfits(schema: str, *files: Path) -> list[str]:
    """What GitHub's own schema, as check-jsonschema brings it, has against these files."""
    vendored = importlib.resources.files("check_jsonschema") / "builtin_schemas/vendor"
    rules = json.loads((vendored / f"github-{schema}.json").read_text())
    check = jsonschema.validators.validator_for(rules)(rules)
    # `on` is a truth to YAML 1.1; GitHub reads 1.2.
    texts = (re.sub(r"^on:", '"on":', file.read_text(), flags=re.M) for file in files)
    return [error.message for text in texts for error in check.iter_errors(yaml.safe_load(text))]


def test_schemas(tmp_path: Path) -> None:
    assert len(WORKFLOWS) == 2 and len(FORMS) == 2
    assert misfits("workflows", *WORKFLOWS) == []
    assert misfits("issue-forms", *FORMS) == []
    assert misfits("issue-config", GITHUB / "ISSUE_TEMPLATE/config.yml") == []
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOWS[0].read_text().replace("runs-on", "runs-in"))
    assert "runs-in" in str(misfits("workflows", wrong))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_what_runs_is_pinned_and_may_only_read(workflow: Path) -> None:
    lines = [line for line in workflow.read_text().splitlines() if "uses:" in line]
    assert lines and [line for line in lines if not PINNED.search(line)] == []
    read_back = yaml.safe_load(workflow.read_text())
    assert read_back["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] for job in read_back["jobs"].values())
    kept = [step for step in steps(workflow) if "actions/checkout@" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in kept)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_what_runs_is_there(workflow: Path) -> None:
    """A task by its name with settings that it reads, or a program of this repository."""
    lines = [line for step in steps(workflow) for line in step.get("run", "").splitlines()]
    called = [line.split() for line in lines if line.startswith(("./", ".ci/"))]
    assert called
    for program, *words in called:
        assert (ROOT / program).is_file()
        if program == "./doit":
            assert read(call.named(words), {}, ROOT, ROOT).tasks


def test_the_fast_tier_runs_on_every_change_and_all_at_night() -> None:
    texts = {path.stem: path.read_text() for path in WORKFLOWS}
    assert "on: [push, pull_request]" in texts["check"] and "run: ./doit test\n" in texts["check"]
    assert "schedule:" in texts["nightly"] and "run: .ci/run\n" in texts["nightly"]
    assert (ROOT / ".ci/run").read_text().endswith("exec ./doit test:all\n")


def test_a_question_about_a_board_comes_with_its_report() -> None:
    form = yaml.safe_load((GITHUB / "ISSUE_TEMPLATE/board.yml").read_text())
    (asked,) = [part for part in form["body"] if part.get("id") == "diagnosis"]
    assert "./doit diagnose" in asked["attributes"]["description"]
    assert asked["validations"]["required"]


def test_pre_commit_runs_what_the_tests_run() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in hooks] == ["local"]  # nothing from elsewhere
    entries = " ".join(hook["entry"] for hook in hooks[0]["hooks"])
    for name in ("ruff check", "ruff format", "mypy", "clang-format", "shellcheck"):
        assert name in entries
