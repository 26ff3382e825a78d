# SPDX-License-Identifier: MIT
"""The Python environment .venv: created, checked, created again; and more for single tasks.

Runs with the machine's own Python before .venv is there, so it needs nothing but Python itself.
"""

import hashlib
import importlib
import importlib.util
import os
import signal
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from image import run
from image.errors import UserError
from image.host import doctor
from image.surroundings import UMASK, for_pip

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
READY = VENV / "ready"  # written last; holds what .venv was made for
PYPROJECT, CONSTRAINTS = ROOT / "pyproject.toml", ROOT / ".ci/constraints.txt"
MODULES = ("cyclonedx", "doit", "jinja2", "kconfiglib", "packageurl", "requests", "serial",
           "tqdm", "urllib3", "yaml")  # of the dependencies  # fmt: skip
# Extras that a task can do without, by the one that they go with, and what is left out then.
OPTIONAL = {
    "test": {
        "listen": "tests that listen to recorded speech",
        "network": "tests of the voice heart against its network",
    }
}
PLAIN = "._-+@~/"  # what a path may hold besides letters and digits


def is_ready() -> bool:
    """Whether the Python that runs this is that of a whole .venv, made here and for these files."""
    has_all = all(importlib.util.find_spec(name) for name in MODULES)
    return has_all and READY.is_file() and READY.read_text() == _wanted()


def set_up() -> None:
    """Make .venv, or make it whole again, and install host programs. Raises UserError."""
    check_place(ROOT)
    _check_own(VENV)
    print("Setting up .venv (once; takes a minute) ...", file=sys.stderr)
    # Was it whole, made of all this, and does not do? Then pip cannot tell what is missing.
    is_spoilt = READY.is_file() and READY.read_text() == _wanted()
    READY.unlink(missing_ok=True)
    if is_spoilt or not _is_sound():
        run.run([sys.executable, "-E", "-m", "venv", "--clear", VENV])
    _pip(_requirements())
    doctor.install()
    READY.write_text(_wanted())


def provide(*extras: str) -> None:
    """Make sure that what tasks need in addition is there. Raises UserError.

    An extra is a list of Python packages in pyproject.toml, and the host programs of that name.
    """
    for extra in extras:
        doctor.install(extra)
        _provide(extra)
        for optional, lacking in OPTIONAL.get(extra, {}).items():
            try:
                _provide(optional)
            except UserError as error:
                print(f"{error.message.splitlines()[-1]}\nleft out: {lacking}", file=sys.stderr)
    importlib.invalidate_caches()


def check_place(root: Path) -> None:
    """Raise UserError for a checkout in a folder whose name make and compilers cannot handle."""
    odd = {char for char in str(root) if char.isascii() and not char.isalnum()} - set(PLAIN)
    odd |= {char for char in str(root) if not char.isprintable()}
    if odd:
        raise UserError(
            f"the path of this checkout holds {' '.join(sorted(map(repr, odd)))}, which make and"
            f" compilers cannot handle: {str(root)!r}",
            hint=f"rename or move it: letters, digits and {' '.join(PLAIN)} are fine",
        )


def _check_own(venv: Path) -> None:
    """Raise UserError for a .venv that is a link: what it leads to is not ours to clear."""
    if venv.is_symlink():
        raise UserError(f"{venv} is a link to {venv.readlink()}", hint=f"rm {venv}")


def _provide(extra: str) -> None:
    stamp = VENV / f"extra-{extra}"
    wanted = "\n".join(_requirements(extra))
    if not stamp.is_file() or stamp.read_text() != wanted:
        print(f"Installing '{extra}' of pyproject.toml into .venv (once) ...", file=sys.stderr)
        _pip(_requirements(extra))
        stamp.write_text(wanted)


def _requirements(extra: str | None = None) -> list[str]:
    """What pyproject.toml asks for, always or for an extra."""
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    listed: list[str] = (
        project["optional-dependencies"][extra] if extra else project["dependencies"]
    )
    return listed


def _pip(requirements: Sequence[str]) -> None:
    options = ["--quiet", "--disable-pip-version-check", f"--constraint={CONSTRAINTS}"]
    command = [str(PYTHON), "-E", "-m", "pip", "install", *options, *requirements]
    try:
        run.output(command, cwd=ROOT, env=for_pip(), merge=True)
    except run.CommandFailed as error:
        hint = "pip's message is above; its index, proxy and certificates are those of your pip"
        raise UserError(f"pip could not install all of {', '.join(requirements)}:\n{error.message}",
                        hint) from None  # fmt: skip


def _is_sound() -> bool:
    """Whether .venv works and was made where it is, so that adding to it is enough."""
    activate = VENV / "bin/activate"
    if not activate.is_file() or str(VENV) not in activate.read_text():
        return False
    try:
        run.output([PYTHON, "-E", "-m", "pip", "--version"])
    except (OSError, run.CommandFailed):
        return False
    return True


def _wanted() -> str:
    """What .venv is made for: this place, these dependencies, these host programs."""
    files = (PYPROJECT, CONSTRAINTS, Path(doctor.__file__))
    content = b"".join(path.read_bytes() for path in files)
    return f"{ROOT}\n{hashlib.sha256(content).hexdigest()}\n"


def main() -> int:
    """Set up, after a check whether that is needed with --check. Returns an exit status."""
    if sys.argv[1:] == ["--check"]:
        return int(not is_ready())
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.umask(UMASK)
    try:
        set_up()
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; the next call continues from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
