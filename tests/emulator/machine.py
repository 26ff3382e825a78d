# SPDX-License-Identifier: MIT
"""An emulated board under test: boots a copy of a card and talks to its serial console."""

import re
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pexpect
import requests

from image import browser
from image.emulator import qemu

# Generous, because they only end a hung test: every wait is for words on the console. A card with
# the voice heart tries it before its first story, which takes a busy PC more than a minute.
BOOT_S = 300
COMMAND_S = 120

# QEMU and the test's terminal each add a carriage return to a line's end.
LINE_END = r"\r*\n"
# On a terminal that can, notes are dimmed.
DIM = re.compile(r"\x1b\[[02]m")
STORY = rf"story \d+  seed \d+(?:\x1b\[0m)?{LINE_END}"
SENTENCE = r"[^.!?]*[a-z][.!?]"
NO_SOUND = "No sound device"
SHELL = "This is a shell; exit leads back to the stories."
PROMPT = r"~ # "
# The kernel's last words; whoever sees them need not wait for more.
PANIC = r"Kernel panic[^\r\n]*"
PAGE = f"localhost:{browser.PORT}"  # the story page's name, in browsers of this machine
PAGE_KB = 1536  # of MemAvailable, at most, for network, server and page


def page_status(port: int, host: str = PAGE) -> int:
    """Of the board's story page, which a port of this machine leads to, under a name of its."""
    url = f"http://{browser.HOST}:{port}/"
    return requests.get(url, headers={"Host": host}, timeout=BOOT_S).status_code


def page_post(port: int, path: str, body: str = "") -> requests.Response:
    """What the board answers to its own page; it is not waited for the end of a stream."""
    url, sent = f"http://{browser.HOST}:{port}{path}", {"Host": PAGE, "Origin": f"http://{PAGE}"}
    answer = requests.post(url, body, headers=sent, stream=True, timeout=BOOT_S)
    assert answer.ok, path
    return answer


class BoardFailed(AssertionError):
    """The board did something else than was waited for; shows the end of its console."""


class Machine:
    """One power-on of the emulated board, from a card that it may write to.

    `words` is another command line of the emulator than the product's own.
    """

    def __init__(
        self, card: Path, board: qemu.Devices | None = None, words: list[str] | None = None
    ) -> None:
        words = words or qemu.command(card, card.parent, board or qemu.Devices(audio="none"))
        self.log = card.with_suffix(".log").open("a", encoding="utf-8")
        # QEMU's own messages would land in the middle of what the board says.
        self.messages = card.with_suffix(".qemu.log")
        apart = ["-c", 'exec "$@" 2>> "$0"', str(self.messages), *words]
        self.console: pexpect.spawn[str] = pexpect.spawn(
            "sh", apart, encoding="utf-8", codec_errors="replace", timeout=BOOT_S
        )
        self.console.logfile_read = self.log
        self.begun = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cut_power()

    def expect(self, pattern: str, seconds: float = BOOT_S) -> str:
        """Wait for a pattern on the console; returns what came before it, and the match."""
        try:
            found = self.console.expect([pattern, PANIC], timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            raise BoardFailed(f"no {pattern!r} ({type(error).__name__}):\n{self._tail()}") from None
        before = self.console.before or ""
        if found == 1:
            raise BoardFailed(f"{self.console.after}, not {pattern!r}:\n{before[-2000:]}")
        return DIM.sub("", before + str(self.console.after)).replace("\r", "")

    def open_shell(self) -> None:
        """From the stories to the shell, as a person does it. The board may still be booting."""
        self.expect(STORY)
        self.console.sendintr()
        self.open_prompt()

    def open_prompt(self) -> None:
        """To the shell, once the storyteller was told to stop."""
        self.expect(re.escape(SHELL))
        self.expect(PROMPT)
        # Else the shell breaks long lines while they are typed.
        self.command("stty cols 1000")

    def send(self, line: str) -> None:
        """Type a line."""
        self.console.sendline(line)

    def command(self, line: str, seconds: float = COMMAND_S) -> str:
        """Run a shell command; returns its output. Raises BoardFailed when its status is not 0."""
        # The quotes keep the typed line from looking like the answer.
        self.send(f'{line}; echo "status"=$?')
        said = self.expect(rf"status=\d+{LINE_END}", seconds)
        self.expect(PROMPT)
        output, _, status = said.rpartition("status=")
        output = output.partition("\n")[2]
        if int(status) != 0:
            raise BoardFailed(f"{line}: status {status.strip()}:\n{output}")
        return output

    def memory(self) -> dict[str, int]:
        """What /proc/meminfo says, in kB."""
        rows = self.command("cat /proc/meminfo").splitlines()
        return {name: int(rest.split()[0]) for name, _, rest in (r.partition(":") for r in rows)}

    def power_off(self) -> None:
        """Shut down in order."""
        self.send("poweroff")
        self.await_off()

    def await_off(self) -> None:
        """Wait until the board is off by itself."""
        try:
            self.console.expect(pexpect.EOF, timeout=COMMAND_S)
        except pexpect.TIMEOUT:
            raise BoardFailed(f"does not power off:\n{self._tail()}") from None

    def cut_power(self) -> str:
        """End the emulator without any warning; returns what it had still said."""
        if self.console.closed:
            return ""
        if self.console.isalive():
            self.console.kill(signal.SIGKILL)
        try:
            rest = self.console.read()
        except pexpect.TIMEOUT:
            rest = ""
        self.console.close(force=True)
        self.log.close()
        return rest.replace("\r", "")

    def _tail(self) -> str:
        said = self.messages.read_text() if self.messages.is_file() else ""
        return (self.console.before or "")[-2000:] + said[-2000:]
