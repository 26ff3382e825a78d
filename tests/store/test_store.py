# SPDX-License-Identifier: MIT
"""A store that is well, and one that lies: what it says is proved before it counts."""

import contextlib
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from image.errors import UserError
from image.store import action, parcel
from image.store.action import Blob
from image.store.places import Folder
from image.store.statement import RESULT, Question
from image.store.store import Store
from tests.store.conftest import Maker

QUESTION = Question("toy", {"recipe": {"name": "toy"}})
OTHER = Question("toy", {"recipe": {"name": "toy, but louder"}})


def leave(folder: Path) -> Path:
    """What a step leaves: a program, a link, an empty folder, its stamp and its log."""
    (folder / "staging/usr/bin").mkdir(parents=True)
    program = folder / "staging/usr/bin/toy"
    program.write_bytes(b"\x7fELF" + bytes(5000))
    program.chmod(0o755)
    (folder / "staging/usr/bin/again").symlink_to("toy")
    (folder / "root").mkdir()
    (folder / "step.json").write_text("{}")
    (folder / "log").write_text("built\n")
    return folder


def tree(folder: Path) -> dict[str, object]:
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else path.is_file() and (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in folder.rglob("*")
    }


@pytest.fixture
def filled(tmp_path: Path, make_store: Maker) -> Store:
    make_store().put(QUESTION, leave(tmp_path / "made"), 12.34)
    return make_store()


def entry_file(tmp_path: Path, question: Question = QUESTION) -> Path:
    return tmp_path / "shared/ac" / question.key


def parcel_file(tmp_path: Path) -> Path:
    held = action.decode(entry_file(tmp_path).read_bytes())
    return tmp_path / "shared/cas" / held.blobs[RESULT].sha256


def test_what_one_puts_there_another_takes(filled: Store, tmp_path: Path) -> None:
    entry = filled.find(QUESTION)
    assert entry is not None
    assert (entry.signer, entry.statement.seconds) == ("ada", 12.3)
    assert filled.take(entry, tmp_path / "taken")
    made = tree(tmp_path / "made")
    del made["log"], made["step.json"]
    assert tree(tmp_path / "taken") == made
    assert not [*(tmp_path / "way").iterdir()]


def test_equal_results_are_equal_to_the_bit(filled: Store, tmp_path: Path) -> None:
    """Whatever the time, and in whichever order the files were made."""
    first = parcel_file(tmp_path).read_bytes()
    leave(tmp_path / "again")
    filled.put(OTHER, tmp_path / "again", 1.0)
    held = action.decode(entry_file(tmp_path, OTHER).read_bytes())
    assert (tmp_path / "shared/cas" / held.blobs[RESULT].sha256).read_bytes() == first


def test_an_answer_need_not_be_a_file(make_store: Maker) -> None:
    make_store().say(QUESTION, {"version": "6.1"})
    entry = make_store().find(QUESTION)
    assert entry and entry.statement.says == {"version": "6.1"}


def test_nothing_is_nothing(filled: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert filled.find(OTHER) is None
    assert filled.is_on and capsys.readouterr().err == ""


def unsigned(entry: Path) -> None:
    held = action.decode(entry.read_bytes())
    entry.write_bytes(action.encode(action.Action(held.blobs, held.statement, b"")))


def nonsense(entry: Path) -> None:
    entry.write_bytes(b"<html>welcome to the hotel</html>")


def other_words(entry: Path) -> None:
    held = action.decode(entry.read_bytes())
    said = held.statement.replace(b"12.3", b"99.9")
    entry.write_bytes(action.encode(action.Action(held.blobs, said, held.signature)))


def other_files(entry: Path) -> None:
    held = action.decode(entry.read_bytes())
    blobs = held.blobs | {RESULT: Blob("0" * 64, 5)}
    entry.write_bytes(action.encode(action.Action(blobs, held.statement, held.signature)))


def empty(entry: Path) -> None:
    entry.write_bytes(b"")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (unsigned, "it is not signed"),
        (nonsense, "it "),
        (other_words, "nobody in allowed_signers signed it"),
        (other_files, "names other files than were signed"),
        (empty, "it is not signed"),
    ],
)
def test_an_entry_that_lies_is_not_used(
    filled: Store,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    harm: Callable[[Path], None],
    said: str,
) -> None:
    harm(entry_file(tmp_path))
    assert filled.find(QUESTION) is None
    assert filled.find(QUESTION) is None
    told = capsys.readouterr().err
    assert said in told and told.count("its entry for toy is not used") == 1
    assert filled.is_on


def test_an_entry_of_a_stranger_is_not_used(
    tmp_path: Path, make_store: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    make_store(who="eve").put(QUESTION, leave(tmp_path / "made"), 1.0)
    assert make_store().find(QUESTION) is None
    assert "nobody in allowed_signers signed it" in capsys.readouterr().err


def test_what_is_wrong_with_many_entries_is_told_once(
    tmp_path: Path, make_store: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    """A store that somebody filled who is not on the list, or not any more."""
    for question in (QUESTION, OTHER):
        make_store(who="eve").put(question, leave(tmp_path / question.key), 1.0)
    store = make_store()
    assert store.find(QUESTION) is None and store.find(OTHER) is None
    assert capsys.readouterr().err.count("nobody in allowed_signers signed it") == 1


def test_an_answer_to_another_question_is_not_used(
    filled: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An old entry, well signed, under a new name."""
    entry_file(tmp_path, OTHER).write_bytes(entry_file(tmp_path).read_bytes())
    assert filled.find(OTHER) is None
    assert "it answers another question" in capsys.readouterr().err


@pytest.mark.parametrize("harm", ["cut", "longer", "flipped", "gone", "swapped"])
def test_a_file_that_is_not_what_was_signed_is_not_used(
    filled: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    file = parcel_file(tmp_path)
    data = file.read_bytes()
    harmed = {
        "cut": data[:-1],
        "longer": data + b"0",
        "flipped": data[:9] + bytes([data[9] ^ 1]) + data[10:],
        "swapped": entry_file(tmp_path).read_bytes(),
    }
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(harmed[harm])
    entry = filled.find(QUESTION)
    assert entry and not filled.take(entry, tmp_path / "taken")
    assert not (tmp_path / "taken").exists() and not [*(tmp_path / "way").iterdir()]
    assert "the result of toy is not used" in capsys.readouterr().err


def test_who_builds_it_again_replaces_a_file_that_is_not_what_was_signed(
    filled: Store, tmp_path: Path, make_store: Maker
) -> None:
    """Else nobody could ever use it: the store has a file of that name."""
    file = parcel_file(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    entry = filled.find(QUESTION)
    assert entry and not filled.take(entry, tmp_path / "taken")
    filled.put(QUESTION, tmp_path / "made", 12.34)
    assert file.read_bytes() == whole
    assert make_store().take(entry, tmp_path / "taken")


@pytest.mark.parametrize("kind", ["no archive", "cut", "no tar"])
def test_a_signed_file_that_cannot_be_unpacked_is_not_used(
    tmp_path: Path, make_store: Maker, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, kind: str,
) -> None:  # fmt: skip
    """A fault of somebody whom we trust."""

    def pack(folder: Path, target: Path, left_out: object) -> None:
        with parcel.compressed(target, "wb") as packed:
            packed.write(b"text" * 5000)
        if kind != "no tar":
            data = target.read_bytes()
            target.write_bytes(data[:20] if kind == "cut" else b"no archive at all")

    monkeypatch.setattr(parcel, "pack", pack)
    make_store().put(QUESTION, leave(tmp_path / "made"), 1.0)
    store = make_store()
    entry = store.find(QUESTION)
    assert entry and not store.take(entry, tmp_path / "taken") and store.is_on
    assert "the result of toy is not used" in capsys.readouterr().err
    assert not (tmp_path / "taken").exists() and not [*(tmp_path / "way").iterdir()]


def test_a_signed_entry_without_a_result_is_not_used(
    tmp_path: Path, make_store: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    make_store().say(QUESTION, {})
    store = make_store()
    entry = store.find(QUESTION)
    assert entry and not store.take(entry, tmp_path / "taken")
    assert "the store has lost its result" in capsys.readouterr().err


@dataclass
class Cut:
    """A place that leaves out the end of what it holds."""

    place: Folder
    at: int

    @contextlib.contextmanager
    def get(self, name: str) -> Iterator[Iterator[bytes] | None]:
        yield iter([(self.place.path / name).read_bytes()[: self.at]])

    def put(self, name: str, file: Path) -> None:
        raise AssertionError

    def has(self, name: str) -> bool:
        return True


def test_whatever_is_left_out_of_an_entry_it_is_not_used(
    filled: Store, tmp_path: Path, make_store: Maker
) -> None:
    """Cut at each byte, without a word from the server that there is more."""
    size = entry_file(tmp_path).stat().st_size
    for at in range(size):
        assert make_store(Cut(Folder(tmp_path / "shared"), at)).find(QUESTION) is None, at
    assert make_store(Cut(Folder(tmp_path / "shared"), size)).find(QUESTION)


def test_whatever_is_left_out_of_a_result_it_is_not_used(
    filled: Store, tmp_path: Path, make_store: Maker
) -> None:
    size = parcel_file(tmp_path).stat().st_size
    entry = filled.find(QUESTION)
    assert entry
    for at in range(size):
        store = make_store(Cut(Folder(tmp_path / "shared"), at))
        assert not store.take(entry, tmp_path / "taken") and not (tmp_path / "taken").exists()
    assert make_store(Cut(Folder(tmp_path / "shared"), size)).take(entry, tmp_path / "taken")


def device(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = tarfile.CHRTYPE
    return member


def link(name: str, target: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, target
    return member


@pytest.mark.parametrize(
    "member",
    [tarfile.TarInfo("../out"), tarfile.TarInfo("/out"), device("null"), link("x", "../../out")],
    ids=lambda member: str(member.name),
)
def test_archives_are_checked_even_from_those_we_trust(
    tmp_path: Path, member: tarfile.TarInfo
) -> None:
    with (
        parcel.compressed(tmp_path / "bad.tar.zst", "wb") as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        tar.addfile(member)
    with pytest.raises(UserError, match="it is refused"):
        parcel.unpack(tmp_path / "bad.tar.zst", tmp_path / "taken")
    assert not (tmp_path / "taken").exists() and not (tmp_path / "out").exists()


def test_a_store_that_cannot_be_written_is_told_once(
    tmp_path: Path, make_store: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shared").write_text("a file where the folder should be")
    store = make_store()
    store.put(QUESTION, leave(tmp_path / "made"), 1.0)
    store.put(OTHER, tmp_path / "made", 1.0)
    assert capsys.readouterr().err.count("the store keeps nothing") == 1


def test_who_may_write_to_a_shared_folder_may_fill_it(tmp_path: Path, make_store: Maker) -> None:
    """Whoever fills it first: the others are of the same group."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o2775)
    make_store().put(QUESTION, leave(tmp_path / "made"), 1.0)
    assert {path.stat().st_mode & 0o7777 for path in shared.iterdir()} == {0o2775}


def test_writers_at_once(tmp_path: Path, make_store: Maker) -> None:
    """Readers meanwhile find nothing, or all of it."""
    leave(tmp_path / "made")
    written = threading.Event()

    def write(_: int) -> None:
        for _ in range(10):
            make_store().put(QUESTION, tmp_path / "made", 1.0)

    def read(number: int) -> int:
        store, taken = make_store(), 0
        while not (written.is_set() and taken):
            if entry := store.find(QUESTION):
                assert store.take(entry, tmp_path / f"taken{number}")
                shutil.rmtree(tmp_path / f"taken{number}")
                taken += 1
        return taken

    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(read, number) for number in range(2)]
        for _ in pool.map(write, range(3)):
            pass
        written.set()
        assert all(reader.result() for reader in readers)
    assert len([*(tmp_path / "shared/ac").iterdir()]) == 1
    assert len([*(tmp_path / "shared/cas").iterdir()]) == 2, "and nothing half-written"


def test_a_key_that_does_not_sign_is_an_error(tmp_path: Path, make_store: Maker) -> None:
    store = make_store()
    assert store.signer
    bad = tmp_path / "bad"
    bad.write_text("no key")
    store.signer = type(store.signer)(bad)
    with pytest.raises(UserError, match="does not sign"):
        store.put(QUESTION, leave(tmp_path / "made"), 1.0)
