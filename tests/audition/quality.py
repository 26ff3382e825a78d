# SPDX-License-Identifier: MIT
"""How well voices are understood, and how good programs find their sound.

    .venv/bin/python -m tests.audition.quality [VOICE ...]

lets each voice (heart and slt, unless named) say the 130 sentences of `sentences`, as the
storyteller does, and prints what a recogniser got wrong, and the marks of a judge; then its pace,
its pitch at two paces, how sentences of three kinds end, and how loud clicks are where heart's
pieces of sound meet. Recordings stay in out/host/quality.
"""

import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from image import audition, project, run
from image.host import install
from image.steps import runner
from tests.audition import borders, hearing
from tests.audition.hearing import Difference, Marks
from tests.conftest import DL_DIR, ROOT
from tests.storyteller import recorded
from tests.storyteller.recorded import Recording

FOLDER = ROOT / "out/host/quality"
SENTENCES = Path(__file__).with_name("sentences")
KINDS = ("told", "hard")
TOGETHER = 5  # sentences of a recording
PAUSE_S = 0.4
SLOWER = 80  # percent of the speed
COMPARED = 12  # told sentences that are also said slower
# Each is said as a statement, a question and a shout.
ENDED = (
    "You saw the fox",
    "It is my turn",
    "The bear is asleep",
    "She found a penguin",
    "They came back",
    "He ate the whole cake",
    "You are a dragon",
    "It rained all day",
)
ENDS = {".": "statement", "?": "question", "!": "exclamation"}
END_S = 0.6  # with the silence behind it


@dataclass(frozen=True)
class Sentence:
    """What a voice says, and how a listener may write it."""

    text: str
    written: str


@dataclass(frozen=True)
class Said:
    """Sentences that a voice said, one after another, and what was heard of each."""

    sentences: tuple[Sentence, ...]
    words: int
    differences: tuple[Sequence[Difference], ...]
    marks: Marks
    seconds: float  # without the pauses between them

    @property
    def wrong(self) -> int:
        return sum(one.wrong for sentence in self.differences for one in sentence)


def read(kind: str) -> list[Sentence]:
    """A file of sentences: one a line, and how it is written otherwise behind a tab."""
    lines = (line.split("\t") for line in (SENTENCES / f"{kind}.txt").read_text().splitlines())
    return [Sentence(line[0], line[-1]) for line in lines]


def speaker(voices: Sequence[str]) -> audition.Speaker:
    """The storyteller's voices as a program of this machine, built if necessary."""
    plan = audition.plan(
        project.load(ROOT, {"board": "qemu_virt", "DL_DIR": str(DL_DIR)}, list(voices))
    )
    for step in plan.steps.values():
        if not plan.is_done(step):
            runner.run_step(plan, step)
    return audition.speaker(plan)


@dataclass(frozen=True)
class Voice:
    """Says something, into a file of that name."""

    name: str
    speaker: audition.Speaker

    def say(self, text: str, name: str, share: int = 100) -> Recording:
        path = FOLDER / self.name / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        how = (str(self.speaker.speed * share // 100), str(self.speaker.pitch))
        run.output([self.speaker.program, self.name, *how, path, text],
                   env=self.speaker.variables)  # fmt: skip
        return recorded.load(path)


@dataclass(frozen=True)
class Listener:
    """What listens to recordings."""

    hear: Callable[[Recording], str]
    mark: Callable[[Recording], Marks]
    normalise: Callable[[str], str]

    def listen(self, voice: Voice, kind: str) -> Iterator[Said]:
        """All sentences of a file, so many to a recording."""
        sentences = read(kind)
        for start in range(0, len(sentences), TOGETHER):
            some = tuple(sentences[start : start + TOGETHER])
            sounds = [
                voice.say(sentence.text, f"{kind}-{number:03}")
                for number, sentence in enumerate(some, start + 1)
            ]
            whole = joined(sounds)
            wanted = [self.normalise(sentence.written) for sentence in some]
            found = self.differences(wanted, sounds, whole)
            yield Said(some, sum(len(one.split()) for one in wanted), tuple(found),
                       self.mark(whole), sum(sound.seconds for sound in sounds))  # fmt: skip

    def differences(
        self, wanted: Sequence[str], sounds: Sequence[Recording], whole: Recording
    ) -> list[list[Difference]]:
        """Of each sentence. Whisper at times passes over whole ones: then each is heard alone."""
        found = hearing.differences(wanted, self.normalise(self.hear(whole)))
        if any(one.is_passed_over for sentence in found for one in sentence):
            heard = [self.normalise(self.hear(sound)) for sound in sounds]
            found = [hearing.differences([one], text)[0]
                     for one, text in zip(wanted, heard, strict=True)]  # fmt: skip
        return found


def joined(sounds: Sequence[Recording]) -> Recording:
    """One after another, with a pause behind each."""
    rate = sounds[0].rate
    pause = np.zeros(round(PAUSE_S * rate))
    return Recording(
        rate, np.concatenate([part for one in sounds for part in (one.samples, pause)])
    )


def figures(said: Sequence[Said]) -> str:
    """Of sentences, in one line."""
    words, wrong = (sum(getattr(one, name) for one in said) for name in ("words", "wrong"))
    overall, speech, background = (
        statistics.fmean(getattr(one.marks, name) for one in said)
        for name in ("overall", "speech", "background")
    )
    written = sum(len(one.text.split()) for some in said for one in some.sentences)
    pace = 60 * written / sum(one.seconds for one in said)
    return (
        f"{words:5} words, {wrong:3} wrong ({wrong / words:.1%}); DNSMOS overall {overall:.2f},"
        f" speech {speech:.2f}, background {background:.2f}; {pace:.0f} words per minute"
    )


def misheard(said: Sequence[Said]) -> Iterator[str]:
    """A line for each sentence that is not all right."""
    for some in said:
        for sentence, found in zip(some.sentences, some.differences, strict=True):
            if found:
                yield f"  {sentence.text}  [{'; '.join(map(str, found))}]"


def pitches(voice: Voice) -> str:
    """Pitch and length of the same sentences at two paces."""
    kept = {}
    for share in (100, SLOWER):
        sounds = [
            voice.say(sentence.text, f"pace-{share}-{number}", share)
            for number, sentence in enumerate(read("told")[:COMPARED])
        ]
        pitch = statistics.median(sound.pitch_hz for sound in sounds)
        kept[share] = pitch, sum(sound.seconds for sound in sounds)
    (pitch, length), (slow_pitch, slow_length) = kept.values()
    return (
        f"pitch {pitch:.0f} Hz; at {SLOWER} % of the pace {slow_pitch:.0f} Hz,"
        f" {slow_length / length:.2f} times as long"
    )


def end_rise(recording: Recording) -> float:
    """By how many semitones the end of a sentence is higher than the whole."""
    end = Recording(recording.rate, recording.samples[-round(END_S * recording.rate) :])
    return 12 * float(np.log2(end.pitch_hz / recording.pitch_hz))


def ends(voice: Voice) -> Iterator[str]:
    """How the same words end as statement, question and exclamation: medians."""
    for mark, kind in ENDS.items():
        sounds = [voice.say(text + mark, f"{kind}-{n}") for n, text in enumerate(ENDED)]
        rise = float(np.nanmedian([end_rise(sound) for sound in sounds]))
        pitch = statistics.median(sound.pitch_hz for sound in sounds)
        level = statistics.median(sound.level for sound in sounds)
        yield (
            f"{kind:12} last {END_S} s {rise:+.1f} semitones from the whole;"
            f" pitch {pitch:.0f} Hz, level {level:.0f}"
        )


def main() -> None:
    install.provide("quality")
    voices = sys.argv[1:] or list(audition.DEFAULT)
    program = speaker(voices)
    hear = hearing.recogniser(FOLDER / "whisper-base")
    listener = Listener(hear, hearing.judge(), hearing.normaliser())
    for name in voices:
        voice = Voice(name, program)
        everything = []
        for kind in KINDS:
            said = [*listener.listen(voice, kind)]
            everything += said
            print(f"{name} {kind:4} {figures(said)}", *misheard(said), sep="\n", flush=True)
        print(f"{name} all  {figures(everything)}\n{name} {pitches(voice)}")
        print(*(f"{name} {line}" for line in ends(voice)), sep="\n", flush=True)
        if name == "heart":
            texts = [sentence.text for kind in KINDS for sentence in read(kind)]
            print(f"{name} {borders.figures(texts, FOLDER / 'borders')}", flush=True)


if __name__ == "__main__":
    main()
