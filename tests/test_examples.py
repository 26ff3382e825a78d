# SPDX-License-Identifier: MIT
"""The examples are what they say: their own commands put them into a checkout, and they work."""

import re
from pathlib import Path

from image import project, run, yamlfile
from image.builders.toolchain import HOST, RISCV64
from image.plan import graph
from image.plan.step import STAGING, step_name
from image.steps import runner
from tests.conftest import ROOT


def commands(title: str) -> str:
    """The commands of one section of examples/README.md."""
    text = (ROOT / "examples/README.md").read_text()
    (found,) = re.findall(rf"^## {title}\n.*?^```sh\n(.*?)^```", text, re.M | re.S)
    return str(found)


def follow(title: str, checkout: Path) -> None:
    """Type them."""
    run.output(["sh", "-e", "-c", commands(title)], cwd=checkout)


def test_the_package_says_hello(checkout: Path) -> None:
    follow("A package", checkout)
    loaded = project.load(checkout, {"board": "qemu_virt"})
    assert loaded.config.symbols["PACKAGE_HELLO"]
    recipe = yamlfile.read(checkout / "packages/hello/package.yaml").value
    assert "version" not in recipe  # as tests/recipes wants it of a program of ours
    assert graph.make(loaded, ["hello"], RISCV64).step("hello").needs
    plan = graph.make(loaded, ["hello"], HOST)
    step = plan.step(step_name("hello", HOST))
    runner.run_step(plan, step)
    program = plan.folder(step) / STAGING / "usr/bin/hello"
    assert run.output([program]) == "Hello from the card.\n"
