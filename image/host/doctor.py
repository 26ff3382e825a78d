# SPDX-License-Identifier: MIT
"""The host: which programs the work needs, which are there, and the line that installs the rest."""

import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from image import run
from image.errors import UserError

# A dotted version if there is one: names such as riscv64 hold bare numbers.
VERSIONS = (re.compile(r"\d+(?:\.\d+)+"), re.compile(r"\d+"))

# Machines update themselves in the background: apt waits for that, for at most so many seconds.
PATIENT = ("-o", "DPkg::Lock::Timeout=300")

# The version that apt would install of a package.
CANDIDATE = re.compile(r"^(\S+):\n  Installed: .*\n  Candidate: (.*)$", re.M)


@dataclass(frozen=True)
class Tool:
    """A host program, or a file (then `name` is its path, a glob), and the package that brings it.

    `package` may be several names, divided by |: other releases call it otherwise, and the first
    that this machine's apt knows is meant. `version` is what prints its version, `minimum` the
    oldest that is known to work. `extra` is what of pyproject.toml it belongs to, if it is not
    needed for an image.
    """

    name: str
    package: str
    purpose: str
    version: tuple[str, ...] = ("--version",)
    minimum: tuple[int, ...] = ()
    extra: str = ""


@dataclass(frozen=True)
class Finding:
    """A tool as it was found; `version` is None where it is missing or does not say."""

    tool: Tool
    is_there: bool
    version: str | None

    @property
    def is_good(self) -> bool:
        """There, and new enough."""
        if not self.is_there or not self.tool.minimum:
            return self.is_there
        return self.version is not None and as_numbers(self.version) >= self.tool.minimum


TOOLS = (
    Tool("riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu", "builds what runs on the board",
         minimum=(10,)),
    Tool("/usr/riscv64-linux-gnu/include/linux/version.h", "libc6-dev-riscv64-cross",
         "kernel headers for programs"),
    Tool("gcc", "gcc", "builds host tools and the engine for the host", minimum=(10,)),
    Tool("/usr/include/stdio.h", "libc6-dev", "headers for host programs"),
    Tool("make", "make", "runs the makefiles of sources", minimum=(4,)),
    Tool("patch", "patch", "applies our changes to sources"),
    # The first that fetches single objects of a partial clone by their names.
    Tool("git", "git", "fetches the board's SDK", minimum=(2, 29)),
    Tool("flex", "flex", "kernel configuration", minimum=(2, 5, 35)),
    Tool("bison", "bison", "kernel configuration", minimum=(2, 0)),
    Tool("bc", "bc", "kernel build"),
    Tool("perl", "perl", "kernel build", version=("-e", "print substr($^V, 1)")),
    Tool("xz", "xz-utils", "unpacks sources"),
    Tool("bzip2", "bzip2", "unpacks sources", version=()),
    Tool("mkfs.erofs", "erofs-utils", "writes the root file system", version=("-V",),
         minimum=(1, 5)),
    Tool("genimage", "genimage", "writes the card image", minimum=(15,)),
    Tool("mkdosfs", "dosfstools", "writes the boot partition", version=("--help",)),
    Tool("mcopy", "mtools", "fills the boot partition"),
    Tool("bmaptool", "bmap-tools", "reads the image's block map in the tests", extra="test"),
    Tool("qemu-system-riscv64", "qemu-system-riscv|qemu-system-misc", "the emulated board",
         minimum=(7, 0)),
    Tool("/usr/lib/u-boot/qemu-riscv64_smode/uboot.elf", "u-boot-qemu",
         "boot loader of the emulated board"),
    Tool("dtc", "device-tree-compiler", "device tree of the emulated board"),
    Tool("ssh", "openssh-client", "talks to a board over its network", version=("-V",)),
    Tool("qemu-riscv64", "qemu-user", "runs board programs in the tests", minimum=(7, 0),
         extra="test"),
    Tool("/usr/lib/*/libglib-2.0.so.0", "libglib2.0-0t64|libglib2.0-0",
         "T-Head's emulator, for ./doit cycles", extra="measure"),
    Tool("/usr/lib/*/libgnutls.so.30", "libgnutls30t64|libgnutls30",
         "T-Head's emulator, for ./doit cycles", extra="measure"),
    Tool("/usr/lib/*/libgcrypt.so.20", "libgcrypt20",
         "T-Head's emulator, for ./doit cycles", extra="measure"),
    Tool("ninja", "ninja-build", "builds the emulated Duo", extra="emulator"),
    Tool("/usr/lib/*/pkgconfig/glib-2.0.pc", "libglib2.0-dev", "the emulated Duo",
         extra="emulator"),
    Tool("/usr/include/libfdt.h", "libfdt-dev", "the emulated Duo", extra="emulator"),
    Tool("/usr/include/zlib.h", "zlib1g-dev", "the emulated Duo", extra="emulator"),
    Tool("/usr/include/slirp/libslirp.h", "libslirp-dev", "network of the emulated Duo",
         extra="emulator"),
    Tool("/usr/include/alsa/asoundlib.h", "libasound2-dev", "sound of the emulated Duo",
         extra="emulator"),
    Tool("/usr/include/pulse/pulseaudio.h", "libpulse-dev", "sound of the emulated Duo",
         extra="emulator"),
    Tool("chromium", "chromium", "shows the story page in the tests", extra="browser"),
    Tool("chromedriver", "chromium-driver", "drives Chromium in the tests", extra="browser"),
    Tool("clang", "clang", "fuzzes the engine in the tests", minimum=(13,), extra="test"),
    Tool("/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a", "libclang-rt-dev",
         "fuzzes the engine in the tests", extra="test"),
    Tool("sfdisk", "fdisk", "reads the card's partition table"),
    Tool("fsck.fat", "dosfstools", "checks the card's boot partition", version=("--help",)),
    Tool("fsck.erofs", "erofs-utils", "checks the card's root file system", version=("-V",)),
    Tool("dumpimage", "u-boot-tools", "reads boot.sd in the tests", version=("-V",),
         extra="test"),
    Tool("espeak-ng", "espeak-ng", "speaks to the recogniser in the tests", extra="test"),
    Tool("nginx", "nginx-light", "keeps a shared store in the tests", version=("-v",),
         extra="test"),
    Tool("openssl", "openssl", "a certificate to distrust in the tests", version=("version",),
         extra="test"),
    Tool("fsck.ext4", "e2fsprogs", "checks the data partition in the tests", version=("-V",),
         extra="test"),
)  # fmt: skip


def examine(tool: Tool) -> Finding:
    """Look for one tool and its version."""
    if tool.name.startswith("/"):
        return Finding(tool, any(Path("/").glob(tool.name[1:])), None)
    path = run.which(tool.name)
    if path is None:
        return Finding(tool, False, None)
    return Finding(tool, True, _version(path, tool) if tool.version else None)


def version(name: str) -> str | None:
    """Version of one of the tools; None where it is missing."""
    return next(examine(tool).version for tool in TOOLS if tool.name == name)


def as_numbers(version: str) -> tuple[int, ...]:
    """A dotted version as numbers that compare."""
    return tuple(int(part) for part in version.split("."))


def packages(tools: Iterable[Tool]) -> list[str]:
    """The packages that bring tools on this machine, as far as apt's lists say so."""
    choices = [tool.package.split("|") for tool in tools]
    unsure = [name for names in choices if len(names) > 1 for name in names]
    offered = offered_by_apt(unsure) if unsure else set()
    found = {next((n for n in names if n in offered), names[0]) for names in choices}
    return sorted(found)


def offered_by_apt(names: Sequence[str]) -> set[str]:
    """Which of these packages apt could install; none on a machine without apt."""
    if run.which("apt-cache") is None:
        return set()
    known = run.output(["apt-cache", "policy", *names])
    return {found[1] for found in CANDIDATE.finditer(known) if found[2] != "(none)"}


def report(findings: list[Finding]) -> str:
    """A table of all tools, and one install line for what is missing."""
    rows = [("", "tool", "version", "at least", "for")]
    for found in findings:
        least = ".".join(map(str, found.tool.minimum))
        version = found.version or ("there" if found.is_there else "missing")
        mark = "ok" if found.is_good else "--"
        rows.append((mark, found.tool.name, version, least, found.tool.purpose))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = ["  ".join([*(c.ljust(w) for c, w in zip(row, widths)), row[4]]) for row in rows]  # noqa: B905
    lines.append("")
    lines.append(install_line(findings) or "Everything is there.")
    return "\n".join(lines)


def install_line(findings: list[Finding]) -> str:
    """The command that brings all that is missing; empty when nothing is."""
    missing = packages(found.tool for found in findings if not found.is_good)
    prefix = "" if os.geteuid() == 0 else "sudo "
    command = f"{prefix}apt-get install --no-install-recommends {' '.join(missing)}"
    return command if missing else ""


def check() -> None:
    """Print the report. Raises UserError when something is missing that an image needs."""
    findings = [examine(tool) for tool in TOOLS]
    print(report(findings))
    lacking = install_line([found for found in findings if not found.tool.extra])
    if lacking:
        raise UserError("host programs are missing", hint=lacking)


def install(extra: str = "") -> None:
    """Install what an image, or an extra, needs and the machine lacks: as root at once, else asked.

    Raises UserError if that is refused or fails.
    """
    findings = [examine(tool) for tool in TOOLS if tool.extra == extra]
    line = install_line(findings)
    if not line:
        return
    print(f"Host programs are missing. This installs them:\n  {line}")
    if os.geteuid() != 0 and not _agreed():
        raise UserError("host programs are missing", hint=line)
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    update = [*line.split()[: line.split().index("apt-get") + 1], "update"]
    is_updated = run.interactive(update) == 0
    line = install_line(findings)  # fresh lists may tell better which package brings what
    if not is_updated or run.interactive([*line.split(), "-y", *PATIENT]) != 0:
        raise UserError("apt-get failed; its messages are above", hint=f"run by hand: {line}")


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    print("Run it now? [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _version(path: str, tool: Tool) -> str | None:
    try:
        text = run.output([path, *tool.version], merge=True)
    except run.CommandFailed as error:
        text = error.message  # some tools show their version and then complain
    found = (pattern.search(text) for pattern in VERSIONS)
    return next((match.group(0) for match in found if match), None)
