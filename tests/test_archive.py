# SPDX-License-Identifier: MIT
"""Archives: nothing leaves the folder, and a cut leaves nothing half."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from image import archive
from image.errors import UserError

Change = Callable[[tarfile.TarInfo], None]


def member(name: str, text: str = "", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    data = text.encode()
    info.size = len(data)
    return info, data


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, type=kind, linkname=target)


def pack(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    mode: Any = f"w:{path.suffix[1:]}" if path.suffix != ".tar" else "w"
    with tarfile.open(path, mode) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("suffix", ["tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_unpack_strips_the_top_folder(tmp_path: Path, suffix: str) -> None:
    packed = pack(
        tmp_path / f"a.{suffix}",
        member("top", type=tarfile.DIRTYPE, mode=0o755),
        member("top/run.sh", "echo", mode=0o4755),
        link("top/link", "run.sh"),
        member("top/hard", type=tarfile.LNKTYPE, linkname="top/run.sh", mode=0o755),
    )
    archive.unpack(packed, tmp_path / "tree")
    assert (tmp_path / "tree/run.sh").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "tree/link").readlink() == Path("run.sh")
    assert (tmp_path / "tree/hard").read_text() == "echo"
    assert sorted(p.name for p in tmp_path.iterdir()) == [packed.name, "tree"]


def test_several_top_entries(tmp_path: Path) -> None:
    archive.unpack(pack(tmp_path / "a.tar", member("one"), member("two")), tmp_path / "tree")
    assert sorted(path.name for path in (tmp_path / "tree").iterdir()) == ["one", "two"]


def test_dot_as_top_folder(tmp_path: Path) -> None:
    dot = member(".", type=tarfile.DIRTYPE, mode=0o755)
    archive.unpack(pack(tmp_path / "a.tar", dot, member("./one", "1")), tmp_path / "tree")
    assert (tmp_path / "tree/one").read_text() == "1"


def test_times_stay(tmp_path: Path) -> None:
    archive.unpack(pack(tmp_path / "a.tar", member("one", mtime=1234)), tmp_path / "tree")
    assert (tmp_path / "tree/one").stat().st_mtime == 1234


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    packed = pack(tmp_path / "a.tar", member("one", "new"))
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/one").write_text("old")
    with pytest.raises(UserError, match="cannot be unpacked"):
        archive.unpack(packed, tmp_path / "tree")
    assert (tmp_path / "tree/one").read_text() == "old"


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ([member("../evil", "x")], "member '../evil' leaves the folder"),
        ([member("/tmp/evil", "x")], "member '/tmp/evil' leaves the folder"),
        ([member("a/../../evil", "x")], "leaves the folder"),
        ([member("dev", type=tarfile.CHRTYPE)], "is neither file, folder nor link"),
        ([member("pipe", type=tarfile.FIFOTYPE)], "is neither file, folder nor link"),
        ([link("hard", "../../etc/passwd", tarfile.LNKTYPE)], "links to a file outside"),
        ([link("out", ".."), member("out/evil", "x")], "member 'out/evil' goes through a link"),
        ([link("in", "."), member("in/file", "x")], "member 'in/file' goes through a link"),
        ([link("f", "../evil"), member("f", "x")], "member 'f' would overwrite a link"),
        ([link("passwd", "/etc/passwd")], "link 'passwd' leads outside the folder"),
        ([link("up", "../../x")], "link 'up' leads outside the folder"),
        # Inside while there is a top folder, but that one goes.
        ([member("top/file"), link("top/up", "../x")], "link 'up' leads outside the folder"),
        (
            [member("f"), link("a", "f"), link("b", "a", tarfile.LNKTYPE), member("b", "x")],
            "a link",
        ),
        ([link("a", "b"), link("b", "a")], "ymlink loop"),
        (
            [
                member("p", type=tarfile.DIRTYPE, mode=0o755),
                member("p/q", type=tarfile.DIRTYPE, mode=0o755),
                link("p/q/r", "../.."),
                link("s", "p/q/r/.."),
            ],
            "link 's' leads outside the folder",
        ),
    ],
)
def test_refused(
    tmp_path: Path, members: list[tuple[tarfile.TarInfo, bytes]], complaint: str
) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    packed = pack(folder / "a.tar", *members)
    with pytest.raises(UserError) as caught:
        archive.unpack(packed, folder / "tree")
    assert complaint in caught.value.message and "a.tar" in caught.value.message
    assert [path.name for path in folder.iterdir()] == ["a.tar"]
    assert [path.name for path in tmp_path.iterdir()] == ["inner"]


def test_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 1000)
    packed = pack(tmp_path / "a.tar", member("a", "x" * 600), member("b", "x" * 600))
    with pytest.raises(UserError, match="more than a source can have"):
        archive.unpack(packed, tmp_path / "tree")


@pytest.mark.parametrize("suffix", ["tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_truncated_and_rubbish(tmp_path: Path, suffix: str) -> None:
    packed = pack(tmp_path / f"a.{suffix}", member("a", "abcdefgh" * 5000))
    packed.write_bytes(packed.read_bytes()[: packed.stat().st_size // 2])
    with pytest.raises(UserError, match="cannot be unpacked"):
        archive.unpack(packed, tmp_path / "tree")
    packed.write_bytes(b"rubbish" * 1000)
    with pytest.raises(UserError, match="cannot be unpacked"):
        archive.unpack(packed, tmp_path / "tree")
    assert not (tmp_path / "tree").exists()


def wheel(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name.replace("__", "/"), text)
    return path


def test_a_wheel(tmp_path: Path) -> None:
    packed = wheel(tmp_path / "a.whl", toy__sound="moo", toy_info__LICENSE="MIT")
    archive.unpack(packed, tmp_path / "tree")
    assert (tmp_path / "tree/toy/sound").read_text() == "moo"
    assert archive.read_members(packed, ["toy_info/LICENSE", "none"]) == {
        "toy_info/LICENSE": b"MIT"
    }


@pytest.mark.parametrize("name", ["..__evil", "__tmp__evil"])
def test_a_wheel_that_leaves_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="a.whl: member .* leaves the folder"):
        archive.unpack(wheel(tmp_path / "a.whl", **{name: "x"}), tmp_path / "tree")
    assert [path.name for path in tmp_path.iterdir()] == ["a.whl"]


def test_wheels_too_large_cut_and_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = wheel(tmp_path / "a.whl", a="x" * 600, b="x" * 600)
    whole = packed.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"rubbish" * 100):
        packed.write_bytes(damaged)
        with pytest.raises(UserError, match="a.whl cannot be unpacked"):
            archive.unpack(packed, tmp_path / "tree")
        with pytest.raises(UserError, match="a.whl cannot be read"):
            archive.read_members(packed, ["a"])
    monkeypatch.setattr(archive, "MAX_BYTES", 1000)
    packed.write_bytes(whole)
    with pytest.raises(UserError, match="more than a source can have"):
        archive.unpack(packed, tmp_path / "tree")
    assert not (tmp_path / "tree").exists()


PATCH = """why
Upstream: no
--- a/file
+++ b/file
@@ -1,3 +1,3 @@
 one
-two
+2
 three
"""


def test_patches(tmp_path: Path) -> None:
    tree, patch = tmp_path / "toy/key/src", tmp_path / "0001-two.patch"
    tree.mkdir(parents=True)
    (tree / "file").write_text("one\ntwo\nthree\n")
    patch.write_text(PATCH)
    archive.apply_patches(tree, [patch], tmp_path / "log")
    assert (tree / "file").read_text() == "one\n2\nthree\n"
    with pytest.raises(UserError) as caught:
        archive.apply_patches(tree, [patch], tmp_path / "log")
    assert "0001-two.patch does not apply to toy" in caught.value.message
    assert "file" in caught.value.message
    assert sorted(path.name for path in tree.iterdir()) == ["file"]
