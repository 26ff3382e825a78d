# SPDX-License-Identifier: MIT
"""The story page of a board that is emulated here: whether this machine's browser is led to it."""

from collections.abc import Mapping

from image import browser
from image.errors import UserError
from image.options import Flag, Option, is_on
from image.project import Project

PACKAGE = "PACKAGE_STORY_PAGE"  # the Kconfig symbol
OPEN = Option("open", "show the story page in the browser", Flag(), default="0")
REMEDY = "end what else runs there: another ./doit run, or ./doit tell page=1"


def is_in(project: Project) -> bool:
    """Whether a project's card has the page."""
    return bool(project.config.symbols[PACKAGE])


def is_wanted(options: Mapping[str, str], has_page: bool) -> bool:
    """Whether the browser is led to the page of the board that ./doit run boots.

    Raises UserError if the page is asked for and cannot be there.
    """
    is_asked = is_on(options, OPEN.name) or options.get("SOUND") == "page"
    if is_asked and not has_page:
        raise UserError("open=1, SOUND=page: this image has no story page", f"CONFIG_{PACKAGE}=y")
    is_free = has_page and browser.is_port_free()
    if is_asked and not is_free:
        problem = f"open=1, SOUND=page: port {browser.PORT} of this machine is in use"
        raise UserError(problem, REMEDY)
    return is_free


def announce(options: Mapping[str, str], has_page: bool, is_shown: bool) -> None:
    """Say where the page is, or how to get it; show it once it answers, where that is asked for."""
    if is_shown:
        print(f"The story in a browser: {browser.URL}")
        if is_on(options, OPEN.name):
            browser.open_when_it_answers()
    elif has_page:
        print(f"No story page, as port {browser.PORT} of this machine is in use: {REMEDY}.")
