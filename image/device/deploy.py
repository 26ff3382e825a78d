# SPDX-License-Identifier: MIT
"""`doit deploy`: changed files onto a board that runs, by ssh, until its next start.

The root is read-only. Over each of its folders that changes, an overlay is laid whose upper part is
in memory: so nothing is worn, a power cut undoes all, and what runs keeps the files that it has.
"""

import re
import shlex
import tarfile
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from image.card import rootfs
from image.device import prompt, ssh
from image.emulator.qemu import SSH_PORT
from image.errors import UserError
from image.key import hash_file
from image.run import CommandFailed

OPTIONS = (ssh.HOST, SSH_PORT)
RESERVE = 4 << 20  # bytes of memory that the board keeps for its work
PAGE = 4096
SSH_FAILED = 255
SHOWN = 12  # names of files; the rest is counted

# What a board tells of itself and of its files, in sections.
LIST = """\
cd / || exit
echo "=== can"; grep -w overlay /proc/filesystems
echo "=== memory"; sed -n 's/^MemAvailable: *//p' /proc/meminfo
echo "=== modes"; find {tops} -type f | xargs stat -c '%a %n'
echo "=== files"; find {tops} -type f | xargs sha256sum
echo "=== links"; find {tops} -type l | xargs stat -c '%N'
echo "=== end"
"""

APPLY = """\
set -e
mkdir -p /run/deploy
mountpoint -q /run/deploy || mount -t tmpfs -o mode=755,size=90% deploy /run/deploy
for top in {tops}; do
    if ! grep -q "^deploy /$top overlay " /proc/mounts; then
        mkdir -p /run/deploy/$top /run/deploy/.work/$top
        mount -t overlay deploy /$top \
            -o lowerdir=/$top,upperdir=/run/deploy/$top,workdir=/run/deploy/.work/$top
    fi
done
cd /
tar -x -f -
rm -f {removed}
"""

# The console takes it for a crash, and goes on with the next story, told by the new program. By way
# of its shell, ended by a signal, it would lose its terminal: Ctrl-C would not reach the stories.
RESTART = "killall -q -KILL storyteller && echo started || true"


@dataclass(frozen=True)
class State:
    """What a board runs. `files` maps a path to what `entry` says of it."""

    has_overlays: bool
    memory: int  # bytes that are available
    files: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """What makes a board's root equal to the one that was built."""

    sent: tuple[str, ...]
    removed: tuple[str, ...]
    size: int  # bytes of memory on the board

    @property
    def tops(self) -> list[str]:
        """The root's folders that are touched."""
        return sorted({path.partition("/")[0] for path in (*self.sent, *self.removed)})


def copy_changes(tree: Path, options: Mapping[str, str]) -> None:
    """Bring what differs from the root `tree` to the board at host= (default: on the USB cable)
    or SSH_PORT=, and start its storyteller again. Raises UserError."""
    address = ssh.address(options)
    print(f"asking {address[0]} what it runs ...", flush=True)
    built = entries(tree)
    state = parse(_ask(address, LIST.format(tops=" ".join(tops(tree)))))
    change = compare(tree, built, state)
    if not change.tops:
        print("nothing to send: the board runs what was built")
        return
    check_fits(change, state)
    for path in [*change.sent, *(f"{path} (removed)" for path in change.removed)][:SHOWN]:
        print(f"  {path}")
    more = len(change.sent) + len(change.removed) - SHOWN
    if more > 0:
        print(f"  and {more} more")
    begun = time.monotonic()
    _send(address, tree, change)
    started = _ask(address, RESTART).strip() == "started"
    seconds = time.monotonic() - begun
    print(f"{len(change.sent)} sent, {change.size / 1e6:.1f} MB of memory, in {seconds:.1f} s")
    print("The storyteller restarts." if started else "No storyteller was running.")
    print("The changes last until the board restarts; ./doit flash makes them permanent.")


def check_reachable(options: Mapping[str, str]) -> None:
    """Raise UserError unless the board answers by ssh."""
    _ask(ssh.address(options), "true")


def tops(tree: Path) -> list[str]:
    """The folders of a root that hold files; the others are for mounting."""
    return sorted(path.name for path in tree.iterdir() if path.name not in rootfs.FOLDERS)


def entries(tree: Path) -> dict[str, str]:
    """Each file and link of a root tree, with what a board would say of it."""
    found = {}
    for path in (one for top in tops(tree) for one in (tree / top).rglob("*")):
        name = str(path.relative_to(tree))
        if re.search(r"[\s'\\]", name):
            raise UserError(f"{path}: a name with blanks or quotes cannot be deployed")
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = f"{path.stat().st_mode & 0o7777:o} {hash_file(path)}"
    return found


def parse(said: str) -> State:
    """A board's answer to LIST. Raises UserError when it is not whole."""
    parts = dict(re.findall(r"^=== (\w+)\n((?:(?!=== ).*\n)*)", said, re.M))
    memory = re.fullmatch(r"(\d+) kB\n", parts.get("memory", ""))
    if "end" not in parts or not memory:
        raise UserError("the board's list of files is incomplete", prompt.OURS)
    modes = dict(reversed(line.split(" ", 1)) for line in parts["modes"].splitlines())
    sums = [line.split(None, 1) for line in parts["files"].splitlines()]
    links = re.findall(r"^'?(.*?)'? -> '?(.*?)'?$", parts["links"], re.M)
    files = {name: f"{modes.get(name)} {found}" for found, name in sums}
    files |= {name: f"-> {target}" for name, target in links}
    return State(bool(parts["can"]), int(memory[1]) << 10, files)


def compare(tree: Path, built: Mapping[str, str], state: State) -> Change:
    """What has to be sent and removed."""
    sent = tuple(sorted(path for path, what in built.items() if state.files.get(path) != what))
    removed = tuple(sorted(state.files.keys() - built.keys()))
    sizes = ((tree / path).lstat().st_size for path in sent)
    return Change(sent, removed, sum(-(-size // PAGE) * PAGE for size in sizes))


def check_fits(change: Change, state: State) -> None:
    """Raise UserError for a board that cannot take the files."""
    if not state.has_overlays:
        hint = "build and flash an image with CONFIG_PACKAGE_DROPBEAR=y of this checkout once"
        raise UserError("the board's kernel cannot overlay files on its root", hint)
    room = state.memory - RESERVE
    if change.size > room:
        raise UserError(
            f"{change.size / 1e6:.1f} MB do not fit into the board's memory: of the free memory,"
            f" {max(room, 0) / 1e6:.1f} MB can be used",
            hint="./doit flash writes all of it to the card",
        )


def _send(address: tuple[str, ...], tree: Path, change: Change) -> None:
    script = APPLY.format(
        tops=" ".join(change.tops), removed=" ".join(map(shlex.quote, change.removed))
    )
    with tempfile.NamedTemporaryFile(prefix="deploy-", suffix=".tar") as file:
        pack(tree, change.sent, Path(file.name))
        _ask(address, script, Path(file.name))


def pack(tree: Path, paths: Iterable[str], target: Path) -> None:
    """A tar of some files of a tree, all owned by root."""
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as archive:
        for path in paths:
            entry = archive.gettarinfo(tree / path, path)
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            if entry.isreg():
                with (tree / path).open("rb") as file:
                    archive.addfile(entry, file)
            else:
                archive.addfile(entry)


def _ask(address: tuple[str, ...], script: str, source: Path | None = None) -> str:
    host, *options = address
    try:
        return ssh.ask(host, script, *options, source=source)
    except CommandFailed as error:
        if error.status == SSH_FAILED:
            raise UserError(f"no answer from {host}: {error.message}", ssh.NO_SSH) from None
        raise UserError(f"{host} could not do it: {error.message}", prompt.OURS) from None
