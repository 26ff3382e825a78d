# SPDX-License-Identifier: MIT
"""The emulated Duo under test: its card, its pins, its sound."""

import re
import socket
from pathlib import Path

from tests.emulator.machine import BOOT_S, Machine

# docs/controls.md says where they are; a button pulls its pin to ground.
BUTTON, LED = "A28", "C24"
STORY_S = 600  # telling one, at most
SEED = 15
WORDS_FOUND = 0.6  # the emulator may be too slow for its own sound device: gaps
RATE_HZ = 16000  # of the voices; the recording has the rate at which the chip plays


class Duo(Machine):
    """One power-on of the emulated Duo.

    `machine` are more of its properties, as in fault=ddr; `more` are more words for QEMU. The
    computer at the USB cable listens to the microphone there if `is_heard`; `nic` is what its
    network leads to.
    """

    def __init__(
        self,
        emulator: Path,
        card: Path,
        *more: str,
        machine: str = "",
        is_heard: bool = True,
        nic: str = "none",
    ) -> None:
        self.speech = card.with_suffix(".wav")
        place = card.with_suffix(".pins")
        place.unlink(missing_ok=True)
        self._usb = card.with_suffix(".usb")
        self._usb.unlink(missing_ok=True)
        self._port: socket.socket | None = None
        audio = "audiodev=out" if is_heard else ""
        ends = ("milkv-duo", "pins=pins", "usb-serial=usb", audio, machine)
        words = [str(emulator), "-M", ",".join(filter(None, ends)), "-nographic", *more]
        words += ["-nic", nic, "-chardev", f"socket,id=usb,path={self._usb},server=on,wait=off"]
        words += ["-drive", f"if=sd,format=raw,file={card}", "-d", "guest_errors,unimp"]
        words += ["-chardev", f"socket,id=pins,path={place}"]
        words += ["-audiodev", f"wav,id=out,path={self.speech},out.frequency={RATE_HZ}"]
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(place))
            server.listen()
            server.settimeout(BOOT_S)
            super().__init__(card, words=words)
            self.pins, _ = server.accept()
        self.pins.settimeout(BOOT_S)
        self._changes = self.pins.makefile()

    def ask_usb(self, line: str, answer: str) -> None:
        """Type a line at the other end of the USB cable, and wait for words there."""
        if not self._port:
            self._port = socket.socket(socket.AF_UNIX)
            self._port.settimeout(BOOT_S)
            self._port.connect(str(self._usb))
        self._port.sendall(f"{line}\r".encode())
        heard = b""
        while answer.encode() not in heard:
            heard += self._port.recv(4096)

    def tell(self, variables: str = "", seconds: float = STORY_S, seed: int = SEED) -> str:
        """Have a story told aloud; returns its text."""
        command = f"{variables} storyteller --stories 1 --seed {seed} --json".strip()
        said = self.command(command, seconds)
        story = re.search(r'story 1 [^\n]*\n\n(.*?)\n+\{"story"', said, re.S)
        assert story, said
        return story[1]

    def pull(self, pin: str, level: int) -> None:
        """Put a level on a pin from outside."""
        self.pins.sendall(f"{pin}={level}\n".encode())

    def await_pin(self, pin: str, level: int) -> None:
        """Wait until the chip drives a pin to a level."""
        for line in self._changes:
            if line == f"{pin}={level}\n":
                return
        raise AssertionError(f"the machine ended before {pin} was {level}")

    def switch_off(self) -> None:
        """End the emulator in order: recording and list of registers are whole then."""
        self.console.send("\x01x")
        self.await_off()

    def cut_power(self) -> str:
        """End the emulator without any warning; returns what it had still said."""
        self._changes.close()
        self.pins.close()
        if self._port:
            self._port.close()
        return super().cut_power()

    def misuses(self) -> list[str]:
        """What QEMU saw of devices that were used while their clock was off."""
        return re.findall(r".* is used while .*", self.messages.read_text())
