# SPDX-License-Identifier: MIT
"""The first call, and those after somebody changed Python, the folder or the environment."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from image.errors import UserError
from image.host import doctor, install
from tests.conftest import copy_files
from tests.web import Answer, running

MODULES = (
    "__init__", "errors", "host/__init__", "host/doctor", "host/install", "jobs", "run",
    "surroundings",
)  # fmt: skip
STUB = "import os, sys\nprint('started', *sys.argv[1:], os.environ['CALLED_FROM'])\n"
# Modules that are called otherwise than their package.
NAMES = {"cyclonedx-python-lib": "cyclonedx", "packageurl-python": "packageurl",
         "pyserial": "serial", "pyyaml": "yaml"}  # fmt: skip
REAL = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
# Says of itself that it is Python 3.10.
OLD = f"""#!/bin/sh
case "$*" in
*version_info*) exit 1 ;;
-V) echo Python 3.10.12 ;;
*) exec {REAL} "$@" ;;
esac
"""
OTHERS = ("python3.14", "python3.13", "python3.12", "python3.11")


@pytest.fixture(scope="module")
def index(environments: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels of the dependencies' names and versions, with next to nothing in them."""
    folder = tmp_path_factory.mktemp("index")
    versions = dict(re.findall(r"^(\S+)==(\S+)$", install.CONSTRAINTS.read_text().lower(), re.M))
    for requirement in install._requirements():
        name = re.split("[<>=]", requirement)[0]
        version = versions[name]
        packed = f"{name.replace('-', '_')}-{version}"
        info = f"{packed}.dist-info"
        files = {
            f"{NAMES.get(name, name)}.py": "",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
        }
        with zipfile.ZipFile(folder / f"{packed}-py3-none-any.whl", "w") as wheel:
            for path, text in files.items():
                wheel.writestr(path, text)
    return folder


class Checkout:
    """A checkout that only says that it was started, and what is told to those who call it."""

    def __init__(self, folder: Path, index: Path, tools: Path) -> None:
        self.folder, self.tools = folder, tools
        tools.mkdir()
        copy_files(folder, *(f"image/{name}.py" for name in MODULES))
        (folder / "image/__main__.py").write_text(STUB)
        copy_files(folder, "doit", "pyproject.toml", ".ci/constraints.txt")
        self.python("python3", f'#!/bin/sh\nexec {REAL} "$@"\n')
        self.variables = {
            "PATH": f"{tools}:/usr/bin:/bin",
            "HOME": str(folder.parent),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(index),
        }

    def python(self, name: str, text: str) -> None:
        """A program that is found before those of this machine."""
        (self.tools / name).write_text(text)
        (self.tools / name).chmod(0o755)

    def call(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """./doit, as a user calls it from somewhere else."""
        return subprocess.run(
            [self.folder / "doit", *words],
            cwd=self.tools,
            env={**self.variables, **variables},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def check(self, is_new: bool, **variables: str) -> None:
        """A call works, and sets up if and only if it has to."""
        done = self.call("list", **variables)
        assert (done.returncode, done.stdout) == (0, f"started list {self.tools}\n"), done.stderr
        assert ("Setting up .venv" in done.stderr) == is_new, done.stderr


@pytest.fixture
def checkout(tmp_path: Path, index: Path) -> Checkout:
    return Checkout(tmp_path / "Märchen+x", index, tmp_path / "tools")


def test_the_first_call_installs_what_an_image_needs(checkout: Checkout) -> None:
    checkout.check(is_new=True)
    checkout.check(is_new=False)
    packages = next((checkout.folder / ".venv/lib").glob("python3.*/site-packages"))
    found = {path.name.split("-")[0].lower() for path in packages.glob("*.dist-info")}
    modules = {NAMES.get(name.replace("_", "-"), name) for name in found}
    # Newer Pythons have zstd themselves.
    assert modules - {"pip", "setuptools", "backports.zstd"} == {*install.MODULES}
    # Other dependencies, or other host programs, are looked at once.
    with (checkout.folder / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    checkout.check(is_new=True)


def break_removed(checkout: Checkout) -> None:
    """Its Python is gone: bin/python leads nowhere."""
    for link in (checkout.folder / ".venv/bin").glob("python*"):
        link.unlink()
        link.symlink_to("/usr/bin/python2.9")


def break_upgraded(checkout: Checkout) -> None:
    """python3 is another version now, which looks for its packages elsewhere."""
    lib = next((checkout.folder / ".venv/lib").glob("python3.*"))
    lib.rename(lib.with_name("python3.9"))


def break_halved(checkout: Checkout) -> None:
    next((checkout.folder / ".venv").glob("lib/*/site-packages/yaml.py")).unlink()


def break_moved(checkout: Checkout) -> None:
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))


def break_emptied(checkout: Checkout) -> None:
    shutil.rmtree(checkout.folder / ".venv/bin")


BREAKS = (break_removed, break_upgraded, break_halved, break_moved, break_emptied)


def test_a_broken_environment_is_set_up_again(checkout: Checkout) -> None:
    checkout.check(is_new=True)
    for spoil in BREAKS:
        spoil(checkout)
        checkout.check(is_new=True)
    checkout.check(is_new=False)
    activate = checkout.folder / ".venv/bin/activate"
    assert str(checkout.folder) in activate.read_text()


def test_what_others_set_for_python_is_not_for_ours(checkout: Checkout, tmp_path: Path) -> None:
    others = tmp_path / "others"
    others.mkdir()
    for name in ("tomllib", "hashlib", "yaml", "startup"):
        (others / f"{name}.py").write_text("raise SystemExit('of another program')\n")
    theirs = {
        "PYTHONPATH": str(others), "PYTHONHOME": str(others),
        "PYTHONSTARTUP": f"{others}/startup.py", "PIP_USER": "1",
        "PIP_TARGET": str(others), "PIP_PREFIX": str(others),
        "PIP_REQUIRE_HASHES": "1", "VIRTUAL_ENV": str(others),
    }  # fmt: skip
    checkout.check(is_new=True, **theirs)
    checkout.check(is_new=False, **theirs)
    assert len(list(others.iterdir())) == 4


def test_a_pip_conf_keeps_its_index_and_loses_its_place(checkout: Checkout, tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    links = checkout.variables.pop("PIP_FIND_LINKS")
    config.write_text(f"[global]\nfind-links = {links}\n[install]\nuser = true\n")
    checkout.check(is_new=True, PIP_CONFIG_FILE=str(config))


def test_a_newer_python_beside_an_old_one(checkout: Checkout) -> None:
    checkout.python("python3", OLD)
    checkout.python("python3.14", "#!/bin/sh\nexit 127\n")  # as pyenv does for one not chosen
    checkout.python("python3.13", f'#!/bin/sh\necho "$@" >>$0.used\nexec {REAL} "$@"\n')
    checkout.check(is_new=True)
    assert (checkout.tools / "python3.13.used").is_file()


def test_only_old_ones(checkout: Checkout) -> None:
    for name in ("python3", *OTHERS):
        checkout.python(name, OLD)
    done = checkout.call("list")
    assert done.returncode == 2 and not (checkout.folder / ".venv").exists()
    assert "Python 3.11 or newer is needed; this is Python 3.10.12" in done.stderr


def test_without_venv(checkout: Checkout) -> None:
    """Debian has it in a package of its own."""
    lacking = f'#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; esac\nexec {REAL} "$@"\n'
    for name in ("python3", *OTHERS):
        checkout.python(name, lacking)
    done = checkout.call("list")
    assert done.returncode == 2 and "apt-get install python3-venv" in done.stderr


def test_an_interrupted_set_up_goes_on(checkout: Checkout) -> None:
    with running() as web:
        asked = web.page("/simple/doit/", b"", Answer(mute=True)).asked
        slow = {**checkout.variables, "PIP_INDEX_URL": f"{web.url}/simple"}
        del slow["PIP_NO_INDEX"]
        words = [str(checkout.folder / "doit"), "list"]
        process = subprocess.Popen(
            words, env=slow, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        while not asked:
            assert process.poll() is None
            web.stopped.wait(0.05)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        said = process.communicate(timeout=60)[1]
    # A shell whose program was interrupted ends in the same way, or says that it did.
    assert process.returncode in (130, -signal.SIGINT)
    assert "stopped; the next call continues from here" in said and "Traceback" not in said
    checkout.check(is_new=True)


@pytest.mark.parametrize("name", ["a b", "50%", "a=b", "a:b", "x,y", "$x", "q'", "#1", "\N{BEL}"])
def test_a_path_that_make_does_not_bear(name: str) -> None:
    with pytest.raises(UserError, match="which make and compilers cannot handle") as caught:
        install.check_place(Path("/home") / name)
    assert repr(f"/home/{name}") in caught.value.message and caught.value.hint


@pytest.mark.parametrize("name", ["a-b_c.d", "Märchen", "お話", "c++", "me@home", "old~"])
def test_a_path_that_is_fine(name: str) -> None:
    install.check_place(Path("/home") / name)


def test_it_is_refused_at_once(checkout: Checkout) -> None:
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("my stories"))
    done = checkout.call("image")
    assert done.returncode != 0 and not (checkout.folder / ".venv").exists()
    assert "the path of this checkout holds ' '" in done.stderr and "Traceback" not in done.stderr


def test_what_a_link_leads_to_is_not_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = tmp_path / "others"
    others.mkdir()
    (others / "ready").write_text("for something else")
    linked = tmp_path / ".venv"
    linked.symlink_to(others)
    monkeypatch.setattr(install, "VENV", linked)
    monkeypatch.setattr(install, "READY", linked / "ready")
    with pytest.raises(UserError, match=f"(?s)is a link to {others}.*rm {linked}"):
        install.set_up()
    assert (others / "ready").read_text() == "for something else"


def test_what_is_looked_for_is_what_is_installed() -> None:
    assert all(importlib.util.find_spec(name) for name in install.MODULES)
    # Newer Pythons bring some modules themselves.
    always = [line for line in install._requirements() if ";" not in line]
    assert len(install.MODULES) == len(always)


def test_what_is_optional_may_be_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What pip has no wheels for is said, and the other ones come all the same."""
    installed: list[str] = []

    def pretend(extra: str) -> None:
        if extra == "listen":
            raise UserError("pip could not install it:\nno wheel")
        installed.append(extra)

    monkeypatch.setattr(install, "_provide", pretend)
    monkeypatch.setattr(doctor, "install", lambda _: None)
    install.provide("test")
    assert installed == ["test", "network"]
    said = capsys.readouterr().err
    assert said == "no wheel\nleft out: tests that listen to recorded speech\n"
