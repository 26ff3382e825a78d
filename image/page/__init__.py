# SPDX-License-Identifier: MIT
"""HTML pages from templates: a room has its own next to its modules; what they share is here."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parents[1]  # named from here: report/report.html


def render(template: str, **values: Any) -> str:
    """A template with these values, which are escaped; one that is missing is an error."""
    return environment().get_template(template).render(values)


@functools.cache
def environment() -> "Environment":
    """What all templates are read by."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # 0.1 s: not on every call

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
