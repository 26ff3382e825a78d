# SPDX-License-Identifier: MIT
"""`doit test:fresh`: README's first lines as an ordinary user in new, minimal Debian systems.

Each system is a folder made by debootstrap, entered in name spaces of its own: whatever ends the
check, no mount and no program of it remains.
"""

import os
import re
import select
import shlex
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from image import run
from image.device.console import Console
from image.errors import UserError
from image.fetch import debian
from image.options import Folder, Option, Several
from image.surroundings import SYSTEM_CERTIFICATES, certificates, for_pip, network

RELEASES = ("bookworm", "trixie", "sid")
OPTIONS = (
    Option("releases", "which releases of Debian", Several(RELEASES), default="all three"),
    Option("WORK", "the folder for its systems", Folder(to_be=True), default="work/fresh"),
)
USER, HOME = "ordinary", "/home/ordinary"
# What many a path holds, and what is no plain letter.
CHECKOUT = f"{HOME}/Märchen-1.0+x"
PATH = "/usr/bin:/bin"  # all that an ordinary user of Debian can rely on
SILENT_S = 3600  # a kernel is one line
REMEMBERED = 2000  # bytes of what was said last, in which a question is looked for
SWITCH_OFF = b"\x01x"  # QEMU's Ctrl-A X
CTRL_C = b"\x03"
STATUS = re.compile(rb"fresh: status (\d+)")
# What this machine's apt was told of the network holds in the new systems, too.
APT_NETWORK = re.compile(r"^Acquire::(?:https?|Retries|ForceIPv[46])\b.*;$", re.M | re.I)
# A mirror may be behind; that is no matter of ours.
APT_ANY_AGE = 'Acquire::Check-Valid-Until "false";\n'
PIP_FILES = {
    Path("/etc/pip.conf"): "etc/pip.conf",
    Path.home() / ".config/pip/pip.conf": f"{HOME[1:]}/.config/pip/pip.conf",
    Path.home() / ".pip/pip.conf": f"{HOME[1:]}/.pip/pip.conf",
}
ENTER = """\
mount --rbind /dev {root}/dev && mount -t proc proc {root}/proc || exit
exec chroot {root} {words}
"""


@dataclass(frozen=True)
class Step:
    """Something that a user types, with what they answer: pairs of a question and their keys."""

    name: str
    command: str
    answers: tuple[tuple[re.Pattern[bytes], bytes], ...] = ()


YES = ((re.compile(rb"\[y/N\] $"), b"y\n"),)
# Every story has one.
END = re.compile(rb"The\s+end\.")
TOLD = ((END, SWITCH_OFF),)
QUICK_START = (
    Step("git, Python", "sudo apt-get update -q && sudo apt-get install -y -q git python3-venv"),
    Step("git clone", f"git clone {HOME}/source.git {CHECKOUT} && cp -r {HOME}/dl {CHECKOUT}/dl"),
    Step("tell", f"cd {CHECKOUT} && ./doit tell", (*YES, (END, CTRL_C))),
    Step("image", f"cd {CHECKOUT} && ./doit image board=qemu_virt", YES),
    Step("run", f"cd {CHECKOUT} && ./doit run board=qemu_virt", TOLD),
)


def try_releases(root: Path, dl: Path, options: Mapping[str, str]) -> None:
    """Try the checkout `root` in all releases; prints a table. Raises UserError if one fails."""
    releases = options.get("releases", ",".join(RELEASES)).split(",")
    if os.geteuid() != 0:
        raise UserError("only root can create new systems", "sudo ./doit test:fresh")
    if run.which("debootstrap") is None:
        raise UserError("debootstrap is not installed", "apt-get install debootstrap")
    work, logs = Path(options.get("WORK", root / "work/fresh")), root / "out/fresh"
    logs.mkdir(parents=True, exist_ok=True)
    results = [row for release in releases for row in _try(release, root, dl, work, logs)]
    rows = [("release", "step", "result", "seconds"), *results]
    print("\n".join(f"{a:<10}{b:<13}{c:<11}{d:>7}" for a, b, c, d in rows))
    if any(row[2] != "well" for row in results):
        raise UserError("some steps failed", hint=f"see the logs in {logs}")


def _try(
    release: str, root: Path, dl: Path, work: Path, logs: Path
) -> Iterator[tuple[str, str, str, str]]:
    """One row per step, up to the first that fails."""
    log = logs / f"{release}.log"
    log.unlink(missing_ok=True)
    system = work / release
    for step in (Step("new system", ""), *QUICK_START):
        print(f"{time.strftime('%H:%M:%S')}  {release}: {step.name}; log: {log}", flush=True)
        start = time.monotonic()
        if step.command:
            is_well = _converse(_enter(system, step.command), step, log)
        else:
            is_well = _make_system(release, root, dl, system, log)
        seconds = f"{time.monotonic() - start:.0f}"
        yield release, step.name, "well" if is_well else "FAILED", seconds
        if not is_well:
            return
    shutil.rmtree(system)


def _make_system(release: str, root: Path, dl: Path, system: Path, log: Path) -> bool:
    """A copy of the release's base, which is made once, with a user and the checkout to clone."""
    base, part = (system.with_name(f"{release}.{kind}") for kind in ("base", "part"))
    archive = debian.whole_archive()
    if not base.is_dir():
        shutil.rmtree(part, ignore_errors=True)
        part.parent.mkdir(parents=True, exist_ok=True)
        options = ["--variant=minbase", "--include=ca-certificates,sudo"]
        words = shlex.join(["debootstrap", *options, release, str(part), archive])
        if not _converse(_apart(f"{words}; echo fresh: status $?"), Step("debootstrap", ""), log):
            return False
        part.rename(base)
    shutil.rmtree(system, ignore_errors=True)
    run.run(["cp", "-a", "--reflink=auto", base, system], log=log)
    _connect(system)
    run.run(["chroot", system, "useradd", "--create-home", "--shell=/bin/bash", USER], log=log)
    (system / "etc/sudoers.d/fresh").write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n")
    home = system / HOME[1:]
    run.run(["git", "clone", "--quiet", "--bare", root, home / "source.git"], log=log)
    # A user's own, so that theirs need not be root's.
    ignored = shutil.ignore_patterns(".lock", ".apt", ".pip", "*.part")
    shutil.copytree(dl, home / "dl", ignore=ignored, symlinks=True)
    run.run(["chroot", system, "chown", "-R", f"{USER}:", HOME], log=log)
    return True


def _connect(system: Path) -> None:
    """What this machine knows of the network: names, apt's and pip's mirrors, certificates."""
    for file in (Path("/etc/resolv.conf"), Path("/etc/hosts")):
        _copy(file, system / str(file)[1:])
    told = "\n".join(APT_NETWORK.findall(run.output(["apt-config", "dump"])))
    (system / "etc/apt/apt.conf.d/90fresh").write_text(f"{APT_ANY_AGE}{told}\n")
    for file, name in PIP_FILES.items():
        if file.is_file():
            _copy(file, system / name)
    trusted = certificates()
    if trusted and trusted.is_file():
        for target in (trusted, SYSTEM_CERTIFICATES):
            _copy(trusted, system / str(target)[1:])


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def _enter(system: Path, command: str) -> list[str]:
    """A command line that does something in a system as its user, with a bare environment."""
    variables = {"HOME": HOME, "USER": USER, "PATH": PATH, "TERM": "dumb", "LANG": "C.UTF-8"}
    told = {name: value for name, value in for_pip().items() if name != "PIP_USER"}
    words = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups", "env", "-i"]
    words += [f"{name}={value}" for name, value in {**variables, **network(), **told}.items()]
    words += ["sh", "-c", f"cd; {command}; echo fresh: status $?"]
    return _apart(ENTER.format(root=shlex.quote(str(system)), words=shlex.join(words)))


def _apart(script: str) -> list[str]:
    """A script in name spaces of its own: its mounts and programs end with it."""
    words = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    return [*words, "sh", "-c", f"exec 2>&1; {script}"]


def _converse(words: list[str], step: Step, log: Path) -> bool:
    """Let a command run on a terminal, answer what it asks; whether it ended well."""
    heard = b""
    waiting = list(step.answers)
    with log.open("ab") as file, run.on_terminal(words, Path(os.devnull)) as fd:
        file.write(f"\n== {step.name}: {step.command}\n".encode())
        line = Console(fd)
        while select.select([fd], [], [], SILENT_S)[0]:
            try:
                data = line.receive()
            except UserError:
                break  # it ended
            file.write(data)
            file.flush()
            heard = (heard + data)[-REMEMBERED:]
            if waiting and waiting[0][0].search(heard):
                line.send(waiting.pop(0)[1])
    ended = STATUS.search(heard)
    return ended is not None and ended[1] == b"0"
