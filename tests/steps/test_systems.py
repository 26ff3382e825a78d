# SPDX-License-Identifier: MIT
"""People in Debian systems of their own, and one store: who of them can use whose results.

The systems are made by debootstrap and entered with chroot; what runs in them is their compiler.
"""

import contextlib
import dataclasses
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from image import project, run
from image.builders import toolchain
from image.builders.toolchain import HOST
from image.errors import UserError
from image.fetch import debian
from image.host import programs
from image.key import hash_tree
from image.plan import graph
from image.plan.graph import Plan
from image.steps import runner
from image.store import parcel
from image.store.places import Folder
from image.store.signature import Signer, Verifier
from image.store.statement import LOG
from image.store.store import OURS, Store
from image.surroundings import network
from tests.conftest import FACTS, ROOT, copy_files
from tests.steps.test_other_machines import NOBODY, Habits

# The engine for the build machine, and what it needs: ours, so that nothing is downloaded.
GOAL = "host:llama"
STEPS = ("host:common", GOAL)
NEEDED = "gcc,libc6-dev,openssh-client"
SHARED = Path("srv/shared")  # in each system, and the same for all
DAEMON = 1
PATH = "/usr/bin:/bin"
PATCHED = """\
#!/bin/sh
[ "$1" != --version ] || echo "gcc (patched)"
exec /usr/bin/gcc "$@"
"""

ADA = Habits("home/ada/duo", DAEMON, 0o022, {"TZ": "UTC", "LANG": "C"})
BOB = Habits(
    "opt/teams/storyteller/a-much-longer-path/of/his", NOBODY, 0o077,
    {"TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "USER": "bob"},
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What one person has: keys, files by their hashes, and who built each step."""

    keys: dict[str, str]
    files: dict[str, str]
    builders: dict[str, str | None]


def system(release: str, folder: Path) -> Path:
    """A minimal Debian with a compiler; skips the test where none can be made."""
    if os.geteuid() != 0:
        pytest.skip("only root can make and enter systems")
    if run.which("debootstrap") is None:
        pytest.skip("debootstrap is not installed on this machine")
    try:
        words = ["debootstrap", "--variant=minbase", f"--include={NEEDED}", release]
        run.output([*words, folder, debian.whole_archive()], env=network(), merge=True)
    except UserError as error:
        pytest.skip(f"no Debian {release} to be had here: {str(error)[-300:]}")
    return folder


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that every user can reach, with the store."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        shared = Path(name) / "shared"
        shared.mkdir()
        shared.chmod(0o777)
        yield Path(name)


@pytest.fixture(scope="module")
def bookworm(place: Path, by_name: None) -> Path:
    return system("bookworm", place / "bookworm")


@pytest.fixture(scope="module")
def trixie(place: Path, by_name: None) -> Path:
    return system("trixie", place / "trixie")


@pytest.fixture(scope="module")
def ada(place: Path, bookworm: Path) -> Outcome:
    """She builds everything, and puts it into the store."""
    return outcome(place, bookworm, ADA, uses_store=True)


@contextlib.contextmanager
def shared_in(place: Path, root: Path) -> Iterator[None]:
    """The store, seen from inside a system."""
    (root / SHARED).mkdir(parents=True, exist_ok=True)
    run.output(["mount", "--bind", place / "shared", root / SHARED])
    try:
        yield
    finally:
        run.output(["umount", "--lazy", root / SHARED])


def outcome(place: Path, root: Path, habits: Habits, *, uses_store: bool) -> Outcome:
    """What somebody gets who builds in a system."""
    checkout = root / habits.folder
    shutil.rmtree(checkout, ignore_errors=True)
    copy_files(checkout, *FACTS, "packages/common/**/*", "packages/llama/**/*")
    key = place / "key"
    if not key.exists():
        run.output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", key])
    shutil.copyfile(key, checkout / "key")
    (checkout / "key").chmod(0o600)
    (checkout / "allowed_signers").write_text(f"ada {key.with_suffix('.pub').read_text()}")
    for path in (checkout, *checkout.rglob("*")):
        os.chown(path, habits.user, habits.user)
    _bring_code(root)
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    with shared_in(place, root):
        child = context.Process(target=_build, args=(root, habits, uses_store, theirs))
        child.start()
        theirs.close()
        with contextlib.suppress(EOFError):
            found: Outcome = ours.recv()
        child.join()
    assert child.exitcode == 0
    return found


def _bring_code(root: Path) -> None:
    """What our code reads of itself, where it finds it; other modules are loaded beforehand."""
    ours = copy_files(root / ROOT.relative_to("/"), "image/**/*")
    for folder in (ours, *ours.parents):
        if folder.is_relative_to(root):
            folder.chmod(0o755)
    plan_of(ROOT)
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "made").mkdir()
        parcel.pack(Path(name) / "made", Path(name) / "parcel", ())
        parcel.unpack(Path(name) / "parcel", Path(name) / "taken")


def plan_of(checkout: Path) -> Plan:
    return graph.make(project.load(checkout, {"board": "qemu_virt"}), ["llama"], HOST)


def _build(root: Path, habits: Habits, uses_store: bool, result: Any) -> None:
    os.chroot(root)
    os.chdir("/")
    os.umask(habits.umask)
    checkout = Path("/") / habits.folder
    os.environ.clear()
    os.environ |= {"HOME": str(checkout), "PATH": PATH, **habits.settings}
    time.tzset()
    tempfile.tempdir = None
    os.setgroups([])
    os.setgid(habits.user)
    os.setuid(habits.user)
    for looked_at in (toolchain._version, toolchain._programs, programs.contents):
        looked_at.cache_clear()
    plan, store = plan_of(checkout), None
    if uses_store:
        verifier, signer = Verifier(checkout / "allowed_signers"), Signer(checkout / "key")
        store = Store("the store", Folder("/" / SHARED), verifier, signer, checkout / "work/.store")
    for name in STEPS:
        runner.run_step(plan, plan.step(name), store)
    result.send(_outcome(plan))
    result.close()


def _outcome(plan: Plan) -> Outcome:
    found = Outcome({}, {}, {})
    for name in STEPS:
        step = plan.step(name)
        found.keys[name] = plan.key(step)
        found.builders[name] = graph.builder(plan, step)
        for file, hashed in hash_tree(plan.folder(step)).items():
            if file not in (*OURS, LOG):
                found.files[f"{name} {file}"] = hashed
    return found


def test_each_in_a_system_of_their_own_leaves_the_same(
    ada: Outcome, bookworm: Path, place: Path
) -> None:
    """Without the store: what another user builds elsewhere, under another umask."""
    bob = outcome(place, copy_of(bookworm), BOB, uses_store=False)
    assert ada.builders == bob.builders == dict.fromkeys(STEPS)
    assert (ada.keys, ada.files) == (bob.keys, bob.files) and len(ada.files) > 4


def test_what_one_built_the_other_takes(ada: Outcome, bookworm: Path, place: Path) -> None:
    bob = outcome(place, copy_of(bookworm), BOB, uses_store=True)
    assert bob.builders == dict.fromkeys(STEPS, "ada")
    assert (ada.keys, ada.files) == (bob.keys, bob.files)


def test_another_compiler_by_its_own_words_shares_nothing(
    ada: Outcome, bookworm: Path, place: Path
) -> None:
    """Such as a security update of the same version."""
    folder = Path("opt/patched")
    (bookworm / folder).mkdir()
    gcc = bookworm / folder / "gcc"
    gcc.write_text(
        '#!/bin/sh\n[ "$1" != --version ] || echo "gcc (patched)"\nexec /usr/bin/gcc "$@"\n'
    )
    gcc.chmod(0o755)
    eve = dataclasses.replace(BOB, settings={"PATH": f"/{folder}:{PATH}"})
    check_nothing_is_shared(ada, outcome(place, bookworm, eve, uses_store=True))


def test_another_release_shares_nothing(ada: Outcome, trixie: Path, place: Path) -> None:
    check_nothing_is_shared(ada, outcome(place, trixie, BOB, uses_store=True))


def check_nothing_is_shared(one: Outcome, other: Outcome) -> None:
    assert other.builders == dict.fromkeys(STEPS)
    assert not {*one.keys.values()} & {*other.keys.values()}


def copy_of(root: Path) -> Path:
    """A second system like a first one."""
    copy = root.with_name(f"{root.name}-copy")
    if not copy.exists():
        run.output(["cp", "--archive", "--reflink=auto", root, copy])
    return copy
