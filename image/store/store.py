# SPDX-License-Identifier: MIT
"""A store of step results that several builders share: looked up, taken, filled.

Nothing in it is believed: an entry counts if somebody on the list of allowed signers signed it for
this very question, and a file counts if it has the hash that was signed. Whatever the store does
wrong, the step is built here, and that is reported once.
"""

import contextlib
import hashlib
import shutil
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from image import trouble
from image.errors import UserError
from image.key import hash_file
from image.store import action, parcel, patience, statement
from image.store.action import Action, Blob, NoAction
from image.store.places import Place, Trouble
from image.store.signature import Signer, Untrusted, Verifier
from image.store.statement import LOG, RESULT, Question, Refused, Statement

PATIENCE_S = 2.0  # that a store may cost without bringing anything
PUT_S = 10.0  # for a file that was made faster than this
LARGEST_ENTRY = 4 << 20  # bytes; the inputs of our largest step are 30 kB
# A result is unpacked beside the step's folder; its stamp is ours to write, its log another's.
OURS = ("step.json",)


@dataclass(frozen=True)
class Entry:
    """What the store has for a step, and who signed it."""

    statement: Statement
    signer: str

    @property
    def parcel(self) -> Blob:
        """The file that holds the step's result; one that nobody has, if none was signed."""
        return self.statement.blobs.get(RESULT, Blob("0" * 64, 0))


@dataclass
class Store:
    """One call's use of a store. Its methods never raise for what the store does wrong.

    `name` is what messages call it; it holds no credentials.
    """

    name: str
    place: Place
    verifier: Verifier
    signer: Signer | None  # None: only read
    folder: Path  # for files on their way
    is_on: bool = True
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)  # this call, among others
    _patience_s: float = PATIENCE_S
    _lost_until: float = 0.0  # up to which time waiting in vain is counted
    _spoiled: set[str] = field(default_factory=set)  # files that are not what their names say
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _said: set[str] = field(default_factory=set)

    def find(self, question: Question, *, is_free: bool = False) -> Entry | None:
        """What the store has; None where it has nothing that can be trusted.

        `is_free`: looking in vain costs no patience.
        """
        if not self.is_on:
            return None
        began = time.monotonic()
        entry = self._found(question)
        if entry is None and not is_free:
            self._lose_patience(began)
        return entry

    def take(self, entry: Entry, folder: Path) -> bool:
        """Fetch a result as the folder of a step, which must not be there; whether that worked."""
        try:
            with self._received(entry) as file:
                _unpack(file, folder)
        except Trouble as error:
            self._give_up(f"{self.name} is not used any more: {error}")
            return False
        except Refused as error:
            self._warn(f"the result of {entry.statement.question.step}", error)
            return False
        return True

    def put(
        self, question: Question, folder: Path, seconds: float, said: dict[str, Any] | None = None
    ) -> None:
        """Keep the result of a step that was built here, and what is `said` of it.

        Raises UserError: no key, a full disk.
        """
        if self.signer is None or not self.is_on:
            return
        log = folder / LOG
        with self._scratch() as place:
            parcel.pack(folder, place / RESULT, (*OURS, LOG))
            files = {RESULT: place / RESULT} | ({LOG: log} if log.is_file() else {})
            self._keep(question, files, seconds, said or {})

    def say(self, question: Question, said: dict[str, Any]) -> None:
        """Keep an answer that is not a file. Raises UserError as `put`."""
        if self.signer is not None and self.is_on:
            self._keep(question, {}, 0.0, said)

    def _keep(
        self, question: Question, files: dict[str, Path], seconds: float, said: dict[str, Any]
    ) -> None:
        """The files first: anyone who finds the entry must find them."""
        assert self.signer is not None
        blobs = {name: Blob(hash_file(file), file.stat().st_size) for name, file in files.items()}
        stated = Statement(question, blobs, round(seconds, 1), said).to_bytes()
        signed = action.encode(Action(blobs, stated, self.signer.sign(stated)))
        try:
            for name, blob in blobs.items():
                if not self._has(blob.sha256):
                    self._put(f"cas/{blob.sha256}", files[name], max(seconds, PUT_S))
            with self._scratch() as place:
                (place / "entry").write_bytes(signed)
                self._put(f"ac/{question.key}", place / "entry", PATIENCE_S)
        except Trouble as error:
            self._give_up(f"{self.name} keeps nothing: {error}")

    def _has(self, sha256: str) -> bool:
        """Whether the store has a file, and not one that was found to be another."""
        if sha256 in self._spoiled:
            return False
        return patience.within(PATIENCE_S, lambda: self.place.has(f"cas/{sha256}"))

    def _put(self, name: str, file: Path, seconds: float) -> None:
        patience.within(seconds, lambda: self.place.put(name, file))

    def _found(self, question: Question) -> Entry | None:
        try:
            data = patience.within(PATIENCE_S, lambda: self._entry(question))
            if data is None:
                return None
            held = action.decode(data)
            signer = self.verifier.verify(held.statement, held.signature)
            return Entry(statement.read(question, held), signer)
        except Trouble as error:
            self._give_up(f"{self.name} is not used: {error}")
        except (NoAction, Untrusted, Refused) as error:
            self._warn(f"its entry for {question.step}", error)
        return None

    def _entry(self, question: Question) -> bytes | None:
        """The bytes of an entry. Raises Trouble."""
        with self.place.get(f"ac/{question.key}") as pieces:
            if pieces is None:
                return None
            data = bytearray()
            for piece in pieces:
                data += piece
                if len(data) > LARGEST_ENTRY:
                    raise Trouble("an entry is too large")
            return bytes(data)

    @contextlib.contextmanager
    def _received(self, entry: Entry) -> Iterator[Path]:
        """The result as a file, proved. Raises Trouble and Refused."""
        blob = entry.parcel
        name = f"cas/{blob.sha256}"
        with self._scratch() as place:
            file = place / RESULT
            pace = _Pace(blob.size, entry.statement.seconds)
            with (
                patience.opened(self.place, name, PATIENCE_S) as pieces,
                file.open("wb") as target,
            ):
                if pieces is None:
                    raise Refused("the store has lost its result")
                found, size = hashlib.sha256(), 0
                for piece in pieces:
                    size += len(piece)
                    if size > blob.size:
                        break
                    pace.check(size)
                    found.update(piece)
                    target.write(piece)
            if size != blob.size or found.hexdigest() != blob.sha256:
                self._spoiled.add(blob.sha256)
                raise Refused("its result is not what was signed")
            yield file

    @contextlib.contextmanager
    def _scratch(self) -> Iterator[Path]:
        """A folder for what is on its way."""
        self.folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            yield place
        except OSError as error:
            raise trouble.told(error, place) from None
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _lose_patience(self, began: float) -> None:
        """Count what was waited in vain since then, but not twice if several threads do."""
        with self._lock:
            now = time.monotonic()
            self._patience_s -= now - max(began, self._lost_until)
            self._lost_until = now
            is_lost = self._patience_s <= 0
        if is_lost:
            self._give_up(f"{self.name} is not used any more: it is too slow")

    def _give_up(self, message: str) -> None:
        """Use it no more in this call, and say so once."""
        with self._lock:
            was_on, self.is_on = self.is_on, False
        if was_on:
            _say(f"{message}; the steps are built here")

    def _warn(self, what: str, error: Exception) -> None:
        """Say once for each reason what is not used."""
        with self._lock:
            is_new = str(error) not in self._said
            self._said.add(str(error))
        if is_new:
            _say(f"{self.name}: {what} is not used: {error} (this is reported once)")


def _unpack(file: Path, folder: Path) -> None:
    """Raises Refused for what is not a parcel of ours, even if it was signed."""
    try:
        parcel.unpack(file, folder)
    except UserError as error:
        raise Refused(error.message) from None


@dataclass
class _Pace:
    """Whether it is faster to wait for a file than to make it."""

    size: int
    seconds: float  # that making it took another builder
    began: float = field(default_factory=time.monotonic)

    def check(self, received: int) -> None:
        """Raise Trouble where the rest takes too long at the pace so far."""
        passed = time.monotonic() - self.began
        if passed > PATIENCE_S and passed * self.size > max(self.seconds, PATIENCE_S) * received:
            raise Trouble("it comes more slowly than it is built")


def _say(message: str) -> None:
    tqdm.write(message, file=sys.stderr)
