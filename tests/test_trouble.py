# SPDX-License-Identifier: MIT
"""What the operating system refuses: the path, and what to do; no traceback."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from image import archive, reading, run, trouble
from image.errors import UserError
from tests.conftest import DL_DIR, ROOT, copy_checkout, doit

NOBODY = 65534
PACKAGES = sysconfig.get_path("purelib")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount, and be others")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for a megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    run.output(["mount", "-t", "tmpfs", "-o", "size=1m", "small", folder])
    yield folder
    run.output(["umount", "--lazy", folder])


def error_of(path: Path, number: int) -> UserError:
    return trouble.told(OSError(number, os.strerror(number), str(path)))


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "make room"),
        (errno.EROFS, "copy the checkout"),
        (errno.ENOENT, "was it removed?"),
        (errno.ENOTDIR, "move it away"),
        (errno.EIO, "dmesg"),
        (errno.EMFILE, "ulimit -n"),
        (errno.EFBIG, "ulimit -f"),
    ],
)
def test_path_and_remedy(number: int, remedy: str, tmp_path: Path) -> None:
    error = error_of(tmp_path / "a/b", number)
    assert error.message == f"{tmp_path}/a/b: {os.strerror(number)}"
    assert remedy in str(error.hint)


def test_what_was_removed_from_work_is_built_anew() -> None:
    error = error_of(ROOT / "work/musl/0123/staging/x", errno.ENOENT)
    assert str(error.hint).endswith(f"rm -r {ROOT / 'work' / 'musl'} has it built again")


def test_copying_a_tree_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from/gone").symlink_to(tmp_path / "nowhere")
    with pytest.raises(shutil.Error) as caught:
        shutil.copytree(tmp_path / "from", tmp_path / "to")
    assert f"{tmp_path}/from/gone cannot be copied" in trouble.told(caught.value).message


@needs_root
def test_a_full_disk_is_named_though_the_error_names_nothing(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(small_disk))
    with pytest.raises(OSError, match="No space left") as caught:
        (small_disk / "file").write_bytes(bytes(2 << 20))
    assert caught.value.filename is None
    assert trouble.told(caught.value).message.startswith(f"{small_disk}: ")


@needs_root
def test_a_full_disk_is_no_damaged_archive(small_disk: Path, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(4 << 20))
    archive.pack({"top/large": tmp_path / "large"}, tmp_path / "a.tar.gz")
    with pytest.raises(OSError, match="No space left on device"):
        archive.unpack(tmp_path / "a.tar.gz", small_disk / "tree")
    assert not list(small_disk.iterdir())


@needs_root
def test_a_step_on_a_full_disk_ends_in_one_error(checkout: Path) -> None:
    (checkout / "work").mkdir()
    run.output(["mount", "-t", "tmpfs", "-o", "size=64k", "work", checkout / "work"])
    try:
        with pytest.raises(run.CommandFailed) as caught:
            doit(checkout, "engine", "board=qemu_virt")
    finally:
        run.output(["umount", "--lazy", checkout / "work"])
    assert "No space left on device" in caught.value.message
    assert "make room" in caught.value.message and "Traceback" not in caught.value.message


def python_for_all() -> str:
    """A Python that others than root may run, with this one's packages."""
    for python in (sys.executable, "/usr/bin/python3"):
        code = f"import os; os.setuid({NOBODY}); import doit, tqdm, yaml; os.listdir({str(ROOT)!r})"
        try:
            run.output([python, "-c", code], env={"PYTHONPATH": PACKAGES})
        except run.CommandFailed:
            continue
        return python
    pytest.skip("this Python and its packages are root's alone")


def as_nobody(checkout: Path, *words: str) -> str:
    """What ./doit says to a person who is nobody, with an error."""
    code = f"import os; os.setgid({NOBODY}); os.setuid({NOBODY}); import runpy, sys;"
    code += f"sys.argv[1:] = {list(words)!r}; runpy.run_module('image', run_name='__main__')"
    env = {**os.environ, "DL_DIR": str(DL_DIR), "HOME": "/nonexistent", "PYTHONPATH": PACKAGES}
    command = [python_for_all(), "-c", code]
    done = subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def open_checkout() -> Iterator[Path]:
    """A checkout that others may reach, and that is theirs."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        checkout = copy_checkout(Path(name) / "checkout")
        run.output(["chown", "-R", str(NOBODY), checkout])
        yield checkout


@needs_root
def test_what_is_anothers_is_given_back_with_chown(tmp_path: Path) -> None:
    os.chown(tmp_path, NOBODY, NOBODY)
    hint = str(error_of(tmp_path / "new", errno.EACCES).hint)
    assert hint == f"it is nobody's: sudo chown -R root {tmp_path}"
    tmp_path.chmod(0o700)
    os.chown(tmp_path, 0, 0)
    assert "chmod -R u+rwX" in str(error_of(tmp_path / "new", errno.EACCES).hint)


@needs_root
def test_what_root_left_is_named_with_the_way_to_get_it_back(open_checkout: Path) -> None:
    (open_checkout / "work").mkdir(mode=0o755)
    said = as_nobody(open_checkout, "image", "board=qemu_virt")
    assert f"{open_checkout}/work: Permission denied" in said
    assert f"sudo chown -R nobody {open_checkout}/work" in said


def test_a_folder_that_is_a_file(checkout: Path) -> None:
    (checkout / "out").touch()
    with pytest.raises(run.CommandFailed, match="out is not a folder\n.*move it away"):
        doit(checkout, "image", "board=qemu_virt")


@needs_root
def test_a_checkout_that_cannot_be_written(checkout: Path) -> None:
    run.output(["mount", "--bind", checkout, checkout])
    run.output(["mount", "-o", "remount,ro,bind", checkout])
    try:
        for task in ("image", "configure"):
            with pytest.raises(run.CommandFailed) as caught:
                doit(checkout, task, "board=qemu_virt")
            assert "Read-only file system" in caught.value.message
            assert "copy the checkout" in caught.value.message
            assert "Traceback" not in caught.value.message
        assert "Hear it" in doit(checkout, "help")
    finally:
        run.output(["umount", checkout])


def test_output_that_nobody_reads(checkout: Path) -> None:
    """As `./doit explain | head -1`, where all that is left to say goes nowhere."""
    command = [sys.executable, "-m", "image", "explain", "board=qemu_virt"]
    env = {**os.environ, "DL_DIR": str(DL_DIR)}
    env.pop("PYTHONUNBUFFERED", None)  # as it is at home: text goes out at the end
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        command, cwd=checkout, env=env, stdout=write, stderr=subprocess.PIPE, text=True
    )
    os.close(write)
    assert done.returncode == 128 + signal.SIGPIPE
    assert "Traceback" not in done.stderr and "rror" not in done.stderr


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_named_with_its_cure(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    with pytest.raises(UserError, match=f"{file} is damaged") as caught:
        reading.json_object(file, "remove it")
    assert caught.value.hint == "remove it"
    assert reading.json_object_or_none(file) is None
