# SPDX-License-Identifier: MIT
"""A real browser for tests of the story page, which remembers what a page plays."""

import base64
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.storyteller.started import HUNG_S

CHROMIUM, CHROMEDRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
# Keeps what a page plays, and where on the clock of the sound.
KEEP_SOUND = """
window.played = [];
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (when) {
  window.audio = this.context;
  window.played.push({when, ahead: when - this.context.currentTime, length: this.buffer.duration,
                      samples: Int16Array.from(this.buffer.getChannelData(0), (x) => x * 32768)});
  start.call(this, when);
};
"""


# All of it as base64: as numbers it would take minutes.
PLAYED = """
return btoa(window.played.map((part) => String.fromCharCode(
    ...new Uint8Array(part.samples.buffer))).join(""));
"""


class Browser:
    """Debian's Chromium without a window."""

    def __init__(self, hosts: str, hung_s: float) -> None:
        from selenium import webdriver

        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                         f"--host-resolver-rules={hosts}"):  # fmt: skip
            options.add_argument(argument)
        # Both are named: without a name, selenium would download one.
        options.binary_location = CHROMIUM
        self.driver = webdriver.Chrome(options, webdriver.ChromeService(CHROMEDRIVER))
        self.driver.set_script_timeout(hung_s)
        source = {"source": KEEP_SOUND}
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", source)

    def script(self, text: str) -> Any:
        """What a function's body returns in the page."""
        return self.driver.execute_script(text)

    def wait(self, condition: str) -> Any:
        """Wait until an expression is true in the page; returns its value."""
        return self.driver.execute_async_script(
            "const done = arguments[0];"
            f"const look = () => {{ const it = {condition};"
            " it ? done(it) : requestAnimationFrame(look); }; look();"
        )

    def click(self, selector: str) -> None:
        """As a finger does it: the element must be there and reachable."""
        self.driver.find_element("css selector", selector).click()

    def type(self, selector: str, text: str) -> None:
        """Keys."""
        self.driver.find_element("css selector", selector).send_keys(text)

    def press(self, keys: str) -> None:
        """Keys, to whatever has the focus."""
        self.driver.switch_to.active_element.send_keys(keys)

    def resize(self, width: int, height: int) -> None:
        """Another screen; a narrow one is a phone's."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def darken(self, is_dark: bool) -> None:
        """Whether the system's colours are dark."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def played(self) -> tuple[NDArray[np.int16], int]:
        """What the page has played so far, and its rate."""
        samples = np.frombuffer(base64.b64decode(self.script(PLAYED)), "<i2")
        return samples, int(self.script("return window.audio.sampleRate"))


@contextlib.contextmanager
def opened(hosts: str = "", hung_s: float = HUNG_S) -> Iterator[Browser]:
    """A browser; the test is skipped where there is none.

    `hosts`: rules for where names lead, as Chromium's --host-resolver-rules has them.
    `hung_s`: only ends a hung test; whom a page waits for may be slow.
    """
    pytest.importorskip("selenium")
    for program in (CHROMIUM, CHROMEDRIVER):
        if not Path(program).exists():
            pytest.skip(f"there is no {program}")
    browser = Browser(hosts, hung_s)
    try:
        yield browser
    finally:
        browser.driver.quit()
