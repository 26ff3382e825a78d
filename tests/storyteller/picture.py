# SPDX-License-Identifier: MIT
"""Takes the README's picture of the story page: Chromium shows what this machine tells.

.venv/bin/python -m tests.storyteller.picture

Pictures of words are in it where there is a font for them, such as Debian's fonts-noto-color-emoji.
"""

import tempfile
from pathlib import Path

from image.tell import page
from tests.browser import Browser, opened
from tests.storyteller import build, client

TARGET = build.ROOT / "tests/recording/page.png"
MOST_BYTES = 150_000
PORT = 8065  # not that of a ./doit tell page=1 that runs meanwhile
SIZE = (900, 960)
SEED = 51
SENTENCES = 5  # of the story, of which the last is being spoken
STORYTELLER = "usr/bin/storyteller"
SETTINGS = "temperature=60\nchoices=4\npause=3600\n"  # as in the images, but for the pause


def take(browser: Browser) -> None:
    """Wait until that much was told, and take the picture."""
    browser.resize(*SIZE)
    browser.driver.get(f"http://localhost:{PORT}")
    browser.wait("document.querySelector('#things')")
    browser.wait(f"document.querySelector('.now')?.dataset.sentence >= {SENTENCES - 1}")
    browser.wait("document.querySelector('.now').textContent.length > 20")
    browser.driver.save_screenshot(str(TARGET))


def main() -> None:
    """Build what is needed, tell the beginning of a story, and take the picture."""
    server = build.host_package(page.PACKAGE) / "usr/bin/story-page"
    program = build.host_package("storyteller") / STORYTELLER
    with tempfile.TemporaryDirectory() as folder:
        data, settings = Path(folder), Path(folder) / "settings"
        settings.write_text(SETTINGS)
        words = [program, "--model", build.POCKET / "model.bin",
                 "--tokenizer", build.POCKET / "tokenizer.bin", "--settings", settings,
                 "--words", build.WORDS, "--data", data, "--card", data, "--seed", SEED,
                 "--device", "page", "--no-figures"]  # fmt: skip
        shown = page.Page(server, build.ROOT / page.FILES)
        with (
            page.served(shown, data, data / "log", PORT) as socket,
            client.telling([str(word) for word in words], socket),
            opened() as browser,
        ):
            take(browser)
    assert TARGET.stat().st_size <= MOST_BYTES, TARGET


if __name__ == "__main__":
    main()
