# SPDX-License-Identifier: MIT
"""Builders on toy packages: plain C, make and autotools need no Python of their own."""

import os
import re
from pathlib import Path

import pytest

from image import run
from image.builders import autotools, c, kconfig, make, musl, qemu
from image.builders.job import Job, find_files
from image.builders.toolchain import HOST
from image.config import Config
from image.errors import UserError
from image.recipes.package import Licence, Package

HELLO = '#include <stdio.h>\n#include "toy.h"\nint main(void) { return puts(toy()) < 0; }\n'
TOY = '#include "toy.h"\nconst char *toy(void) { return "hello"; }\n'


def job(tmp_path: Path, **recipe: object) -> Job:
    source = tmp_path / "src"
    source.mkdir()
    (source / "toy.h").write_text("const char *toy(void);\n")
    (source / "toy.c").write_text(TOY)
    (source / "main.c").write_text(HELLO)
    package = Package("toy", "1", "", tmp_path, (), Licence("MIT", {}), (), "c", recipe)
    (tmp_path / "staging").mkdir()
    return Job(
        package,
        project=tmp_path,
        source=source,
        staging=tmp_path / "staging",
        config=Config("b", {}, tmp_path),
        log=tmp_path / "log",
        jobs=2,
        target=HOST,
        needs={},
        host={},
    )


def test_plain_c(tmp_path: Path) -> None:
    made = job(
        tmp_path,
        libraries={"toy": ["*.c", "!main.c"]},
        headers=["toy.h"],
        programs={"hello": {"files": ["main.c"], "libraries": ["toy"]}},
    )
    c.build(made)
    assert run.output([made.staging / "usr/bin/hello"]) == "hello\n"
    assert (made.staging / "usr/include/toy/toy.h").is_file()


def test_make(tmp_path: Path) -> None:
    made = job(tmp_path)
    (made.source / "Makefile").write_text(
        "all:\n\t$(CC) $(CFLAGS) toy.c main.c -o hello\n"
        "install:\n\tinstall -D hello $(DESTDIR)$(PREFIX)/bin/hello\n"
    )
    make.build(made)
    assert run.output([made.staging / "usr/bin/hello"]) == "hello\n"


def test_autotools(tmp_path: Path) -> None:
    made = job(tmp_path, configure=["--with-colour=red"])
    configure = made.source / "configure"
    configure.write_text(
        '#!/bin/sh\nset -e\ncase "$*" in *--prefix=/usr*--with-colour=red*) ;; *) exit 1 ;; esac\n'
        'printf "all:\\n\\t$CC $CFLAGS toy.c main.c -o hello\\n'
        'install:\\n\\tinstall -D hello \\$(DESTDIR)/usr/bin/hello\\n" >Makefile\n'
    )
    configure.chmod(0o755)
    autotools.build(made)
    assert run.output([made.staging / "usr/bin/hello"]) == "hello\n"


def test_qemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our folders are in the source before its own build begins; the program is kept, stripped."""
    made = job(tmp_path, configure=["--with-x"], programs=["toy"], add={"hw/toy": "src/toy"})
    ours = made.package.folder / "src/toy/device.c"
    ours.parent.mkdir()
    ours.write_text("int main(void) { return 0; }\n")
    scripts = {
        made.source / "configure": "mkdir build; cp hw/toy/device.c build/; "
        'case "$*" in "--prefix=/usr --python=/"*" --with-x") ;; *) exit 1 ;; esac',
        tmp_path / "bin/ninja": '[ "$1 $2 $3 $4" = "-C build -j2 toy" ] && '
        "gcc -g build/device.c -o build/toy",
    }
    for path, script in scripts.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\nset -e\n{script}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    qemu.build(made)
    program = made.staging / "usr/bin/toy"
    assert run.output([program]) == ""
    assert program.stat().st_size < (made.source / "build/toy").stat().st_size
    assert qemu.files(made.package, tmp_path, made.config) == [ours]


def test_compiler_error_is_in_the_log(tmp_path: Path) -> None:
    made = job(tmp_path, libraries={"toy": ["*.c"]})
    (made.source / "toy.c").write_text("int broken(\n")
    with pytest.raises(run.CommandFailed) as caught:
        c.build(made)
    assert caught.value.log == made.log
    assert "toy.c:" in run.tail(made.log)


def test_find_files(tmp_path: Path) -> None:
    source = job(tmp_path).source
    assert [p.name for p in find_files(source, ["*.c", "!main.c"], "toy")] == ["toy.c"]
    with pytest.raises(UserError, match=r"toy: '\*\.cc' matches no file"):
        find_files(source, ["*.cc"], "toy")


def test_kconfig_check(tmp_path: Path) -> None:
    config, fragment, required = (tmp_path / n for n in (".config", "base.config", "need.yaml"))
    config.write_text("CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_N=4\n")
    fragment.write_text("# why\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_N=4\n")
    required.write_text("- {symbol: A, value: y, why: needed}\n- {symbol: C, value: n, why: big}\n")
    kconfig.check(config, [fragment], [required])
    fragment.write_text("CONFIG_GONE=y\nCONFIG_N=5\n")
    required.write_text("- {symbol: B, value: y, why: tells stories}\n")
    with pytest.raises(UserError) as caught:
        kconfig.check(config, [fragment], [required])
    assert caught.value.message.splitlines()[1:] == [
        "  base.config:1: CONFIG_GONE should be y, is n",
        "  base.config:2: CONFIG_N should be 5, is 4",
        "  need.yaml: CONFIG_B should be y: tells stories",
    ]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("- {symbol: A, value: y}", ":1: [0]: key 'why' is missing"),
        ("- {symbol: CONFIG_A b, value: y, why: x}", ":1: [0].symbol: 'CONFIG_A b' is not a Kconf"),
        ("- {symbl: A, value: y, why: x}", ":1: [0].symbl: unknown key 'symbl'"),
        ("symbol: A", ": a mapping is not a list (each: a mapping of symbol, value, why)"),
    ],
)
def test_a_bad_list_of_required_options(tmp_path: Path, line: str, complaint: str) -> None:
    config, required = tmp_path / ".config", tmp_path / "need.yaml"
    config.write_text("CONFIG_A=y\n")
    required.write_text(line)
    with pytest.raises(UserError, match=re.escape(f"{tmp_path.name}/need.yaml{complaint}")):
        kconfig.check(config, [], [required])


def test_other_peoples_sources_are_older_than_c23(tmp_path: Path) -> None:
    """They may define bool, or leave out a function's parameters."""
    made = job(tmp_path, programs={"hello": {"files": ["old.c"]}})
    (made.source / "old.c").write_text(
        "typedef int bool;\nint two();\nint main(void) { bool a = two(1, 2); return a; }\n"
        "int two(int a, int b) { return a - b + 1; }\n"
    )
    c.build(made)
    run.output([made.staging / "usr/bin/hello"])
    assert "-std=gnu17" in made.cflags
    (tmp_path / "chosen").mkdir()
    chosen = job(tmp_path / "chosen", cflags=["-std=c99"]).cflags
    assert chosen.index("-std=c99") > chosen.index("-std=gnu17")


def test_musls_compiler_finds_itself_wherever_it_is_moved(tmp_path: Path) -> None:
    """Its specs name places by a variable, which gcc has to know."""
    built, moved = tmp_path / "built/usr", tmp_path / "moved elsewhere+é/usr"
    for folder in ("bin", "lib", "include"):
        (built / folder).mkdir(parents=True)
    (built / "bin/musl-gcc").write_text("made by musl, with x-bit")
    (built / "bin/musl-gcc").chmod(0o755)
    (built / "lib/musl-gcc.specs").write_text(
        "%rename cpp_options old\n\n"
        f"*cpp_options:\n-isystem {built}/include %(old)\n\n*startfile:\n"
        f"%{{!shared: {built}/lib/Scrt1.o}} {built}/lib/crti.o\n\n"
    )
    (built / "include/only-here.h").write_text("int here;\n")
    musl._make_movable(built, "gcc")
    moved.parent.mkdir()
    built.rename(moved)
    source = tmp_path / "any.c"
    source.write_text("#include <only-here.h>\n")
    assert "int here;" in run.output([moved / "bin/musl-gcc", "-E", source])
    linked = run.output([moved / "bin/musl-gcc", "-###", source], merge=True)
    assert f"{moved}/lib/crti.o" in linked and str(built) not in linked


def test_kernel_headers_that_are_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where one set of headers serves all machines."""
    cross, common = tmp_path / "usr/riscv64/include", tmp_path / "usr/include"
    for name in musl.HEADER_FOLDERS:
        for folder in (cross / name, common / name):
            folder.mkdir(parents=True)
        (common / name / "any.h").write_text("int any;\n")
        (cross / name / "any.h").symlink_to(f"../../../include/{name}/any.h")
    monkeypatch.setattr(musl, "KERNEL_HEADERS", cross)
    musl._add_kernel_headers(tmp_path / "staging/include")
    copies = list((tmp_path / "staging").rglob("any.h"))
    assert len(copies) == len(musl.HEADER_FOLDERS)
    assert all(not copy.is_symlink() and copy.read_text() == "int any;\n" for copy in copies)
