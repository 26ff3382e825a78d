# SPDX-License-Identifier: MIT
"""Records a boot of the emulated board for the README: terminal, voice, and pictures of both.

    ./doit image board=qemu_virt && .venv/bin/python -m tests.emulator.record

Needs `lame` (the Debian package) for the MP3. The terminal is recorded as it is; its picture leaves
out everything before the kernel. The sound is the greeting and the first story.
"""

import html
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from image import run
from image.emulator import qemu
from tests.emulator import listen
from tests.emulator.machine import STORY, BoardFailed, Machine
from tests.web import free_port

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "out/qemu_virt/images/duo-storyteller-qemu_virt.img"
TARGET = ROOT / "tests/recording"
STORY_S = 600  # only ends a recording that hangs
RECORDING_HZ, BYTES_PER_FRAME = 48_000, 4  # of QEMU's WAV file: 16 bits, stereo
MP3_KBIT_S = 32  # of mono speech at 16 kHz: 4 kB a second
COLUMNS = 80  # what the board takes a serial line's other end for
DIM = "\x1b[2m"  # at the start of a row: all of it
LINE_PX, CHARACTER_PX, MARGIN_PX = 18, 8.4, 16
STYLE = "font: 14px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


@dataclass(frozen=True)
class Recording:
    """One boot: what the terminal showed, and what was heard until the first story had ended."""

    terminal: str
    sound: listen.Sound


def record() -> Recording:
    """Boot the card for the first time, listen to one story, show free memory, switch off."""
    with tempfile.TemporaryDirectory() as folder:
        card = qemu.make_card(IMAGE, Path(folder) / "card.img", 256)
        wav = Path(folder) / "speech.wav"
        audio = f"wav,path={wav},out.frequency={RECORDING_HZ}"
        # With a network, as ./doit run starts it: memory is shown.
        devices = qemu.Devices(audio=audio, extra=qemu.network(None, free_port()))
        with Machine(card, devices) as machine:
            machine.expect(STORY)
            machine.expect(STORY, STORY_S)  # the first one was spoken to its end
            heard_s = wav.stat().st_size / (RECORDING_HZ * BYTES_PER_FRAME)
            machine.console.sendintr()
            machine.expect(r"~ # ")
            machine.send("head -3 /proc/meminfo")
            machine.expect(r"MemAvailable: +\d+ kB")
            machine.power_off()
        sound = listen.load(wav).trimmed(heard_s)
        # As bytes: a line's end is "\r\r\n" here, of which Python would make two.
        whole = card.with_suffix(".log").read_bytes().decode(errors="replace")
    if "crashed" in whole:
        raise BoardFailed("too slow for its watchdog: record on an otherwise idle machine")
    return Recording(whole.partition("~ # poweroff")[0].removesuffix("~ # "), sound)


def story(terminal: str) -> str:
    """The text of the first story, one line per paragraph."""
    rows = shorten(terminal).replace(DIM, "")
    found = re.search(r"\nstory 1  seed \d+\n\n(.*?)\n\nstory 2", rows, re.S)
    if found is None:
        raise BoardFailed(f"no whole story:\n{rows[-2000:]}")
    return found[1].replace("\n", " ") + "\n"


def encode(sound: listen.Sound, target: Path) -> None:
    """Write the sound as an MP3 file, which browsers play."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "story.wav"
        listen.save(sound, wav)
        run.run(["lame", "--quiet", "-m", "m", "-b", str(MP3_KBIT_S), str(wav), str(target)])


def shorten(text: str) -> str:
    """What a terminal shows: its rows, and of control sequences only DIM."""
    text = re.sub(r"(\x1b\[2m)|\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1a\x1c-\x1f]", r"\1", text)
    rows = []
    for line in text.splitlines():
        rows += [line[at : at + COLUMNS].rstrip() for at in range(0, max(len(line), 1), COLUMNS)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)).strip() + "\n"


def draw(text: str) -> str:
    """The text as an SVG picture of a terminal."""
    lines = text.splitlines()
    width = int(COLUMNS * CHARACTER_PX) + 2 * MARGIN_PX
    height = len(lines) * LINE_PX + 2 * MARGIN_PX
    rows = [_row(line, number) for number, line in enumerate(lines) if line]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">',
            f'<rect width="{width}" height="{height}" rx="8" fill="#10151c"/>',
            f'<g fill="#d6e2f0" style="{STYLE}">',
            *rows,
            "</g>",
            "</svg>",
            "",
        ]
    )


def _row(line: str, number: int) -> str:
    shade = ' opacity="0.6"' if line.startswith(DIM) else ""
    place = f'x="{MARGIN_PX}" y="{MARGIN_PX + (number + 1) * LINE_PX - 5}"'
    content = html.escape(line.removeprefix(DIM))
    return f'<text {place}{shade} xml:space="preserve">{content}</text>'


def main() -> None:
    """Write all files of tests/recording."""
    recording = record()
    TARGET.mkdir(exist_ok=True)
    (TARGET / "boot.txt").write_text(shorten(recording.terminal).replace(DIM, ""))
    # The picture begins with the kernel: firmware and boot loader are the same each time.
    _, _, kernel = recording.terminal.partition("Starting kernel ...")
    (TARGET / "boot.svg").write_text(draw(shorten(kernel)))
    (TARGET / "story.txt").write_text(story(recording.terminal))
    listen.show(recording.sound, TARGET / "story.png")
    pauses = ", ".join(f"{pause:.1f}" for pause in recording.sound.pauses_s[:3])
    print(f"{recording.sound.seconds:.0f} s; longest pauses {pauses} s: on an idle machine, 1 or 2")
    encode(recording.sound, TARGET / "story.mp3")


if __name__ == "__main__":
    main()
