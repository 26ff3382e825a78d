# SPDX-License-Identifier: MIT
"""Programs by their content: what is hashed of them, and that keys rest on it."""

from pathlib import Path

import pytest

from image import project, run
from image.builders import toolchain
from image.host import programs
from image.key import hash_file
from image.plan import graph, inputs
from tests.conftest import ROOT

SCRIPT = '#!/bin/sh\n# {build}\nexec {real} "$@"\n'


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that programs are looked for in first."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin:/usr/sbin:/sbin")
    return folder


def script(file: Path, build: str, real: str = "/bin/true") -> None:
    file.write_text(SCRIPT.format(build=build, real=real))
    file.chmod(0o755)


def look_again() -> None:
    """As the next call of ./doit does."""
    for looked_at in (toolchain._version, toolchain._programs, programs.contents):
        looked_at.cache_clear()


def test_a_program_is_its_file_and_its_libraries(path: Path) -> None:
    found = programs.contents("sh", "no-such-program")
    assert found.pop("no-such-program") is None
    real = run.which("sh")
    assert real and found.pop("sh") == hash_file(Path(real).resolve())
    assert not [name for name in found if name.startswith(("libc.", "ld-"))], "updates change them"
    assert any(name.startswith("lib") for name in programs.contents("xz"))


def test_a_script_among_them_hides_no_libraries(path: Path) -> None:
    script(path / "wrapper", "1")
    assert programs.contents("xz", "wrapper") == {
        **programs.contents("xz"), "wrapper": hash_file(path / "wrapper"),
    }  # fmt: skip


def test_a_static_program_hides_no_libraries(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ldd complains of it, and of the whole call."""
    static, real = tmp_path / "bin/static", run.output
    static.write_bytes(Path("/bin/true").read_bytes())
    static.chmod(0o755)

    def ldd(words: list[str | Path]) -> str:
        if static in words:
            raise run.CommandFailed("not a dynamic executable", 1, None)
        return real(words)

    monkeypatch.setattr(run, "output", ldd)
    look_again()
    assert {*programs.contents("xz", "static")} == {*programs.contents("xz"), "static"}


def test_another_build_of_the_same_version_is_another_compiler(path: Path) -> None:
    seen = []
    for build in ("1", "2"):
        script(path / "gcc", build, "/usr/bin/gcc")
        look_again()
        seen.append(toolchain.HOST.identity())
    look_again()
    first, second = seen
    assert first["compiler"] == second["compiler"]
    assert first["programs"].pop("gcc") != second["programs"].pop("gcc")
    assert first["programs"] == second["programs"] and {"cc1", "as", "ld"} <= {*first["programs"]}


def test_what_writes_the_card_is_in_its_key_by_content() -> None:
    plan = graph.make(project.load(ROOT, {"board": "qemu_virt"}))
    for name, program in (("rootfs", "mkfs.erofs"), ("card", "mcopy")):
        own = inputs.of(plan.project, plan.packages, plan.step(name))
        assert own["programs"][program] == programs.contents(program)[program]
